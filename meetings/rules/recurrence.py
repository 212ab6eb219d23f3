"""Days of recurring meetings and follow-ups, by recurrence rules of RFC 5545 (section 3.3.10).

A rule is stored as the value of an RRULE without DTSTART, and its first day separately. Rules have days only.
The local time is added later, so that 09:00 stays 09:00 over both clock changes.
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
# A day can be both the fourth and the last of its weekday in a month. These patterns mean the last.
LAST_OF: Final = {MONTHLY_WEEKDAY: "monthly_last", QUARTERLY: "quarterly_last"}

AHEAD: Final = timedelta(days=92)
FAR: Final = timedelta(days=5 * 366)  # longer than from one day of any pattern to the next

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LAST: Final = -1
_BASE: Final = {last_pattern: pattern for pattern, last_pattern in LAST_OF.items()}


def rule_for(pattern: str, first_day: date, until: date | None = None, times: int | None = None) -> str:
    """Return the rule of a pattern that begins on `first_day`.

    It ends with the day `until`, or after a number of `times` including the first, or never. A fifth weekday
    means the last. If a month lacks a day, its last day counts. A pattern of LAST_OF means the last weekday
    of the month if `first_day` is one.

    >>> rule_for("monthly_weekday", date(2026, 12, 7))
    'FREQ=MONTHLY;BYDAY=1MO'
    >>> rule_for("monthly_day", date(2026, 12, 31), date(2027, 6, 30))
    'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;UNTIL=20270630'
    """
    means_last = pattern in LAST_OF.values() and _is_last(first_day)
    weekday = f"{_LAST if means_last else nth_weekday(first_day)}{DAYS[first_day.weekday()]}"
    is_leap = (first_day.month, first_day.day) == (2, 29)
    rule = {
        WEEKLY: f"FREQ=WEEKLY;BYDAY={DAYS[first_day.weekday()]}",
        FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={DAYS[first_day.weekday()]}",
        MONTHLY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={weekday}",
        MONTHLY_DAY: f"FREQ=MONTHLY;{_monthly_day(first_day.day)}",
        QUARTERLY: f"FREQ=MONTHLY;INTERVAL=3;BYDAY={weekday}",
        YEARLY: f"FREQ=YEARLY;BYMONTH={first_day.month};BYMONTHDAY={_LAST if is_leap else first_day.day}",
    }[_BASE.get(pattern, pattern)]
    if times:
        until = next(islice(days(rule, first_day, after=None, until=date.max), times - 1, None))
    return with_end(rule, until)


def possible_patterns(day: date, chosen: str = "") -> Iterator[str]:
    """Yield the patterns possible for a first day. A pattern `chosen` for another day stays possible."""
    for pattern in PATTERNS:
        last_pattern = LAST_OF.get(pattern)
        is_either = nth_weekday(day) == 4 and _is_last(day)
        if last_pattern is None or is_either or chosen != last_pattern:
            yield pattern
        if last_pattern and (is_either or chosen == last_pattern):
            yield last_pattern


def rule_parts_of(rule: str) -> dict[str, str]:
    """Return the parts of a rule by name: FREQ, BYDAY and so on."""
    return {name: value for name, _is, value in (part.partition("=") for part in rule.split(";"))}


def pattern_of(rule: str) -> str:
    """Return the pattern of a rule, for any of its days."""
    rule_parts = rule_parts_of(rule)
    if "INTERVAL" in rule_parts:
        return FORTNIGHTLY if rule_parts["FREQ"] == "WEEKLY" else QUARTERLY
    if rule_parts["FREQ"] == "MONTHLY":
        return MONTHLY_WEEKDAY if "BYDAY" in rule_parts else MONTHLY_DAY
    return WEEKLY if rule_parts["FREQ"] == "WEEKLY" else YEARLY


def with_end(rule: str, until: date | None) -> str:
    """Return the rule up to and including `until`; without end if None."""
    bare = rule.partition(";UNTIL=")[0]
    return f"{bare};UNTIL={until:%Y%m%d}" if until else bare


def moved_to(rule: str, to: date) -> str:
    """Return the same pattern for another day, without end: each first Monday becomes each second Tuesday.

    If `to` is a day of the rule, the rule stays: for each 31st, so is 28 February. A last weekday stays the
    last if `to` is one.

    >>> moved_to("FREQ=MONTHLY;BYDAY=-1MO", date(2027, 2, 23))
    'FREQ=MONTHLY;BYDAY=-1TU'
    """
    if next(days(with_end(rule, None), to, after=None, until=to), None):
        return with_end(rule, None)
    pattern, was_last = pattern_of(rule), rule_parts_of(rule).get("BYDAY", "").startswith(f"{_LAST}")
    return rule_for(LAST_OF[pattern] if was_last else pattern, to)


def rescheduled(
    rule: str, rule_days: Sequence[date], old_day: date, new_day: date
) -> tuple[str, dict[date, date]]:
    """Return the rule in which `old_day` becomes `new_day`, and the new day of each of `rule_days`.

    `rule_days` are days of the rule in order, including `old_day`. Each gets a day of its own. A rule with an
    end keeps its number of days.
    """
    new_rule = moved_to(rule, new_day)
    first_new_day = _steps_before(new_rule, new_day, rule_days.index(old_day))
    until = last_day(rule)
    remaining_number = (
        sum(1 for _ in days(rule, rule_days[0], after=rule_days[-1], until=until)) if until else 0
    )
    new_days = list(
        islice(days(new_rule, first_new_day, after=None, until=date.max), len(rule_days) + remaining_number)
    )
    return with_end(new_rule, new_days[-1] if until else None), dict(zip(rule_days, new_days, strict=False))


def last_day(rule: str) -> date | None:
    """Return the last possible day of a rule; None if it has no end."""
    _rule, _until, day = rule.partition(";UNTIL=")
    return datetime.strptime(day, "%Y%m%d").date() if day else None  # noqa: DTZ007 (a day has no zone)


def days(rule: str, first_day: date, *, after: date | None, until: date) -> Iterator[date]:
    """Yield the days of a rule after `after` (None: from the first day) up to and including `until`."""
    starts = datetime.combine(first_day, time.min)
    parsed_rule = rrulestr(f"RRULE:{rule}", dtstart=starts)
    if not isinstance(parsed_rule, rrule):
        raise TypeError("one rule, not a set of them")
    for moment in parsed_rule:
        if moment.date() > until:
            return
        if after is None or moment.date() > after:
            yield moment.date()


def days_to_make(rule: str, first_day: date, *, made_until: date, today: date) -> list[date]:
    """Return the days to create meetings for now: those of the next 3 months, and at least one future day."""
    new_days: list[date] = []
    for day in days(rule, first_day, after=made_until, until=today + FAR):
        if day > today + AHEAD and (new_days or made_until > today):
            break
        new_days.append(day)
    return new_days


def is_over(rule: str, first_day: date, made_until: date) -> bool:
    """Whether the rule has no day after `made_until`."""
    return next(days(rule, first_day, after=made_until, until=made_until + FAR), None) is None


def next_day(rule: str, first_day: date, *, made_until: date, today: date) -> date | None:
    """Return the next day from today on, for rows created one at a time; None if the rule has ended."""
    after = max(made_until, today - timedelta(days=1))
    return next(days(rule, first_day, after=after, until=after + FAR), None)


def nth_weekday(day: date) -> int:
    """Return the number of the weekday in its month: 1 to 4, or -1 for a fifth."""
    nth = (day.day - 1) // 7 + 1
    return _LAST if nth == 5 else nth


def _is_last(day: date) -> bool:
    """Whether the day is the last of its weekday in the month."""
    return (day + timedelta(days=7)).month != day.month


def _monthly_day(day: int) -> str:
    """Return the rule part for a day of the month. A shorter month has its last day instead."""
    if day <= 28:
        return f"BYMONTHDAY={day}"
    return f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"


def _steps_before(rule: str, day: date, steps: int) -> date:
    """Return the day of a rule that is a number of steps before `day`, which is a day of the rule too."""
    weeks = {WEEKLY: 1, FORTNIGHTLY: 2}.get(pattern_of(rule))
    if weeks:
        return day - timedelta(weeks=weeks * steps)
    months = {QUARTERLY: 3, YEARLY: 12}.get(pattern_of(rule), 1)
    starts = day.replace(day=1) - relativedelta(months=months * steps)
    return next(days(rule, starts, after=None, until=day))
