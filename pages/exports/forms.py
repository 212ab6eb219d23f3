"""Forms for exports: file format and reason."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audit.codes import ReasonCode
from lib.age import SHORTEST
from lib.age_keys import check_public_key, looks_like_public_key
from lib.fold import squash
from lib.reasons import MOST_LETTERS, check_reason, join_reasons

OTHER: Final = "other"
# Selected with one tap. Other reasons are typed.
REASONS: Final = (ReasonCode.EVENT, ReasonCode.COUNCIL, ReasonCode.CHECKING, ReasonCode.SUBJECT)
FORMATS: Final[dict[str, str | Promise]] = {
    "xlsx": _("Excel (XLSX)"),
    "csv": _("CSV"),
    "vcf": _("Address book (vCard)"),
    "pdf": _("PDF, A4"),
    "json": _("JSON, signed, to be verified"),
}


class ReasonForm(forms.Form):
    """A usual reason, or another in the user's own words."""

    usual: ClassVar[tuple[ReasonCode, ...]] = REASONS

    reason = forms.ChoiceField(
        label=_("Why do you need the data?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Enter a reason. It is kept in the activity log.")},
    )
    # Without `max_length`, because browsers cut pasted text silently.
    other = forms.CharField(
        label=_("The reason in your own words"),
        required=False,
        help_text=format_lazy(
            _(
                "Kept in the activity log with your name. Up to {most} characters, including the "
                "reason above. Do not name anyone here."
            ),
            most=MOST_LETTERS,
        ),
    )
    purpose = ""  # the reason as recorded

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason: Any = self.fields["reason"]
        reason.choices = [
            *((str(n), code.label) for n, code in enumerate(self.usual)),
            (OTHER, _("Another reason")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "reason" in cleaned and "other" in cleaned:
            usual_reason = "" if cleaned["reason"] == OTHER else self.usual[int(cleaned["reason"])].sent
            try:
                self.purpose = check_reason(join_reasons([usual_reason, squash(cleaned["other"])]))
            except ValidationError as error:
                self.add_error("other", error)
        return cleaned


class Suggesting(forms.TextInput):
    """A text with suggestions, which browsers show while the user types."""

    template_name = "pages/exports/suggested.html"
    suggestions: Sequence[str] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["suggestions"] = self.suggestions
        return context


class PrintForm(forms.Form):
    """The recipient of a printout. `suggestions` are the user's last recipients."""

    recipient = forms.CharField(
        label=_("Who gets this?"),
        max_length=100,
        help_text=_("An office, organisation or person. Privacy officers see who received data."),
        error_messages={"required": _("Enter who gets this.")},
        widget=Suggesting(attrs={"list": "recipients", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, suggestions: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["recipient"].widget
        widget.suggestions = suggestions

    @property
    def may_print(self) -> bool:
        return self.is_bound and self.is_valid()

    def clean_recipient(self) -> str:
        return squash(self.cleaned_data["recipient"])


class LeavingForm(PrintForm, ReasonForm):
    """Data leaves the system as a file: a reason, and who gets the data."""

    field_order: tuple[str, ...] = ("reason", "other", "recipient")


class PassphraseForm(forms.Form):
    """The encryption of a file: a passphrase, typed twice, or the recipient's public key."""

    passphrase = forms.CharField(
        label=_("Passphrase"),
        min_length=SHORTEST,
        max_length=200,
        strip=False,
        help_text=_(
            "The passphrase encrypts the file, which cannot be opened without the passphrase. We do not "
            "store the passphrase. If the recipient uses the program age, you can enter the recipient’s "
            "public key (age1…) instead."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Passphrase again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if looks_like_public_key(self._typed):
            self.fields["again"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"passphrase", "again"} <= cleaned.keys() and cleaned["passphrase"] != cleaned["again"]:
            self.add_error("again", _("Enter the same passphrase twice."))
        return cleaned

    def clean_passphrase(self) -> str:
        typed: str = self.cleaned_data["passphrase"]
        if not looks_like_public_key(typed):
            return typed
        try:
            check_public_key(typed)
        except ValueError:
            raise ValidationError(_("This is not a complete public key. Copy the key again.")) from None
        return typed.strip()

    def clean_again(self) -> str:
        """A public key is not secret, so that no one types it twice."""
        is_key = looks_like_public_key(self._typed)
        return str(self.cleaned_data.get("passphrase", "") if is_key else self.cleaned_data["again"])

    @property
    def _typed(self) -> str:
        return str(self["passphrase"].value() or "") if self.is_bound else ""


class ReadableForm(PassphraseForm):
    """A file that is encrypted unless the user asks for a readable one."""

    readable = forms.BooleanField(
        label=_("Create the file without encryption"),
        required=False,
        help_text=_("Only if the file stays on a protected device. This is recorded in the activity log."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self["readable"].value():
            for name in ("passphrase", "again"):
                self.fields[name].required = False

    @property
    def passphrase_given(self) -> str:
        """The passphrase, or an empty text for a readable file."""
        return "" if self.cleaned_data["readable"] else str(self.cleaned_data["passphrase"])


class ArchiveForm(PassphraseForm, LeavingForm):
    """The reason, recipient and passphrase for an archive."""

    field_order = ("reason", "other", "recipient", "passphrase", "again")


class ExportForm(LeavingForm):
    """Export a list. `formats` are the possible formats, the default first."""

    field_order: tuple[str, ...] = ("format", "reason", "other", "recipient")

    def __init__(self, *args: Any, formats: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(code, FORMATS[code]) for code in formats]
        self.fields["format"] = forms.ChoiceField(
            label=_("File format"), choices=offered, initial=offered[0][0], widget=forms.RadioSelect
        )
        self.order_fields(self.field_order)


class ListExportForm(ReadableForm, ExportForm):
    """Export a list, encrypted unless the user asks for a readable file."""

    field_order = ("format", "reason", "other", "recipient", "passphrase", "again", "readable")


class RowsExportForm(ReadableForm, LeavingForm):
    """Export the rows behind a figure, encrypted unless the user asks for a readable file."""

    field_order = ("reason", "other", "recipient", "passphrase", "again", "readable")
