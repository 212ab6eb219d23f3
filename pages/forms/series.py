"""Form fields for series: recurrence, and the scope of a change."""

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
    """Recurrence, with an end date or a number of occurrences. Ignored for a single date.

    Once the first date is typed, each option describes its dates.
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
            patterns = recurrence.possible_patterns(day, chosen=self["repeats"].value())
            choices = [(pattern, in_words(recurrence.rule_for(pattern, day))) for pattern in patterns]
            self.fields["repeats"].choices = [("", _("Once")), *choices]  # type: ignore[attr-defined]  # a choice field

    def first_day(self) -> date | None:
        """The city's date of the first occurrence, or None if not typed yet."""
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
        """Series arguments for the services. Empty for a single date."""
        data = self.cleaned_data
        if not data["repeats"]:
            return {}
        return {"pattern": data["repeats"], "until": data["repeats_until"], "times": data["repeats_times"]}


def scope_field(*, all_of: str | Promise = _("All future ones")) -> forms.ChoiceField:
    """The scope of a change to a series. Without an answer, only one occurrence changes."""
    scopes = ((ONE, _("Only this one")), (LATER, _("This and later ones")), (ALL, all_of))
    return forms.ChoiceField(label=_("Apply to"), choices=scopes, widget=forms.RadioSelect, initial=ONE)
