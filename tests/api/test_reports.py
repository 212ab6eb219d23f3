"""`/reports/{slug}/`: the contract of report figures."""

import csv
import io
from datetime import date, datetime
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from api.reports import BY_SLUG
from audit.models import Event
from districts.models import District
from meetings.models import Meeting
from tests.api.clients import ALL, Tool
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_user
from tests.reports.city import at, make_concern, make_incident, make_promise, old, tell_the_district

pytestmark = pytest.mark.django_db

OF_ORGANISATIONS = ("coverage", "recency", "cadence", "contact-wanted", "continuity", "data-health")
OF_WHAT_HAPPENED = (
    "follow-ups",
    "overdue",
    "entries",
    "concerns",
    "reassurance",
    "level",
    "reciprocity",
    "activity",
)
OF_WORKSHOPS = ("takeaways-tried",)
OF_INCIDENTS = ("reassured-in-time", "first-contact", "steps-in-time", "debriefed")
SLUGS = (*OF_ORGANISATIONS, "loop-closed", *OF_WHAT_HAPPENED, *OF_INCIDENTS, *OF_WORKSHOPS)
QUARTER = "from=2024-07-01&to=2024-10-01"
JULY = date(2024, 7, 10)


@pytest.fixture
def north() -> District:
    """A district with at least one row of everything in the quarter."""
    district = make_district("North")
    women = old(make_organisation(district, kind="womens_organisation", cadence_days=30))
    old(make_organisation(district, kind="ngo"))
    make_meeting(district, women, starts_at=at(JULY), level="involve", initiated_by="community")
    make_meeting(district, women, starts_at=at(JULY), status="cancelled", outcomes=[])
    told = make_promise(women, due_on=JULY, done_at=at(JULY))
    told.organisation_links.update(reported_back_on=JULY)
    tell_the_district(told, district)
    make_promise(women, due_on=JULY)
    concern = make_concern(
        district,
        at(JULY),
        status="closed",
        answered_at=at(JULY, 14),
        closed_at=at(JULY, 15),
        bias_grounds=["gender_based"],
        affected_focuses=["women"],
        reported_back_on=JULY,
        reassurance_offered_at=at(JULY, 13),
        reassurance_answer="accepted",
    )
    make_incident(district, at(JULY)).concern_links.create(concern=concern)
    return district


def listed(tool: Any, url: str) -> int:
    """Return how many objects the list behind a `rows_url` has."""
    path = url.removeprefix("http://testserver/api/v1")
    answer = tool.get(f"{path}&count=true&limit=1")
    assert answer.status_code == 200, answer.content
    return int(answer.json()["count"])


def test_the_slugs_are_those_of_the_contract() -> None:
    assert sorted(BY_SLUG) == sorted(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_answers_n_of_n_and_the_list_that_yields_just_these(north: District, slug: str) -> None:
    tool = Tool(north)
    for by in BY_SLUG[slug].ways:
        answer = tool.get(f"/reports/{slug}/?{QUARTER}&by={by.value}")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert {name: body[name] for name in ("report", "from", "to", "by")} == {
            "report": slug,
            "from": "2024-07-01",
            "to": "2024-10-01",
            "by": by.value,
        }
        assert datetime.fromisoformat(body["generated_at"]).tzinfo
        assert body["rows"]
        for row in body["rows"]:
            assert row["ratio"] == (row["n"] / row["of"] if row["of"] else None)
            assert row[by.value]
            if row["rows_url"]:
                assert listed(tool, row["rows_url"]) == row["n"], row["rows_url"]


def test_a_sum_of_parts_of_meetings_is_no_list_of_rows(north: District) -> None:
    tool = Tool(north)
    for by in BY_SLUG["contact-wanted"].ways:
        rows = tool.get(f"/reports/contact-wanted/?{QUARTER}&by={by.value}").json()["rows"]
        assert rows
        assert {row["rows_url"] for row in rows} == {None}


def test_the_figures_of_the_quarter(north: District) -> None:
    tool = Tool(north)
    found = {slug: tool.get(f"/reports/{slug}/?{QUARTER}").json()["rows"][0] for slug in SLUGS}
    assert {slug: (row["n"], row["of"]) for slug, row in found.items() if slug in OF_WHAT_HAPPENED} == {
        "follow-ups": (1, 2),
        "overdue": (1, 1),
        "entries": (1, 1),
        "concerns": (1, 1),
        "reassurance": (1, 1),
        "level": (1, 1),
        "reciprocity": (1, 1),
        "activity": (1, 2),
    }
    assert found["activity"]["per_week"] == pytest.approx(7 / 92)
    assert found["overdue"]["days_over_30"] == 1
    assert all(row["district"] == north.code for row in found.values())


def test_csv_says_the_same_as_json(north: District) -> None:
    tool = Tool(north)
    for slug in SLUGS:
        path = f"/reports/{slug}/?{QUARTER}&compare=previous"
        rows, answer = tool.get(path).json()["rows"], tool.get(path, accept="text/csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert [list(line) for line in lines] == [list(row) for row in rows]
        said = [{name: None if text == "" else _value(text) for name, text in line.items()} for line in lines]
        assert [{**line, "as_of": ""} for line in said] == [{**row, "as_of": ""} for row in rows]


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def test_a_table_without_rows_has_its_heading() -> None:
    tool = Tool(make_district())
    answer = tool.get(f"/reports/activity/?{QUARTER}&by=focus", accept="text/csv")
    assert answer.content.decode() == (
        "focus,n,of,ratio,interval_low,interval_high,per_week,cancelled,not_reached,unsettled,entered_late,"
        "indicator,from,to,counted_to,unit,value,value_status,definition_version,status,as_of,vintage,kept_at,"
        "kept_reason,first_published_n,first_published_of,incomplete_n,incomplete_of,late_entry_n,"
        "late_entry_of,rows_url\r\n"
    )


def test_compared_with_the_period_before_or_the_same_last_year(north: District) -> None:
    make_meeting(north, starts_at=at(date(2024, 4, 1)))
    make_meeting(north, starts_at=at(date(2023, 7, 1)))
    make_meeting(north, starts_at=at(date(2023, 9, 30)))
    tool = Tool(north)
    for compare, since, until, n in (
        ("previous", "2024-04-01", "2024-07-01", 1),
        ("last_year", "2023-07-01", "2023-10-01", 2),
    ):
        body = tool.get(f"/reports/activity/?{QUARTER}&compare={compare}").json()
        assert body["compared_with"] == {"from": since, "to": until}
        [row] = body["rows"]
        assert (row["n"], row["compared_n"]) == (1, n)
        assert row["compared_ratio"] == 1.0


def test_only_the_districts_of_the_caller_are_there(north: District) -> None:
    south = make_district("Canary")
    make_meeting(south, make_organisation(south), starts_at=at(JULY))
    tool = Tool(north)
    for slug in SLUGS:
        for by in BY_SLUG[slug].ways:
            answer = tool.get(f"/reports/{slug}/?{QUARTER}&by={by.value}")
            assert south.code not in answer.content.decode()
    for code in (south.code, "NOWHERE", f"{north.code},{south.code}"):
        answer = tool.get(f"/reports/coverage/?{QUARTER}&district={code}")
        assert (answer.status_code, answer.json()["code"]) == (403, "read_only")
    both = Tool(north, south).get(f"/reports/activity/?{QUARTER}&district={south.code},{north.code}")
    assert {row["district"] for row in both.json()["rows"]} == {north.code, south.code}


def test_a_key_needs_its_scope(north: District) -> None:
    others = tuple(scope for scope in ALL if scope != "reports:read")
    answer = Tool(north, scopes=others).get(f"/reports/coverage/?{QUARTER}")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert "reports:read" in answer.json()["detail"]
    assert Tool(north, scopes=("reports:read",)).get(f"/reports/coverage/?{QUARTER}").status_code == 200
    assert Client().get(f"/api/v1/reports/coverage/?{QUARTER}").status_code == 401


@pytest.mark.parametrize(
    ("role", "status", "groups"),
    [
        (Role.OFFICER, 200, 1),
        (Role.SUPERVISOR, 200, 1),
        (Role.PRIVACY_OFFICER, 200, 2),
        (Role.ADMINISTRATOR, 403, 0),
    ],
)
def test_people_read_reports_as_their_role_says(
    north: District, role: Role, status: int, groups: int
) -> None:
    make_district("South")
    browser = Client()
    browser.force_login(make_user(role, north))
    answer = browser.get(f"/api/v1/reports/activity/?{QUARTER}")
    assert answer.status_code == status
    assert len(answer.json().get("rows", ())) == groups


@pytest.mark.parametrize("slug", ["blind-spots", "COVERAGE", "x"])
def test_what_is_no_report_is_not_there(north: District, slug: str) -> None:
    answer = Tool(north).get(f"/reports/{slug}/?{QUARTER}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("to=2024-10-01", "from"),
        ("from=2024-07-01", "to"),
        ("from=2024-07-01&to=2024-07-01", "to"),
        ("from=2024-07-02&to=2024-07-01", "to"),
        ("from=2024-02-30&to=2024-07-01", "from"),
        ("from=20240701&to=2024-10-01", "from"),
        ("from=2024-W27-1&to=2024-10-01", "from"),
        ("from=2024-07-01T00:00:00Z&to=2024-10-01", "from"),
        ("from=0001-01-01&to=2024-10-01", "from"),
        ("from=2024-07-01&to=9999-12-31", "to"),
        (f"{QUARTER}&by=officer", "by"),
        (f"{QUARTER}&by=district,focus", "by"),
        (f"{QUARTER}&compare=ever", "compare"),
        ("from=2024-02-29&to=2024-03-01&compare=last_year", ""),
        ("from=2024-02-28&to=2024-02-29&compare=last_year", "compare"),
        (f"{QUARTER}&all_kinds=yes", "all_kinds"),
        (f"{QUARTER}&form=2024-01-01", "form"),
        (f"{QUARTER}&from=2024-07-01", "from"),
        (f"{QUARTER}&district=" + ",".join(f"N{n}" for n in range(201)), "district"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(north: District, query: str, parameter: str) -> None:
    answer = Tool(north).get(f"/reports/coverage/?{query}")
    if not parameter:
        assert answer.status_code == 200
        return
    assert answer.status_code == 400, answer.content
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_report_is_not_split_by_what_it_does_not_know(north: District) -> None:
    whole = [slug for slug, report in BY_SLUG.items() if len(report.ways) < 3]
    for slug in whole:
        answer = Tool(north).get(f"/reports/{slug}/?{QUARTER}&by=focus")
        known = [way.value for way in BY_SLUG[slug].ways]
        assert answer.status_code == (200 if "focus" in known else 400)


def test_every_answer_is_an_event_without_values(north: District) -> None:
    tool = Tool(north)
    tool.get(f"/reports/follow-ups/?{QUARTER}")
    event = Event.objects.filter(object_type="report").get()
    assert (event.action, event.actor_id, event.allowed) == ("view", tool.key.pk, True)
    assert (event.field_names, event.district_ids, event.object_ids) == (["follow-ups"], [north.pk], [])
    assert event.purpose == "testing the contract"
    tool.get(f"/reports/follow-ups/?{QUARTER}&district=NOWHERE")
    assert Event.objects.filter(object_type="report", action="deny", allowed=False).count() == 1


def test_statements_are_few_however_much_is_asked(north: District) -> None:
    for number in range(5):
        make_district(f"Part {number}", parent=north)
    tool = Tool(north)
    for slug in SLUGS:
        path = f"/reports/{slug}/?{QUARTER}&compare=previous"
        tool.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert len(tool.get(path).json()["rows"]) == 6
        counted = [q for q in captured.captured_queries if "SAVEPOINT" not in q["sql"]]
        assert len(counted) <= 6, [q["sql"][:80] for q in counted]


def test_an_officer_from_elsewhere_gets_the_same_figures_as_the_key(north: District) -> None:
    """A figure counts everything in its district, whoever reads it."""
    browser = Client()
    browser.force_login(make_officer(north, make_district()))
    path = f"/reports/follow-ups/?{QUARTER}&district={north.code}"
    ours, theirs = browser.get(f"/api/v1{path}").json(), Tool(north).get(path).json()
    assert [row | {"as_of": ""} for row in ours["rows"]] == [row | {"as_of": ""} for row in theirs["rows"]]
    assert Meeting.objects.count() == 2
