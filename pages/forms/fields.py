"""Fields of forms from those of models: label, help, length, limits and codes are said once, on the model.

A form names the fields it asks for, and says itself what differs there, such as the label (CONTRIBUTING.md).
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

from lib.described import OF_LIMITS, limits

MINUTE: Final = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> speaks
DAY: Final = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CHECKS: Final = forms.CheckboxSelectMultiple(attrs={"class": "checks"})
UNREMEMBERED: Final = {"autocomplete": "off"}

F = TypeVar("F", bound=type[forms.Form])


class MomentField(forms.DateTimeField):
    """A moment in the reader's zone; in the hour that the clocks repeat the first of the two.

    Left as it was shown it means the moment `shown`, to the second and whatever the clocks did. One that the
    clocks skip is refused.
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
            return self._first(value)
        return moment

    def _first(self, value: Any) -> datetime:
        zone = timezone.get_current_timezone()
        with timezone.override(UTC):
            typed: Any = super().to_python(value)
        first: datetime = typed.replace(tzinfo=zone).astimezone(UTC)
        if first.astimezone(zone).replace(tzinfo=UTC, fold=0) != typed:
            raise ValidationError(
                _("This time does not exist because the clocks go forward. Choose another."), code="skipped"
            )
        return first


def fields_of(model: type[models.Model], *names: str, **said: dict[str, Any]) -> Callable[[F], F]:
    """Give a form the fields `names`, in this order: those it declares, and else those of the model.

    `said` are, by name, arguments of `form_field` for what differs from the model.
    """

    def add(form: F) -> F:
        known = form.declared_fields
        named = {
            name: known[name]
            if name in known and name not in said
            else form_field(model, name, **said.get(name, {}))
            for name in dict.fromkeys([*names, *said])
        }
        form.declared_fields = form.base_fields = {
            **{name: field for name, field in known.items() if name not in named},
            **named,
        }
        return form

    return add


def form_field(
    model: type[models.Model], name: str, *, empty: str | Promise | None = None, rows: int = 3, **said: Any
) -> forms.Field:
    """A model's field as a form asks for it; `said` are arguments that differ from the model's.

    `empty` names the choice of no code, `rows` are the lines of a long text.
    References offer nothing until the form says what its reader may choose.
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
    made: forms.Field = field.formfield(**{**_usual(field, rows), **said})
    return made


def choices(codes: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Codes as pills and options start: with a capital."""
    return [(code, capfirst(label)) for code, label in codes]


def _may_be_none(field: Any, said: dict[str, Any]) -> bool:
    """Whether no code is among what may be chosen, or is chosen until the reader chooses one."""
    if said.get("required") or field.has_default() or "initial" in said:
        return False
    return field.blank or said.get("widget") is not forms.RadioSelect


def _usual(field: Any, rows: int) -> dict[str, Any]:
    """What the pages say of each field of a type."""
    match field:
        case models.ForeignKey() | models.ManyToManyField():
            return {"queryset": field.related_model._default_manager.none()}
        case PhoneNumberField():
            return {
                "widget": forms.TextInput(attrs={"type": "tel", **UNREMEMBERED}),
                "error_messages": {"invalid": _("Enter a phone number, such as 612 345 678.")},
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
            said = {name: field.error_messages[name] for name in OF_LIMITS if name in field.error_messages}
            return {**limits(field), "error_messages": said}
    return {}
