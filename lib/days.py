"""Days are days of the city's time zone; a user's own zone is for display and for 09:00 (domain.md)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

# What is older or later is a slip of the keyboard, and no clock of another zone could show its ends.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def is_plausible_day(day: date) -> bool:
    """Whether a day, or a moment, is one that somebody can have meant."""
    return FIRST_YEAR <= day.year < LAST_YEAR


def city_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def city_today() -> date:
    return city_day(timezone.now())


def city_day(moment: datetime) -> date:
    """The city's day on which an aware `moment` falls."""
    return moment.astimezone(city_zone()).date()


def day_starts_at(day: date) -> datetime:
    """The first moment of a city's day: midnight, or what follows where the clock skips it."""
    return datetime.combine(day, time.min, tzinfo=city_zone())


def moment_at(day: date, clock: time) -> datetime:
    """When the city's clocks show `clock` on a day: the first time, or what follows where it is skipped."""
    return datetime.combine(day, clock, tzinfo=city_zone()).astimezone(UTC)


def day_ends_at(day: date) -> datetime:
    """The first moment after a city's day: periods are half-open."""
    return day_starts_at(day + timedelta(days=1))
