"""Due days and periods of reports by email, and the draw of an audit, as pure functions."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from reminders.rules import nine_oclock

WEEKLY: Final = "weekly"
MONTHLY: Final = "monthly"
QUARTERLY: Final = "quarterly"

LOOKBACK: Final = timedelta(days=6)  # older emails are no longer sent, because the next one is due soon
MONDAY: Final = 0
#: Prefix of the seed's digest in the purpose of a new draft's event. Seals cover it.
SEED: Final = "seed-digest:"
#: Prefix of the seed itself, in events of versions that did not hide it.
SEED_IN_CLEAR: Final = "seed:"


def is_due_on(rhythm: str, day: date) -> bool:
    """Whether a report is due: on Mondays, or on the first of a month or quarter."""
    if rhythm == WEEKLY:
        return day.weekday() == MONDAY
    return day.day == 1 and (rhythm == MONTHLY or day.month % 3 == 1)


def due_days(rhythm: str, zone: ZoneInfo, *, since: datetime, now: datetime) -> Iterator[date]:
    """Yield due days whose 09:00 is after `since`, not later than `now` and within LOOKBACK."""
    earliest = max(since, now - LOOKBACK)
    day, today = earliest.astimezone(zone).date(), now.astimezone(zone).date()
    while day <= today:
        if is_due_on(rhythm, day) and earliest < nine_oclock(day, zone) <= now:
            yield day
        day += timedelta(days=1)


def period_before(rhythm: str, day: date) -> tuple[date, date]:
    """Return the last whole week, month or quarter before a due day, half-open."""
    if rhythm == WEEKLY:
        return day - timedelta(days=7), day
    months = 1 if rhythm == MONTHLY else 3
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1), day


def commitment_to(seed: str) -> str:
    """Return the purpose of a new draft's event. It commits to the seed without revealing it."""
    return f"{SEED}{hashlib.sha256(seed.encode()).hexdigest()}"


def drawn(seed: str, candidates: Iterable[UUID], at_most: int) -> list[UUID]:
    """Return the first `at_most` candidates in the order of the SHA-256 of seed and ID.

    Adding or removing a candidate does not change the order of the others. A larger sample begins with the
    smaller one.
    """

    def place(candidate: UUID) -> str:
        return hashlib.sha256(f"{seed} {candidate}".encode()).hexdigest()

    return sorted(candidates, key=place)[:at_most]
