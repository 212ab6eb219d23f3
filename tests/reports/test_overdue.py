"""Overdue follow-ups by age, calculated by hand."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lib.days import city_today
from reports.indicators import overdue
from reports.queries.periods import Period
from reports.queries.questions import By, ask
from tests.factories import make_actor, make_organisation
from tests.reports.city import QUARTER, at, follow, make_city, make_promise, old

pytestmark = pytest.mark.django_db

END = QUARTER.until  # 1 October 2024
COLUMNS = ("n", "days_1_7", "days_8_30", "days_over_30")


def test_how_late_they_were_when_the_quarter_ended() -> None:
    _city, north, _south, actor = make_city()
    ngo = old(make_organisation(north))
    for days_late in (0, 1, 7, 8, 30, 31, 400):
        make_promise(ngo, due_on=END - timedelta(days=days_late))
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = overdue.REPORT.rows(question)
    assert tuple(getattr(row, name) for name in COLUMNS) == (6, 2, 2, 2)
    assert row.of == 7
    for column in COLUMNS:
        assert len(follow(overdue.REPORT.drill(row, question, column), actor)) == getattr(row, column), column


def test_what_was_open_then_counts_whatever_became_of_it() -> None:
    _city, north, _south, actor = make_city()
    ngo, due_on = old(make_organisation(north)), date(2024, 9, 1)
    last_minute = at(END - timedelta(days=1), 23, 59)
    done_since = make_promise(ngo, due_on=due_on, done_at=QUARTER.ends_at)
    make_promise(ngo, due_on=due_on, done_at=last_minute)
    make_promise(ngo, due_on=due_on, status="cancelled", cancel_reason="They asked us to")
    make_promise(ngo, due_on=due_on, created_at=QUARTER.ends_at)  # created after the period
    known = make_promise(ngo, due_on=due_on, created_at=last_minute, status="in_progress")
    moved = make_promise(ngo, due_on=due_on, first_due_on=date(2024, 6, 1))  # the new date counts
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = overdue.REPORT.rows(question)
    assert (row.n, row.of, row.days_8_30, row.days_over_30) == (3, 3, 3, 0)
    assert follow(overdue.REPORT.drill(row, question), actor) == {done_since.pk, known.pk, moved.pk}


def test_a_period_that_is_not_over_ends_now() -> None:
    _city, north, _south, actor = make_city()
    ngo, today = old(make_organisation(north)), city_today()
    period = Period(today - timedelta(days=5), today + timedelta(days=60))
    late = make_promise(ngo, due_on=today - timedelta(days=1))
    make_promise(ngo, due_on=today)
    make_promise(ngo, due_on=today - timedelta(days=3), done_at=timezone.now())
    question = ask(actor, [period], districts=[north.code])
    [row] = overdue.REPORT.rows(question)
    assert (row.n, row.of, row.days_1_7) == (1, 2, 1)
    assert follow(overdue.REPORT.drill(row, question), actor) == {late.pk}
    assert follow(overdue.REPORT.drill(row, question, "days_1_7"), actor) == {late.pk}


def test_in_each_district_and_once_in_the_city_by_kind_and_by_community() -> None:
    city, north, south, actor = make_city()
    women, ngo = old(make_organisation(north, kind="womens_organisation")), old(make_organisation(south))
    make_promise(women, ngo, due_on=date(2024, 9, 1), kind="visit")
    found = {row.group: (row.n, row.of) for row in overdue.REPORT.rows(ask(actor, [QUARTER]))}
    assert found == {city.code: (1, 1), north.code: (1, 1), south.code: (1, 1)}
    by_kind = ask(actor, [QUARTER], by=By.KIND)
    [row] = overdue.REPORT.rows(by_kind)
    assert (row.group, row.n) == ("visit", 1)
    assert len(follow(overdue.REPORT.drill(row, by_kind), actor)) == 1
    by_focus = ask(actor, [QUARTER], by=By.FOCUS)
    [row] = overdue.REPORT.rows(by_focus)
    assert (row.group, row.n) == ("women", 1)
    assert overdue.REPORT.drill(row, by_focus) is None


def test_another_districts_promises_are_in_no_figure() -> None:
    _city, north, south, _actor = make_city()
    make_promise(old(make_organisation(south)), due_on=date(2024, 9, 1))
    for by in By:
        assert not any(row.of for row in overdue.REPORT.rows(ask(make_actor(north), [QUARTER], by=by)))


def test_any_number_of_periods_and_districts_is_one_statement_beside_that_of_kept_rows() -> None:
    question = ask(make_city()[3], QUARTER.run_up(12))
    with CaptureQueriesContext(connection) as captured:
        assert len(overdue.REPORT.rows(question)) == 36
    assert len(captured) == 2
