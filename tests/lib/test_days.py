from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from lib.days import city_day, day_ends_at, day_starts_at


@pytest.fixture(autouse=True)
def madrid(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Madrid"


def test_a_moment_before_midnight_utc_is_the_next_day_in_the_city() -> None:
    assert city_day(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == date(2026, 7, 2)


def test_the_readers_own_zone_does_not_move_the_citys_day() -> None:
    with timezone.override("Pacific/Auckland"):
        assert city_day(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)]
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: date, hours: int) -> None:
    length = day_ends_at(day).astimezone(UTC) - day_starts_at(day).astimezone(UTC)
    assert length == timedelta(hours=hours)
