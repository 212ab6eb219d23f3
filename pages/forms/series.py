"""What happens again and again: how often, and whether a change is for one, some or all."""

from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lib.days import city_day, is_plausible_day
from meetings.rules import recurrence
from meetings.services.series import ALL, LATER, ONE
from pages.repetition import in_words

PATTERNS = {
    recurrence.WEEKLY: _("Every week"),
    recurrence.FORTNIGHTLY: _("Every two weeks"),
    recurrence.MONTHLY_WEEKDAY: _("Every month on the same weekday, such as the first Monday"),
    recurrence.MONTHLY_DAY: _("Every month on the same date"),
    recurrence.QUARTERLY: _("Every three months on the same weekday"),
    recurrence.YEARLY: _("Every year"),
}


class Repeats(forms.Form):
    """How often, and until when or how many times; nothing of this is asked of what happens once.

    Once the first day is typed, each choice says which days it means.
    """

    repeats = forms.ChoiceField(
        label=_("How often?"), choices=[("", _("Once")), *PATTERNS.items()], required=False
    )
    repeats_until = forms.DateField(
        label=_("Last date"),
        help_text=_("Leave both empty if there is no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    repeats_times = forms.IntegerField(
        label=_("Or how many times"),
        help_text=_("Including the first."),
        min_value=2,
        max_value=500,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if day := self.first_day():
            patterns = recurrence.patterns_on(day, chosen=self["repeats"].value())
            named = [(pattern, in_words(recurrence.rule_for(pattern, day))) for pattern in patterns]
            self.fields["repeats"].choices = [("", _("Once")), *named]  # type: ignore[attr-defined]  # a choice

    def first_day(self) -> date | None:
        """The city's day of the first one, as far as it is typed."""
        try:
            moment = self.fields["starts_at"].clean(self["starts_at"].value())
        except forms.ValidationError:
            return None
        return city_day(moment) if is_plausible_day(moment) else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("repeats") and data.get("repeats_until") and data.get("repeats_times"):
            self.add_error("repeats_times", _("Enter a last date or a number of times, not both."))
        return data

    def pattern(self) -> dict[str, Any]:
        """Arguments of the services that start a series; empty for what happens once."""
        data = self.cleaned_data
        if not data["repeats"]:
            return {}
        return {"pattern": data["repeats"], "until": data["repeats_until"], "times": data["repeats_times"]}


def scope_field(*, all_of: str | Promise = _("All future ones")) -> forms.ChoiceField:
    """For which of a series; without an answer for one."""
    scopes = ((ONE, _("Only this one")), (LATER, _("This and later ones")), (ALL, all_of))
    return forms.ChoiceField(label=_("Apply to"), choices=scopes, widget=forms.RadioSelect, initial=ONE)
