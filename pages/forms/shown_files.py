"""Forms of signed files for another city. The page shows the whole file before the reader confirms it."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS


class ShownFileForm(forms.Form):
    """Common fields of these forms. `digest` is the digest of the file that the page shows."""

    names_nobody = forms.BooleanField(required=False)  # subclasses add a label with what must be read
    digest = forms.CharField(widget=forms.HiddenInput, required=False)

    def require_confirmation(self, digest: str) -> None:
        """Set the digest of the shown file, and clear the box that confirms it."""
        data: Any = self.data
        data = data.copy()
        data["digest"] = digest
        data.pop("names_nobody", None)
        self.data = data

    @property
    def must_be_read(self) -> bool:
        """Whether the form was rejected because the file was not confirmed, or changed after it was shown."""
        return self.has_error("names_nobody") or self.has_error(NON_FIELD_ERRORS, "changed")
