"""Each door that shows a person counts them: for the daily limit, outside the portfolio, and over 30 days."""

from typing import Final

import pytest
from django.test import Client

from accounts.models import Role
from api.models import ContactRead
from contacts.models import Contact, Organisation
from disclosure.models import PersonRead
from districts.models import District
from lib.days import city_today
from meetings.codes import MeetingStatus
from oversight.services.noticing import _exported_since
from privacy.models import Finding
from tests.api.clients import Tool
from tests.contacts.pages import browse_for
from tests.exchange.test_export_lists import export
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user
from tests.privacy.making import make_request

pytestmark = pytest.mark.django_db

WHY: Final = {"X-Purpose": "To prepare a visit"}


class Place:
    """A contact outside the portfolio of everybody, with an organisation and a planned meeting."""

    def __init__(self) -> None:
        self.north: District = make_district("North")
        self.organisation: Organisation = make_organisation(self.north)
        self.contact: Contact = make_contact(self.north, self.organisation, email="sam@example.org")
        self.contact.external_ids.create(source="register", external_id="7")
        self.meeting = make_meeting(self.north, self.organisation, status=MeetingStatus.PLANNED)
        self.meeting.contact_links.create(contact=self.contact)

    def paths(self) -> dict[str, str]:
        pk = self.contact.pk
        return {
            "page": f"/contacts/{pk}/",
            "form": f"/contacts/{pk}/edit/",
            "card": f"/contacts/{pk}/vcard/",
            "organisation": f"/organisations/{self.organisation.pk}/",
            "meeting": f"/meetings/{self.meeting.pk}/",
            "api list": "/api/v1/contacts/",
            "api search": "/api/v1/contacts/?q=Sam",
            "api record": f"/api/v1/contacts/{pk}/",
            "api card": f"/api/v1/contacts/{pk}/vcard/",
            "api external": "/api/v1/contacts/?source=register&external_id=7",
            "api meeting": f"/api/v1/meetings/{self.meeting.pk}/",
            "api organisation": f"/api/v1/organisations/{self.organisation.pk}/?expand=contacts",
        }


DOORS: Final = (
    *("page", "form", "card", "organisation", "meeting"),
    *("api list", "api search", "api record", "api card", "api meeting"),
)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_counts_the_person_it_shows(door: str) -> None:
    place = Place()
    client: Client = browse_for(make_user(Role.SUPERVISOR, place.north), place.contact)
    answer = client.get(place.paths()[door], headers=WHY)
    assert (
        answer.status_code == 200 and str(place.contact.pk) in answer.content.decode() + place.paths()[door]
    )
    [read] = PersonRead.objects.all()
    assert read.contact_id == place.contact.pk
    if door not in ("organisation", "meeting"):  # the way to a person on pages, without a reason
        assert read.is_outside


@pytest.mark.parametrize("door", ["api list", "api search", "api record", "api card", "api external"])
def test_a_door_counts_what_a_key_reads(door: str) -> None:
    place = Place()
    assert Tool(place.north).get(place.paths()[door].removeprefix("/api/v1")).status_code == 200
    assert ContactRead.objects.get().contact_id == place.contact.pk


def test_the_answer_to_a_write_counts() -> None:
    place = Place()
    answer = Tool(place.north).patch(f"/contacts/{place.contact.pk}/", {"languages": ["fr"]}, if_match='"1"')
    assert answer.status_code == 200
    assert ContactRead.objects.get().contact_id == place.contact.pk


def test_the_api_does_not_call_a_contact_of_the_portfolio_outside() -> None:
    place = Place()
    user = make_user(Role.OFFICER, place.north)
    Organisation.objects.filter(pk=place.organisation.pk).update(lead_officer=user)
    client = Client()
    client.force_login(user)
    assert client.get(f"/api/v1/contacts/{place.contact.pk}/", headers=WHY).status_code == 200
    assert not PersonRead.objects.get().is_outside


def test_merging_counts_a_contact_as_outside_if_a_reason_was_given() -> None:
    place = Place()
    user = make_user(Role.OFFICER, place.north)
    own = make_contact(place.north, make_organisation(place.north, lead_officer=user))
    page = browse_for(user, place.contact).get(
        f"/duplicates/contacts/merge/?row={own.pk}&row={place.contact.pk}"
    )
    assert page.status_code == 200
    reads = PersonRead.objects.values_list("contact_id", "is_outside")
    assert dict(reads) == {own.pk: False, place.contact.pk: True}


def test_findings_of_a_data_request_count() -> None:
    place, desk = Place(), make_user(Role.PRIVACY_OFFICER)
    found = make_request(desk, place.meeting, place.contact)
    Finding.objects.create(
        request=found.request, position=2, model="contacts.Contact", object_id=str(place.contact.pk),
        field="given_name", matched="exact", passages=[[0, 3]], text=place.contact.given_name,
    )  # fmt: skip
    client = Client()
    client.force_login(desk)
    assert client.get(f"/privacy/requests/{found.request_id}/").status_code == 200
    assert PersonRead.objects.get().contact_id == place.contact.pk


def test_contacts_in_a_file_count_for_the_days_together() -> None:
    place = Place()
    user = make_user(Role.SUPERVISOR, place.north)
    export(user, "/contacts/export/")
    assert _exported_since(city_today()) == {user.pk: {place.contact.pk}}
