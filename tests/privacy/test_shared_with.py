"""Whoever gets data is named, and privacy officers see who got what, when, how and from whom."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from audit.services import record
from contacts.models import Contact
from districts.models import District
from lib.days import city_today
from tests.api.clients import Tool
from tests.exchange.test_export_lists import WHY, sure
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

PATH = "/privacy/shared-with/"
CALL = {"recipient": " Health  office ", "how": "call", "reason": "They asked for the address"}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def contact(north: District) -> Contact:
    return make_contact(north, family_name="Canarybird")


@pytest.fixture
def privacy() -> Client:
    return browse(make_user(Role.PRIVACY_OFFICER))


def browse(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_file_needs_a_recipient_and_suggests_the_users_own_last_ones(
    north: District, contact: Contact
) -> None:
    supervisor = make_supervisor(north)
    page, other = sure(supervisor), sure(make_supervisor(north))
    address, given = "/contacts/export/", {"format": "csv", **WHY}
    refused = page.post(address, given | {"recipient": " "})
    assert refused.status_code == 422 and "Enter who gets this." in refused.text
    assert page.post(address, given).status_code == 302
    assert '<option value="City council">' in page.get(address).text
    assert "City council" not in other.get(address).text


def test_privacy_officers_alone_see_who_got_what(privacy: Client, north: District, contact: Contact) -> None:
    officer = actor_for(make_supervisor(north))
    place = make_organisation(north)
    record(officer, Action.EXPORT, "contact", [contact.pk], recipient="Parish · south · file sha256:1f")
    record(officer, Action.EXPORT, "job_file", [contact.pk], recipient="Downloaded · download sha256:1f")
    record(officer, Action.EXPORT, "organisation", [place.pk], recipient="file sha256:2f")
    tool = Tool(north, name="Participation platform", purpose="invitations to the forum")
    assert tool.get("/contacts/").status_code == 200
    html = privacy.get(PATH).text
    for said in ("Parish · south", "Recipient not recorded", officer.name, "Participation platform"):
        assert said in html, said
    assert "Downloaded" not in html and "sha256" not in html
    found = privacy.get(PATH, {"q": "parish"}).text
    assert "Parish · south" in found and "Recipient not recorded" not in found
    for user in (make_officer(north), make_supervisor(north), make_user(Role.ADMINISTRATOR)):
        client = browse(user)
        assert client.get(PATH).status_code == 403
        assert client.post(f"{PATH}contact/{contact.pk}/", CALL).status_code == 403


def test_a_call_is_recorded_once_with_its_date_and_reason(privacy: Client, contact: Contact) -> None:
    day = city_today() - timedelta(days=3)
    address = f"{PATH}contact/{contact.pk}/"
    for wrong in (
        {"recipient": " "},
        {"how": "pigeon"},
        {"shared_on": city_today() + timedelta(days=1)},
        {"reason": ".."},
    ):
        assert privacy.post(address, CALL | {"shared_on": day} | wrong).status_code == 422, wrong
    assert not Event.objects.filter(action=Action.SHARE).exists()
    assert privacy.post(address, CALL | {"shared_on": day}).status_code == 302
    event = Event.objects.get(action=Action.SHARE)
    assert event.recipient == f"Health office · call {day:%Y-%m-%d}"
    assert (event.object_ids, event.purpose) == ([contact.pk], "They asked for the address")
    html = privacy.get(PATH).text
    assert "Health office" in html and "Phone call" in html and "They asked for the address" in html
    assert event.district_ids == [contact.home_district_id]


def test_a_brief_is_printed_only_for_somebody_who_is_named(north: District) -> None:
    officer = make_officer(north)
    place = make_organisation(north, name="Rainbow Centre")
    client, address = browse(officer), f"/organisations/{place.pk}/brief/"
    hidden = '<div class="stack screen-only">'
    assert hidden in client.get(address).text
    refused = client.post(address, {"recipient": ""})
    assert refused.status_code == 422 and hidden in refused.text
    assert not Event.objects.filter(action=Action.EXPORT).exists()
    printed = client.post(address, {"recipient": "Night officer"})
    assert printed.status_code == 200 and hidden not in printed.text
    event = Event.objects.get(action=Action.EXPORT)
    assert (event.recipient, place.pk in event.object_ids) == ("Night officer · printed", True)
    elsewhere = make_organisation(make_district("South"))
    assert client.post(f"/organisations/{elsewhere.pk}/brief/", {"recipient": "x"}).status_code == 404


def test_the_brief_of_a_protected_location_is_read_but_not_printed(north: District) -> None:
    refuge = make_organisation(north, name="Blue Door", location_protected=True)
    client, address = browse(make_officer(north)), f"/organisations/{refuge.pk}/brief/"
    assert 'class="brief' in client.get(address).text
    printed = client.post(address, {"recipient": "Night officer"})
    assert 'class="brief' not in printed.text and "location is protected is not printed" in printed.text
    assert not Event.objects.filter(action=Action.EXPORT).exists()
