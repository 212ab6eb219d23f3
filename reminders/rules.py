"""When a recipient is reminded. Pure: the recipient and the clock go in, moments come out.

An occurrence is nominal: it says when a reminder was meant to go out, whenever it really does. The
same subject, recipients and day therefore always give the same occurrences, and a row that is not
among them any more is not sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

AHEAD: Final = timedelta(days=8)  # how far ahead rows are made
LOOKBACK: Final = timedelta(days=8)  # a reminder later than this is of no use to anybody
NINE: Final = time(9)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user as the rules see one."""

    id: UUID
    channels: frozenset[str]
    zone: ZoneInfo
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One reminder: `at` is its nominal moment, in UTC.

    It may still be made until `made_until`: for most this is the moment itself, for those of the
    day and of the hour it is when they have become pointless.
    """

    rule: str
    recipient_id: UUID
    channel: str
    at: datetime
    made_until: datetime


def nine_oclock(day: date, zone: ZoneInfo) -> datetime:
    """09:00 of that day there, in UTC: the first one where it comes twice, the moment after a gap else."""
    return datetime.combine(day, NINE, tzinfo=zone).astimezone(UTC)


def days_around(now: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The days there that have an occurrence worth looking at."""
    today = now.astimezone(zone).date()
    for days in range(-LOOKBACK.days, AHEAD.days + 1):
        yield today + timedelta(days=days)


def each_channel(
    rule: str, recipient: Recipient, at: datetime, *, now: datetime, made_until: datetime | None = None
) -> Iterator[Occurrence]:
    """The occurrence once for each channel, where the recipient is active and the moment worth looking at."""
    if recipient.is_active and now - LOOKBACK <= at <= now + AHEAD:
        for channel in sorted(recipient.channels):
            yield Occurrence(rule, recipient.id, channel, at, made_until or at)
