"""Follow-ups done on time, calculated by hand, with Madrid as the city's time zone."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Organisation, OrganisationPeriod
from districts.models import District
from lib.days import city_today, day_starts_at
from meetings.models import FollowUp
from reports.indicators import follow_ups
from reports.queries.periods import Period
from reports.queries.questions import By, ask
from tests.factories import make_actor, make_district, make_organisation
from tests.reports.city import QUARTER, at, follow, make_city, make_promise, old

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2024, 7, 1), date(2024, 9, 30)
COLUMNS = ("n", "of", "late", "not_done", "moved", "in_time", "cancelled")


def moved_at(organisation: Organisation, moment: datetime, district: District) -> None:
    """Let the organisation's home be elsewhere before `moment`, and `district` since."""
    now = organisation.periods.get()
    since = now.since
    OrganisationPeriod.objects.filter(pk=now.pk).update(since=moment, home_district=district)
    organisation.periods.create(
        since=since, until=moment, status="active", home_district_id=organisation.home_district_id
    )
    Organisation.objects.filter(pk=organisation.pk).update(home_district=district)


def figures(row: follow_ups.FollowUpsRow) -> tuple[int, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)


def test_a_quarter_worked_out_by_hand() -> None:
    _city, north, _south, actor = make_city()
    school = old(make_organisation(north, kind="school"))
    make_promise(school, due_on=FIRST, done_at=at(FIRST, 23, 59))  # on time: the last minute of its day
    make_promise(school, due_on=LAST, done_at=at(LAST, 23, 59))  # on time, and the quarter's last minute
    make_promise(
        school, due_on=LAST, done_at=day_starts_at(LAST + timedelta(days=1))
    )  # late by the shortest possible time: not done yet at the quarter's end
    make_promise(school, due_on=LAST, first_due_on=FIRST, done_at=at(LAST))  # moved, therefore late
    make_promise(school, due_on=LAST + timedelta(days=20), first_due_on=LAST)  # moved, not done
    make_promise(school, due_on=FIRST, status="in_progress")  # not done
    make_promise(school, due_on=FIRST, status="cancelled", cancel_reason="They moved away")
    make_promise(school, due_on=FIRST - timedelta(days=1), done_at=at(FIRST))  # of the quarter before
    make_promise(school, due_on=LAST + timedelta(days=1), done_at=at(LAST))  # of the one after
    make_promise(due_on=FIRST)  # for no organisation, so in no district
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = follow_ups.REPORT.rows(question)
    assert (row.group, row.ratio) == (north.code, 2 / 6)
    assert figures(row) == (2, 6, 1, 3, 2, 0, 1)
    for column in ("n", "late", "not_done", "cancelled"):
        assert len(follow(follow_ups.REPORT.drill(row, question, column), actor)) == getattr(row, column), (
            column
        )
    assert len(follow(follow_ups.REPORT.drill(row, question, "rest"), actor)) == row.of - row.n


def test_a_day_ends_at_midnight_of_the_city_and_not_of_greenwich() -> None:
    _city, north, _south, actor = make_city()
    ngo = old(make_organisation(north))
    late = at(FIRST + timedelta(days=1), 0, 30)  # 22:30 of the day before in UTC
    make_promise(ngo, due_on=FIRST, done_at=late)
    [row] = follow_ups.REPORT.rows(ask(actor, [QUARTER], districts=[north.code]))
    assert (row.n, row.of, row.late) == (0, 1, 1)


def test_what_still_has_time_is_neither_kept_nor_missed() -> None:
    _city, north, _south, actor = make_city()
    ngo, today = old(make_organisation(north)), city_today()
    period = Period(today - timedelta(days=10), today + timedelta(days=10))
    make_promise(ngo, due_on=today)
    make_promise(ngo, due_on=today + timedelta(days=5))
    done_early = make_promise(ngo, due_on=today + timedelta(days=5), done_at=timezone.now())
    make_promise(ngo, due_on=today - timedelta(days=1))
    question = ask(actor, [period], districts=[north.code])
    [row] = follow_ups.REPORT.rows(question)
    assert (row.n, row.of, row.not_done, row.in_time) == (1, 2, 1, 2)
    assert follow(follow_ups.REPORT.drill(row, question), actor) == {done_early.pk}


def test_a_promise_of_two_districts_counts_once_in_each_and_once_in_the_city() -> None:
    city, north, south, actor = make_city()
    here, there = old(make_organisation(north)), old(make_organisation(south))
    make_promise(here, there, old(make_organisation(north)), due_on=FIRST, done_at=at(FIRST))
    question = ask(actor, [QUARTER])
    rows = follow_ups.REPORT.rows(question)
    assert {row.group: (row.n, row.of) for row in rows} == {
        city.code: (1, 1),
        north.code: (1, 1),
        south.code: (1, 1),
    }
    for row in rows:
        assert len(follow(follow_ups.REPORT.drill(row, question), actor)) == 1


def test_a_district_without_promises_has_none_of_none() -> None:
    north = make_district()
    [row] = follow_ups.REPORT.rows(ask(make_actor(north), [QUARTER]))
    assert (row.group, row.n, row.of, row.ratio) == (north.code, 0, 0, None)


def test_where_organisations_were_at_home_at_the_periods_end_decides() -> None:
    _city, north, south, actor = make_city()
    in_time, too_late, closed = (old(make_organisation(north)) for _ in range(3))
    for organisation in (in_time, too_late, closed):
        make_promise(organisation, due_on=FIRST, done_at=at(FIRST))
    moved_at(in_time, at(LAST, 23, 59), south)
    moved_at(too_late, QUARTER.ends_at, south)  # the first moment of the next quarter
    closed.periods.update(status="closed")  # follow-ups with a closed organisation count
    question = ask(actor, [QUARTER, QUARTER.previous()], districts=[north.code, south.code])
    found = {(row.period, row.group): row for row in follow_ups.REPORT.rows(question)}
    assert {place[1]: row.n for place, row in found.items() if row.period == QUARTER} == {
        north.code: 2,
        south.code: 1,
    }
    for row in found.values():
        assert len(follow(follow_ups.REPORT.drill(row, question), actor)) == row.n


def test_by_kind_it_is_the_kind_of_promise_and_by_community_that_of_whom_it_was_made_to() -> None:
    city, north, south, actor = make_city()
    women = old(make_organisation(north, kind="womens_organisation"))
    roma = old(
        make_organisation(
            south, focuses=[{"focus": "roma", "declared_by": "chair", "declared_on": date(2024, 9, 30)}]
        )
    )
    later = old(
        make_organisation(
            south, focuses=[{"focus": "jewish", "declared_by": "chair", "declared_on": date(2024, 10, 1)}]
        )
    )
    partner = old(
        make_organisation(
            south,
            kind="school",
            focuses=[{"focus": "youth", "declared_by": "head", "declared_on": date(2024, 1, 1)}],
        )
    )
    make_promise(women, roma, later, partner, due_on=FIRST, kind="visit", done_at=at(FIRST))
    make_promise(women, due_on=FIRST, kind="call_back")
    by_kind = ask(actor, [QUARTER], by=By.KIND)
    rows = follow_ups.REPORT.rows(by_kind)
    assert {row.group: (row.n, row.of) for row in rows} == {"visit": (1, 1), "call_back": (0, 1)}
    for row in rows:
        drill = follow_ups.REPORT.drill(row, by_kind)
        assert drill is not None and drill.parameters["district"] == city.code
        assert len(follow(drill, actor)) == row.n
    by_focus = ask(actor, [QUARTER], by=By.FOCUS)
    rows = follow_ups.REPORT.rows(by_focus)
    assert {row.group: (row.n, row.of) for row in rows} == {"women": (1, 2), "roma": (1, 1)}
    assert follow_ups.REPORT.drill(rows[0], by_focus) is None  # people are not found by community


def test_another_districts_promises_are_in_no_figure() -> None:
    _city, north, south, _actor = make_city()
    make_promise(old(make_organisation(south)), due_on=FIRST, done_at=at(FIRST))
    for by in By:
        assert not any(row.of for row in follow_ups.REPORT.rows(ask(make_actor(north), [QUARTER], by=by)))


def test_any_number_of_periods_and_districts_is_one_statement_beside_that_of_kept_rows() -> None:
    _city, _north, _south, actor = make_city()
    question = ask(actor, QUARTER.run_up(12))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        rows = follow_ups.REPORT.rows(question)
    assert len(captured) == 2
    assert len(rows) == 36
    assert not FollowUp.objects.exists()
