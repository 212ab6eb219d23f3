"""Incomplete child rows are rejected with a pointer, by POST and PATCH, and never cause a server error."""

from typing import Any

import pytest

from contacts.models import Affiliation
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db

#: The noun, the data sent (“O” and “C” are an organisation and a contact), and the expected pointer.
HALVES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("organisations", {"external_ids": [{"source": "n"}]}, "/external_ids/0/id"),
    ("organisations", {"external_ids": [{"id": "1"}]}, "/external_ids/0/source"),
    ("organisations", {"external_ids": [{}]}, "/external_ids/0/source"),
    ("organisations", {"focuses": [{"focus": "roma"}]}, "/focuses/0/declared_by"),
    ("organisations", {"focuses": [{"focus": "roma"}]}, "/focuses/0/declared_on"),
    ("organisations", {"focuses": [{}]}, "/focuses/0/focus"),
    ("contacts", {"affiliations": [{}]}, "/affiliations/0/organisation"),
    ("contacts", {"affiliations": [{"role_title": "x"}]}, "/affiliations/0/organisation"),
    ("contacts", {"affiliations": [{"organisation": "O"}]}, "/affiliations/0/role_title"),
    ("contacts", {"external_ids": [{"id": "1"}]}, "/external_ids/0/source"),
    ("meetings", {"organisations": [{}]}, "/organisations/0/organisation"),
    ("meetings", {"organisations": [{"present": True}]}, "/organisations/0/organisation"),
    ("meetings", {"organisations": [{"organisation": "O"}, {}]}, "/organisations/1/organisation"),
    ("meetings", {"contacts": [{}]}, "/contacts/0/contact"),
    ("meetings", {"contacts": [{"attendance": "attended"}]}, "/contacts/0/contact"),
    ("meetings", {"external_ids": [{}]}, "/external_ids/0/id"),
    ("follow-ups", {"organisations": [{}]}, "/organisations/0/organisation"),
    ("follow-ups", {"organisations": [{"reported_back_on": None}]}, "/organisations/0/organisation"),
    ("follow-ups", {"external_ids": [{"source": "n"}]}, "/external_ids/0/id"),
    ("concerns", {"reassurance": {}}, "/reassurance/offered_at"),
    ("concerns", {"reassurance": {"answer": "accepted"}}, "/reassurance/offered_at"),
)


class Book:
    """One row of each type, created through the API, and the POST body of each."""

    def __init__(self) -> None:
        north = make_district()
        self.tool = Tool(north)
        self.organisation = make_organisation(north)
        self.person = make_contact(north, self.organisation)
        make_meeting(north, self.organisation)
        officer = str(make_officer(north).pk)
        place = {"district": north.code}
        home = {"home_district": north.code}
        self.bodies: dict[str, dict[str, Any]] = {
            "organisations": {"name": "New", "kind": "ngo", **home},
            "contacts": {
                "family_name": "New",
                "email": "new@ngo.example",
                "lawful_basis": "public_task",
                "purpose": "community_liaison",
                "affiliations": [{"organisation": str(self.organisation.pk), "role_title": "chair"}],
                **home,
            },
            "meetings": {
                "subject": "New",
                "kind": "visit",
                "starts_at": "2026-11-24T14:05:00+02:00",
                "duration_minutes": 30,
                "organisations": [{"organisation": str(self.organisation.pk)}],
                "officers": [officer],
                **place,
            },
            "follow-ups": {
                "title": "New",
                "organisations": [{"organisation": str(self.organisation.pk)}],
                "owner": officer,
                "due_on": "2030-01-01",
            },
            "concerns": {"kinds": ["tension"], **place},
        }

    def filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.filled(child) for name, child in value.items()}
        if isinstance(value, list):
            return [self.filled(child) for child in value]
        return str(self.organisation.pk) if value == "O" else value

    def made(self, noun: str) -> tuple[str, str]:
        answer = self.tool.post(f"/{noun}/", self.bodies[noun])
        assert answer.status_code == 201, answer.content
        return f"/{noun}/{answer.json()['id']}/", answer["ETag"]


@pytest.mark.parametrize(("noun", "sent", "pointer"), HALVES)
def test_half_a_child_row_names_what_it_lacks(noun: str, sent: dict[str, Any], pointer: str) -> None:
    book = Book()
    path, tag = book.made(noun)
    for answer in (
        book.tool.patch(path, book.filled(sent), if_match=tag),
        book.tool.post(f"/{noun}/", book.bodies[noun] | book.filled(sent)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert {"pointer": pointer, "code": "required"} in [
            {name: one[name] for name in ("pointer", "code")} for one in answer.json()["errors"]
        ]
    assert book.tool.get(path)["ETag"] == tag


@pytest.mark.parametrize("noun", ["organisations", "contacts", "meetings", "follow-ups", "concerns"])
def test_a_body_of_some_fields_still_changes_those_alone(noun: str) -> None:
    book = Book()
    path, tag = book.made(noun)
    before = book.tool.get(path).json()
    name, value = {
        "organisations": ("summary", "Meets on Mondays"),
        "contacts": ("given_name", "Ana"),
        "meetings": ("place", "The hall"),
        "follow-ups": ("title", "Call again"),
        "concerns": ("place", "The square"),
    }[noun]
    answer = book.tool.patch(path, {name: value}, if_match=tag)
    assert answer.status_code == 200
    moved = {"version", "updated_at", name}
    assert {n: v for n, v in answer.json().items() if n not in moved} == {
        n: v for n, v in before.items() if n not in moved
    }
    assert answer.json()[name] == value


def test_a_whole_child_row_is_kept() -> None:
    book = Book()
    path, tag = book.made("contacts")
    other = make_organisation(book.organisation.home_district)
    whole = [{"organisation": str(other.pk), "role_title": "treasurer"}]
    assert book.tool.patch(path, {"affiliations": whole}, if_match=tag).status_code == 200
    assert Affiliation.objects.filter(organisation=other, role_title="treasurer").exists()
