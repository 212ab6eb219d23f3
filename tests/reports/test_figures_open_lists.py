"""A figure of organisations opens exactly its rows, on the page and in the API, as fast as any list."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import actor_for
from districts.models import District
from pages.reports.figures import rows_url
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Drill
from reports.queries.questions import By, ask
from tests.api.clients import Tool
from tests.factories import make_district, make_meeting, make_officer
from tests.reports.city import QUARTER, at
from tests.reports.portfolio import known, then

pytestmark = pytest.mark.django_db

SLUGS = ["coverage", "recency", "cadence", "continuity", "data-health"]


@pytest.fixture
def north() -> District:
    """Some organisations were met and some not, and today everything is different."""
    north = make_district()
    lead, deputy = make_officer(north), make_officer(north)
    both = {"lead_officer": lead, "deputy_officer": deputy}
    met = known(north, cadence_days=30, verified_on=QUARTER.since, **both)
    met_once = known(north, kind="womens_organisation", cadence_days=30, verified_on=QUARTER.since)
    known(north, cadence_days=30)
    known(north, kind="school", **both)
    make_meeting(north, met, met_once, starts_at=at(QUARTER.since))
    make_meeting(north, met, starts_at=at(QUARTER.last_day))
    for organisation in (met, met_once):
        then(
            organisation,
            QUARTER.ends_at,
            status="closed",
            cadence_days=None,
            lead_officer=None,
            deputy_officer=None,
            verified_on=None,
        )
    return north


@pytest.mark.thorough
def test_the_list_and_the_call_have_as_many_rows_as_the_figure(north: District) -> None:
    officer, tool, client = make_officer(north), Tool(north), Client()
    client.force_login(officer)
    actor = actor_for(officer)
    opened = 0
    for slug in SLUGS:
        report = REPORTS[slug]
        for by in (By.DISTRICT, By.KIND, By.FOCUS):
            question = ask(actor, [QUARTER], by=by)
            for row in report.rows(question):
                assert listed(client, report.drill(row, question)) == row.n
                assert listed(client, report.drill(row, question, "rest")) == row.of - row.n
                assert called(tool, report.drill(row, question)) == row.n
                opened += bool(row.n)
    assert opened >= len(SLUGS) * 2


def listed(client: Client, drill: Drill | None) -> int:
    """Return the number of rows according to the page."""
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(rows_url(drill))
    assert answer.status_code == 200
    assert len(statements) <= 14
    found: int = answer.context["page"].count
    assert found == len(answer.context["page"].rows)
    return found


def called(tool: Tool, drill: Drill | None) -> int:
    """Return the number of rows according to the API."""
    assert drill is not None
    query = rows_url(drill).partition("?")[2]
    with CaptureQueriesContext(connection) as statements:
        answer = tool.get(f"/organisations/?{query}&count=true").json()
    assert len(statements) <= 7  # six for the list, one for its count
    assert answer["count"] == len(answer["results"])
    return int(answer["count"])


def test_the_page_says_as_of_when_it_is(north: District) -> None:
    client = Client()
    client.force_login(make_officer(north))
    page = client.get(reverse("organisations"), {"as_of": "2024-10-01", "status": "active"})
    assert b"As at the start of this date" in page.content
    assert page.context["page"].count == 4
