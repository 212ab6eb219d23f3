"""A withdrawn incident is in no figure, file, list or calendar. A merged one adds only whom it reached."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.actors import actor_for
from api.services.feeds import create_feed
from districts.models import District
from incidents.models import Incident
from incidents.services.reassurances import record_reassurance
from incidents.services.withdrawals import withdraw_incident
from lib.days import city_today
from privacy.queries.retention import AGED, due_rows
from publishing.rules.indicators import INDICATORS
from reports.exports import files
from reports.exports.document import build_document
from reports.exports.request import SCORECARD, FigureRequest
from reports.figures.counted_rows import counted_rows
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import By, Question
from tests.api.clients import Tool
from tests.factories import make_district, make_organisation, make_supervisor
from tests.incidents.making import Night
from tests.reports.city import QUARTER, at, close_incident, make_call, make_concern, make_incident, make_step

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
JULY = date(2024, 7, 10)
OF_INCIDENTS = [report for report in REPORTS.values() if report.counts.noun == "incidents"]


@pytest.fixture
def north() -> District:
    district = make_district("Northgate")
    add_incident(district)
    return district


def add_incident(north: District, **fields: Any) -> Incident:
    """Add an incident with everything that a figure counts. It was closed and, much later, reopened."""
    incident = make_incident(north, at(JULY), refused=2, place_refused=True, **fields)
    place, other = make_organisation(north), make_organisation(north)
    make_step(incident, "the_place", place, due=HOUR, done=HOUR / 3)
    make_step(incident, "each_organisation", other, due=HOUR, done=2 * HOUR)
    make_step(incident, "once", due=HOUR)
    make_call(incident, place, "reached", HOUR / 3)
    make_call(incident, other, "declined", 2 * HOUR)
    close_incident(incident, at(JULY, 15), held_on=JULY, voices=["yes"])
    concern = make_concern(north, at(JULY), kinds=["threat"], affected_focuses=["roma"])
    incident.concern_links.create(concern=concern)
    return incident


def withdraw(incident: Incident, *, same_as: Incident | None = None) -> None:
    moment, reason = timezone.now(), "same_event" if same_as else "mistake"
    incident.closings.update(reopened_at=moment)
    incident.steps.filter(status="open").update(status="withdrawn", done_at=moment, recorded_at=moment)
    values = {"status": "withdrawn", "closed_at": None, "withdrawn_at": moment, "withdrawal_reason": reason}
    Incident.objects.filter(pk=incident.pk).update(same_as=same_as, **values)


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("report", OF_INCIDENTS, ids=lambda report: report.slug)
def test_no_figure_counts_it_and_each_says_how_many_were_withdrawn(
    north: District, report: Any, by: By
) -> None:
    question = Question((QUARTER,), (north,), by=by)
    before = report.rows(question)
    incident = add_incident(north)
    assert report.rows(question) != before
    withdraw(incident)
    after = report.rows(question)
    assert {row.withdrawn for row in after} == {1}
    assert [replace(row, withdrawn=0) for row in after] == before
    if by == By.DISTRICT:
        for column in ("n", "of", *(one.name for one in report.columns if one.unit == "count")):
            listed = {row.id for row in counted_rows(report, question, north.code, column)}
            assert (incident.pk in listed) == (column == "withdrawn"), column
    assert report.slug not in INDICATORS, "no figure of incidents is published"


def document_of(north: District, extension: str) -> str:
    """Return the text of the scorecard as a file, without who made it, when, and the number withdrawn."""
    request = FigureRequest(SCORECARD, north.code, QUARTER, QUARTER.back(1))
    document = build_document(request, actor_for(make_supervisor(north)), "prepare")
    out = io.BytesIO()
    files.write(replace(document, facts=[], marking="", author=""), extension, out)
    if extension == "csv":
        rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
        text = str([{**row, "as_of": "", "marking": "", "withdrawn": ""} for row in rows])
    else:
        text = " ".join(page.extract_text() for page in PdfReader(out).pages)
    return re.sub("( · )?Withdrawn incidents: 1", "", " ".join(text.split()))


@pytest.mark.parametrize("extension", ["csv", "pdf"])
def test_the_scorecard_as_a_file_is_as_if_there_were_none(north: District, extension: str) -> None:
    incident = add_incident(north)
    with_it = document_of(north, extension)
    withdraw(incident)
    without_it = document_of(north, extension)
    Incident.objects.filter(pk=incident.pk).update(started_at=at(date(2023, 1, 1)))
    assert without_it == document_of(north, extension) != with_it


def test_whoever_was_reached_in_a_merged_incident_was_reached_in_the_other(north: District) -> None:
    kept, twin, place = (
        make_incident(north, at(JULY)),
        make_incident(north, at(JULY)),
        make_organisation(north),
    )
    make_step(kept, "the_place", place, due=HOUR)
    make_call(twin, place, "reached", HOUR / 3)
    question = Question((QUARTER,), (north,))
    alone = [REPORTS[slug].rows(question)[0].n for slug in ("first-contact", "reassured-in-time")]
    withdraw(twin, same_as=kept)
    merged = [REPORTS[slug].rows(question)[0].n for slug in ("first-contact", "reassured-in-time")]
    assert merged == [n + 1 for n in alone]


LISTS: dict[str, Callable[[Client], str]] = {
    "today": lambda client: client.get("/").text,
    "incidents": lambda client: client.get("/concerns/?show=incidents").text,
    "late": lambda client: client.get("/concerns/?show=incidents&late=true").text,
    "duty": lambda client: client.get("/duty/").text,
    "calendar": lambda client: client.get("/calendar/?scope=district").text,
    "api": lambda client: Tool(scopes=("concerns:read",)).get("/incidents/").text,
    "api, late": lambda client: Tool(scopes=("concerns:read",)).get("/incidents/?late=true").text,
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_of_what_is_due_has_it(client: Client, name: str) -> None:
    night = Night()
    incident = night.incident()
    incident.steps.update(due_at=timezone.now() - HOUR)
    client.force_login(night.duty)
    if name not in ("calendar", "duty"):  # which have no incidents at all
        assert str(incident.pk) in LISTS[name](client)
    withdraw_incident(actor=night.actor(), incident_id=incident.pk, reason="mistake")
    assert str(incident.pk) not in LISTS[name](client)


def test_a_calendar_feed_has_the_call_and_the_report_back_to_whoever_was_reached(client: Client) -> None:
    night = Night()
    incident = night.incident()
    token = create_feed(actor=night.actor(), with_follow_ups=True, with_subjects=True)
    reached = {"incident_id": incident.pk, "organisation_id": night.place.pk, "result": "reached"}
    record_reassurance(actor=night.actor(), **reached)
    withdraw_incident(actor=night.actor(night.supervisor), incident_id=incident.pk, reason="mistake")
    feed = client.get(f"/feeds/{token}/meetings.ics").text
    assert set(re.findall("SUMMARY:(.*?)\r", feed)) == {
        "Reassurance after an incident",
        "Report back: it was no incident",
    }
    assert str(incident.pk) not in feed


def test_its_notes_get_old_like_those_of_a_closed_one(north: District) -> None:
    incident = add_incident(north)
    incident.reassurances.update(note="After the tone")
    withdraw(incident)
    Incident.objects.filter(pk=incident.pk).update(withdrawn_at=at(JULY))
    [calls] = [aged for aged in AGED["incident_texts"] if aged.label == "incidents.Reassurance"]
    assert due_rows(calls, "incident_texts", 30, city_today()).count() == 2
