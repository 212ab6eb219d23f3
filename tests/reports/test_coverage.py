"""Coverage, calculated by hand."""

from datetime import date

import pytest

from reports.indicators import coverage
from reports.queries.periods import Period
from reports.queries.questions import By, ask
from tests.factories import make_actor, make_district, make_meeting, make_organisation

pytestmark = pytest.mark.django_db

YEAR = Period(date(2020, 1, 1), date(2100, 1, 1))


def test_organisations_met_are_counted_among_those_there() -> None:
    north = make_district()
    met, _forgotten = make_organisation(north), make_organisation(north)
    make_organisation()
    make_meeting(north, met, outcomes=["concern_raised"])
    [row] = coverage.REPORT.rows(ask(make_actor(north), [YEAR]))
    assert (row.group, row.n, row.of, row.ratio) == (north.code, 1, 2, 0.5)


def test_an_organisation_stands_for_each_community_it_speaks_for() -> None:
    north = make_district()
    make_organisation(
        north,
        kind="womens_organisation",
        focuses=[{"focus": "roma", "declared_by": "the chair", "declared_on": date(2026, 1, 1)}],
    )
    rows = coverage.REPORT.rows(ask(make_actor(north), [YEAR], by=By.FOCUS))
    assert {(row.group, row.n, row.of) for row in rows} == {("roma", 0, 1), ("women", 0, 1)}


def test_an_organisation_counts_once_by_kind_where_districts_lie_in_each_other() -> None:
    city = make_district()
    make_organisation(make_district(parent=city))
    [row] = coverage.REPORT.rows(ask(make_actor(city), [YEAR], by=By.KIND))
    assert (row.group, row.n, row.of) == ("ngo", 0, 1)
