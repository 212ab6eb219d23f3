"""When reading contacts raises an alert, without Django. An alert is a question (docs/adr/0048)."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import Final

TIMES_USUAL: Final = 3
FEWEST_CONTACTS: Final = 15  # fewer in a day are never unusual
FEWEST_DAYS: Final = 5  # before that, a user has no usual day
DAYS_LOOKED_AT: Final = 28
MANY_REASONS: Final = 10  # contacts outside the portfolio in a day
WAITS_FOR_ANSWER: Final = timedelta(days=7)  # then an alert can be closed without an answer


def usual_day(past: Sequence[int]) -> int | None:
    """The median of the days on which a user read contacts, or None if there are too few days.

    >>> usual_day([4, 0, 6, 8, 5, 7]), usual_day([40, 50])
    (6, None)
    """
    days = [contacts for contacts in past if contacts > 0]
    return round(median(days)) if len(days) >= FEWEST_DAYS else None


def is_unusual(today: int, usual: int | None) -> bool:
    """Whether a user has read three times as many contacts as on their own usual day.

    >>> is_unusual(18, 6), is_unusual(17, 6), is_unusual(9, 3), is_unusual(50, None)
    (True, False, False, False)
    """
    return usual is not None and today >= FEWEST_CONTACTS and today >= TIMES_USUAL * usual
