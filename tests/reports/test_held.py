"""Meetings held per week, their level and who suggested them, calculated by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lib.days import city_today
from reports.figures.report import Report
from reports.indicators import activity, level, reciprocity
from reports.queries.periods import Period
from reports.queries.questions import By, ask
from tests.factories import make_actor, make_district, make_meeting, make_organisation
from tests.reports.city import QUARTER, at, follow, make_city

pytestmark = pytest.mark.django_db

JULY = date(2024, 7, 10)
INSTANT = timedelta(microseconds=1)
REPORTS = (activity.REPORT, level.REPORT, reciprocity.REPORT)


def test_meetings_held_per_week_with_what_was_not_held_apart() -> None:
    _city, north, _south, actor = make_city()
    week = Period(date(2024, 7, 1), date(2024, 7, 15))
    make_meeting(north, starts_at=week.starts_at)
    make_meeting(north, starts_at=week.ends_at - INSTANT)
    make_meeting(north, starts_at=week.starts_at - INSTANT)
    make_meeting(north, starts_at=week.ends_at)
    make_meeting(north, starts_at=at(JULY), outcomes=[])  # held without an outcome
    for status in ("cancelled", "not_reached", "planned"):
        make_meeting(north, starts_at=at(JULY), status=status, outcomes=[])
    question = ask(actor, [week], districts=[north.code])
    [row] = activity.REPORT.rows(question)
    assert (row.n, row.of, row.per_week) == (3, 6, 1.5)
    assert (row.cancelled, row.not_reached, row.unsettled) == (1, 1, 1)
    for column in ("n", "cancelled", "not_reached"):
        assert len(follow(activity.REPORT.drill(row, question, column), actor)) == getattr(row, column), (
            column
        )


@pytest.mark.parametrize(
    ("first", "days"),
    [(date(2024, 3, 25), 7), (date(2024, 10, 21), 7)],  # weeks of 167 and of 169 hours
)
def test_days_are_the_citys_where_the_clock_changes(first: date, days: int) -> None:
    _city, north, _south, actor = make_city()
    week = Period(first, first + timedelta(days=days))
    for moment in (week.starts_at, week.ends_at - INSTANT, week.ends_at):
        make_meeting(north, starts_at=moment)
    question = ask(actor, [week], districts=[north.code])
    [row] = activity.REPORT.rows(question)
    assert (row.n, row.per_week) == (2, 2)
    assert len(follow(activity.REPORT.drill(row, question), actor)) == 2


def test_of_a_period_that_is_not_over_the_days_up_to_today_count() -> None:
    north, today = make_district(), city_today()
    actor = make_actor(north)
    make_meeting(north, starts_at=timezone.now() - timedelta(minutes=1))
    make_meeting(north, starts_at=timezone.now() + timedelta(days=3), status="planned", outcomes=[])
    running = Period(today - timedelta(days=13), today + timedelta(days=30))
    [now] = activity.REPORT.rows(ask(actor, [running]))
    assert (now.n, now.of, now.days, now.per_week) == (1, 1, 14, 0.5)


def test_levels_are_counted_among_those_held() -> None:
    _city, north, _south, actor = make_city()
    for code in ("inform", "inform", "empower", ""):
        make_meeting(north, starts_at=at(JULY), level=code)
    make_meeting(north, starts_at=at(JULY), level="consult", status="cancelled", outcomes=[])
    make_meeting(north, starts_at=at(JULY), level="consult", status="not_reached", outcomes=[])
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = level.REPORT.rows(question)
    assert (row.n, row.of) == (3, 4)
    assert (row.inform, row.consult, row.involve, row.collaborate, row.empower) == (2, 0, 0, 0, 1)
    for column in ("n", "inform", "consult", "empower"):
        listed = follow(level.REPORT.drill(row, question, column), actor)
        assert len(listed) == getattr(row, column), column


def test_whose_idea_it_was() -> None:
    _city, north, _south, actor = make_city()
    for who in ("community", "police", "police", ""):
        make_meeting(north, starts_at=at(JULY), initiated_by=who)
    make_meeting(north, starts_at=at(JULY), initiated_by="community", status="cancelled", outcomes=[])
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = reciprocity.REPORT.rows(question)
    assert (row.n, row.of, row.by_police, row.not_stated, row.ratio) == (1, 4, 2, 1, 0.25)
    for column in ("n", "by_police"):
        assert len(follow(reciprocity.REPORT.drill(row, question, column), actor)) == getattr(row, column), (
            column
        )


@pytest.mark.parametrize("report", REPORTS)
def test_a_meeting_counts_once_with_however_many_organisations(report: Report) -> None:
    city, north, south, actor = make_city()
    guests = [make_organisation(make_district(parent=south)) for _ in range(8)]
    make_meeting(north, *guests, starts_at=at(JULY), level="involve", initiated_by="community")
    make_meeting(south, starts_at=at(JULY), level="involve", initiated_by="community")
    question = ask(actor, [QUARTER], districts=[city.code, north.code, south.code])
    found = report.rows(question)
    assert {row.group: (row.n, row.of) for row in found} == {
        city.code: (2, 2),
        north.code: (1, 1),
        south.code: (1, 1),
    }
    for row in found:
        assert len(follow(report.drill(row, question), actor)) == row.n


@pytest.mark.parametrize("report", REPORTS)
def test_by_the_meetings_kind_and_by_the_communities_that_were_there(report: Report) -> None:
    city, north, south, actor = make_city()
    counts: dict[str, Any] = {"starts_at": at(JULY), "level": "involve", "initiated_by": "community"}
    women, also_women = (make_organisation(south, kind="womens_organisation") for _ in range(2))
    roma = make_organisation(
        south, focuses=[{"focus": "roma", "declared_by": "chair", "declared_on": date(2024, 9, 30)}]
    )
    partner = make_organisation(
        south,
        kind="school",
        focuses=[{"focus": "youth", "declared_by": "head", "declared_on": date(2024, 1, 1)}],
    )
    make_meeting(north, women, also_women, roma, partner, kind="visit", **counts)
    make_meeting(south, roma, kind="phone", present=False, **counts)
    by_kind = ask(actor, [QUARTER, QUARTER.previous()], by=By.KIND)
    rows = [row for row in report.rows(by_kind) if row.period == QUARTER]
    assert {row.group: (row.n, row.of) for row in rows} == {"visit": (1, 1), "phone": (1, 1)}
    for row in rows:
        drill = report.drill(row, by_kind)
        assert drill is not None and drill.parameters["district"] == city.code
        assert len(follow(drill, actor)) == row.n
    by_focus = ask(actor, [QUARTER], by=By.FOCUS)
    found = report.rows(by_focus)
    assert {row.group: (row.n, row.of) for row in found} == {"women": (1, 1), "roma": (1, 1)}
    assert report.drill(found[0], by_focus) is None  # people are not found by community


@pytest.mark.parametrize("report", REPORTS)
def test_a_district_without_meetings_has_none_of_none_and_no_others(report: Report) -> None:
    _city, north, south, _actor = make_city()
    guest = make_organisation(north, kind="womens_organisation")  # met elsewhere: it counts there
    make_meeting(south, guest, starts_at=at(JULY), level="involve", initiated_by="community")
    [row] = report.rows(ask(make_actor(north), [QUARTER]))
    assert (row.group, row.n, row.of, row.ratio) == (north.code, 0, 0, None)
    for by in (By.KIND, By.FOCUS):
        assert list(report.rows(ask(make_actor(north), [QUARTER], by=by))) == []


@pytest.mark.parametrize("report", REPORTS)
def test_any_number_of_periods_and_districts_is_one_statement_beside_that_of_kept_rows(
    report: Report,
) -> None:
    question = ask(make_city()[3], QUARTER.run_up(12))
    with CaptureQueriesContext(connection) as captured:
        assert len(report.rows(question)) == 36
    assert len(captured) == 2
