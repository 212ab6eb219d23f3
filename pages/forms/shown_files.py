"""A file for another city: chosen, shown whole, confirmed."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS


class ShownFileForm(forms.Form):
    """The fields that all forms for signed files share. `digest` is of the file on the page."""

    names_nobody = forms.BooleanField(required=False)  # a form of a file says what was read
    digest = forms.CharField(widget=forms.HiddenInput, required=False)

    def show(self, digest: str) -> None:
        """The page shows this file, which the reader has not confirmed yet."""
        data: Any = self.data
        data = data.copy()
        data["digest"] = digest
        data.pop("names_nobody", None)
        self.data = data

    @property
    def must_be_read(self) -> bool:
        """Whether it was refused because the file was not read, or has changed since."""
        return self.has_error("names_nobody") or self.has_error(NON_FIELD_ERRORS, "changed")
