"""What happens again and again: how often, and whether a change is for one, some or all."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.models import Series
from meetings.rules import recurrence
from meetings.services.series import ALL, LATER, ONE

PATTERNS = {
    recurrence.WEEKLY: _("Every week"),
    recurrence.FORTNIGHTLY: _("Every two weeks"),
    recurrence.MONTHLY_WEEKDAY: _("Every month on the same weekday, such as the first Monday"),
    recurrence.MONTHLY_DAY: _("Every month on the same date"),
    recurrence.QUARTERLY: _("Every three months on the same weekday"),
    recurrence.YEARLY: _("Every year"),
}


class Repeats(forms.Form):
    """How often, and until when; neither is asked of what happens once."""

    repeats = forms.ChoiceField(
        label=_("How often?"), choices=[("", _("Once")), *PATTERNS.items()], required=False
    )
    repeats_until = forms.DateField(
        label=_("Last day"),
        help_text=_("Leave empty when it goes on."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )

    def pattern(self) -> dict[str, Any]:
        """Arguments of the services that start a series; empty for what happens once."""
        data = self.cleaned_data
        return {"pattern": data["repeats"], "until": data["repeats_until"]} if data["repeats"] else {}


def scope_field(*, all_of: str | Promise = _("All to come")) -> forms.ChoiceField:
    """For which of a series; without an answer for one."""
    scopes = ((ONE, _("Only this one")), (LATER, _("This and later ones")), (ALL, all_of))
    return forms.ChoiceField(label=_("Change"), choices=scopes, widget=forms.RadioSelect, initial=ONE)


def repeats(series: Series | None) -> str:
    """How often, for a page; empty for what happens once, or does not go on."""
    if series is None or series.is_ended:
        return ""
    return str(PATTERNS[recurrence.pattern_of(series.rule)])
