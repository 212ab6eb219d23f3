"""Days in the city's time zone. A user's own zone only affects display and 09:00 (docs/domain.md)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

# Earlier or later values are typing errors, and their limits may not exist in another time zone.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def is_plausible_day(day: date) -> bool:
    """Whether a day or moment is within the plausible range."""
    return FIRST_YEAR <= day.year < LAST_YEAR


def city_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def city_today() -> date:
    return city_day(timezone.now())


def city_day(moment: datetime) -> date:
    """Return the city's day of an aware `moment`."""
    return moment.astimezone(city_zone()).date()


def day_starts_at(day: date) -> datetime:
    """Return the first moment of a city's day: midnight, or the next moment if the clock skips midnight."""
    return datetime.combine(day, time.min, tzinfo=city_zone())


def moment_at(day: date, clock: time) -> datetime:
    """Return the moment of the local time `clock` on a day: the first if repeated, the next if skipped."""
    return datetime.combine(day, clock, tzinfo=city_zone()).astimezone(UTC)


def day_ends_at(day: date) -> datetime:
    """Return the first moment after a city's day, because periods are half-open."""
    return day_starts_at(day + timedelta(days=1))


Days = tuple[date, date | None]  # half-open; None: without an end


def days_left(days: Days, covered: Sequence[Days]) -> list[Days]:
    """Return the parts of `days` outside `covered`, which are in order and do not overlap.

    >>> days_left((date(2026, 1, 1), None), [(date(2026, 3, 1), date(2026, 5, 1))])
    [(datetime.date(2026, 1, 1), datetime.date(2026, 3, 1)), (datetime.date(2026, 5, 1), None)]
    """
    uncovered: list[Days] = []
    since, until = days
    for start, end in covered:
        if until is not None and start >= until:
            break
        if start > since:
            uncovered.append((since, start))
        if end is None:
            return uncovered
        since = max(since, end)
    return [*uncovered, (since, until)] if until is None or since < until else uncovered
