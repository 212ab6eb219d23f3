"""What happens now changes no figure of a past period: each edit that once did."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role, User
from accounts.services.users import edit_user
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import FocusDeclaration, OrganisationPeriod
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.days import city_today
from meetings.services.concerns import close_concern, reopen_concern
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    edit_follow_up,
    reopen_follow_up,
)
from meetings.services.handover import hand_over, undo_handover
from reports.exports.document import build_document
from reports.exports.request import FigureRequest
from reports.figures.report import read_all
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import quarter_of
from reports.queries.questions import By, Question, ask
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.api.clients import Tool
from tests.factories import (
    make_actor,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.reports.city import QUARTER, at, follow, make_city, make_concern, make_promise, old

pytestmark = pytest.mark.django_db

DUE = date(2024, 8, 12)


def figures(actor: Actor, *districts: District) -> dict[str, Any]:
    """All figures of the quarter in these districts, with the rows behind each number."""
    found: dict[str, Any] = {}
    for by in By:
        question = ask(actor, [QUARTER], districts=[district.code for district in districts], by=by)
        read = read_all([report for report in REPORTS.values() if by in report.ways], question)
        for slug, rows in read.items():
            found[f"{slug} by {by}"] = [_read(REPORTS[slug], row, question, actor) for row in rows]
    return found


def _read(report: Any, row: Any, question: Question, actor: Actor) -> tuple[Any, ...]:
    lists = {}
    for column in ("n", "rest", *(column.name for column in report.own_columns)):
        if question.by != By.DISTRICT and not getattr(row, column, row.of - row.n):
            continue  # the lists behind 0 are read by district
        drill = report.drill(row, question, column)
        if drill is not None and drill.noun != "agreements":
            lists[column] = follow(drill, actor)
    return row, lists


def promises(north: District) -> dict[str, Any]:
    here = old(make_organisation(north))
    return {
        "kept": make_promise(here, due_on=DUE, done_at=at(DUE)),
        "late": make_promise(here, due_on=DUE, done_at=at(DUE + timedelta(days=9))),
        "missed": make_promise(here, due_on=DUE),
        "cancelled": make_promise(here, due_on=DUE, status="cancelled", cancel_reason="x"),
    }


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a missed follow-up is cancelled": lambda rows: cancel_follow_up(
        actor=SYSTEM, follow_up_id=rows["missed"].pk, reason="x"
    ),
    "it is done after all": lambda rows: complete_follow_up(actor=SYSTEM, follow_up_id=rows["missed"].pk),
    "its due date is moved": lambda rows: edit_follow_up(
        actor=SYSTEM, follow_up_id=rows["missed"].pk, due_on=timezone.localdate()
    ),
    "a cancelled one is restored": lambda rows: reopen_follow_up(
        actor=SYSTEM, follow_up_id=rows["cancelled"].pk
    ),
    "a kept one is reopened": lambda rows: reopen_follow_up(actor=SYSTEM, follow_up_id=rows["kept"].pk),
    "a kept one is reopened by mistake and done again": lambda rows: (
        reopen_follow_up(actor=SYSTEM, follow_up_id=rows["kept"].pk),
        complete_follow_up(actor=SYSTEM, follow_up_id=rows["kept"].pk),
    ),
    "a closed concern is reopened": lambda rows: reopen_concern(actor=SYSTEM, concern_id=rows["closed"].pk),
    "an answered concern is reopened": lambda rows: reopen_concern(
        actor=SYSTEM, concern_id=rows["answered"].pk
    ),
    "an open concern is closed": lambda rows: close_concern(actor=SYSTEM, concern_id=rows["open"].pk),
}


def spoken(focus: str, day: date = date(2024, 1, 1)) -> dict[str, Any]:
    return {"focus": focus, "declared_by": "chair", "declared_on": day}


def what_it_becomes() -> dict[str, dict[str, Any]]:
    return {
        "kind": {"kind": "school"},
        "another lead": {"lead_officer": None},
        "withdrawn": {"focuses": []},
        "declared again": {"focuses": [spoken("roma", city_today())]},
        "declared since": {"focuses": [spoken("roma"), spoken("women", city_today())]},
        "closed": {"status": "closed"},
    }


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.thorough
def test_what_an_organisation_becomes_now_changes_no_past_figure() -> None:
    _city, north, _south, actor = make_city()
    row = old(make_organisation(north, focuses=[spoken("roma")], lead_officer=make_officer(north)))
    make_meeting(north, row, starts_at=at(DUE))
    make_promise(row, due_on=DUE)
    before = figures(actor, north)
    for change, fields in what_it_becomes().items():
        with undone():
            edit_organisation(actor=SYSTEM, organisation_id=row.pk, **fields)
            assert figures(actor, north) == before, change
            [coverage] = REPORTS["coverage"].rows(ask(actor, [QUARTER], by=By.FOCUS))
            assert (coverage.group, coverage.n) == ("roma", 1), change


def test_what_was_recorded_wrongly_is_corrected_in_the_past() -> None:
    _city, north, _south, actor = make_city()
    row = old(make_organisation(north, focuses=[spoken("roma")]))
    make_meeting(north, row, starts_at=at(DUE))
    right = {"kind": "youth_organisation", "focuses": [spoken("women")]}
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, was_wrong=True, **right)
    by_focus = ask(actor, [QUARTER], by=By.FOCUS)
    assert {one.group: one.n for one in REPORTS["coverage"].rows(by_focus)} == {"women": 1, "youth": 1}
    [period] = row.periods.all()
    assert period.kind == "youth_organisation" and period.entered_at is not None
    assert [one.focus for one in row.focus_declarations.exclude(superseded_at=None)] == ["roma"]
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, focuses=[spoken("women", date(2025, 1, 1))])
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, focuses=[spoken("women", date(2024, 8, 1))])
    [declared] = row.focus_declarations.current()
    assert declared.declared_on == date(2024, 8, 1), "an earlier day is learned late"


def test_what_is_undone_never_was() -> None:
    """A handover, a merge and a change of kind, each taken back within its time."""
    _city, north, _south, actor = make_city()
    lead, other, supervisor = make_officer(north), make_officer(north), actor_for(make_supervisor(north))
    row = old(make_organisation(north, lead_officer=lead, focuses=[spoken("roma")]))
    twin = old(make_organisation(north, kind="school", focuses=[spoken("women"), spoken("roma")]))
    make_meeting(north, twin, starts_at=at(DUE))
    before = figures(actor, north), _histories()
    handover = hand_over(actor=supervisor, officer_id=lead.pk, to_id=other.pk)
    undo_handover(actor=supervisor, handover_id=handover.pk)
    merge = merge_organisations(actor=supervisor, kept_id=row.pk, versions={row.pk: 3, twin.pk: 1})
    assert figures(actor, north) != before[0], "it was one organisation"
    undo_merge(actor=supervisor, merge_id=merge.pk)
    for kind in ("ngo", "school"):
        edit_organisation(actor=SYSTEM, organisation_id=twin.pk, kind=kind)
    assert (figures(actor, north), _histories()) == before


def test_a_follow_up_counts_where_its_organisations_were_at_the_end_of_the_period() -> None:
    _city, north, south, actor = make_city()
    here, second, elsewhere = (old(make_organisation(place)) for place in (north, north, south))
    rows = [make_promise(here, due_on=DUE) for _ in range(3)]
    rows.append(make_promise(here, elsewhere, due_on=DUE, done_at=at(DUE)))
    before = figures(actor, north, south)
    new = make_organisation(north)  # nowhere in the period
    for organisations in ([second], [elsewhere], [here, elsewhere], [new]):
        for row in rows:
            edit_follow_up(actor=SYSTEM, follow_up_id=row.pk, organisations=organisations)
    assert figures(actor, north, south) == before
    now = quarter_of(city_today())
    later = make_promise(here, due_on=now.since, created_at=timezone.now())
    edit_follow_up(actor=SYSTEM, follow_up_id=later.pk, organisations=[elsewhere])
    question = ask(actor, [now], districts=[north.code, south.code])
    assert [(row.group, row.of) for row in REPORTS["follow-ups"].rows(question)] == [
        (north.code, 0),
        (south.code, 1),
    ]


def test_an_account_that_is_closed_today_was_there_in_the_past() -> None:
    _city, north, _south, actor = make_city()
    lead, deputy = make_officer(north), make_officer(north)
    old(make_organisation(north, lead_officer=lead, deputy_officer=deputy))
    before = figures(actor, north)
    [row] = [row for row, _lists in before["continuity by district"] if row.group == north.code]
    assert (row.n, row.of) == (1, 1)
    make_actor(role=Role.ADMINISTRATOR)
    edit_user(actor=SYSTEM, user_id=deputy.pk, is_active=False)
    assert figures(actor, north) == before
    now = quarter_of(city_today())
    assert [row.n for row in REPORTS["continuity"].rows(ask(actor, [now], districts=[north.code]))] == [0]
    User.objects.filter(pk=deputy.pk).update(deactivated_at=at(QUARTER.since))
    assert figures(actor, north) != before


def _histories() -> list[Any]:
    return [
        *OrganisationPeriod.objects.order_by("organisation", "since").values(),
        *FocusDeclaration.objects.order_by("organisation", "focus").values(),
    ]


@pytest.mark.thorough
def test_what_happens_now_changes_no_past_figure() -> None:
    _city, north, _south, actor = make_city()
    answered = at(DUE, 18)
    rows = promises(north) | {
        "open": make_concern(north, at(DUE)),
        "answered": make_concern(north, at(DUE), status="answered", answered_at=answered),
        "closed": make_concern(
            north, at(DUE), status="closed", answered_at=answered, closed_at=at(DUE + timedelta(days=3))
        ),
    }
    before = figures(actor, north)
    for edit, make in EDITS.items():
        with undone():
            make(rows)
            assert figures(actor, north) == before, edit
            question = ask(actor, [QUARTER], districts=[north.code])
            [row] = REPORTS["follow-ups"].rows(question)
            assert (row.n, row.of, row.late, row.not_done, row.cancelled) == (1, 3, 1, 1, 1), edit
            [row] = REPORTS["concerns"].rows(question)
            assert (row.n, row.of) == (2, 3), edit


def test_a_final_figure_stays_on_every_exit_until_a_night_revises_it(client: Client) -> None:
    north = make_district()
    supervisor = make_supervisor(north)
    row = old(make_organisation(north, name="Ateneo"))
    make_meeting(north, row, starts_at=at(DUE))
    keep_period(QUARTER, final_on(QUARTER))
    address = f"/reports/activity/?district={north.code}&period=2024-Q3"
    client.force_login(supervisor)
    tool = Tool(north, scopes=("reports:read",))
    call = "/reports/activity/?from=2024-07-01&to=2024-10-01"
    asked = FigureRequest("activity", north.code, QUARTER, QUARTER.previous(), By.DISTRICT, all_kinds=False)
    actor = actor_for(supervisor)
    make_meeting(north, row, starts_at=at(DUE + timedelta(days=1)))
    assert "Final." in client.get(address).content.decode()
    said = tool.get(call).json()
    assert (said["status"], said["rows"][0]["n"], said["rows"][0]["vintage"]) == ("final", 1, 1)
    facts = dict(build_document(asked, actor, "x").facts)
    assert facts["Status"].startswith("final")

    recount_period(QUARTER, [north.pk])
    page = client.get(address).content.decode()
    assert "Revised." in page and "/reports/activity/vintages/?" in page
    said = tool.get(call).json()
    [figure] = said["rows"]
    assert (said["status"], figure["n"], figure["vintage"]) == ("revised", 2, 2)
    assert (figure["first_published_n"], figure["first_published_of"]) == (1, 1)
    facts = dict(build_document(asked, actor, "x").facts)
    assert facts["Status"].startswith("revised") and facts["Revised"] == "Meetings held"
    listed = client.get(f"/reports/activity/vintages/?district={north.code}").content.decode()
    assert "1 period was revised." in listed and "Quarter 3 of 2024" in listed
    both = tool.get(f"{call}&vintages=all").json()["rows"]
    assert [(row["vintage"], row["n"], row["status"], row["kept_reason"]) for row in both] == [
        (1, 1, "final", "final"),
        (2, 2, "revised", "revised"),
    ]
    lines = tool.get(f"{call}&vintages=all", accept="text/csv").content.decode().splitlines()
    assert len(lines) == 3
    assert tool.get(f"{call}&vintages=some").status_code == 400
    by_kind = tool.get(f"{call}&vintages=all&by=kind").json()["rows"]
    assert [(row["kind"], row["vintage"], row["first_published_n"]) for row in by_kind] == [
        ("visit", 1, 1),
        ("visit", 2, 1),
    ]
    elsewhere = Tool(make_district(), scopes=("reports:read",))
    assert elsewhere.get(f"{call}&vintages=all&district={north.code}").status_code == 403
    other = make_supervisor(make_district())
    client.force_login(other)
    assert client.get(f"/reports/activity/vintages/?district={north.code}").status_code == 404


def test_a_state_as_it_was_known_then_is_the_first_of_its_vintages() -> None:
    north = make_district()
    row = old(make_organisation(north))
    make_promise(row, due_on=DUE)
    keep_period(QUARTER, QUARTER.until)
    tool = Tool(north, scopes=("reports:read",))
    call = "/reports/overdue/?from=2024-07-01&to=2024-10-01&vintages=all"
    known, counted = tool.get(call).json()["rows"]
    assert (known["vintage"], known["kept_reason"], known["status"]) == (0, "known_then", "provisional")
    assert (counted["vintage"], counted["n"], counted["status"]) == (None, 1, "counted_today")
    make_promise(row, due_on=DUE)
    keep_period(QUARTER, final_on(QUARTER))
    rows = tool.get(call).json()["rows"]
    assert [(row["vintage"], row["n"], row["status"]) for row in rows] == [
        (0, 1, "provisional"),
        (1, 2, "final"),
    ]


def test_a_group_without_a_kept_row_counted_nothing_when_it_became_final() -> None:
    north = make_district()
    row = old(make_organisation(north))
    make_meeting(north, row, starts_at=at(DUE))
    keep_period(QUARTER, final_on(QUARTER))
    make_meeting(north, row, starts_at=at(DUE), kind="phone")
    recount_period(QUARTER)
    tool = Tool(north, scopes=("reports:read",))
    call = "/reports/activity/?from=2024-07-01&to=2024-10-01&by=kind"
    rows = {row["kind"]: row for row in tool.get(call).json()["rows"]}
    assert (rows["phone"]["vintage"], rows["phone"]["first_published_n"]) == (2, 0)
    assert (rows["visit"]["vintage"], rows["visit"]["status"]) == (1, "final")


def test_a_period_that_cannot_be_kept_is_counted_today_and_never_final() -> None:
    tool = Tool(make_district(), scopes=("reports:read",))
    for days in ("from=2024-07-01&to=2024-08-01", "from=2024-07-01&to=2024-10-01&all_kinds=true"):
        assert tool.get(f"/reports/activity/?{days}").json()["status"] == "counted_today"


@pytest.mark.parametrize("by", By)
def test_kept_and_counted_periods_stand_beside_each_other(by: By) -> None:
    city, north, _south, _actor = make_city()
    row = old(make_organisation(north, focuses=[spoken("roma")]))
    make_meeting(north, row, starts_at=at(DUE))
    make_meeting(north, row, starts_at=at(QUARTER.previous().since), kind="phone")
    question = Question((QUARTER, QUARTER.previous()), (city,), by=by)
    reports = [report for report in REPORTS.values() if by in report.ways]
    counted = read_all(reports, question)
    keep_period(QUARTER, final_on(QUARTER))
    kept = read_all(reports, question)
    for slug, rows in counted.items():
        assert sorted(kept[slug], key=lambda one: (one.period, one.group)) == sorted(
            rows, key=lambda one: (one.period, one.group)
        ), slug
    assert {one.vintage for one in kept["coverage"] if one.period == QUARTER} == {1}
    assert {one.vintage for one in kept["coverage"] if one.period != QUARTER} == {0}
