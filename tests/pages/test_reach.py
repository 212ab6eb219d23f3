"""The ways to reach a contact, and the log that follows a call."""

import pytest
from django.test import Client
from pytest_django import Settings

from contacts.models import Contact
from pages.reach import ways_to_reach
from tests.factories import make_contact, make_district, make_officer, make_organisation

MOBILE, FIXED = "+34655998877", "+34915998877"
WHATSAPP = "https://wa.me/34655998877"


@pytest.mark.parametrize(
    ("phone", "email", "preferred", "whatsapp", "urls"),
    [
        (MOBILE, "a@b.example", "", True, [f"tel:{MOBILE}", f"sms:{MOBILE}", "mailto:a@b.example"]),
        (MOBILE, "", "message", True, [f"sms:{MOBILE}", WHATSAPP, f"tel:{MOBILE}"]),
        (MOBILE, "", "message", False, [f"sms:{MOBILE}", f"tel:{MOBILE}"]),
        (FIXED, "a@b.example", "email", True, ["mailto:a@b.example", f"tel:{FIXED}"]),
        (FIXED, "", "message", False, [f"sms:{FIXED}", f"tel:{FIXED}"]),  # they asked for it
        (FIXED, "", "in_person", True, [f"tel:{FIXED}"]),
        ("", "", "message", True, []),
        ("12", "", "", True, []),  # too short to be called
    ],
)
def test_the_preferred_way_comes_first(
    phone: str, email: str, preferred: str, whatsapp: bool, urls: list[str]
) -> None:
    assert [way.url for way in ways_to_reach(phone, email, preferred, whatsapp=whatsapp)] == urls


@pytest.mark.django_db
def test_a_contacts_page_leads_to_the_log_with_how_it_was(client: Client, settings: Settings) -> None:
    settings.WHATSAPP_LINKS = True
    north = make_district("North")
    officer = make_officer(north)
    mosque = make_organisation(north, lead_officer=officer)
    person = make_contact(north, mosque, phone=MOBILE, preferred_channel="message")
    client.force_login(officer)
    page = client.get(f"/contacts/{person.pk}/").content.decode()
    assert page.index(f"sms:{MOBILE}") < page.index(WHATSAPP) < page.index(f"tel:{MOBILE}")
    assert f'data-log-call="/meetings/log/?contact={person.pk}"' in page
    assert WHATSAPP in client.get(f"/organisations/{mosque.pk}/").content.decode()
    for kind, chosen in (("message", "message"), ("nonsense", "visit")):
        form = client.get(f"/meetings/log/?contact={person.pk}&kind={kind}").content.decode()
        box = form.split(f'name="kind" value="{chosen}"')[1].split(">")[0]
        assert "checked" in box
    Contact.objects.update(withdrawn_on="2026-01-01")
    assert MOBILE not in client.get(f"/contacts/{person.pk}/").content.decode()
