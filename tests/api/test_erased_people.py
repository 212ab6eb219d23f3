"""An erased person does not come back by a tool's next run, and an erased ID cannot be chosen again."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from contacts.models import Contact
from contacts.services.contacts import erase_contacts
from lib.ids import uuid7
from tests.api.clients import Tool
from tests.factories import make_district

pytestmark = pytest.mark.django_db


def person(code: str, **fields: Any) -> dict[str, Any]:
    basis = {"lawful_basis": "public_task", "purpose": "community_liaison"}
    return {"given_name": "Ada", "family_name": "Quince", "home_district": code, **basis, **fields}


def test_the_next_nightly_run_is_told_that_the_person_was_erased() -> None:
    north = make_district()
    tool, other = Tool(north), Tool(north)
    mine = f"/contacts/by-external-id/{tool.key.source}/C 7/"
    made = tool.put(mine, person(north.code))
    kept = tool.put(mine.replace("C 7", "C8"), person(north.code))
    assert (made.status_code, kept.status_code) == (201, 201)
    assert tool.delete(f"/contacts/{made.json()['id']}/", if_match=made["ETag"]).status_code == 204
    again = tool.put(mine, person(north.code))
    assert (again.status_code, again.json()["code"]) == (410, "gone")
    ids = {"external_ids": [{"source": tool.key.source, "id": "C  7"}]}
    assert tool.post("/contacts/", person(north.code, **ids)).status_code == 410
    [result] = tool.post("/contacts/batch/?atomic=false", [person(north.code, **ids)]).json()["results"]
    assert (result["status"], result["code"]) == (410, "gone")
    assert Contact.objects.count() == 1
    assert tool.put(mine.replace("C 7", "C8"), person(north.code)).status_code == 200
    theirs = f"/contacts/by-external-id/{other.key.source}/C 7/"
    assert other.put(theirs, person(north.code)).status_code == 201


def test_an_erased_id_cannot_be_chosen_again() -> None:
    north = make_district()
    tool, chosen = Tool(north), str(uuid7())
    made = tool.post("/contacts/", person(north.code, id=chosen))
    assert made.status_code == 201
    tool.delete(f"/contacts/{chosen}/", if_match=made["ETag"])
    again = tool.post("/contacts/", person(north.code, id=chosen))
    assert (again.status_code, again.json()["code"]) == (409, "id_taken")
    assert tool.post("/contacts/", person(north.code, id=str(uuid7()))).status_code == 201


def test_an_import_that_is_undone_can_be_repeated() -> None:
    north = make_district()
    tool = Tool(north)
    mine = f"/contacts/by-external-id/{tool.key.source}/C7/"
    made = tool.put(mine, person(north.code)).json()["id"]
    erase_contacts(SYSTEM, list(Contact.objects.filter(pk=made)), is_undo=True)
    assert tool.put(mine, person(north.code)).status_code == 201
