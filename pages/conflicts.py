"""Edit conflicts: the page shows both texts, and the second editor decides."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from pages.forms.base import SHOWN
from pages.templatetags.ui import day


@dataclass(frozen=True, slots=True)
class Difference:
    """A field's text now and as typed."""

    label: str
    theirs: str
    yours: str


def differences(form: forms.BaseForm, current: Mapping[str, Any]) -> list[Difference]:
    """Fields in which a valid `form` differs from `current`, the initial values of a fresh form."""
    return list(_differing(form, current))


def _differing(form: forms.BaseForm, current: Mapping[str, Any]) -> Iterator[Difference]:
    for name, yours in form.cleaned_data.items():
        if name not in current or name in SHOWN:
            continue
        field = form.fields[name]
        stored = current[name]
        with suppress(ValidationError):
            stored = field.clean(stored)
        texts = _text(field, stored), _text(field, yours)
        if texts[0] != texts[1]:
            yield Difference(str(field.label or name), *texts)


def _text(field: forms.Field, value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str | int) and not isinstance(field, forms.ModelChoiceField):
        names = {str(code): str(label) for code, label in getattr(field, "choices", ())}
        return names.get(str(value), str(value))
    if isinstance(value, Iterable) and not isinstance(value, str | Model):
        return ", ".join(sorted(_text(field, member) for member in value))
    return day(value) if hasattr(value, "isoformat") else str(value)
