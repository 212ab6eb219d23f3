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
from audit.models import Action, Event
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import FocusDeclaration, OrganisationPeriod
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.days import city_today
from meetings.models import Concern
from meetings.services.concerns import close_concern, edit_concern, reopen_concern
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    edit_follow_up,
    reopen_follow_up,
)
from meetings.services.handover import hand_over, undo_handover
from meetings.services.meetings import edit_meeting
from reports.exports.document import build_document
from reports.exports.request import FigureRequest
from reports.figures.late_records import LATEST, late_records
from reports.figures.report import read_all
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import By, Question, ask
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


def figures(actor: Actor) -> dict[str, Any]:
    """All figures of the quarter, with the rows behind each number."""
    found: dict[str, Any] = {}
    for by in By:
        question = ask(actor, [QUARTER], by=by)
        read = read_all([report for report in REPORTS.values() if by in report.ways], question)
        for slug, rows in read.items():
            found[f"{slug} by {by}"] = [_read(REPORTS[slug], row, question, actor) for row in rows]
    found["late"] = late_records(ask(actor, [QUARTER]), REPORTS.values())
    return found


def _read(report: Any, row: Any, question: Question, actor: Actor) -> tuple[Any, ...]:
    lists = {}
    for column in ("n", "rest", *(column.name for column in report.own_columns)):
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


def test_what_an_organisation_becomes_now_changes_no_past_figure() -> None:
    _city, north, _south, actor = make_city()
    row = old(make_organisation(north, focuses=[spoken("roma")], lead_officer=make_officer(north)))
    make_meeting(north, row, starts_at=at(DUE))
    make_promise(row, due_on=DUE)
    before = figures(actor)
    for change, fields in what_it_becomes().items():
        with undone():
            edit_organisation(actor=SYSTEM, organisation_id=row.pk, **fields)
            assert figures(actor) == before, change
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
    before = figures(actor), _histories()
    handover = hand_over(actor=supervisor, officer_id=lead.pk, to_id=other.pk)
    undo_handover(actor=supervisor, handover_id=handover.pk)
    merge = merge_organisations(actor=supervisor, kept_id=row.pk, versions={row.pk: 3, twin.pk: 1})
    assert figures(actor) != before[0], "it was one organisation"
    undo_merge(actor=supervisor, merge_id=merge.pk)
    for kind in ("ngo", "school"):
        edit_organisation(actor=SYSTEM, organisation_id=twin.pk, kind=kind)
    assert (figures(actor), _histories()) == before


def _histories() -> list[Any]:
    return [
        *OrganisationPeriod.objects.order_by("organisation", "since").values(),
        *FocusDeclaration.objects.order_by("organisation", "focus").values(),
    ]


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
    before = figures(actor)
    for edit, make in EDITS.items():
        with undone():
            make(rows)
            assert figures(actor) == before, edit
            question = ask(actor, [QUARTER], districts=[north.code])
            [row] = REPORTS["follow-ups"].rows(question)
            assert (row.n, row.of, row.late, row.not_done, row.cancelled) == (1, 3, 1, 1, 1), edit
            [row] = REPORTS["concerns"].rows(question)
            assert (row.n, row.of, row.closed) == (2, 3, 1), edit


def late(actor: Actor, *slugs: str, by: By = By.DISTRICT) -> list[tuple[str, Any]]:
    question = ask(actor, [QUARTER], by=by)
    touched = [REPORTS[slug] for slug in slugs if any(row.is_touched for row in REPORTS[slug].rows(question))]
    found = late_records(question, [REPORTS[slug] for slug in slugs]).latest
    assert found == list(late_records(question, touched).latest), "pages ask for touched reports only"
    assert all(one.entered_on == city_today() for one in found)
    return [(one.noun, one.id) for one in found]


def test_what_is_learned_late_revises_the_figures_that_it_is_about() -> None:
    _city, north, south, actor = make_city()
    row, elsewhere = old(make_organisation(north)), old(make_organisation(south))
    first = at(QUARTER.since)
    known = make_meeting(north, elsewhere, starts_at=first, created_at=first, updated_at=first)
    promise = make_promise(row, due_on=DUE)
    concern = make_concern(north, first, bias_grounds=["anti_roma"])
    assert late(actor, *REPORTS) == []
    assert not REPORTS["activity"].rows(ask(actor, [QUARTER]))[0].is_touched

    meeting = make_meeting(south, row, starts_at=at(DUE))
    assert late(actor, "coverage") == late(actor, "activity") == [("meetings", meeting.pk)]
    make_meeting(south, row, starts_at=QUARTER.ends_at)  # of the next one
    edit_meeting(actor=SYSTEM, meeting_id=known.pk, subject="Nothing that figures read")
    assert late(actor, "activity") == [("meetings", meeting.pk)]
    edit_meeting(actor=SYSTEM, meeting_id=known.pk, starts_at=at(DUE))
    assert set(late(actor, "activity")) == {("meetings", meeting.pk), ("meetings", known.pk)}

    assert late(actor, "follow-ups", "concerns", "continuity") == []
    edit_follow_up(actor=SYSTEM, follow_up_id=promise.pk, status="done", done_at=at(DUE))
    assert late(actor, "follow-ups") == [("follow-ups", promise.pk)]
    edit_concern(actor=SYSTEM, concern_id=concern.pk, reassurance_offered_at=first + timedelta(hours=3))
    assert late(actor, "reassurance") == [("concerns", concern.pk)]
    assert late(actor, "concerns") == []
    edit_concern(actor=SYSTEM, concern_id=concern.pk, received_at=first + timedelta(hours=1))
    assert late(actor, "concerns") == [("concerns", concern.pk)], "when it was received, was wrong"
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, focuses=[spoken("roma")])
    assert late(actor, "continuity") == []
    assert late(actor, "continuity", by=By.FOCUS) == [("organisations", row.pk)]
    twin = old(make_organisation(south))
    merge_organisations(actor=SYSTEM, kept_id=elsewhere.pk, versions={elsewhere.pk: 1, twin.pk: 1})
    assert late(actor, "continuity") == [("organisations", elsewhere.pk)]


def test_what_a_figure_does_not_count_leaves_it_final() -> None:
    _city, north, south, _actor = make_city()
    actor = make_actor(north)
    here, elsewhere, school = (
        old(make_organisation(place, kind=kind))
        for place, kind in ((north, "ngo"), (south, "ngo"), (north, "school"))
    )
    before, day = at(QUARTER.since - timedelta(days=9)), at(DUE)
    outside = [make_meeting(north, elsewhere, school, starts_at=day)]
    assert late(actor, "coverage", "recency", "cadence", "continuity", "contact-wanted") == []
    assert late(actor, "activity") == [("meetings", outside[0].pk)]

    nobody = make_meeting(north, here, starts_at=day, status="cancelled")
    assert late(actor, "coverage", "recency") == []
    assert ("meetings", nobody.pk) in late(actor, "activity")

    earlier = make_meeting(south, here, starts_at=before)
    assert late(actor, "coverage", "contact-wanted") == [], "it is of the quarter before"
    assert late(actor, "recency") == [("meetings", earlier.pk)], "nobody was met later"
    met = make_meeting(south, here, starts_at=day)
    assert late(actor, "recency") == late(actor, "coverage") == [("meetings", met.pk)]
    assert ("meetings", met.pk) not in late(actor, "activity", "level", "reciprocity")

    edit_meeting(actor=SYSTEM, meeting_id=outside[0].pk, level="inform")
    assert late(actor, "cadence", "contact-wanted") == [], "nothing is agreed"
    make_promise(school, due_on=DUE, status="cancelled", cancel_reason="x")
    concern = make_concern(north, day, bias_grounds=["none"])
    Concern.objects.filter(pk=concern.pk).update(created_at=timezone.now(), updated_at=timezone.now())
    assert late(actor, "reassurance", "loop-closed", "follow-ups") == []
    assert late(actor, "concerns") == [("concerns", concern.pk)]


def test_a_correction_revises_only_the_figures_that_it_can_change() -> None:
    _city, north, _south, actor = make_city()
    day = at(DUE)
    row = make_meeting(north, old(make_organisation(north)), starts_at=day, created_at=day, updated_at=day)
    edit_meeting(actor=SYSTEM, meeting_id=row.pk, level="inform")
    assert late(actor, "level") == [("meetings", row.pk)]
    assert late(actor, "activity", "reciprocity", "coverage", "recency") == []
    edit_meeting(actor=SYSTEM, meeting_id=row.pk, initiated_by="police")
    assert late(actor, "reciprocity") == [("meetings", row.pk)]
    edit_meeting(actor=SYSTEM, meeting_id=row.pk, kind="phone")
    assert late(actor, "activity") == []
    assert late(actor, "activity", by=By.KIND) == [("meetings", row.pk)]


def test_page_file_and_api_say_revised_with_the_records_and_their_days(client: Client) -> None:
    north = make_district()
    supervisor = make_supervisor(north)
    row = old(make_organisation(north, name="Ateneo"))
    address = f"/reports/activity/?district={north.code}&period=2024-Q3"
    client.force_login(supervisor)
    assert "Final." in client.get(address).content.decode()
    meeting = make_meeting(north, row, starts_at=at(DUE))
    page = client.get(address).content.decode()
    assert "Revised." in page and "1 record entered or corrected later" in page
    assert f'href="/meetings/{meeting.pk}/"' in page
    listed = Event.objects.filter(action=Action.LIST, object_type="report").latest("at")
    assert listed.object_ids == [meeting.pk]
    tool = Tool(north, scopes=("reports:read",))
    said = tool.get("/reports/activity/?from=2024-07-01&to=2024-10-01").json()
    assert said["status"] == "revised"
    assert said["revised_by"] == [{"list": "meetings", "entered_on": str(city_today()), "records": 1}]
    before = tool.get("/reports/activity/?from=2024-04-01&to=2024-07-01").json()
    assert (before["status"], before["revised_by"]) == ("final", [])
    asked = FigureRequest("activity", north.code, QUARTER, QUARTER.previous(), By.DISTRICT, all_kinds=False)
    facts = dict(build_document(asked, actor_for(supervisor), "x").facts)
    assert facts["Status"].startswith("revised") and "Meetings: 1" in facts.values()


def test_an_imported_history_is_counted_by_day_and_only_its_latest_records_are_read() -> None:
    _city, north, _south, actor = make_city()
    row = old(make_organisation(north))
    for _ in range(LATEST + 2):
        make_meeting(north, row, starts_at=at(DUE))
    found = late_records(ask(actor, [QUARTER]), [REPORTS["activity"]])
    assert (len(found.latest), len(found)) == (LATEST, LATEST + 2)
    assert found.days == {("meetings", city_today()): LATEST + 2}
