"""Lists in request bodies: too many entries are rejected before any lookup, and nothing is saved."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.actors import actor_for
from api.schema import document
from contacts.models import Contact, Organisation
from districts.models import District
from incidents.services.concerns import log_concern, open_incident
from lib.days import city_today
from lib.ids import uuid7
from meetings.models import FollowUp, Meeting
from tests.api.clients import Tool
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.incidents.making import SHORT, make_protocol

pytestmark = pytest.mark.django_db

LISTS = [
    ("organisations", "external_ids", 100),
    ("organisations", "also_in", 100),
    ("organisations", "focuses", 100),
    ("contacts", "external_ids", 100),
    ("contacts", "affiliations", 100),
    ("meetings", "external_ids", 100),
    ("meetings", "officers", 100),
    ("meetings", "organisations", 200),
    ("meetings", "contacts", 200),
    ("follow-ups", "external_ids", 100),
    ("follow-ups", "organisations", 200),
]


@pytest.fixture
def north() -> District:
    return make_district("North")


def entry(tool: Tool, north: District, name: str, number: int) -> Any:
    """Return an entry of the list `name`, with IDs of rows that do not exist."""
    return {
        "external_ids": {"source": tool.key.source, "id": str(number)},
        "also_in": north.code,
        "focuses": {"focus": "women", "declared_by": "chair", "declared_on": "2026-05-02"},
        "affiliations": {"organisation": str(uuid7()), "role_title": "chair"},
        "officers": str(uuid7()),
        "organisations": {"organisation": str(uuid7())},
        "contacts": {"contact": str(uuid7())},
    }[name]


def body(noun: str, north: District) -> dict[str, Any]:
    moment = "2025-03-10T10:00:00Z"
    bodies: dict[str, dict[str, Any]] = {
        "organisations": {"name": "Casa", "kind": "ngo", "home_district": north.code},
        "contacts": {
            "family_name": "Ruiz",
            "email": "ruiz@ngo.example",
            "home_district": north.code,
            "lawful_basis": "public_task",
            "purpose": "community_liaison",
        },
        "meetings": {
            "subject": "Assembly",
            "kind": "public_meeting",
            "starts_at": moment,
            "duration_minutes": 60,
            "district": north.code,
            "status": "held",
        },
        "follow-ups": {"title": "Call", "due_on": city_today().isoformat()},
    }
    return bodies[noun]


@pytest.mark.parametrize(("noun", "name", "most"), LISTS)
def test_a_list_that_is_too_long_is_refused_before_anything_is_looked_up(
    noun: str,
    name: str,
    most: int,
    north: District,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    tool = Tool(north)
    sent = body(noun, north) | {name: [entry(tool, north, name, n) for n in range(most + 1)]}
    with django_assert_max_num_queries(20):
        answer = tool.post(f"/{noun}/", sent)
    assert answer.status_code == 400
    assert f"/{name}" in [error["pointer"] for error in answer.json()["errors"]]
    rows = (Organisation, Contact, Meeting, FollowUp)
    assert not any(model.objects.exists() for model in rows)
    schema = document.as_dict()["components"]["schemas"]
    named = {"follow-ups": "FollowUpInput"}.get(noun, f"{noun[:-1].capitalize()}Input")
    assert schema[named]["properties"][name]["maxItems"] == most


def test_as_many_as_the_document_says_are_taken_in_few_statements(
    north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tool = Tool(north)
    invited = [{"organisation": str(make_organisation(north).pk)} for _number in range(200)]
    with django_assert_max_num_queries(100):
        answer = tool.post("/meetings/", body("meetings", north) | {"organisations": invited})
    assert answer.status_code == 201, answer.json()
    assert len(answer.json()["organisations"]) == 200
    ids = [entry(tool, north, "external_ids", number) for number in range(100)]
    answer = tool.post("/organisations/", body("organisations", north) | {"external_ids": ids})
    assert answer.status_code == 201, answer.json()


def test_what_is_named_twice_counts_once_and_what_is_not_seen_is_named(north: District) -> None:
    tool, south = Tool(north), make_district()
    answer = tool.post("/organisations/", body("organisations", north) | {"also_in": [south.code] * 3})
    assert answer.json()["also_in"] == [south.code]
    seen, hidden = make_organisation(north), make_organisation(make_district())
    invited = [{"organisation": str(row.pk)} for row in (seen, hidden, seen)]
    answer = tool.post("/meetings/", body("meetings", north) | {"organisations": invited})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/organisations/1/organisation"]
    answer = tool.post("/meetings/", body("meetings", north) | {"organisations": invited[::2] * 2})
    assert len(answer.json()["organisations"]) == 1


def test_every_list_that_is_written_has_a_limit_in_the_document() -> None:
    schemas = document.as_dict()["components"]["schemas"]
    written = {name: one for name, one in schemas.items() if name.endswith("Input")}
    free = [
        f"{component}.{name}"
        for component, schema in written.items()
        for name, one in schema["properties"].items()
        if one.get("type") == "array" and "maxItems" not in one
    ]
    assert len(written) > 8
    assert free == []


@pytest.mark.thorough
def test_a_page_takes_no_more_either(north: District) -> None:
    browser = Client()
    browser.force_login(make_officer(north))
    rows = [make_organisation(north) for _number in range(201)]
    sent = {
        "subject": "Assembly",
        "kind": "public_meeting",
        "starts_at": "2025-03-10T10:00",
        "duration_minutes": "60",
        "district": str(north.pk),
        "form-TOTAL_FORMS": "0",
        "form-INITIAL_FORMS": "0",
    }
    there = {f"was-{row.pk}": "present" for row in rows}
    answer = browser.post("/meetings/log/assembly/", sent | there)
    assert answer.status_code == 422
    assert "The limit is 200." in answer.content.decode()
    assert not Meeting.objects.exists()
    there.popitem()
    assert browser.post("/meetings/log/assembly/", sent | there).status_code == 302
    assert Meeting.objects.get().organisation_links.count() == 200


@pytest.mark.django_db
def test_concerns_and_incidents_are_filtered_by_an_organisation_that_the_key_sees() -> None:
    north = make_district()
    place, other = make_organisation(north), make_organisation(north)
    actor = actor_for(make_supervisor(north))
    protocol = make_protocol(SHORT, district=None, agreed_with=[(place, city_today())])
    given: dict[str, Any] = {
        "actor": actor,
        "kinds": ["threat"],
        "bias_grounds": ["anti_roma"],
        "district": north,
    }
    here = log_concern(**given, site_organisation=place)
    log_concern(**given, site_organisation=other)
    incident = open_incident(actor=actor, concern_id=here.pk, protocol_id=protocol.pk)
    tool = Tool(north)

    def found(path: str) -> list[str]:
        answer = tool.get(path)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    assert found(f"/concerns/?organisation={place.pk}") == [str(here.pk)]
    assert found(f"/incidents/?organisation={place.pk}") == [str(incident.pk)]
    assert found(f"/incidents/?concern={here.pk}") == [str(incident.pk)]
    assert found(f"/incidents/?organisation={other.pk}") == found(f"/incidents/?concern={other.pk}") == []
    Organisation.objects.filter(pk=place.pk).update(home_district=make_district())  # out of sight
    assert found(f"/concerns/?organisation={place.pk}") == found(f"/incidents/?organisation={place.pk}") == []
    assert len(found("/concerns/")) == 2
    assert tool.get("/incidents/?organisation=x").status_code == 400
