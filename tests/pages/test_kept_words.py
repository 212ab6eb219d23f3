"""Sensitive words kept on purpose are saved together with the event that records this, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Action, Change, Event
from districts.models import District
from lib.days import city_today
from meetings.services.follow_ups import create_follow_up
from tests.contacts.pages import browse_for, typed
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
)
from tests.meetings import test_log_assembly

pytestmark = pytest.mark.django_db

PAGES = (
    "person added",
    "person changed",
    "meeting logged",
    "assembly logged",
    "meeting changed",
    "meeting held",
    "promise made",
    "promise changed",
    "promise done",
)


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


def minute(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def ask(page: str, officer: User, north: District) -> tuple[Client, str, dict[str, Any]]:
    """Return a browser and the URL and data of a page whose words cause a hint."""
    organisation = make_organisation(north)
    person = make_contact(north)
    promise = create_follow_up(
        actor=make_actor(north),
        title="Call",
        owner=officer,
        due_on=city_today(),
        organisations=[organisation],
    )
    status = "planned" if page == "meeting held" else "held"
    outcomes = [] if page == "meeting held" else ["concern_raised"]
    meeting = make_meeting(north, organisation, officers=[officer], status=status, outcomes=outcomes)
    roles = {"roles-TOTAL_FORMS": "1", "roles-0-id": "", "roles-0-role_title": "Muslim chaplain"}
    person_now = typed(
        version=1,
        family_name="Saar",
        home_district=north.pk,
        lawful_basis="public_task",
        purpose="community_liaison",
        review_on=(city_today() + timedelta(days=90)).isoformat(),
        **roles | {"roles-0-organisation": organisation.pk},
    )
    meeting_now: dict[str, Any] = {
        "version": 1,
        "subject": "A chat",
        "kind": "visit",
        "district": north.pk,
        "officers": [officer.pk],
        "starts_at": minute(meeting.starts_at),
        "duration_minutes": "30",
        "outcomes": ["concern_raised"],
        "promise_when": "none",
        "promise_kind": "call_back",
        "facts": "The treasurer is gay",
    }
    promise_now = {
        "version": promise.version,
        "title": "Call her, she is ill",
        "kind": "call_back",
        "owner": officer.pk,
        "status": "open",
        "due_on": str(city_today()),
        "when": "today",
        "organisations": [organisation.pk],
    }
    log_now = meeting_now | {
        "who": f"organisation:{organisation.pk}",
        "opened_at": timezone.now().isoformat(),
    }
    assembly_now = test_log_assembly.typed(north, {organisation: "present"}, facts="The treasurer is gay")
    path, fields = {
        "person added": ("/contacts/new/", person_now),
        "person changed": (f"/contacts/{person.pk}/edit/", person_now),
        "meeting logged": ("/meetings/log/", log_now),
        "assembly logged": ("/meetings/log/assembly/", assembly_now),
        "meeting changed": (f"/meetings/{meeting.pk}/edit/", meeting_now),
        "meeting held": (
            f"/meetings/{meeting.pk}/hold/",
            meeting_now | {f"was-{organisation.pk}": "present"},
        ),
        "promise made": ("/follow-ups/new/", promise_now),
        "promise changed": (f"/follow-ups/{promise.pk}/edit/", promise_now),
        "promise done": (f"/follow-ups/{promise.pk}/done/", promise_now | {"result": "She is ill"}),
    }[page]
    return browse_for(officer, person), path, fields | {"keep_reason": "asked"}


def refuse_kept(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
    """Make the database fail when the event of the kept words is written."""
    if "audit_write" in sql and isinstance(parameters, dict) and parameters["action"] == Action.KEEP:
        raise OperationalError("disk full")
    return execute(sql, parameters, many, context)


@pytest.mark.parametrize("page", PAGES)
def test_what_was_typed_is_saved_with_the_event_that_says_why(
    page: str, officer: User, north: District
) -> None:
    client, path, fields = ask(page, officer, north)
    before = Change.objects.count()
    answer = client.post(path, fields)
    assert answer.status_code == 302, answer.content.decode()
    assert Change.objects.count() > before
    assert Event.objects.get(action=Action.KEEP).district_ids == [north.pk]


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_saved_when_that_event_cannot_be_written(
    page: str, officer: User, north: District
) -> None:
    client, path, fields = ask(page, officer, north)
    before = Change.objects.count()
    with connection.execute_wrapper(refuse_kept), pytest.raises(OperationalError, match="disk full"):
        client.post(path, fields)
    assert Change.objects.count() == before
    assert not Event.objects.filter(action=Action.KEEP).exists()


@pytest.mark.parametrize("page", ["person changed", "meeting changed", "promise changed", "promise done"])
def test_what_is_not_saved_is_not_said_to_be_kept(page: str, officer: User, north: District) -> None:
    client, path, fields = ask(page, officer, north)
    assert client.post(path, fields | {"version": 77}).status_code == 409
    assert not Event.objects.filter(action=Action.KEEP).exists()
