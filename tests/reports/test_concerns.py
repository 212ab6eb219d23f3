"""Concerns answered in time and reported back, and reassurance offered, calculated by hand.

Madrid's clocks went forward on 31 March 2024 and back on 27 October: 72 hours are 72 elapsed hours.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from districts.models import District
from meetings.models import Concern
from reports.indicators import concerns, reassurance
from reports.queries.periods import Period
from reports.queries.questions import By, ask
from tests.factories import make_actor
from tests.reports.city import QUARTER, at, follow, make_city, make_concern

pytestmark = pytest.mark.django_db

JULY = date(2024, 7, 10)
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
SPRING = datetime(2024, 3, 30, 12, tzinfo=UTC)
AUTUMN = datetime(2024, 10, 26, 12, tzinfo=UTC)


def answered(district: District, received_at: datetime, after: timedelta, **fields: Any) -> Concern:
    values = {"status": "answered", "answered_at": received_at + after}
    return make_concern(district, received_at, **(values | fields))


def test_answers_are_counted_to_the_moment() -> None:
    _city, north, _south, actor = make_city()
    answered(north, at(JULY), 72 * HOUR)
    answered(north, at(JULY), 72 * HOUR + INSTANT)
    make_concern(north, at(JULY))
    make_concern(north, at(JULY), status="closed", closed_at=at(JULY, 13))  # closed without an answer
    answered(north, QUARTER.starts_at, HOUR)
    answered(north, QUARTER.starts_at - INSTANT, HOUR)
    answered(north, QUARTER.ends_at - INSTANT, HOUR)
    answered(north, QUARTER.ends_at, HOUR)
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = concerns.REPORT.rows(question)
    assert (row.group, row.n, row.of, row.ratio) == (north.code, 3, 6, 0.5)
    assert len(follow(concerns.REPORT.drill(row, question), actor)) == 3
    assert len(follow(concerns.REPORT.drill(row, question, "rest"), actor)) == 3


@pytest.mark.parametrize("received_at", [SPRING, AUTUMN])
def test_hours_are_real_ones_where_the_clock_changes(received_at: datetime) -> None:
    _city, north, _south, actor = make_city()
    fields = {"bias_grounds": ["anti_roma"]}
    answered(north, received_at, 72 * HOUR, **fields, reassurance_offered_at=received_at + 24 * HOUR)
    answered(
        north,
        received_at,
        72 * HOUR + INSTANT,
        **fields,
        reassurance_offered_at=received_at + 24 * HOUR + INSTANT,
    )
    period = Period(received_at.date(), received_at.date() + timedelta(days=1))
    question = ask(actor, [period], districts=[north.code])
    [response], [offered] = concerns.REPORT.rows(question), reassurance.REPORT.rows(question)
    assert (response.n, response.of) == (offered.n, offered.of) == (1, 2)
    assert len(follow(concerns.REPORT.drill(response, question), actor)) == 1
    assert len(follow(reassurance.REPORT.drill(offered, question), actor)) == 1


def test_entered_late_and_still_in_time_are_stated() -> None:
    _city, north, _south, actor = make_city()
    now = timezone.now()
    period = Period((now - timedelta(days=20)).date(), (now + timedelta(days=20)).date())
    make_concern(north, now - HOUR)
    make_concern(north, now - 80 * HOUR)
    make_concern(north, now - 80 * HOUR, created_at=now)
    answered(north, now - 80 * HOUR, 71 * HOUR, created_at=now - 9 * HOUR)
    question = ask(actor, [period], districts=[north.code])
    [row] = concerns.REPORT.rows(question)
    assert (row.n, row.of, row.in_time, row.entered_late) == (1, 3, 1, 1), "who has time left is not missed"
    assert len(follow(concerns.REPORT.drill(row, question, "rest"), actor)) == 2


def test_a_loop_is_closed_when_they_were_told_whenever_it_began() -> None:
    _city, north, _south, actor = make_city()
    long_ago = at(date(2023, 1, 1))
    for moment in (QUARTER.starts_at, QUARTER.ends_at - INSTANT, QUARTER.ends_at):
        make_concern(north, long_ago, status="closed", closed_at=moment)
    told = make_concern(
        north, long_ago, status="closed", closed_at=at(JULY), reported_back_on=date(2024, 12, 1)
    )
    answered(north, at(JULY), HOUR, reported_back_on=JULY)  # reported back, not closed
    question = ask(actor, [QUARTER], districts=[north.code])
    report = concerns.LOOP_CLOSED
    [line] = report.rows(question)
    assert (line.n, line.of) == (1, 3)
    assert follow(report.drill(line, question), actor) == {told.pk}
    assert len(follow(report.drill(line, question, "rest"), actor)) == 2


def test_a_no_to_reassurance_is_counted_apart_and_lowers_nothing() -> None:
    _city, north, _south, actor = make_city()
    biased: dict[str, Any] = {"bias_grounds": ["antisemitic"]}
    offered = {"reassurance_offered_at": at(JULY, 13)}
    make_concern(north, at(JULY), **biased, **offered, reassurance_answer="accepted")
    make_concern(north, at(JULY), **biased, **offered, reassurance_answer="declined")
    make_concern(north, at(JULY), **biased, **offered)
    later = {"reassurance_offered_at": at(JULY + timedelta(days=2)), "reassurance_answer": "accepted"}
    make_concern(north, at(JULY), **biased, **later)
    make_concern(north, at(JULY), **biased, created_at=at(JULY + timedelta(days=3)))
    make_concern(north, at(JULY), bias_grounds=["unknown"], **offered)
    make_concern(north, at(JULY), bias_grounds=["none"], **offered)
    make_concern(north, at(JULY), **offered)
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = reassurance.REPORT.rows(question)
    assert (row.n, row.of, row.accepted, row.declined) == (3, 5, 1, 1)
    assert (row.later, row.in_time, row.entered_late) == (1, 0, 1)
    for column in ("n", "accepted", "declined"):
        assert len(follow(reassurance.REPORT.drill(row, question, column), actor)) == getattr(row, column), (
            column
        )
    assert len(follow(reassurance.REPORT.drill(row, question, "rest"), actor)) == 2


def test_in_each_district_once_in_each_kind_and_community() -> None:
    city, north, south, actor = make_city()
    answered(north, at(JULY), HOUR, kinds=["threat", "harassment"], affected_focuses=["roma", "youth"])
    make_concern(south, at(JULY), kinds=["threat"], affected_focuses=["roma"], bias_grounds=["anti_roma"])
    rows = concerns.REPORT.rows(ask(actor, [QUARTER]))
    assert {row.group: (row.n, row.of) for row in rows} == {
        city.code: (1, 2),
        north.code: (1, 1),
        south.code: (0, 1),
    }
    for by, expected in (
        (By.KIND, {"threat": (1, 2), "harassment": (1, 1)}),
        (By.FOCUS, {"roma": (1, 2), "youth": (1, 1)}),
    ):
        question = ask(actor, [QUARTER], by=by)
        rows = concerns.REPORT.rows(question)
        assert {row.group: (row.n, row.of) for row in rows} == expected
        for row in rows:
            assert len(follow(concerns.REPORT.drill(row, question), actor)) == row.n
        assert {row.group: row.of for row in reassurance.REPORT.rows(question) if row.of} == {
            next(iter(expected)): 1
        }


def test_a_district_without_concerns_has_none_of_none_and_another_districts_are_not_its_own() -> None:
    _city, north, south, _actor = make_city()
    answered(south, at(JULY), HOUR, bias_grounds=["anti_roma"], affected_focuses=["roma"])
    question = ask(make_actor(north), [QUARTER])
    [row], [offered] = concerns.REPORT.rows(question), reassurance.REPORT.rows(question)
    assert (row.n, row.of, row.ratio) == (0, 0, None)
    assert (offered.n, offered.of, offered.ratio) == (0, 0, None)
    for by in (By.KIND, By.FOCUS):
        asked = ask(make_actor(north), [QUARTER], by=by)
        assert concerns.REPORT.rows(asked) == [] == reassurance.REPORT.rows(asked)


@pytest.mark.parametrize("report", [concerns.REPORT, concerns.LOOP_CLOSED, reassurance.REPORT])
def test_any_number_of_periods_and_districts_is_one_statement_beside_that_of_kept_rows(report: Any) -> None:
    question = ask(make_city()[3], QUARTER.run_up(12))
    with CaptureQueriesContext(connection) as captured:
        assert len(report.rows(question)) == 36
    assert len(captured) == 2
