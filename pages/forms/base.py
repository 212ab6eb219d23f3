"""Shared parts of forms: the version that was shown, and service errors next to their fields."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from lib.conflicts import StaleVersion, digest_of
from lib.error_texts import safe_text

#: For options that are rows. After Back, a browser restores selections by position, but the list
#: may have changed, so that another row would be selected.
ROWS: Final = {"autocomplete": "off"}
#: Hidden fields that hold the version that was shown to the writer.
SHOWN: Final = ("version", "revision", "number", "shown")


def shown_values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Initial values of a `DigestForm`."""
    return {name: getattr(row, name) for name in names} | {"shown": digest_of(row, names)}


def add_service_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Show a service's ValidationError next to its fields, or at the top if the form has no such field."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            field_name = name if name in form.fields and name != NON_FIELD_ERRORS else None
            form.add_error(field_name, [_translated(message) for message in errors])
    else:
        form.add_error(None, [_translated(message) for message in error.error_list])


def typed_again(form: forms.BaseForm, stale: StaleVersion) -> Any:
    """Return the typed data with the current version, so that saving again overwrites the other change."""
    submitted: Any = form.data
    data = submitted.copy()
    for name in SHOWN:
        if name in form.fields and form.fields[name].widget.is_hidden:
            data[form.add_prefix(name)] = str(stale.current)
    return data


class RefusalsIn:
    """Context manager that shows the ValidationError of a service as errors of the form, and continues."""

    def __init__(self, form: forms.BaseForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, StaleVersion):
            self.form.data = typed_again(self.form, error)
            text = _(
                "Someone else changed this while you were editing. Check what it says now, then send the "
                "form again."
            )
            self.form.add_error(None, text)
        elif isinstance(error, ValidationError):
            add_service_errors(self.form, error)
        return isinstance(error, ValidationError)


def _translated(error: ValidationError) -> ValidationError:
    return ValidationError(safe_text(error), code=error.code)


class VersionedForm(forms.Form):
    """A form for changing a row. `version` is the version that was shown to the writer."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def values(self) -> dict[str, Any]:
        """The typed values without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class DigestForm(forms.Form):
    """A form for a row without a version. `shown` is the digest of what was shown to the writer."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
