"""Rules for alerts about reading contacts, without Django. An alert is a question (docs/adr/0048)."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import Final

TIMES_USUAL: Final = 3
FEWEST_CONTACTS: Final = 15  # fewer in a day are never unusual
FEWEST_DAYS: Final = 5  # before that, a user has no usual day
DAYS_LOOKED_AT: Final = 28
MANY_REASONS: Final = 10  # contacts outside the portfolio in a day
#: The usual day of an account that has none yet: 30 contacts are then unusual, half an officer's daily limit.
USUAL_OF_NEW: Final = 10
#: The days that count together. 14 contacts a day are never unusual, but reading all contacts in 30 days is.
DAYS_TOGETHER: Final = 30
#: Different contacts in these days: an officer's portfolio has about 80, and a colleague's on leave as many.
MANY_TOGETHER: Final = 150
#: Different contacts outside the portfolio in these days: each day below its own limit, four weeks in a row.
MANY_OUTSIDE_TOGETHER: Final = 40
WAITS_FOR_ANSWER: Final = timedelta(days=7)  # then an alert can be closed without an answer


def usual_day(past: Sequence[int]) -> int | None:
    """The median of the days on which a user read contacts, or None if there are too few days.

    >>> usual_day([4, 0, 6, 8, 5, 7]), usual_day([40, 50])
    (6, None)
    """
    days = [contacts for contacts in past if contacts > 0]
    return round(median(days)) if len(days) >= FEWEST_DAYS else None


def is_unusual(today: int, usual_contacts: int | None) -> bool:
    """Whether a user has read three times as many contacts as on their usual day, or as a new account does.

    >>> is_unusual(18, 6), is_unusual(17, 6), is_unusual(9, 3), is_unusual(30, None), is_unusual(29, None)
    (True, False, False, True, False)
    """
    times = TIMES_USUAL * (USUAL_OF_NEW if usual_contacts is None else usual_contacts)
    return today >= FEWEST_CONTACTS and today >= times


def is_much_together(contacts: int, outside: int) -> bool:
    """Whether a user has read many different contacts in 30 days.

    >>> is_much_together(150, 0), is_much_together(149, 39), is_much_together(60, 40)
    (True, False, True)
    """
    return contacts >= MANY_TOGETHER or outside >= MANY_OUTSIDE_TOGETHER
