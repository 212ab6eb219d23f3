"""A browser session can read single contacts through the API, but not all contacts."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Role, User
from disclosure.services.limits import forget_old_reads
from districts.models import District
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user

pytestmark = pytest.mark.django_db
WHY = {"X-Purpose": "To prepare a visit"}


@pytest.fixture
def north() -> District:
    return make_district()


def browser(user: User) -> Any:
    client = Client()
    client.force_login(user)
    return lambda path, **query: client.get(f"/api/v1{path}", query, headers=WHY)


@pytest.mark.parametrize(
    ("role", "setting"),
    [
        (Role.OFFICER, "SESSION_PEOPLE_OFFICER"),
        (Role.SUPERVISOR, "SESSION_PEOPLE_SUPERVISOR"),
        (Role.PRIVACY_OFFICER, "SESSION_PEOPLE_SUPERVISOR"),
    ],
)
def test_so_many_different_people_a_day_and_then_none(
    north: District, settings: Settings, role: str, setting: str
) -> None:
    setattr(settings, setting, 2)
    people = [make_contact(north) for _number in range(3)]
    get = browser(make_user(role, north))
    assert get("/contacts/").status_code == 429  # three at once
    assert [get(f"/contacts/{one.pk}/").status_code for one in people] == [200, 200, 429]
    assert get(f"/contacts/{people[0].pk}/").status_code == 200  # a repeated read does not count
    refused = get(f"/contacts/{people[2].pk}/vcard/")
    assert (refused.status_code, refused.json()["code"]) == (429, "people_quota")
    assert browser(make_user(role, north))(f"/contacts/{people[2].pk}/").status_code == 200
    assert forget_old_reads() == 0


def test_a_page_has_twenty_people_at_most(north: District) -> None:
    for _number in range(21):
        make_contact(north, family_name="Vega")
    get = browser(make_user(Role.SUPERVISOR, north))
    assert len(get("/contacts/").json()["results"]) == 20
    assert len(get("/contacts/", q="Vega").json()["results"]) == 20
    refused = get("/contacts/", limit="21")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "limit")
    assert len(Tool(north).get("/contacts/?limit=21").json()["results"]) == 21


def test_a_list_ties_no_person_to_an_organisation(north: District) -> None:
    organisation = make_organisation(north, name="Rainbow", kind="lgbt_organisation")
    contact = make_contact(north, organisation)
    meeting = make_meeting(north, organisation)
    meeting.contact_links.create(contact=contact, attendance="attended")
    get = browser(make_user(Role.OFFICER, north))
    shown = get("/contacts/")
    assert "affiliations" not in shown.json()["results"][0]
    assert str(organisation.pk) not in shown.content.decode()
    for path, query in (
        ("/contacts/", {"expand": "affiliations"}),
        ("/contacts/", {"fields": "given_name,affiliations"}),
        ("/contacts/", {"expand": "affiliations", "q": "Sam"}),
        ("/meetings/", {"expand": "contacts"}),
        ("/meetings/", {"expand": "organisations,contacts"}),
    ):
        refused = get(path, **query)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_on_lists"), query
    assert get(f"/contacts/{contact.pk}/", expand="affiliations").status_code == 200
    assert get("/contacts/", fields="given_name").json()["results"][0].keys() == {
        "id",
        "version",
        "given_name",
    }
    assert "affiliations" in Tool(north).get("/contacts/").json()["results"][0]


def test_changing_a_person_shows_them_only_for_a_purpose(north: District) -> None:
    contact, client = make_contact(north, email="canary@x.example"), Client()
    client.force_login(make_user(Role.OFFICER, north))
    path, sent = f"/api/v1/contacts/{contact.pk}/", {"given_name": "Åsa"}
    headers = {"If-Match": '"1"'}
    refused = client.patch(path, sent, "application/json", headers=headers)
    assert (refused.status_code, b"canary" in refused.content) == (403, False)
    contact.refresh_from_db()
    assert contact.version == 1
    assert client.patch(path, sent, "application/json", headers=headers | WHY).status_code == 200
