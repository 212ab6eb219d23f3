"""Template filter for a span of time in words: `{{ step.due_minutes|span }}`."""

from typing import Final

from django import template
from django.utils.translation import ngettext

register = template.Library()

HOUR: Final = 60
DAY: Final = 24 * HOUR


@register.filter
def span(minutes: int | None) -> str:
    """`30 minutes`, `72 hours`, `7 days`: the largest unit that fits, days from a week on."""
    if minutes is None:
        return ""
    if minutes >= 7 * DAY and minutes % DAY == 0:
        return ngettext("%(n)d day", "%(n)d days", minutes // DAY) % {"n": minutes // DAY}
    if minutes % HOUR == 0:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // HOUR) % {"n": minutes // HOUR}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
