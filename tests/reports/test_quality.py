"""Quality notes: records that lack what a figure needs or were entered late, on page, call and file."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import Role
from meetings.models import Meeting
from reports.figures.quality import quality_notes
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import Question
from tests.api.clients import Tool
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor, make_user
from tests.reports.city import QUARTER, at, old
from tests.reports.test_export_reports import export

pytestmark = pytest.mark.django_db
JULY = at(date(2024, 7, 10))
ASKED = "from=2024-07-01&to=2024-10-01"


def test_a_figure_says_how_many_records_lack_what_it_needs() -> None:
    north = make_district("North")
    row = old(make_organisation(north))
    for level, initiator in (("inform", "police"), ("", ""), ("", "community")):
        make_meeting(north, row, starts_at=JULY, level=level, initiated_by=initiator)
    Meeting.objects.update(created_at=JULY + timedelta(days=7))
    Meeting.objects.filter(level="inform").update(created_at=JULY + timedelta(days=7, seconds=1))
    notes = {
        slug: [str(note) for note in quality_notes(report, report.rows(Question((QUARTER,), (north,)))[0])]
        for slug, report in REPORTS.items()
    }
    assert notes["level"] == ["Meetings without a level: 2 of 3"]
    assert notes["reciprocity"] == ["Meetings without an initiator: 1 of 3"]
    assert "Meetings entered more than 7 days later: 1 of 3" in notes["activity"]
    assert notes["coverage"] == [], "it needs nothing else"
    assert notes["concerns"] == [], "there are none"

    supervisor = make_supervisor(north)
    reader = Client()
    reader.force_login(supervisor)
    page = reader.get(f"/reports/level/?{ASKED}&district={north.code}").text
    assert "Meetings without a level: 2 of 3." in page
    [called] = Tool(north).get(f"/reports/level/?{ASKED}").json()["rows"]
    assert (called["incomplete_n"], called["incomplete_of"], called["late_entry_n"]) == (2, 3, None)
    content = export(supervisor, f"report=level&period=2024-Q3&district={north.code}", "csv")
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    [filed] = [row for row in rows if row["from"] == "2024-07-01"]
    assert (filed["incomplete_n"], filed["incomplete_of"], filed["late_entry_n"]) == ("2", "3", "")
    outside = Client()
    outside.force_login(make_user(Role.SUPERVISOR, make_district()))
    assert outside.get(f"/reports/level/?{ASKED}&district={north.code}").status_code == 404


def test_a_share_of_enough_records_has_a_percentage() -> None:
    north = make_district()
    row = old(make_organisation(north))
    for number in range(30):
        make_meeting(north, row, starts_at=JULY, level="inform" if number else "")
    [figure] = REPORTS["level"].rows(Question((QUARTER,), (north,)))
    assert [str(note) for note in quality_notes(REPORTS["level"], figure)] == [
        "Meetings without a level: 1 of 30 (3%)"
    ]
