"""Rows are locked after what they refer to, so no two requests wait for each other (docs/adr/0072)."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import connections, transaction

from accounts.actors import SYSTEM
from contacts.models import Affiliation
from contacts.services.affiliations import lock_organisations
from contacts.services.changes import lock_one
from contacts.services.contacts import edit_contact, erase_contacts, locked_contacts
from districts.models import District
from meetings.models import Concern, FollowUp
from meetings.services.meetings import erase_meetings, locked_meetings
from tests.api.clients import Tool
from tests.api.test_idempotency import again, wait_for_a_lock
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation

SECONDS: Final = 20.0


def _answer(send: Callable[[], Any]) -> Any:
    try:
        return send()
    finally:
        connections.close_all()


def while_waiting(lock: Callable[[], Any], send: Callable[[], Any], go_on: Callable[[Any], Any]) -> Any:
    """Lock, send a request on another connection, and go on when it waits. Returns the answer."""
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            held = lock()
            answer: Future[Any] = other.submit(_answer, send)
            wait_for_a_lock()
            go_on(held)
        return answer.result(SECONDS)


def _follow_up(tool: Tool, north: District) -> tuple[dict[str, Any], Any]:
    place = make_organisation(north)
    person = make_contact(north, place)
    body = {
        "title": "Call", "kind": "call_back", "owner": str(make_officer(north).pk), "due_on": "2030-01-01",
        "organisations": [{"organisation": str(place.pk)}],
    }  # fmt: skip
    return body, person


@pytest.mark.parametrize("verb", ["patch", "put"])
@pytest.mark.parametrize("is_seen", [True, False], ids=["seen", "of another district"])
def test_a_person_is_erased_while_their_follow_up_is_written(
    committed_db: None, verb: str, is_seen: bool
) -> None:
    north = make_district()
    tool = Tool(north)
    body, person = _follow_up(tool, north)
    if not is_seen:
        person = make_contact(make_district())
    path = f"/follow-ups/by-external-id/{tool.key.source}/7/"
    made = tool.put(path, body).json()
    FollowUp.objects.update(contact=person)
    send = {
        "patch": lambda: again(tool).patch(f"/follow-ups/{made['id']}/", {"title": "Go"}, if_match="*"),
        "put": lambda: again(tool).put(path, body | {"title": "Go"}),
    }[verb]
    answer = while_waiting(
        lambda: locked_contacts(SYSTEM, {person.pk: None}), send, lambda held: erase_contacts(SYSTEM, held)
    )
    stale = verb == "patch"  # it was read before the erasure, which writes the follow-up
    assert answer.status_code == (412 if stale else 200), answer.content
    row = FollowUp.objects.get()
    assert (row.contact_id, row.title, row.version) == (None, body["title"] if stale else "Go", 3 - stale)


@pytest.mark.parametrize("verb", ["patch", "put"])
def test_a_meeting_is_erased_while_its_concern_is_written(committed_db: None, verb: str) -> None:
    north = make_district()
    tool = Tool(north)
    meeting = make_meeting(north)
    path = f"/concerns/by-external-id/{tool.key.source}/7/"
    body = {"kinds": ["tension"], "district": north.code}
    made = tool.put(path, body).json()
    Concern.objects.update(meeting=meeting)
    change = {"case_reference": "2026/17"}
    send = {
        "patch": lambda: again(tool).patch(f"/concerns/{made['id']}/", change, if_match="*"),
        "put": lambda: again(tool).put(path, body | change),
    }[verb]
    answer = while_waiting(
        lambda: locked_meetings(SYSTEM, {meeting.pk: None}), send, lambda held: erase_meetings(SYSTEM, held)
    )
    assert answer.status_code == (412 if verb == "patch" else 200), answer.content
    assert Concern.objects.get().meeting_id is None


@pytest.mark.parametrize("verb", ["patch", "put"])
def test_what_a_body_newly_names_is_locked_before_the_row(committed_db: None, verb: str) -> None:
    north = make_district()
    tool = Tool(north)
    body, person = _follow_up(tool, north)
    path = f"/follow-ups/by-external-id/{tool.key.source}/7/"
    made = tool.put(path, body).json()
    change = {"contact": str(person.pk)}
    send = {
        "patch": lambda: again(tool).patch(f"/follow-ups/{made['id']}/", change, if_match="*"),
        "put": lambda: again(tool).put(path, body | change),
    }[verb]
    answer = while_waiting(
        lambda: locked_contacts(SYSTEM, {person.pk: None}),
        send,
        lambda _held: lock_one(FollowUp.objects.all(), UUID(made["id"])),  # as whoever writes both does
    )
    assert answer.status_code == 200, answer.content
    assert FollowUp.objects.get().contact_id == person.pk


def test_two_people_become_the_main_contact_at_once(committed_db: None) -> None:
    north = make_district()
    tool, place = Tool(north), make_organisation(north)
    role = {"organisation": str(place.pk), "role_title": "chair", "is_primary": True}
    body = {
        "family_name": "Quince", "home_district": north.code, "lawful_basis": "public_task",
        "purpose": "community_liaison", "affiliations": [role],
    }  # fmt: skip
    path = f"/contacts/by-external-id/{tool.key.source}/7/"
    first, other = tool.put(path, body).json(), make_contact(north)
    rows = [role | {"organisation": place}]
    answer = while_waiting(
        lambda: lock_organisations(rows),
        lambda: again(tool).put(path, body),
        lambda _held: edit_contact(actor=SYSTEM, contact_id=other.pk, affiliations=rows),
    )
    assert answer.status_code == 200, answer.content
    main = Affiliation.objects.get(is_primary=True, until__isnull=True)
    assert str(main.contact_id) == first["id"]
