"""Due dates by one tap: today, tomorrow, in a week, or a chosen date."""

from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from lib.days import city_today

DAYS: Final = (
    ("today", _("Today")),
    ("tomorrow", _("Tomorrow")),
    ("week", _("In a week")),
    ("pick", _("Choose a date")),
)
AHEAD: Final = {"today": 0, "tomorrow": 1, "week": 7}


def day_of(when: str, picked: date | None) -> date | None:
    """The chosen date. Today is the city's."""
    return city_today() + timedelta(days=AHEAD[when]) if when in AHEAD else picked
