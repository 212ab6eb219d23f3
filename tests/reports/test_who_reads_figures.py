"""Figures are shown to readers of the rows behind them, for their districts. All get the same figures."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import NOBODY, SYSTEM, Actor
from accounts.models import Role
from districts.models import District, ExpectedCommunity
from lib.days import city_today
from reports.indicators import blind_spots, coverage
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row
from reports.queries.questions import By, Question, ask
from reports.services.keeping import keep_period
from tests.factories import make_actor, make_contact, make_meeting
from tests.reports.city import QUARTER, at, follow, make_city
from tests.reports.portfolio import known, then

pytestmark = pytest.mark.django_db

ALL = [blind_spots.REPORT, *REPORTS.values()]
CANARY = "travellers"


def fill(district: District, focus: str) -> None:
    said = [{"focus": focus, "declared_by": "chair", "declared_on": date(2024, 1, 1)}]
    organisation = known(district, cadence_days=30, focuses=said)
    make_meeting(district, organisation, starts_at=at(date(2024, 8, 1)))
    make_contact(district, organisation)
    ExpectedCommunity.objects.create(district=district, focus=focus, evidence="the census")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR])
def test_an_officer_and_a_supervisor_ask_of_their_own_districts(role: Role) -> None:
    _city, north, south, _actor = make_city()
    actor = make_actor(north, role=role)
    assert [district.code for district in ask(actor, [QUARTER]).districts] == [north.code]
    assert ask(actor, [QUARTER], districts=[north.code]).districts == (north,)
    for codes in ([south.code], [north.code, south.code], ["nowhere"]):
        with pytest.raises(PermissionDenied):
            ask(actor, [QUARTER], districts=codes)


def test_a_privacy_officer_asks_of_all() -> None:
    city, north, south, _actor = make_city()
    found = ask(make_actor(role=Role.PRIVACY_OFFICER), [QUARTER]).districts
    assert {city, north, south} <= set(found)


@pytest.mark.parametrize("actor", [NOBODY, Actor(kind="key")])
def test_who_reads_no_reports_asks_none(actor: Actor) -> None:
    with pytest.raises(PermissionDenied):
        ask(actor, [QUARTER])


def test_an_administrator_asks_none() -> None:
    _city, north, _south, _actor = make_city()
    with pytest.raises(PermissionDenied):
        ask(make_actor(north, role=Role.ADMINISTRATOR), [QUARTER])


def every_row(question: Question) -> dict[str, list[Row]]:
    """Return the rows of every report, by district, kind and community."""
    return {f"{one.slug} {by}": list(one.rows(replace(question, by=by))) for one in ALL for by in By}


def test_nothing_of_another_district_is_in_any_row() -> None:
    _city, north, south, _actor = make_city()
    fill(north, "roma")
    question = ask(make_actor(north), [QUARTER])
    before = every_row(question)
    fill(south, CANARY)
    then(known(south, kind="shelter"), at(date(2024, 8, 1)), status="dormant")
    assert every_row(question) == before
    assert CANARY not in repr(before)
    assert south.code not in repr(before)
    assert CANARY in repr(every_row(ask(SYSTEM, [QUARTER], districts=[south.code, north.code])))


def test_a_figure_is_the_same_for_every_reader() -> None:
    _city, north, _south, _actor = make_city()
    fill(north, "roma")
    readers = [
        make_actor(north),
        make_actor(north, role=Role.SUPERVISOR),
        make_actor(role=Role.PRIVACY_OFFICER),
    ]
    first, *others = [every_row(ask(reader, [QUARTER], districts=[north.code])) for reader in readers]
    assert first["coverage focus"] != []
    assert others == [first, first]


def test_what_moved_where_the_reader_does_not_see_it_is_counted_and_not_listed() -> None:
    _city, north, south, _actor = make_city()
    stayed, moved = known(north), known(north)
    make_meeting(north, stayed, moved, starts_at=at(date(2024, 8, 1)))
    then(moved, at(date(2024, 11, 1)), home_district=south)
    reader = make_actor(north)
    question = ask(reader, [QUARTER])
    [row] = coverage.REPORT.rows(question)
    assert (row.n, row.of) == (2, 2)
    assert follow(coverage.REPORT.drill(row, question), reader) == {stayed.pk}
    assert follow(coverage.REPORT.drill(row, question), SYSTEM) == {stayed.pk, moved.pk}


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_report_is_one_statement_and_one_of_kept_rows_whatever_is_asked(is_kept: bool) -> None:
    city, north, south, actor = make_city()
    fill(north, "roma")
    fill(south, "women")
    quarters = QUARTER.run_up(13)
    if is_kept:
        for quarter in quarters[:2]:
            assert keep_period(quarter, city_today(), with_old=True)
    one = ask(actor, [QUARTER], districts=[north.code])
    many = ask(actor, quarters, districts=[city.code, north.code, south.code])
    rest = replace(ask(actor, quarters, districts=[city.code, north.code]), rest_of=city)
    for question in (one, many, rest):
        for report in ALL:
            for by in By:
                with CaptureQueriesContext(connection) as statements:
                    report.rows(replace(question, by=by))
                kept = [said for said in statements if "reports_keptfigure" in said["sql"]]
                assert len(kept) <= 1, (report.slug, by)
                assert len(statements) - len(kept) <= 1, (report.slug, by)
