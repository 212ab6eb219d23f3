"""Days on which something happens again and again: recurrence rules of RFC 5545 (section 3.3.10).

A rule is kept as the value of an RRULE without DTSTART; its first day stands beside it. Days only: the
clock time is local and added later, so that nine o'clock stays nine o'clock over both clock changes.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from dateutil.rrule import rrule, rrulestr

WEEKLY: Final = "weekly"
FORTNIGHTLY: Final = "fortnightly"
MONTHLY_WEEKDAY: Final = "monthly_weekday"
MONTHLY_DAY: Final = "monthly_day"
QUARTERLY: Final = "quarterly"
YEARLY: Final = "yearly"
PATTERNS: Final = (WEEKLY, FORTNIGHTLY, MONTHLY_WEEKDAY, MONTHLY_DAY, QUARTERLY, YEARLY)

AHEAD: Final = timedelta(days=92)
FAR: Final = timedelta(days=5 * 366)  # longer than from one day of any pattern to the next

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LAST: Final = -1


def rule_for(pattern: str, first: date, until: date | None = None) -> str:
    """The rule of a pattern that begins on `first`; `until` is the last day it may fall on.

    A fifth weekday means the last one; where a month has no such day, the last it has.

    >>> rule_for("monthly_weekday", date(2026, 12, 7))
    'FREQ=MONTHLY;BYDAY=1MO'
    >>> rule_for("monthly_day", date(2026, 12, 31), date(2027, 6, 30))
    'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;UNTIL=20270630'
    """
    weekday = f"{nth_weekday(first)}{_DAYS[first.weekday()]}"
    is_leap = (first.month, first.day) == (2, 29)
    rule = {
        WEEKLY: f"FREQ=WEEKLY;BYDAY={_DAYS[first.weekday()]}",
        FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={_DAYS[first.weekday()]}",
        MONTHLY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={weekday}",
        MONTHLY_DAY: f"FREQ=MONTHLY;{_monthly_day(first.day)}",
        QUARTERLY: f"FREQ=MONTHLY;INTERVAL=3;BYDAY={weekday}",
        YEARLY: f"FREQ=YEARLY;BYMONTH={first.month};BYMONTHDAY={_LAST if is_leap else first.day}",
    }[pattern]
    return f"{rule};UNTIL={until:%Y%m%d}" if until else rule


def pattern_of(rule: str, first: date) -> str:
    """The pattern a rule was made of."""
    bare = rule.partition(";UNTIL=")[0]
    return next(pattern for pattern in PATTERNS if rule_for(pattern, first) == bare)


def moved(rule: str, first: date, to: date) -> str:
    """The same pattern on another day: what met every first Monday meets every second Tuesday."""
    return rule_for(pattern_of(rule, first), to, last_day(rule))


def ended(rule: str, first: date, until: date) -> str:
    """The same rule up to and with `until`."""
    return rule_for(pattern_of(rule, first), first, until)


def last_day(rule: str) -> date | None:
    """The last day a rule may fall on; None where it goes on."""
    _rule, _until, day = rule.partition(";UNTIL=")
    return datetime.strptime(day, "%Y%m%d").date() if day else None  # noqa: DTZ007 (a day has no zone)


def days(rule: str, first: date, *, after: date | None, until: date) -> Iterator[date]:
    """Its days later than `after` (from the first on where None), up to and with `until`, in order."""
    starts = datetime.combine(first, time.min)
    found = rrulestr(f"RRULE:{rule}", dtstart=starts)
    if not isinstance(found, rrule):
        raise TypeError("one rule, not a set of them")
    for moment in found:
        if moment.date() > until:
            return
        if after is None or moment.date() > after:
            yield moment.date()


def days_to_make(rule: str, first: date, *, made_until: date, today: date) -> list[date]:
    """Days that need their meetings now: those of the next three months, and always the next one."""
    found: list[date] = []
    for day in days(rule, first, after=made_until, until=today + FAR):
        if day > today + AHEAD and (found or made_until > today):
            break
        found.append(day)
    return found


def is_over(rule: str, first: date, made_until: date) -> bool:
    """Whether no day is left to make."""
    return next(days(rule, first, after=made_until, until=made_until + FAR), None) is None


def next_day(rule: str, first: date, *, made_until: date, today: date) -> date | None:
    """The next day that is not past, of what is made one at a time; None where the rule has ended."""
    after = max(made_until, today - timedelta(days=1))
    return next(days(rule, first, after=after, until=after + FAR), None)


def nth_weekday(day: date) -> int:
    """Which of its weekday in the month: 1 to 4, or -1 for the last where it is a fifth."""
    nth = (day.day - 1) // 7 + 1
    return _LAST if nth == 5 else nth


def _monthly_day(day: int) -> str:
    """The day, or the last one before it that the month has."""
    if day <= 28:
        return f"BYMONTHDAY={day}"
    return f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"
