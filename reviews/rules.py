"""When a report is due by email and of which days it is, and what an audit draws. Pure."""

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

LOOKBACK: Final = timedelta(days=6)  # what is later than this is no longer sent; the next one comes soon
MONDAY: Final = 0
#: Before the digest of the seed in the purpose of the event of a new draft, so that seals cover the seed.
SEED: Final = "seed-digest:"
#: Before the seed itself, in events of versions that did not hide it.
SEED_IN_CLEAR: Final = "seed:"


def is_due_on(rhythm: str, day: date) -> bool:
    """Mondays, the first of a month, the first of a quarter."""
    if rhythm == WEEKLY:
        return day.weekday() == MONDAY
    return day.day == 1 and (rhythm == MONTHLY or day.month % 3 == 1)


def due_days(rhythm: str, zone: ZoneInfo, *, since: datetime, now: datetime) -> Iterator[date]:
    """Days whose 09:00 has passed by `now`, after `since` and not too long ago."""
    earliest = max(since, now - LOOKBACK)
    day, today = earliest.astimezone(zone).date(), now.astimezone(zone).date()
    while day <= today:
        if is_due_on(rhythm, day) and earliest < nine_oclock(day, zone) <= now:
            yield day
        day += timedelta(days=1)


def period_before(rhythm: str, day: date) -> tuple[date, date]:
    """The last whole week, month or quarter before a day on which a report is due: half-open."""
    if rhythm == WEEKLY:
        return day - timedelta(days=7), day
    months = 1 if rhythm == MONTHLY else 3
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1), day


def commitment_to(seed: str) -> str:
    """Return what the event of a new draft has as its purpose: it binds the seed and does not tell it."""
    return f"{SEED}{hashlib.sha256(seed.encode()).hexdigest()}"


def drawn(seed: str, candidates: Iterable[UUID], at_most: int) -> list[UUID]:
    """Return the candidates that the seed draws, in order: those with the lowest SHA-256 of seed and ID.

    A candidate more or less changes no other's place, and a larger sample begins with the smaller one.
    """

    def place(candidate: UUID) -> str:
        return hashlib.sha256(f"{seed} {candidate}".encode()).hexdigest()

    return sorted(candidates, key=place)[:at_most]
