"""What forms share: the version they were shown, and the services' errors beside the fields."""

from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from lib.told import told

#: Of options that are rows: after Back a browser ticks by position what was ticked before, and by then the
#: list may have changed, so that it would be another row.
ROWS: Final = {"autocomplete": "off"}


def add_service_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Show a service's ValidationError beside its fields, or on top where the form has no such field."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            known = name if name in form.fields and name != NON_FIELD_ERRORS else None
            form.add_error(known, [_told(one) for one in errors])
    else:
        form.add_error(None, [_told(one) for one in error.error_list])


def _told(error: ValidationError) -> ValidationError:
    return ValidationError(told(error), code=error.code)


class VersionedForm(forms.Form):
    """A form for changing a row: `version` is the one its writer was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def values(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
