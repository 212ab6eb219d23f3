"""City days at clock changes: 25 hours in October, 23 in March (Madrid)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reports.indicators import cadence, contact_wanted, coverage, recency
from reports.queries.periods import Period
from reports.queries.questions import ask
from tests.factories import make_meeting
from tests.reports.city import at, follow, make_city
from tests.reports.portfolio import known

pytestmark = pytest.mark.django_db

LONG, SHORT = date(2024, 10, 27), date(2024, 3, 31)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize(("day", "hours"), [(LONG, 25), (SHORT, 23)])
def test_a_day_has_the_hours_it_has(day: date, hours: int) -> None:
    period = Period(day, day + A_DAY)
    assert (period.ends_at.astimezone(UTC) - period.starts_at.astimezone(UTC)) == timedelta(hours=hours)
    _city, north, _south, actor = make_city()
    first, last, before, after = (known(north) for _number in range(4))
    starts, ends = period.starts_at.astimezone(UTC), period.ends_at.astimezone(UTC)
    for organisation, moment in (
        (first, starts),
        (last, starts + timedelta(hours=hours) - timedelta(microseconds=1)),
        (before, starts - timedelta(microseconds=1)),
        (after, ends),
    ):
        make_meeting(north, organisation, starts_at=moment)
    question = ask(actor, [period], districts=[north.code])
    [row] = coverage.REPORT.rows(question)
    assert (row.n, row.of) == (2, 4)
    assert follow(coverage.REPORT.drill(row, question), actor) == {first.pk, last.pk}


def test_an_hour_that_comes_twice_is_the_same_day_both_times() -> None:
    _city, north, _south, actor = make_city()
    for moment in (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2024, 10, 27, 1, 30, tzinfo=UTC)):
        make_meeting(north, known(north, cadence_days=1), starts_at=moment)  # 02:30, and an hour later 02:30
    question = ask(actor, [Period(LONG, LONG + A_DAY)], districts=[north.code])
    [row] = recency.REPORT.rows(question)
    assert (row.n, row.median_days, row.p90_days) == (2, 1, 1)
    [held] = contact_wanted.REPORT.rows(question)
    assert (held.n, held.of) == (2, 2)


@pytest.mark.parametrize("day", [LONG, SHORT])
def test_thirty_days_are_thirty_days_of_the_calendar_whatever_their_hours(day: date) -> None:
    period = Period(day - timedelta(days=20), day + timedelta(days=10))
    _city, north, _south, actor = make_city()
    in_time, late = known(north, cadence_days=30), known(north, cadence_days=30)
    make_meeting(north, in_time, starts_at=at(period.since, 0))
    make_meeting(north, late, starts_at=at(period.since - A_DAY, 23, 59))
    question = ask(actor, [period], districts=[north.code])
    [row] = cadence.REPORT.rows(question)
    assert (row.n, row.of) == (1, 2)
    assert follow(cadence.REPORT.drill(row, question), actor) == {in_time.pk}
    assert follow(cadence.REPORT.drill(row, question, "rest"), actor) == {late.pk}


def test_midnight_is_the_citys_not_greenwichs() -> None:
    _city, north, _south, actor = make_city()
    make_meeting(north, known(north), starts_at=datetime(2024, 6, 30, 22, 0, tzinfo=UTC))  # 1 July in Madrid
    for month, met in ((7, 1), (6, 0)):
        period = Period(date(2024, month, 1), date(2024, month + 1, 1))
        [row] = coverage.REPORT.rows(ask(actor, [period], districts=[north.code]))
        assert row.n == met
