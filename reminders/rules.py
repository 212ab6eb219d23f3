"""Reminder times, as pure functions of the recipient and the clock.

An occurrence is nominal: the time when a reminder should go out, not when it is really sent. The same
subject, recipients and day therefore always give the same occurrences. A row that is no longer among them is
not sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

AHEAD: Final = timedelta(days=8)  # how far ahead rows are created
LOOKBACK: Final = timedelta(days=8)  # later than this a reminder is useless
NINE: Final = time(9)


@dataclass(frozen=True, slots=True)
class Recipient:
    """The user data that the rules need."""

    id: UUID
    channels: frozenset[str]
    zone: ZoneInfo
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A nominal reminder: `at` is its time in UTC.

    The row may still be created until `made_until`. For most rules this is `at`; for daily and hourly rules
    it is the time from which they are pointless.
    """

    rule: str
    recipient_id: UUID
    channel: str
    at: datetime
    made_until: datetime


def nine_oclock(day: date, zone: ZoneInfo) -> datetime:
    """Return 09:00 of the day in the zone, in UTC.

    If 09:00 occurs twice, return the first; if it is skipped, the moment after the gap.
    """
    return datetime.combine(day, NINE, tzinfo=zone).astimezone(UTC)


def days_around(now: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Yield the days in the zone whose occurrences are near enough to matter."""
    today = now.astimezone(zone).date()
    for days in range(-LOOKBACK.days, AHEAD.days + 1):
        yield today + timedelta(days=days)


def each_channel(
    rule: str, recipient: Recipient, at: datetime, *, now: datetime, made_until: datetime | None = None
) -> Iterator[Occurrence]:
    """Yield the occurrence for each channel, if the recipient is active and the time is near enough."""
    if recipient.is_active and now - LOOKBACK <= at <= now + AHEAD:
        for channel in sorted(recipient.channels):
            yield Occurrence(rule, recipient.id, channel, at, made_until or at)
