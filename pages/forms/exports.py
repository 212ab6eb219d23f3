"""What is asked before anything leaves as a file: in which form, and why."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lib.reasons import read_reason
from reports.exports.asked import AUDIENCES, Audience

OTHER: Final = "other"
# One tap each; anything else is typed.
REASONS: Final = (
    _("To prepare a meeting or an event"),
    _("For a report to the city or its council"),
    _("To check and tidy the book"),
    _("They asked for it"),
)
FORMATS: Final[dict[str, str | Promise]] = {
    "xlsx": _("Excel (XLSX)"),
    "csv": _("CSV"),
    "vcf": _("Address book (vCard)"),
    "pdf": _("PDF, A4"),
}


class ReasonForm(forms.Form):
    """Why: one of the usual reasons, or another in one's own words."""

    reason = forms.ChoiceField(
        label=_("Why do you need it?"),
        choices=[*((str(number), text) for number, text in enumerate(REASONS)), (OTHER, _("Another reason"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why: it is kept in the audit trail.")},
    )
    other = forms.CharField(
        label=_("The reason in your own words"),
        max_length=150,
        required=False,
        help_text=_("Kept in the audit trail beside your name. Name no person here."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["other"] = read_reason(given.get("other", ""))
        if given.get("reason") == OTHER and not given["other"] and "other" not in self.errors:
            self.add_error("other", ValidationError(_("Say why, in a few words."), code="required"))
        return given

    @property
    def purpose(self) -> str:
        """The reason as the trail keeps it."""
        given = self.cleaned_data
        usual = "" if given["reason"] == OTHER else str(REASONS[int(given["reason"])])
        return ": ".join(part for part in (usual, given["other"]) if part)[:200]


class ExportForm(ReasonForm):
    """`formats` are those the list can be had in, the usual one first."""

    field_order: tuple[str, ...] = ("format", "reason", "other")

    def __init__(self, *args: Any, formats: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(code, FORMATS[code]) for code in formats]
        self.fields["format"] = forms.ChoiceField(
            label=_("As"), choices=offered, initial=offered[0][0], widget=forms.RadioSelect
        )
        self.order_fields(self.field_order)


class ReportExportForm(ExportForm):
    """A file of figures: for inside, or for publication."""

    field_order = ("audience", "format", "reason", "other")

    audience = forms.ChoiceField(
        label=_("For whom?"),
        choices=[(code.value, text) for code, text in AUDIENCES.items()],
        initial=Audience.INTERNAL.value,
        widget=forms.RadioSelect,
    )
