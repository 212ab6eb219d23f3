"""Derive columns and shapes of an object from its model.

Type, codes, help text and nullability are defined once, on the model field (CONTRIBUTING.md).
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, UUIDField, Value, When
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from rest_framework import serializers

from accounts.actors import Actor
from api.resources.descriptions import DescribedName, Description, described, field
from api.resources.shapes import ExternalIdShape, Moment, as_stored, codes
from api.resources.specs import Column, children
from contacts.models import OrganisationDetail
from districts.models import District

Shape = serializers.Field[Any, Any, Any, Any]
S = TypeVar("S", bound=type[serializers.Serializer[Any]])


class Fields(Protocol):
    """A decorator that adds fields to a serializer."""

    def __call__(self, serializer: S, /) -> S: ...


def columns(model: type[models.Model], *wanted: str | DescribedName | Column) -> tuple[Column, ...]:
    """Columns in response order. A name stands for the model field; a Column is complete."""
    return tuple(_column(model, name_or_column) for name_or_column in wanted)


def _column(model: type[models.Model], name_or_column: str | DescribedName | Column) -> Column:
    match name_or_column:
        case Column():
            return name_or_column
        case DescribedName(name, Description(text, example)):
            return column(model, name, text=text, example=example)
    return column(model, name_or_column)


def column(
    model: type[models.Model],
    name: str,
    sql: Any = None,
    *,
    text: str = "",
    example: Any = None,
    **attributes: Any,
) -> Column:
    """A column that reads the model's field; `attributes` override those of its shape.

    `text` and `example` describe the column in the OpenAPI document.
    """
    model_field = model._meta.get_field(name)
    column_shape = shape(model_field, **attributes)
    if text or example is not None:
        column_shape = described(column_shape, text, example)
    return Column(name, column_shape, sql or _sql(model_field))


def shape(field: Any, **attributes: Any) -> Shape:
    """The output shape of a model field. Without maximum length, because stored values fit."""
    attributes = {"help_text": field.help_text, "allow_null": field.null, **attributes}
    if field.choices:
        return serializers.ChoiceField(field.choices, allow_blank=field.blank, **attributes)
    match field:
        case models.ForeignKey():
            return _of_reference(field)(**attributes)
        case ArrayField():
            return codes(**attributes)
        case models.DateTimeField():
            return Moment(**attributes)
    return _PLAIN.get(field.get_internal_type(), serializers.CharField)(**attributes)


def external_ids(model: type[models.Model], owner: str) -> Column:
    """The object's IDs in other systems, from `model`, whose foreign key to the object is `owner`."""
    manager: Any = model._default_manager
    rows = manager.filter(**{owner: OuterRef("pk")}).order_by("source", "external_id")
    id_rows = children(rows, source="source", id="external_id")
    return Column("external_ids", ExternalIdShape(many=True), id_rows)


def visible_reference(name: str, model: Any) -> Any:
    """The ID of a reference, or null if the caller cannot see the row."""

    def expression(actor: Actor) -> Any:
        rows = model._default_manager.visible_to(actor).values("pk")
        return Case(
            When(Q(**{f"{name}__in": rows}), then=F(f"{name}_id")),
            default=Value(None),
            output_field=UUIDField(),
        )

    return expression


def other_details(model: type[models.Model], *where: models.Q, **attributes: Any) -> Column:
    """Further phones and addresses of the object, from `model`; empty unless the object matches `where`."""
    manager: Any = model._default_manager
    rows = manager.filter(*where, owner=OuterRef("pk")).order_by("pk")
    detail_rows = children(rows, channel="channel", value="value", use="use")
    return Column(
        "other_details",
        described(
            DetailShape(many=True, **attributes), "Further phone numbers and addresses, in their order."
        ),
        detail_rows,
    )


def fields_of(
    model: type[models.Model],
    *names: str | DescribedName,
    make: Callable[..., Shape] = shape,
    **attributes: dict[str, Any],
) -> Fields:
    """Decorator: add the fields `names` to a serializer, in this order.

    Undeclared fields are derived from the model. `attributes` override those of the model's fields, by name.
    """

    def add(serializer: S) -> S:
        declared = serializer._declared_fields
        serializer._declared_fields = {}
        for name in names:
            plain_name = name.name if isinstance(name, DescribedName) else name
            field_shape = declared.get(plain_name)
            if field_shape is None:
                field_shape = make(model._meta.get_field(plain_name), **attributes.get(plain_name, {}))
            if isinstance(name, DescribedName):
                field_shape = described(field_shape, name.description.text, name.description.example)
            serializer._declared_fields[plain_name] = field_shape
        return serializer

    return add


_PLAIN: dict[str, Callable[..., Shape]] = {
    "UUIDField": serializers.UUIDField,
    "BooleanField": serializers.BooleanField,
    "DateField": serializers.DateField,
    "JSONField": serializers.JSONField,
    "FloatField": serializers.FloatField,
    "IntegerField": serializers.IntegerField,
    "PositiveBigIntegerField": serializers.IntegerField,
    "PositiveIntegerField": serializers.IntegerField,
    "PositiveSmallIntegerField": serializers.IntegerField,
}


def _of_reference(field: models.ForeignKey[Any, Any]) -> Callable[..., Shape]:
    """References to districts are codes, all others are IDs."""
    return serializers.CharField if field.related_model is District else serializers.UUIDField


def _sql(field: Any) -> Any:
    match field:
        case models.ForeignKey():
            return F(f"{field.name}__code" if field.related_model is District else field.attname)
        case PhoneNumberField():
            return as_stored(field.name)
    return None


@fields_of(
    OrganisationDetail,
    field("channel", "What kind of address it is."),
    field("value", "", "+34911234568"),
    field("use", "What it is for.", "reception"),
    value={"help_text": _("A phone in E.164, followed by `;ext=12` for an extension, or an address.")},
)
class DetailShape(serializers.Serializer[Any]):
    """A further phone, email, web or social address."""
