"""One event has one name on every page: what happened and where. Emails have no place."""

import pytest
from django.test import Client

from incidents.services.exclusions import exclude_user
from incidents.services.reassurances import record_reassurance
from meetings.models import Meeting
from meetings.rules.event_names import event_name
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db


def test_a_place_that_the_reader_cannot_see_gives_way_to_the_address_and_then_to_the_district() -> None:
    kinds = ["threat", "damage to property"]
    where = {"organisation": "Al-Noor", "place": "60 Heron Street", "district": "North"}
    assert event_name(kinds, **where) == "Threat, damage to property, Al-Noor"
    assert event_name(kinds, **where | {"organisation": ""}) == "Threat, damage to property, 60 Heron Street"
    assert event_name(kinds, **where | {"organisation": "", "place": ""}).endswith(", North")


def test_an_event_has_the_same_name_on_each_page_that_lists_it(client: Client) -> None:
    night = Night()
    incident = night.incident(site_organisation=None, place="60 Heron Street", kinds=["threat"])
    client.force_login(night.duty)
    for page in ("/", "/concerns/", "/concerns/?show=incidents", "/search/?q=heron", "/notifications/"):
        assert "Threat, 60 Heron Street" in client.get(page).text, page
    page = client.get(f"/incidents/{incident.pk}/").text
    assert "Threat, 60 Heron Street</h1>" in " ".join(page.split()).replace(" </h1>", "</h1>")


def test_a_call_of_an_incident_leads_to_it_and_not_who_is_excluded(client: Client) -> None:
    night = Night()
    incident = night.incident()
    about = {"actor": night.actor(night.supervisor), "incident_id": incident.pk}
    record_reassurance(**about, organisation_id=night.place.pk, result="reached")
    client.force_login(night.duty)
    address, link = f"/meetings/{Meeting.objects.get().pk}/", f"/incidents/{incident.pk}/"
    assert link in client.get(address).text
    exclude_user(**about, user_id=night.duty.pk)
    assert link not in client.get(address).text
