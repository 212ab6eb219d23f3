"""Form for an inquiry: period and reason."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.codes import ReasonCode
from lib.days import city_today, is_plausible_day
from lib.fold import squash
from lib.reasons import join_reasons
from pages.exports.forms import PrintForm

REASONS = {
    "asked": ReasonCode.PERSON_ASKED,
    "complaint": ReasonCode.COMPLAINT,
    "check": ReasonCode.OWN_CHECK,
}
LOOK_BACK = timedelta(days=90)


class InquiryForm(forms.Form):
    """Both dates are part of the period. The reason is recorded."""

    since = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    why = forms.ChoiceField(
        label=_("Reason for asking"),
        choices=[(name, code.label) for name, code in REASONS.items()],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=_("Reference"), required=False, max_length=60, help_text=_("A case number, not a name.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = city_today()
        kwargs.setdefault("initial", {"since": today - LOOK_BACK, "until": today, "why": "asked"})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        for name in ("since", "until"):
            if cleaned.get(name) and not is_plausible_day(cleaned[name]):
                self.add_error(name, _("Enter a date in this century."))
        if since and until and since > until:
            self.add_error("until", _("The end date must be on or after the start date."))
        return cleaned

    def period_and_reason(self) -> tuple[date, date, str]:
        """First date, last date, and the reason as recorded."""
        cleaned = self.cleaned_data
        reason = join_reasons([REASONS[cleaned["why"]].sent, squash(cleaned["reference"])])
        return cleaned["since"], cleaned["until"], reason


class InquiryFileForm(PrintForm, InquiryForm):
    """The result of an inquiry as a file: the inquiry's own fields, hidden, and who gets the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name != "recipient":
                field.widget = field.hidden_widget()
