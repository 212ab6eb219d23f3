"""Role and organisation beside a person's name, on pages of one meeting: only what the reader sees there."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from districts.models import District
from lib.days import city_today
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def client(north: District) -> Client:
    client = Client()
    client.force_login(make_officer(north))
    return client


def opened(client: Client, name: str, meeting: Any) -> str:
    return client.get(reverse(name, args=[meeting.pk])).text


@pytest.mark.parametrize("name", ["meeting", "meeting_edit"])
def test_two_of_one_name_are_told_apart_by_role_and_organisation(
    client: Client, north: District, name: str
) -> None:
    mosque, school = make_organisation(north, name="Mosque"), make_organisation(north, name="School")
    meeting = make_meeting(north, mosque, school)
    for organisation in (mosque, school):
        person = make_contact(north, organisation, given_name="Noor", family_name="Khalil")
        meeting.contact_links.create(contact=person, attendance="attended")
    words = " ".join(opened(client, name, meeting).split())
    assert "coordinator, Mosque" in words
    assert "coordinator, School" in words


@pytest.mark.parametrize("name", ["meeting", "meeting_edit"])
def test_an_organisation_of_another_district_is_not_named_beside_one_of_mine(
    client: Client, north: District, name: str
) -> None:
    south = make_district("South")
    ours, theirs = make_organisation(north, name="Ours"), make_organisation(south, name="Theirs")
    meeting = make_meeting(north, ours, theirs)
    meeting.contact_links.create(contact=make_contact(north, ours, theirs), attendance="attended")
    words = " ".join(opened(client, name, meeting).split())
    assert "coordinator, Ours" in words
    assert "Theirs" not in words


@pytest.mark.parametrize("name", ["meeting", "meeting_edit"])
def test_an_organisation_that_was_not_there_is_not_named(client: Client, north: District, name: str) -> None:
    there, elsewhere = make_organisation(north, name="School"), make_organisation(north, name="Pride group")
    meeting = make_meeting(north, there)
    person = make_contact(north, there, elsewhere)
    meeting.contact_links.create(contact=person, attendance="attended")
    html = opened(client, name, meeting)
    assert "coordinator" in html
    assert "Pride group" not in html


def test_an_ended_role_is_not_named(client: Client, north: District) -> None:
    organisation = make_organisation(north, name="School")
    meeting = make_meeting(north, organisation)
    person = make_contact(north, organisation)
    meeting.contact_links.create(contact=person, attendance="attended")
    person.affiliations.update(until=city_today(), role_title="head of parents")
    assert "head of parents" not in opened(client, "meeting", meeting)


def test_a_list_of_contacts_names_no_organisation(client: Client, north: District) -> None:
    make_contact(north, make_organisation(north, name="Pride group"), family_name="Khalil")
    html = client.get("/contacts/").text
    assert "Khalil" in html
    assert "Pride group" not in html


def test_many_people_cost_no_more_than_one(client: Client, north: District) -> None:
    meetings = []
    for size in (1, 6):
        organisation = make_organisation(north)
        meetings.append(make_meeting(north, organisation))
        for _number in range(size):
            person = make_contact(north, organisation)
            meetings[-1].contact_links.create(contact=person, attendance="attended")
    counts = []
    for meeting in meetings:
        opened(client, "meeting", meeting)
        with CaptureQueriesContext(connection) as seen:
            opened(client, "meeting", meeting)
        counts.append(len(seen))
    assert counts[0] == counts[1]
