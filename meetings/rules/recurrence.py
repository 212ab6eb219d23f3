"""Days on which something happens again and again: recurrence rules of RFC 5545 (section 3.3.10).

A rule is kept as the value of an RRULE without DTSTART; its first day stands beside it. Days only: the
clock time is local and added later, so that nine o'clock stays nine o'clock over both clock changes.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrule, rrulestr

WEEKLY: Final = "weekly"
FORTNIGHTLY: Final = "fortnightly"
MONTHLY_WEEKDAY: Final = "monthly_weekday"
MONTHLY_DAY: Final = "monthly_day"
QUARTERLY: Final = "quarterly"
YEARLY: Final = "yearly"
PATTERNS: Final = (WEEKLY, FORTNIGHTLY, MONTHLY_WEEKDAY, MONTHLY_DAY, QUARTERLY, YEARLY)
# A fourth weekday that is the last one too may be meant as either: what says that the last is meant.
LAST_OF: Final = {MONTHLY_WEEKDAY: "monthly_last", QUARTERLY: "quarterly_last"}

AHEAD: Final = timedelta(days=92)
FAR: Final = timedelta(days=5 * 366)  # longer than from one day of any pattern to the next

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LAST: Final = -1
_BASE: Final = {last: pattern for pattern, last in LAST_OF.items()}


def rule_for(pattern: str, first: date, until: date | None = None, times: int | None = None) -> str:
    """The rule of a pattern that begins on `first`; `until` is the last day it may fall on.

    Or it happens so many `times`, the first one counted.

    A fifth weekday means the last one; where a month has no such day, the last it has. A pattern of LAST_OF
    means the last weekday where `first` is one.

    >>> rule_for("monthly_weekday", date(2026, 12, 7))
    'FREQ=MONTHLY;BYDAY=1MO'
    >>> rule_for("monthly_day", date(2026, 12, 31), date(2027, 6, 30))
    'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;UNTIL=20270630'
    """
    means_last = pattern in LAST_OF.values() and _is_last(first)
    weekday = f"{_LAST if means_last else nth_weekday(first)}{DAYS[first.weekday()]}"
    is_leap = (first.month, first.day) == (2, 29)
    rule = {
        WEEKLY: f"FREQ=WEEKLY;BYDAY={DAYS[first.weekday()]}",
        FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={DAYS[first.weekday()]}",
        MONTHLY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={weekday}",
        MONTHLY_DAY: f"FREQ=MONTHLY;{_monthly_day(first.day)}",
        QUARTERLY: f"FREQ=MONTHLY;INTERVAL=3;BYDAY={weekday}",
        YEARLY: f"FREQ=YEARLY;BYMONTH={first.month};BYMONTHDAY={_LAST if is_leap else first.day}",
    }[_BASE.get(pattern, pattern)]
    if times:
        until = next(islice(days(rule, first, after=None, until=date.max), times - 1, None))
    return ended(rule, until)


def patterns_on(day: date, chosen: str = "") -> Iterator[str]:
    """What may be meant where the first is on `day`; what was `chosen` for another day stays one of them."""
    for pattern in PATTERNS:
        last = LAST_OF.get(pattern)
        is_either = nth_weekday(day) == 4 and _is_last(day)
        if last is None or is_either or chosen != last:
            yield pattern
        if last and (is_either or chosen == last):
            yield last


def parts(rule: str) -> dict[str, str]:
    """What a rule says, by name: FREQ, BYDAY and so on."""
    return {name: value for name, _is, value in (part.partition("=") for part in rule.split(";"))}


def pattern_of(rule: str) -> str:
    """The pattern a rule was made of, whichever of its days it was made on."""
    found = parts(rule)
    if "INTERVAL" in found:
        return FORTNIGHTLY if found["FREQ"] == "WEEKLY" else QUARTERLY
    if found["FREQ"] == "MONTHLY":
        return MONTHLY_WEEKDAY if "BYDAY" in found else MONTHLY_DAY
    return WEEKLY if found["FREQ"] == "WEEKLY" else YEARLY


def ended(rule: str, until: date | None) -> str:
    """The same rule up to and with `until`; without end where None."""
    bare = rule.partition(";UNTIL=")[0]
    return f"{bare};UNTIL={until:%Y%m%d}" if until else bare


def moved(rule: str, to: date) -> str:
    """The same pattern on another day, without end: every first Monday becomes every second Tuesday.

    A day that the rule names keeps it: of every 31st, the 28th of February too. What is the last in
    its month stays the last where `to` is one.

    >>> moved("FREQ=MONTHLY;BYDAY=-1MO", date(2027, 2, 23))
    'FREQ=MONTHLY;BYDAY=-1TU'
    """
    if next(days(ended(rule, None), to, after=None, until=to), None):
        return ended(rule, None)
    pattern, was_last = pattern_of(rule), parts(rule).get("BYDAY", "").startswith(f"{_LAST}")
    return rule_for(LAST_OF[pattern] if was_last else pattern, to)


def rescheduled(rule: str, named: Sequence[date], at: date, to: date) -> tuple[str, dict[date, date]]:
    """The rule where its day `at` becomes `to`, and which day takes the place of each of `named`.

    `named` are days of the rule in order, one of them `at`. Day follows day, so that none is lost and
    no two meet; a rule that ends has as many days as before.
    """
    other = moved(rule, to)
    first = _steps_before(other, to, named.index(at))
    until = last_day(rule)
    left = sum(1 for _ in days(rule, named[0], after=named[-1], until=until)) if until else 0
    found = list(islice(days(other, first, after=None, until=date.max), len(named) + left))
    return ended(other, found[-1] if until else None), dict(zip(named, found, strict=False))


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


def _is_last(day: date) -> bool:
    """Whether it is the last of its weekday in the month."""
    return (day + timedelta(days=7)).month != day.month


def _monthly_day(day: int) -> str:
    """The day, or the last one before it that the month has."""
    if day <= 28:
        return f"BYMONTHDAY={day}"
    return f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"


def _steps_before(rule: str, day: date, steps: int) -> date:
    """The day of a rule so many before `day`, which is one of them: each week or month has its one."""
    weeks = {WEEKLY: 1, FORTNIGHTLY: 2}.get(pattern_of(rule))
    if weeks:
        return day - timedelta(weeks=weeks * steps)
    months = {QUARTERLY: 3, YEARLY: 12}.get(pattern_of(rule), 1)
    starts = day.replace(day=1) - relativedelta(months=months * steps)
    return next(days(rule, starts, after=None, until=day))
