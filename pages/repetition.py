"""Recurrence rules in words."""

from datetime import date
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Series
from meetings.rules import recurrence
from pages.templatetags.ui import day as day_in_words

_NTH: Final = {
    "1": gettext_lazy("Every first %(weekday)s of the month"),
    "2": gettext_lazy("Every second %(weekday)s of the month"),
    "3": gettext_lazy("Every third %(weekday)s of the month"),
    "4": gettext_lazy("Every fourth %(weekday)s of the month"),
    "-1": gettext_lazy("Every last %(weekday)s of the month"),
}
_NTH_OF_QUARTER: Final = {
    "1": gettext_lazy("Every three months on the first %(weekday)s"),
    "2": gettext_lazy("Every three months on the second %(weekday)s"),
    "3": gettext_lazy("Every three months on the third %(weekday)s"),
    "4": gettext_lazy("Every three months on the fourth %(weekday)s"),
    "-1": gettext_lazy("Every three months on the last %(weekday)s"),
}
# fmt: off
_DATES: Final = (
    gettext_lazy("1st"), gettext_lazy("2nd"), gettext_lazy("3rd"), gettext_lazy("4th"),
    gettext_lazy("5th"), gettext_lazy("6th"), gettext_lazy("7th"), gettext_lazy("8th"),
    gettext_lazy("9th"), gettext_lazy("10th"), gettext_lazy("11th"), gettext_lazy("12th"),
    gettext_lazy("13th"), gettext_lazy("14th"), gettext_lazy("15th"), gettext_lazy("16th"),
    gettext_lazy("17th"), gettext_lazy("18th"), gettext_lazy("19th"), gettext_lazy("20th"),
    gettext_lazy("21st"), gettext_lazy("22nd"), gettext_lazy("23rd"), gettext_lazy("24th"),
    gettext_lazy("25th"), gettext_lazy("26th"), gettext_lazy("27th"), gettext_lazy("28th"),
    gettext_lazy("29th"), gettext_lazy("30th"), gettext_lazy("31st"),
)
# fmt: on


def in_words(rule: str) -> str:
    """A rule as the start of a sentence, such as `Every last Monday of the month`."""
    pattern, parts = recurrence.pattern_of(rule), recurrence.rule_parts_of(rule)
    if pattern == recurrence.YEARLY:
        if parts["BYMONTHDAY"] == "-1":
            return _("Every year on the last day of February")
        of_any_year = date(2001, int(parts["BYMONTH"]), int(parts["BYMONTHDAY"]))
        return _("Every year on %(day)s") % {"day": date_format(of_any_year, "MONTH_DAY_FORMAT")}
    if pattern == recurrence.MONTHLY_DAY:
        day = int(parts["BYMONTHDAY"].rpartition(",")[-1])
        text = _("Every month on the %(day)s, or the last day of shorter months")
        return (text if day > 28 else _("Every month on the %(day)s")) % {"day": _DATES[day - 1]}
    nth, weekday = parts["BYDAY"][:-2], recurrence.DAYS.index(parts["BYDAY"][-2:])
    sentences = {
        recurrence.WEEKLY: _("Every %(weekday)s"),
        recurrence.FORTNIGHTLY: _("Every two weeks on %(weekday)s"),
        recurrence.MONTHLY_WEEKDAY: _NTH.get(nth),
        recurrence.QUARTERLY: _NTH_OF_QUARTER.get(nth),
    }
    return str(sentences[pattern]) % {"weekday": WEEKDAYS[weekday]}


def repeats(series: Series | None) -> str:
    """A series in words, with its end. Empty for a single date or a series that was ended early."""
    if series is None:
        return ""
    if series.is_ended and not recurrence.is_over(series.rule, series.first_on, series.made_until):
        return ""
    often, last_day = in_words(series.rule), recurrence.last_day(series.rule)
    if last_day is None:
        return often
    return _("%(how_often)s, until %(day)s") % {"how_often": often, "day": day_in_words(last_day, "long")}
