"""Look-alike letters: however an email or web address is entered, it is stored and shown in punycode."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import actor_for
from contacts.models import Contact, FocusDeclaration, Organisation, PrivateChannel
from contacts.queries.search import find_contacts, find_organisations
from contacts.services.contacts import create_contact
from contacts.services.organisations import create_organisation, edit_organisation
from contacts.services.private_channels import set_private_channel
from lib.domains import has_user_info, plain_email, plain_url
from tests.api.clients import Tool
from tests.contacts.pages import browse, typed
from tests.exchange.test_import_wizard import imported, supervisor_of_n1
from tests.factories import make_actor, make_contact, make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db

TYPED = "info@раураl.com"  # Cyrillic but for its last letter
KEPT = "info@xn--l-7sba6dbr.com"
SITE, KEPT_SITE = "http://раураl.com/a?b=ж", "http://xn--l-7sba6dbr.com/a?b=ж"


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        (TYPED, KEPT),
        ("a@faß.de", "a@xn--fa-hia.de"),
        ("A@I❤.Example", "A@xn--i-7iq.example"),
        ("josé@Example.ORG", "josé@example.org"),
        ("a@-ж-.example", "a@xn-----qlc.example"),
        ("no address", "no address"),
    ],
)
def test_an_address_has_one_form(address: str, plain: str) -> None:
    assert plain_email(address) == plain == plain_email(plain)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        (SITE, KEPT_SITE),
        ("https://FAß.de:8443", "https://xn--fa-hia.de:8443"),
        ("https://Example.org/Ж", "https://Example.org/Ж"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_web_address_has_one_form(url: str, plain: str) -> None:
    assert plain_url(url) == plain


def test_what_stands_before_a_host_is_seen() -> None:
    assert has_user_info("https://bank.example@elsewhere.example/")
    assert not has_user_info("https://elsewhere.example/@somebody?a=b@c")


def test_the_pages_keep_and_show_punycode() -> None:
    north = make_district()
    client = browse(make_officer(north))
    sent = typed(name="Casa", kind="ngo", home_district=str(north.pk), email=TYPED, website=SITE)
    assert client.post("/organisations/new/", sent).status_code == 302
    row = Organisation.objects.get()
    assert (row.email, row.website) == (KEPT, KEPT_SITE)
    page = client.get(f"/organisations/{row.pk}/").content.decode()
    assert KEPT in page
    assert "раураl" not in page
    sent = typed(family_name="Saar", home_district=str(north.pk), email=TYPED)
    assert client.post("/contacts/new/", sent).status_code == 302
    assert Contact.objects.get().email == KEPT


def test_the_api_keeps_and_answers_punycode() -> None:
    north = make_district()
    tool = Tool(north)
    sent = {"name": "Casa", "kind": "ngo", "home_district": north.code, "email": TYPED, "website": SITE}
    answer = tool.post("/organisations/", sent).json()
    assert (answer["email"], answer["website"]) == (KEPT, KEPT_SITE)
    person = {"family_name": "Saar", "home_district": north.code, "email": "a@faß.de"}
    lawful = {"lawful_basis": "public_task", "purpose": "community_liaison"}
    assert tool.post("/contacts/", person | lawful).json()["email"] == "a@xn--fa-hia.de"


def test_private_channels_declarations_and_imports_keep_punycode() -> None:
    user = supervisor_of_n1()
    north: Any = user.districts.get()
    set_private_channel(actor=make_actor(north), contact_id=make_contact(north).pk, email=TYPED)
    assert PrivateChannel.objects.get().email == KEPT
    focus: Any = {"focus": "roma", "declared_by": "chair", "declared_on": "2026-01-01", "evidence_url": SITE}
    create_organisation(
        actor=make_actor(north), name="Casa", kind="ngo", home_district=north, focuses=[focus]
    )
    assert FocusDeclaration.objects.get().evidence_url == KEPT_SITE
    imported(user, f"Nombre;Tipo;Distrito;Email;Web\nPeña;ngo;N1;{TYPED};раураl.com\n")
    row = Organisation.objects.get(name="Peña")
    assert (row.email, row.website) == (KEPT, "https://xn--l-7sba6dbr.com")


def test_either_form_finds_and_is_a_clue() -> None:
    north = make_district()
    actor = actor_for(make_officer(north))
    row = make_organisation(north)
    edit_organisation(actor=actor, organisation_id=row.pk, email=TYPED, website=SITE)
    other = create_organisation(actor=actor, name="Other", kind="ngo", home_district=north, email=KEPT)
    person = create_contact(actor=actor, family_name="Saar", home_district=north, email=TYPED)
    for q in (TYPED, KEPT):
        assert {found.pk for found in find_organisations(actor, q, 5)} == {row.pk, other.pk}
        assert find_contacts(actor, q, 5) == [person]
    row.refresh_from_db()
    assert set(row.clues) & set(other.clues) == {f"email:{KEPT}"}
    assert "host:xn--l-7sba6dbr.com" in row.clues


def test_the_same_address_in_its_other_form_changes_nothing() -> None:
    row = make_organisation(email=KEPT, website=KEPT_SITE)
    actor = make_actor(row.home_district)
    edited = edit_organisation(actor=actor, organisation_id=row.pk, email=TYPED, website=SITE)
    assert edited.version == row.version


def test_a_web_address_with_somebody_in_it_is_refused_and_nothing_typed_is_lost() -> None:
    north = make_district()
    site = "https://user:pw@x.example/"
    sent = typed(name="Casa", kind="ngo", home_district=str(north.pk), website=site)
    answer = browse(make_officer(north)).post("/organisations/new/", sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"website": ["Remove the part before the @."]}
    assert f'value="{site}"' in answer.content.decode()
    sent = {"name": "Casa", "kind": "ngo", "home_district": north.code, "website": site}
    refused = Tool(north).post("/organisations/", sent)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/website")
    with pytest.raises(ValidationError):
        edit_organisation(actor=make_actor(north), organisation_id=make_organisation(north).pk, website=site)
    assert Organisation.objects.get().website == ""
