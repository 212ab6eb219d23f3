"""PUT by an external ID creates a record once and updates it from then on, for the key's own source alone."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from audit.models import Action, Event
from contacts.models import Organisation
from meetings.models import Concern, ConcernExternalId, FollowUp
from tests.api.clients import Tool
from tests.api.test_half_rows import Book
from tests.api.test_idempotency import again, nobody_writes_organisations, wait_for_a_lock
from tests.api.test_taken_ids import name_it
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_officer

#: By noun: a field to change, and its new value.
CHANGES: dict[str, tuple[str, str]] = {
    "organisations": ("summary", "Meets on Mondays"),
    "contacts": ("given_name", "Ana"),
    "meetings": ("place", "Town hall"),
    "follow-ups": ("title", "Call them"),
    "concerns": ("case_reference", "2026/17"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("noun", CHANGES)
def test_the_first_request_creates_and_later_ones_update_what_they_name(noun: str) -> None:
    book = Book()
    tool, body, (name, value) = book.tool, book.bodies[noun], CHANGES[noun]
    source = tool.key.source
    path = f"/{noun}/by-external-id/{source}/A%2F7 b/"
    made = tool.put(path, body)
    assert made.status_code == 201, made.json()
    row = made.json()
    assert row["external_ids"] == [{"source": source, "id": "A/7 b"}]
    same = tool.put(path, body)
    assert (same.status_code, same.json(), same["ETag"]) == (200, row, made["ETag"])
    other_id = {"external_ids": [{"source": source, "id": "second"}]}
    changed = tool.put(path, body | {name: value} | other_id, if_match=same["ETag"])
    assert (changed.status_code, changed.json()["version"], changed.json()[name]) == (200, 2, value)
    assert [one["id"] for one in changed.json()["external_ids"]] == ["A/7 b", "second"]
    itself = {"external_ids": [{"source": source, "id": "A/7 b"}]}
    for sent in (body | itself, body):  # what the body does not name stays, as other IDs of the record do
        kept = tool.put(path, sent)
        assert kept.json()["external_ids"] == changed.json()["external_ids"]
    assert (kept.json()[name] == value) is (name not in body)
    events = Event.objects.filter(object_ids=[row["id"]], actor_id=tool.key.pk).order_by("pk")
    assert [one.action for one in events if one.action != Action.VIEW][:2] == [Action.CREATE, Action.UPDATE]
    assert [
        one["id"] for one in tool.get(f"/{noun}/?source={source}&external_id=second").json()["results"]
    ] == [row["id"]]


@pytest.mark.django_db
def test_conditions_are_kept() -> None:
    book = Book()
    tool, body = book.tool, book.bodies["organisations"]
    path = f"/organisations/by-external-id/{tool.key.source}/7/"
    missing = tool.put(path, body, if_match='"1"')
    assert (missing.status_code, Organisation.objects.filter(name="New").count()) == (412, 0)
    made = tool.put(path, body, if_none_match="*")
    assert made.status_code == 201
    exists = tool.put(path, body, if_none_match="*")
    assert (exists.status_code, exists.json()["code"], exists["ETag"]) == (412, "exists", made["ETag"])
    assert tool.put(path, body | {"summary": "x"}, if_match=made["ETag"]).status_code == 200
    stale = tool.put(path, body, if_match=made["ETag"])
    assert (stale.status_code, stale.json()["code"], stale["ETag"][:2]) == (412, "stale", '"2')
    assert tool.put(path, body, if_match="2").status_code == 400
    id_of_another = tool.put(path, body | {"id": "01938f4e-7c3a-7b1e-9d55-3f0e6a2b9c10"})
    assert (id_of_another.status_code, id_of_another.json()["errors"][0]["pointer"]) == (400, "/id")


@pytest.mark.django_db
def test_bad_bodies_are_rejected_alike_before_and_after_and_save_nothing() -> None:
    book = Book()
    tool, body = book.tool, book.bodies["organisations"]
    path = f"/organisations/by-external-id/{tool.key.source}/7/"
    bad: tuple[Any, ...] = (
        {},
        [],
        {"name": "Only"},
        body | {"nome": "x"},
        body | {"version": 1},
        b"{",
        "null",
    )
    other = {"external_ids": [{"source": "others", "id": "1"}]}

    def answers() -> list[Any]:
        found = [tool.put(path, one) for one in (*bad, body | other)]
        return [(one.status_code, one.json()["code"], one.json().get("errors")) for one in found]

    before = answers()
    assert {status for status, *_rest in before} == {400}
    assert not Organisation.objects.filter(name="New").exists()
    tag = tool.put(path, body)["ETag"]
    assert answers() == before
    assert tool.put(path, body)["ETag"] == tag
    for nothing in ("%20", "%00", "%E2%80%8B", "x" * 201):
        assert (
            tool.put(f"/organisations/by-external-id/{tool.key.source}/{nothing}/", body).status_code == 400
        )


@pytest.mark.django_db
def test_only_under_the_own_source_and_nothing_hidden_is_found() -> None:
    book, south = Book(), make_district()
    tool, body = book.tool, book.bodies["organisations"]
    source = tool.key.source
    other = tool.put("/organisations/by-external-id/register/7/", body)
    assert (other.status_code, other.json()["code"]) == (403, "other_source")
    officer = browse(make_officer(book.organisation.home_district))
    sent = officer.put(f"/api/v1/organisations/by-external-id/{source}/7/", "{}", "application/json")
    assert (sent.status_code, sent.json()["code"]) == (403, "keys_only")
    name_it("organisations", south, source, "hidden")
    taken = tool.put(f"/organisations/by-external-id/{source}/hidden/", body)
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    reader = Tool(book.organisation.home_district, scopes=("organisations:read",))
    refused = reader.put(f"/organisations/by-external-id/{reader.key.source}/7/", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    writer = Tool(book.organisation.home_district, scopes=("organisations:write",))
    for status in (201, 200):
        blind = writer.put(f"/organisations/by-external-id/{writer.key.source}/7/", body)
        assert (blind.status_code, set(blind.json())) == (status, {"id", "version"})
    assert Client().put(f"/api/v1/organisations/by-external-id/{source}/7/").status_code == 401


@pytest.mark.django_db
def test_null_keeps_a_reference_that_the_key_cannot_see_and_clears_one_that_it_sees() -> None:
    book, elsewhere = Book(), make_contact(make_district())
    tool, body = book.tool, book.bodies["follow-ups"] | {"contact": None}
    path = f"/follow-ups/by-external-id/{tool.key.source}/7/"
    follow_up = FollowUp.objects.get(pk=tool.put(path, body).json()["id"])
    blind = Tool(book.organisation.home_district, scopes=("follow-ups:write",))
    send: dict[str, Callable[[], Any]] = {
        "PUT": lambda: tool.put(path, body),
        "PATCH": lambda: tool.patch(f"/follow-ups/{follow_up.pk}/", {"contact": None}, if_match="*"),
        "PATCH by a key that only writes": lambda: blind.patch(
            f"/follow-ups/{follow_up.pk}/", {"contact": None}, if_match="*"
        ),
    }
    for name, request in send.items():
        for contact in (elsewhere, book.person):
            FollowUp.objects.filter(pk=follow_up.pk).update(contact=contact)
            assert request().status_code == 200
            follow_up.refresh_from_db()
            is_seen = contact == book.person and "only writes" not in name
            assert follow_up.contact_id == (None if is_seen else contact.pk), name


@pytest.mark.django_db
def test_an_id_of_a_concern_is_taken_once_and_leaves_with_it() -> None:
    book = Book()
    tool, ids = book.tool, {"external_ids": [{"source": book.tool.key.source, "id": "7"}]}
    assert tool.post("/concerns/", book.bodies["concerns"] | ids).status_code == 201
    assert tool.post("/concerns/", book.bodies["concerns"] | ids).status_code == 409
    Concern.objects.all().delete()
    assert not ConcernExternalId.objects.exists()


def test_two_at_once_make_one(committed_db: None) -> None:
    north = make_district()
    tool, answers = Tool(north), []
    body = {"name": "New", "kind": "ngo", "home_district": north.code}

    def send() -> None:
        path = f"/organisations/by-external-id/{tool.key.source}/7/"
        answers.append(again(tool).put(path, body).status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    with transaction.atomic():
        nobody_writes_organisations()
        for thread in threads:
            thread.start()
        wait_for_a_lock()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(answers) == [200, 200, 200, 201]
    assert Organisation.objects.get().version == 1
