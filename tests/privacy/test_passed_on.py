"""Officers pass on that a contact asks for a copy or for erasure: two taps, and a privacy officer answers."""

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role
from privacy.models import DataRequest
from privacy.queries.activity_log import events_visible_to
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("what", "kind"), [("copy", "access"), ("erasure", "erase")])
def test_an_officer_passes_a_request_on_with_two_taps(client: Client, what: str, kind: str) -> None:
    north = make_district("North")
    officer = make_officer(north)
    place = make_organisation(north, lead_officer=officer)
    contact = make_contact(north, place, given_name="Sam", family_name="Example", phone="+441144960648")
    address = f"/contacts/{contact.pk}/ask/{what}/"
    client.force_login(officer)
    assert address in client.get(f"/contacts/{contact.pk}/").text
    assert "Pass on request" in client.get(address).text
    assert not DataRequest.objects.exists()
    assert "passed on to a privacy officer" in client.post(address, follow=True).text
    row = DataRequest.objects.get()
    assert (row.kind, row.contact_id, row.received_by) == (kind, contact.pk, officer)
    assert (row.terms()["names"], row.terms()["phones"]) == (["Sam Example"], ["+441144960648"])
    assert not row.is_identified
    assert "already has this request" in client.post(address, follow=True).text
    assert DataRequest.objects.count() == 1
    privacy_officer = make_user(Role.PRIVACY_OFFICER)
    assert DataRequest.objects.visible_to(actor_for(privacy_officer)).exists()
    for reader, sees in ((privacy_officer, True), (officer, False), (make_supervisor(north), False)):
        events = events_visible_to(actor_for(reader)).filter(object_type="data_request")
        assert events.exists() is sees


def test_nobody_passes_on_a_request_for_a_contact_they_do_not_see(client: Client) -> None:
    contact = make_contact(make_district("North"))
    for user, status in (
        (make_officer(make_district("South")), 404),
        (make_user(Role.PRIVACY_OFFICER), 403),
        (make_user(Role.ADMINISTRATOR), 403),
    ):
        client.force_login(user)
        assert client.post(f"/contacts/{contact.pk}/ask/erasure/").status_code == status
    assert not DataRequest.objects.exists()
