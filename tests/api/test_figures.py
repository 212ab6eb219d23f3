"""`/figures/` and the change type `figures`: what was kept of a district, for keys of this district alone."""

from datetime import date, timedelta

import pytest

from districts.models import District
from reports.queries.periods import quarter_of
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.api.clients import Tool
from tests.api.test_changes import read
from tests.audit.numbering import number_open_transaction
from tests.factories import make_district, make_meeting, make_organisation
from tests.reports.city import at, old

pytestmark = pytest.mark.django_db
SCOPES = ("reports:read", "changes:read")
QUARTER = quarter_of(date(2026, 1, 1))
DAY = date(2026, 2, 2)


@pytest.fixture
def north() -> District:
    """A district whose figures of a quarter were kept on two nights and revised once."""
    district = make_district("North")
    row = old(make_organisation(district))
    make_meeting(district, row, starts_at=at(DAY))
    keep_period(QUARTER, QUARTER.until)
    keep_period(QUARTER, final_on(QUARTER))
    make_meeting(district, row, starts_at=at(DAY + timedelta(days=1)))
    recount_period(QUARTER)
    return district


def test_a_tool_hears_that_figures_were_kept_and_revised_and_reads_them(north: District) -> None:
    number_open_transaction()
    tool = Tool(north, scopes=SCOPES)
    told = [row for row in read(tool)[0] if row["type"] == "figures"]
    assert [(row["op"], row["version"]) for row in told] == [("created", 1), ("updated", 2), ("updated", 3)]
    [pk] = {row["id"] for row in told}
    kept = tool.get(f"/figures/{pk}/").json()
    assert (kept["district"], kept["from"], kept["to"]) == (north.code, "2026-01-01", "2026-04-01")
    assert (kept["version"], kept["final_at"] is not None) == (3, True)
    held = [row for row in kept["figures"] if row["indicator"] == "activity"]
    assert [(row["vintage"], row["n"], row["of"], row["kept_reason"]) for row in held] == [
        (1, 1, 1, "final"),
        (2, 2, 2, "revised"),
    ]
    assert {row["vintage"] for row in kept["figures"] if row["indicator"] == "recency"} >= {0, 1}
    assert tool.get(f"/figures/?district={north.code}").json()["results"] == [kept]


def test_a_key_of_another_district_or_scope_gets_nothing(north: District) -> None:
    number_open_transaction()
    [pk] = {row["id"] for row in read(Tool(north, scopes=SCOPES))[0] if row["type"] == "figures"}
    elsewhere = Tool(make_district(), scopes=SCOPES)
    assert not [row for row in read(elsewhere)[0] if row["type"] == "figures"]
    assert elsewhere.get("/figures/").json()["results"] == []
    assert elsewhere.get(f"/figures/{pk}/").status_code == 404
    other_scope = Tool(north, scopes=("changes:read", "concerns:read"))
    assert not [row for row in read(other_scope)[0] if row["type"] == "figures"]
    assert other_scope.get("/changes/?types=figures").status_code == 403
    assert other_scope.get(f"/figures/{pk}/").status_code == 403
    assert Tool(north, scopes=SCOPES).post("/figures/", {}).status_code == 405
