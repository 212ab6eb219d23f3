"""Forms of the files in which cities exchange practices."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms.fields import fields_of
from pages.forms.shown_files import ShownFileForm
from practices.models import PracticeFile


@fields_of(PracticeFile, "recipient")
class PracticeFileForm(ShownFileForm):
    """The practices and the recipient of a file."""

    practices = forms.TypedMultipleChoiceField(
        label=_("Practices"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one practice.")},
    )
    names_nobody = forms.BooleanField(label=_("I have read all texts: they name no one"), required=False)
    field_order = ("practices", "recipient", "names_nobody", "digest")

    def __init__(self, *args: Any, practices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practices"].choices = list(practices)  # type: ignore[attr-defined]  # a choice field

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in ("recipient", "names_nobody", "digest")} | {
            "practice_ids": cleaned["practices"]
        }


class OfferedFileForm(forms.Form):
    file = forms.FileField(
        label=_("File of practices"),
        help_text=_("A JSON file that another city has sent, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class AcceptForm(forms.Form):
    """The practices of a file to accept. A new key requires that its fingerprint was compared."""

    codes = forms.MultipleChoiceField(
        label=_("Practices"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one practice.")},
    )
    is_compared = forms.BooleanField(
        label=_("I have called the city: its fingerprint is the same"), required=False
    )

    def __init__(
        self, *args: Any, codes: Iterable[tuple[str, str]], must_compare: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = list(codes)  # type: ignore[attr-defined]  # a choice field
        if not must_compare:
            del self.fields["is_compared"]
