"""Where histories of before a day are reconstructed, pages, files and the API say so."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.actors import actor_for
from districts.models import District
from reports.exports.document import build_document
from reports.exports.request import FigureRequest
from tests.api.clients import Tool
from tests.factories import make_district, make_organisation, make_supervisor
from tests.reports.city import QUARTER, at, old

pytestmark = pytest.mark.django_db

SAID = "were not recorded"


@pytest.fixture
def north() -> District:
    """A district whose histories are recorded since the last day of the quarter."""
    return make_district("North", recorded_since=QUARTER.until - timedelta(days=1))


def test_pages_say_it_of_figures_that_reach_back(north: District) -> None:
    client = Client()
    client.force_login(make_supervisor(north))
    for page in (
        "/reports/",
        "/reports/coverage/",
        "/reports/compare/",
        "/reports/map/",
        "/reports/blind-spots/",
    ):
        told = client.get(f"{page}?period=2024-Q3").content.decode()
        assert SAID in told, page
        assert "30 Sep 2024" in told, page
        later = client.get(f"{page}?period=2025-Q1")
        assert later.status_code == 200 and SAID not in later.content.decode(), page
    compared = client.get("/reports/coverage/?period=2024-Q4").content.decode()
    assert SAID in compared, "it is compared with the quarter before"


def test_files_and_the_api_say_it(north: District) -> None:
    old(make_organisation(north))
    actor = actor_for(make_supervisor(north))
    for period, is_told in ((QUARTER, True), (QUARTER.back(-2), False)):
        asked = FigureRequest("coverage", north.code, period, period.previous())
        assert any(SAID in told for _name, told in build_document(asked, actor, "x").facts) == is_told
        days = f"from={period.since}&to={period.until}"
        answer = Tool(north).get(f"/reports/coverage/?{days}").json()
        assert answer["recorded_since"] == ("2024-09-30" if is_told else None)
    [row] = Tool(north).get("/districts/").json()["results"]
    assert row["recorded_since"] == "2024-09-30"


def test_the_page_of_an_older_organisation_says_it(north: District) -> None:
    client = Client()
    client.force_login(make_supervisor(north))
    older, newer = make_organisation(north, created_at=at(date(2024, 2, 1))), make_organisation(north)
    for row, is_told in ((older, True), (newer, False)):
        html = client.get(f"/organisations/{row.pk}/").content.decode()
        assert ("recorded since 30 Sep 2024" in html) == is_told
