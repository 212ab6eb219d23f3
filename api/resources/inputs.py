"""Fields of request bodies, such as districts by code and references to visible rows."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from accounts.rules import WRITES
from api.resources.columns import Fields, Shape, fields_of
from api.resources.lists import Entry, Reference
from api.resources.shapes import ExternalIdShape, Moment
from contacts.models import OrganisationDetail
from districts.models import District
from lib.field_limits import limits

MOST_CODES = 30


class DistrictField(Reference, serializers.SlugRelatedField[District]):
    """A district by its code."""

    default_error_messages = {"does_not_exist": _("There is no district “{value}”.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", queryset=District.objects.active(), **kwargs)

    def key(self, value: Any) -> str | None:
        return value if isinstance(value, str) else None

    def rows_by_key(self, keys: set[str]) -> dict[str, District]:
        return {row.code: row for row in District.objects.active().filter(code__in=keys)}

    def to_internal_value(self, data: Any) -> District:
        if not isinstance(data, str):
            self.fail("invalid")
        district: District = super().to_internal_value(data)
        return district


class VisibleField(Reference, serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a visible row. An invisible row is rejected with the same error as a missing one."""

    default_error_messages = {"does_not_exist": _("No such record, or you do not have access to it.")}

    def __init__(self, model: type[models.Model], **kwargs: Any) -> None:
        self.model = model
        super().__init__(queryset=model._default_manager.all(), pk_field=serializers.UUIDField(), **kwargs)

    def get_queryset(self) -> Any:
        manager: Any = self.model._default_manager
        return manager.visible_to(self.context["actor"])

    def key(self, value: Any) -> UUID | None:
        try:
            pk: UUID = serializers.UUIDField().to_internal_value(value)
        except serializers.ValidationError:
            return None
        return pk

    def rows_by_key(self, keys: set[UUID]) -> dict[UUID, Any]:
        return {row.pk: row for row in self.get_queryset().filter(pk__in=keys)}


class OfficerField(VisibleField):
    """An active user who may write."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User, **kwargs)

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_active=True, role__in=WRITES)


class ExternalIdInput(ExternalIdShape, Entry):
    """The external ID in the form that services accept. A key can only use its own source."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"source": attrs["source"], "external_id": attrs["id"]}


class Languages(serializers.ListField):
    """Language codes (BCP 47, such as `es`)."""

    child = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$",
        max_length=8,
        error_messages={"invalid": _("Send language codes such as “es” in “{{field}}”.")},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)


class Id(serializers.UUIDField):
    """A chosen UUID as text: not a number, and not all zeros or ones."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str | UUID):
            self.fail("invalid", value=data)
        chosen_id: UUID = super().to_internal_value(data)
        if chosen_id.int in (0, 2**128 - 1):
            self.fail("invalid", value=data)
        return chosen_id


class StrictBoolean(serializers.BooleanField):
    """Accept true or false, but not "yes" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Text(serializers.CharField):
    """Accept a JSON string, but not a number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_blank", not kwargs.get("required", False))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def input_field(field: Any, **attributes: Any) -> Shape:
    """The serializer field for a model field in a request body; `said` overrides its attributes."""
    needed = not (field.blank or field.null or field.has_default())
    attributes = {"required": needed, "help_text": field.help_text, **attributes}
    if field.null:
        attributes.setdefault("allow_null", True)
    if field.choices:
        return serializers.ChoiceField(field.choices, allow_blank=field.blank, **attributes)
    match field:
        case models.ManyToManyField() | models.ForeignKey():
            return _reference(field, **attributes)
        case ArrayField():
            codes = serializers.ChoiceField(field.base_field.choices or ())
            return serializers.ListField(
                child=codes, max_length=MOST_CODES, allow_empty=not needed, **attributes
            )
        case models.CharField() | models.TextField():
            return Text(**{"max_length": field.max_length, **attributes})
        case models.IntegerField():
            return serializers.IntegerField(**{**limits(field), **attributes})
        case models.DateTimeField():
            return Moment(**attributes)
        case models.DateField():
            return serializers.DateField(**attributes)
        case models.BooleanField():
            return StrictBoolean(**attributes)
        case models.UUIDField():
            return Id(**attributes)
    raise TypeError(f"declare how {field} is given in a body")


def _reference(field: Any, **said: Any) -> Shape:
    if field.many_to_many:
        said["many"] = True
    if field.related_model is District:
        return DistrictField(**said)
    return OfficerField(**said) if field.related_model is User else VisibleField(field.related_model, **said)


def inputs_of(model: type[models.Model], *names: str, **said: dict[str, Any]) -> Fields:
    """Decorator: add the fields `names` to a body, in this order.

    Undeclared fields are derived from the model.
    """
    return fields_of(model, *names, make=input_field, **said)


@inputs_of(OrganisationDetail, "channel", "value", "use")
class DetailInput(Entry):
    """A further phone, email, web or social address."""
