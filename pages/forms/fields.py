"""Form fields from model fields: label, help text, length, limits and codes are defined once, on the model.

A form names its fields and overrides only what differs, such as the label (CONTRIBUTING.md).
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from contacts.services.phones import example_phone
from lib.field_limits import OF_LIMITS, limits

MINUTE: Final = "%Y-%m-%dT%H:%M"  # format of <input type="datetime-local">
DAY: Final = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CHECKS: Final = forms.CheckboxSelectMultiple(attrs={"class": "checks"})
UNREMEMBERED: Final = {"autocomplete": "off"}

F = TypeVar("F", bound=type[forms.Form])


class MomentField(forms.DateTimeField):
    """A timestamp in the reader's zone. A time that the clocks repeat means the first occurrence.

    Unchanged input means exactly the timestamp `shown`, to the second. Times that the clocks skip are
    rejected.
    """

    shown: datetime | None = None

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        if self.shown and str(value)[:16] == f"{timezone.localtime(self.shown):{MINUTE}}":
            return self.shown
        try:
            moment: datetime | None = super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            return self._earlier_moment(value)
        return moment

    def _earlier_moment(self, value: Any) -> datetime:
        zone = timezone.get_current_timezone()
        with timezone.override(UTC):
            typed: Any = super().to_python(value)
        first_moment: datetime = typed.replace(tzinfo=zone).astimezone(UTC)
        if first_moment.astimezone(zone).replace(tzinfo=UTC, fold=0) != typed:
            raise ValidationError(
                _("This time does not exist because the clocks go forward. Choose another."), code="skipped"
            )
        return first_moment


def fields_of(model: type[models.Model], *names: str, **said: dict[str, Any]) -> Callable[[F], F]:
    """Decorator: add the fields `names` to a form, in this order.

    Undeclared fields are derived from the model. `said` has arguments of `form_field` by name, for
    differences from the model.
    """

    def add(form: F) -> F:
        declared = form.declared_fields
        derived = {
            name: declared[name]
            if name in declared and name not in said
            else form_field(model, name, **said.get(name, {}))
            for name in dict.fromkeys([*names, *said])
        }
        form.declared_fields = form.base_fields = {
            **{name: field for name, field in declared.items() if name not in derived},
            **derived,
        }
        return form

    return add


def form_field(
    model: type[models.Model], name: str, *, empty: str | Promise | None = None, rows: int = 3, **said: Any
) -> forms.Field:
    """A form field for a model field; `said` overrides arguments derived from the model.

    `empty` is the label of the empty option, and `rows` the height of a text area. References have no options
    until the form sets its queryset.
    """
    field: Any = model._meta.get_field(name)
    if isinstance(field, ArrayField):
        return forms.MultipleChoiceField(
            **{
                "label": capfirst(field.verbose_name),
                "help_text": field.help_text,
                "required": not field.blank,
                "choices": choices(field.base_field.choices or ()),
                "widget": forms.CheckboxSelectMultiple,
                **said,
            }
        )
    if field.choices:
        none = [("", empty or "—")] if empty is not None or _may_be_none(field, said) else []
        said = {"choices": none + choices(field.choices), **said}
    derived_field: forms.Field = field.formfield(**{**_default_arguments(field, rows), **said})
    return derived_field


def choices(codes: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Options with capitalised labels."""
    return [(code, capfirst(label)) for code, label in codes]


def _may_be_none(field: Any, overrides: dict[str, Any]) -> bool:
    """Whether the field has an empty option."""
    if overrides.get("required") or field.has_default() or "initial" in overrides:
        return False
    return field.blank or overrides.get("widget") is not forms.RadioSelect


def _default_arguments(field: Any, rows: int) -> dict[str, Any]:
    """Default arguments for a type of field."""
    match field:
        case models.ForeignKey() | models.ManyToManyField():
            return {"queryset": field.related_model._default_manager.none()}
        case PhoneNumberField():
            return {
                "widget": forms.TextInput(attrs={"type": "tel", **UNREMEMBERED}),
                "error_messages": {
                    "invalid": _("Enter a phone number, such as %(example)s.") % example_phone()
                },
            }
        case models.URLField():
            return {"assume_scheme": "https"}
        case models.TextField():
            return {"widget": forms.Textarea(attrs={"rows": rows})}
        case models.DateTimeField():
            return {"form_class": MomentField}
        case models.DateField():
            return {"widget": DAY}
        case models.IntegerField():
            messages = {
                name: field.error_messages[name] for name in OF_LIMITS if name in field.error_messages
            }
            return {**limits(field), "error_messages": messages}
    return {}
