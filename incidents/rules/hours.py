"""The quiet hours. Moments are aware; results are in UTC."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

QUIET_FROM: Final = time(22)
QUIET_UNTIL: Final = time(8)
# Steps that wait for the morning are due an hour after the quiet hours end.
MORNING: Final = timedelta(hours=1)


def is_quiet(moment: datetime, zone: ZoneInfo) -> bool:
    clock = moment.astimezone(zone).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def quiet_ends(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the end of the quiet hours around `moment`, in UTC."""
    local = moment.astimezone(zone)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=zone).astimezone(UTC)


def after_quiet(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return `moment`, or an hour after the quiet hours if it is in them."""
    return quiet_ends(moment, zone) + MORNING if is_quiet(moment, zone) else moment
