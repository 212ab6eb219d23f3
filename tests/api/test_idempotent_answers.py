"""For an Idempotency-Key only IDs and versions are stored; the response is read again with current rights."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from accounts.actors import SYSTEM
from api.models import IdempotentRequest
from audit.models import Action, Event
from contacts.models import Contact
from contacts.services.contacts import edit_contact, erase_contact
from districts.models import District
from tests.api.clients import ALL, Tool
from tests.factories import make_district, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db

WORDS = ("Zanquivo", "brexoduk", "655443322")


def person(north: District, **fields: Any) -> dict[str, Any]:
    organisation = make_organisation(north)
    return {
        "family_name": WORDS[0],
        "email": f"{WORDS[1]}@ngo.example",
        "phone": f"+34{WORDS[2]}",
        "home_district": north.code,
        "lawful_basis": "public_task",
        "purpose": "community_liaison",
        "affiliations": [{"organisation": str(organisation.pk), "role_title": "chair"}],
        **fields,
    }


def whole_database() -> str:
    """Return every row of every table as text, with binary values as they are and in hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found: list[str] = []
        for table in tables:
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f'SELECT t::text FROM "{table}" AS t')  # noqa: S608  # its name in the catalogue
                found.extend(f"{table} {row[0]}" for row in cursor.fetchall())
    return "\n".join(found).casefold()


def told_in(text: str) -> list[str]:
    """Return the places that contain a word of the contact."""
    forms = {form for word in WORDS for form in (word.casefold(), word.encode().hex())}
    return [line[:60] for line in text.split("\n") if any(form in line for form in forms)]


def test_nothing_personal_is_kept_and_nothing_is_left_after_erasing() -> None:
    north = make_district()
    tool = Tool(north)
    sent = person(north)
    made = tool.post("/contacts/", sent, idempotency_key="k")
    assert made.status_code == 201
    assert {line.split()[0] for line in told_in(whole_database())} == {"contacts_contact"}
    assert tool.delete(f"/contacts/{made.json()['id']}/", if_match=made["ETag"]).status_code == 204
    assert told_in(whole_database()) == []
    again = tool.post("/contacts/", sent, idempotency_key="k")
    assert (again.status_code, again.json()["code"]) == (410, "gone")
    assert WORDS[0] not in again.content.decode()
    assert not Contact.objects.exists()


def test_the_answer_is_the_row_as_it_is_now_and_is_in_the_trail() -> None:
    north = make_district()
    tool = Tool(north)
    sent = person(north)
    made = tool.post("/contacts/", sent, idempotency_key="k")
    pk = made.json()["id"]
    edit_contact(actor=SYSTEM, contact_id=UUID(pk), version=1, given_name="Ana")
    before = Event.objects.filter(action=Action.VIEW, object_ids__contains=[pk]).count()
    again = tool.post("/contacts/", sent, idempotency_key="k")
    now = tool.get(f"/contacts/{pk}/")
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert (again.json(), again["ETag"]) == (now.json(), now["ETag"])
    assert again["Location"] == made["Location"]
    assert Event.objects.filter(action=Action.VIEW, object_ids__contains=[pk]).count() == before + 2


def test_what_moved_out_of_reach_is_not_there_and_that_is_in_the_trail() -> None:
    north, south = make_district(), make_district()
    tool = Tool(north)
    sent = person(north)
    pk = tool.post("/contacts/", sent, idempotency_key="k").json()["id"]
    edit_contact(actor=SYSTEM, contact_id=UUID(pk), version=1, home_district=south, affiliations=[])
    again = tool.post("/contacts/", sent, idempotency_key="k")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert Event.objects.filter(action=Action.DENY).exists()
    assert Contact.objects.count() == 1


def test_a_key_that_may_not_read_any_more_gets_id_and_version() -> None:
    north = make_district()
    tool = Tool(north)
    sent = person(north)
    made = tool.post("/contacts/", sent, idempotency_key="k").json()
    tool.key.scopes = [scope for scope in ALL if scope != "contacts:read"]
    tool.key.save(update_fields=["scopes"])
    again = tool.post("/contacts/", sent, idempotency_key="k")
    assert (again.status_code, again.json()) == (201, {"id": made["id"], "version": 1})


def test_somebody_signed_in_says_why_once_others_wrote_in_the_row() -> None:
    north = make_district()
    client = Client(headers={"idempotency-key": "k"})
    client.force_login(make_supervisor(north))
    sent = person(north)

    def send(**headers: str) -> Any:
        return client.post("/api/v1/contacts/", sent, content_type="application/json", headers=headers)

    made = send()
    assert (made.status_code, send().status_code) == (201, 201)
    edit_contact(actor=SYSTEM, contact_id=UUID(made.json()["id"]), version=1, given_name="Ana")
    refused = send()
    assert (refused.status_code, refused.json()["code"]) == (403, "reason_needed")
    assert send(**{"X-Purpose": "They called about the hall"}).json()["given_name"] == "Ana"


def test_a_batch_says_which_are_there_and_in_which_version() -> None:
    north, south = make_district(), make_district()
    tool = Tool(north)
    sent = [person(north), person(north), person(north), {"family_name": "Half", "lawful_basis": WORDS[0]}]
    path = "/contacts/batch/?atomic=false"
    first = tool.post(path, sent, idempotency_key="k").json()["results"]
    assert [one["status"] for one in first] == [201, 201, 201, 400]
    kept = str(IdempotentRequest.objects.get().answer)
    assert not any(word in kept for word in WORDS)
    edit_contact(actor=SYSTEM, contact_id=UUID(first[0]["id"]), version=1, given_name="Ana")
    erase_contact(actor=SYSTEM, contact_id=UUID(first[1]["id"]), version=1)
    edit_contact(
        actor=SYSTEM, contact_id=UUID(first[2]["id"]), version=1, home_district=south, affiliations=[]
    )
    again = tool.post(path, sent, idempotency_key="k")
    assert again["Idempotent-Replayed"] == "true"
    there, erased, moved, refused = again.json()["results"]
    assert there == {"status": 201, "id": first[0]["id"], "version": 2}
    assert (erased["status"], erased["code"]) == (410, "gone")
    assert (moved["status"], moved["code"]) == (404, "not_found")
    pointers = [one["pointer"] for one in first[3]["errors"]]
    assert (refused["status"], [one["pointer"] for one in refused["errors"]]) == (400, pointers)


def test_a_field_that_nobody_knows_is_not_kept_by_its_name() -> None:
    north = make_district()
    Tool(north).post("/contacts/batch/?atomic=false", [{WORDS[0]: 1}], idempotency_key="k")
    answer = IdempotentRequest.objects.get().answer
    assert answer["results"][0]["errors"] == [{"pointer": "/0", "code": "unknown"}]
