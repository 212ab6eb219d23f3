"""A contact as a vCard, on the page and through the API."""

import pytest
from django.test import Client

from accounts.models import Role
from audit.models import Event
from contacts.models import Contact, Organisation, PrivateChannel
from tests.api.clients import Tool
from tests.contacts.pages import browse_for
from tests.factories import make_contact, make_district, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db


def lines(body: bytes) -> list[str]:
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    return body.decode().replace("\r\n ", "").split("\r\n")


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_person_with_their_role_and_nothing_private() -> None:
    district = make_district()
    organisation = make_organisation(district, name="Vecinos, S.L.; Ñ\\1")
    contact = make_contact(
        district,
        organisation,
        given_name="María",
        family_name="Peña",
        email="m@role.example",
        phone="+34600000001",
        languages=["es", "ar"],
    )
    PrivateChannel.objects.create(contact=contact, phone="+34600000002", email="own@private.example")
    officer = make_officer(district)
    client = browse_for(officer, contact)
    assert f"/contacts/{contact.pk}/vcard/" in client.get(f"/contacts/{contact.pk}/").content.decode()
    before = Event.objects.count()
    answer = client.get(f"/contacts/{contact.pk}/vcard/")
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="maria-pena.vcf"'
    event = Event.objects.order_by("-pk")[0]
    assert Event.objects.count() == before + 1
    assert event.object_ids == [contact.pk, organisation.pk]
    card = lines(answer.content)
    assert card[:3] == ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:uuid:{contact.pk}"]
    assert card[-2:] == ["END:VCARD", ""]
    for line in (
        "FN:María Peña",
        "N:Peña;María;;;",
        "EMAIL;TYPE=work:m@role.example",
        "TEL;TYPE=work;VALUE=uri:tel:+34600000001",
        "ORG:Vecinos\\, S.L.\\; Ñ\\\\1",
        "TITLE:coordinator",
        "LANG;PREF=2:ar",
    ):
        assert line in card
    assert b"600000002" not in answer.content and b"private.example" not in answer.content


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x85", "\u2028"])
def test_no_name_makes_a_line_of_its_own(end: str) -> None:
    contact = make_contact()
    Contact.objects.filter(pk=contact.pk).update(family_name=f"A{end}TEL:112" + "ñ" * 60)
    card = Tool().get(f"/contacts/{contact.pk}/vcard/")
    assert not [line for line in card.content.decode().splitlines() if line.startswith("TEL")]
    assert "\n" not in card["Content-Disposition"]


def test_one_who_has_withdrawn_is_not_called() -> None:
    contact = make_contact(email="m@role.example")
    Contact.objects.update(withdrawn_on="2026-01-01")
    assert b"EMAIL" not in Tool().get(f"/contacts/{contact.pk}/vcard/").content


def test_a_key_reads_it_with_its_scope_in_its_districts_and_an_organisation_elsewhere_is_left_out() -> None:
    north, south = make_district(), make_district()
    organisation = make_organisation(south, name="Elsewhere")
    contact = make_contact(north, organisation)
    path = f"/contacts/{contact.pk}/vcard/"
    answer = Tool(north).get(path, accept="text/vcard")
    assert answer.status_code == 200
    assert b"Elsewhere" not in answer.content
    assert b"Elsewhere" in Tool().get(path).content
    assert Organisation.objects.count() == 1
    assert Tool(make_district()).get(path).status_code == 404
    assert Tool(north, scopes=("meetings:read",)).get(path).status_code == 403
    assert Tool(daily_contacts=0).get(path).status_code == 429


def test_pages_of_others_and_administrators_are_refused() -> None:
    contact = make_contact()
    path = f"/contacts/{contact.pk}/vcard/"
    assert signed_in(make_officer(make_district())).get(path).status_code == 404
    assert signed_in(make_user(Role.ADMINISTRATOR)).get(path).status_code == 403
