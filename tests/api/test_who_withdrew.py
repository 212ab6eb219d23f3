"""The phone, email and address of a contact who opted out appear nowhere: page, API, export or feed."""

from typing import Any

import pytest
from django.test import Client

from accounts.actors import SYSTEM, actor_for
from contacts.models import Contact
from contacts.queries.search import find_contacts
from contacts.services.contacts import withdraw_contact
from districts.models import District
from lib.days import city_today
from meetings.services.follow_ups import create_follow_up
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db

EMAIL, PHONE = "brexoduk@ngo.example", "+34655443322"
CHANNELS = ("brexoduk", "655443322", "655 44 33 22")


def somebody(north: District) -> tuple[Contact, Any]:
    organisation = make_organisation(north)
    person = make_contact(north, organisation, family_name="Zanquivo", email=EMAIL, phone=PHONE)
    meeting = make_meeting(north, organisation)
    meeting.contact_links.create(contact=person, attendance="attended")
    return person, meeting


def withdraw(person: Contact) -> None:
    person.refresh_from_db()
    withdraw_contact(actor=SYSTEM, contact_id=person.pk, version=person.version)


def told(answer: Any) -> list[str]:
    text = answer.content.decode()
    return [channel for channel in CHANNELS if channel in text]


def test_no_answer_of_the_api_has_a_channel_of_who_withdrew() -> None:
    north = make_district()
    person, meeting = somebody(north)
    tool = Tool(north)
    paths = (
        "/contacts/",
        "/contacts/?fields=email,phone",
        f"/contacts/{person.pk}/",
        f"/contacts/{person.pk}/?fields=email,phone",
        f"/contacts/{person.pk}/vcard/",
        "/contacts/?q=zanquivo",
        "/meetings/?expand=contacts",
        f"/meetings/{meeting.pk}/?expand=contacts",
    )
    assert {path: bool(told(tool.get(path))) for path in paths} == dict.fromkeys(paths, True)
    withdraw(person)
    for path in paths:
        answer = tool.get(path)
        assert (answer.status_code, told(answer)) == (200, [])
    person.refresh_from_db()
    path, sent = f"/contacts/{person.pk}/", {"given_name": "Ana"}
    changed = tool.patch(path, sent, if_match=f'"{person.version}"')
    assert (changed.status_code, told(changed)) == (200, [])
    as_read = tool.patch(path, changed.json(), if_match=changed["ETag"])
    assert (as_read.status_code, told(as_read)) == (200, [])
    person.refresh_from_db()
    assert (person.email, str(person.phone)) == (EMAIL, PHONE)


@pytest.mark.parametrize("q", [EMAIL, "brexoduk@", "%2B34655443322", "655443322", "655%2044%2033"])
def test_nobody_who_withdrew_is_found_by_a_number_or_an_address(q: str) -> None:
    north = make_district()
    person, _meeting = somebody(north)
    tool, client, officer = Tool(north), Client(), make_officer(north)
    client.force_login(officer)

    def found() -> list[int]:
        of_api = tool.get(f"/contacts/?q={q}").json()["results"]
        of_list = client.get(f"/contacts/?q={q}").content.decode().count("Zanquivo")
        of_search = find_contacts(actor_for(officer), q.replace("%2B", "+").replace("%20", " "), 10)
        return [len(of_api), min(of_list, 1), len(of_search)]

    assert found() == [1, 1, 1]
    withdraw(person)
    assert found() == [0, 0, 0]


def test_a_promise_to_who_withdrew_shows_no_number() -> None:
    north = make_district()
    person, _meeting = somebody(north)
    officer, client = make_officer(north), Client()
    client.force_login(officer)
    promise = create_follow_up(
        actor=actor_for(officer),
        title="Call back",
        organisations=[row.organisation for row in person.affiliations.all()],
        contact=person,
        owner=officer,
        due_on=city_today(),
    )
    pages = ("/", f"/follow-ups/{promise.pk}/")
    assert [bool(told(client.get(page))) for page in pages] == [True, True]
    withdraw(person)
    assert [told(client.get(page)) for page in pages] == [[], []]
