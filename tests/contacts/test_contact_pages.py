"""The pages of contacts in a browser without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Action, Event
from contacts.models import Contact, Organisation, PrivateChannel
from contacts.services.contacts import edit_contact
from lib.days import city_today
from tests.contacts.pages import browse, browse_for, typed, undo
from tests.factories import make_contact, make_district, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db

LIST = "/contacts/"
NEW = "/contacts/new/"


def page(contact: Contact, name: str = "contact") -> str:
    return reverse(name, args=[contact.pk])


def role(organisation: Organisation | None, number: int = 0, **fields: Any) -> dict[str, Any]:
    row = {"organisation": organisation.pk if organisation else "", "role_title": "coordinator", "id": ""}
    formset = {"roles-TOTAL_FORMS": str(number + 1), "roles-INITIAL_FORMS": "0"}
    return formset | {f"roles-{number}-{name}": value for name, value in (row | fields).items()}


def edit_fields(contact: Contact, **fields: Any) -> dict[str, Any]:
    unchanged = {
        "version": contact.version,
        "given_name": contact.given_name,
        "family_name": contact.family_name,
        "home_district": contact.home_district_id,
        "lawful_basis": contact.lawful_basis,
        "purpose": contact.purpose,
        "review_on": contact.review_on.isoformat(),
    }
    return typed(**(unchanged | fields))


def test_the_list_shows_who_is_seen_and_records_it() -> None:
    north = make_district()
    officer = make_officer(north)
    ours = make_contact(north, family_name="Ours")
    make_contact(family_name="Theirs")
    answer = browse(officer).get(LIST)
    assert b"Ours" in answer.content
    assert b"Theirs" not in answer.content
    assert Event.objects.get(actor_id=officer.pk, action=Action.LIST).object_ids == [ours.pk]


def test_the_list_does_not_say_whom_a_person_speaks_for() -> None:
    north = make_district()
    make_contact(north, make_organisation(north, name="Rainbow Centre"), family_name="Saar")
    client = browse(make_officer(north))
    assert b"Rainbow" not in client.get(LIST).content
    assert b"Saar" not in client.get(LIST, {"q": "rainbow"}).content


@pytest.mark.parametrize("path", [LIST, NEW])
def test_an_administrator_sees_nobody(path: str) -> None:
    assert browse(make_user(Role.ADMINISTRATOR)).get(path).status_code == 403


@pytest.mark.parametrize("name", ["contact", "contact_edit", "contact_withdraw", "contact_private"])
def test_who_is_not_seen_is_not_there(name: str) -> None:
    assert browse(make_officer(make_district())).get(page(make_contact(), name)).status_code == 404


@pytest.mark.parametrize("name", ["contact_edit", "contact_withdraw", "contact_private"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_read_only_is_not_changed(name: str, method: str) -> None:
    north = make_district()
    contact = make_contact(None, make_organisation(also_in=[north]))
    client = browse(make_officer(north))
    assert getattr(client, method)(page(contact, name)).status_code == 403
    shown = client.get(page(contact))
    assert shown.status_code == 200
    assert b"/edit/" not in shown.content


def test_a_privacy_officer_reads_everybody_and_changes_nobody() -> None:
    contact = make_contact(family_name="Saar")
    client = browse_for(make_user(Role.PRIVACY_OFFICER), contact)
    assert b"Saar" in client.get(page(contact)).content
    assert client.post(page(contact, "contact_edit")).status_code == 403
    assert client.get(NEW).status_code == 403


def test_the_page_is_recorded_and_leaves_out_what_is_hidden() -> None:
    north = make_district()
    officer = make_officer(north)
    ours, theirs = make_organisation(north, name="Ours"), make_organisation(name="Theirs")
    contact = make_contact(north, ours, theirs, phone="+34612345678")
    html = browse_for(officer, contact).get(page(contact)).content.decode()
    assert "Ours" in html
    assert "Theirs" not in html
    assert 'href="tel:+34612345678"' in html
    event = Event.objects.get(actor_id=officer.pk, action=Action.VIEW)
    assert set(event.object_ids) == {contact.pk, ours.pk}


def test_a_page_costs_the_same_however_much_is_on_it(django_assert_max_num_queries: Any) -> None:
    north = make_district()
    contact = make_contact(north, *(make_organisation(north) for _ in range(5)))
    client = browse_for(make_officer(north), contact)
    with django_assert_max_num_queries(14):
        client.get(page(contact))
    with django_assert_max_num_queries(14):
        client.get(LIST)


def test_added_from_the_page_of_an_organisation() -> None:
    north = make_district()
    organisation = make_organisation(north)
    client = browse(make_officer(north))
    form = client.get(f"{NEW}?organisation={organisation.pk}").content.decode()
    assert f'value="{organisation.pk}" selected' in form
    fields = typed(given_name="Åsa", family_name="Lindqvist", home_district=north.pk) | role(organisation)
    answer = client.post(f"{NEW}?organisation={organisation.pk}", fields)
    assert answer.headers["Location"] == reverse("organisation", args=[organisation.pk])
    contact = Contact.objects.get()
    assert (contact.purpose, contact.affiliations.get().organisation) == ("community_liaison", organisation)


@pytest.mark.parametrize("asked", ["x", "", "00000000-0000-0000-0000-000000000000"])
def test_an_organisation_nobody_sees_is_not_suggested(asked: str) -> None:
    assert browse(make_officer(make_district())).get(f"{NEW}?organisation={asked}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""),
        ("family_name", "\u200b\u2060"),
        ("phone", "612 ABC DEF"),
        ("email", "a@example.org\r\nBcc: b@example.org"),
        ("agreement_how", "spoken"),
        ("agreement_on", "2026-02-30"),
        ("home_district", "x"),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(field: str, value: str) -> None:
    north = make_district()
    fields = typed(given_name="Typed given", family_name="Saar", home_district=north.pk) | {field: value}
    answer = browse(make_officer(north)).post(NEW, fields)
    assert answer.status_code == 422
    assert b'id="mistakes"' in answer.content
    assert b"Typed given" in answer.content
    assert not Contact.objects.exists()


def test_a_role_of_an_organisation_that_is_not_seen_is_refused() -> None:
    north = make_district()
    fields = typed(family_name="Saar", home_district=north.pk) | role(make_organisation())
    assert browse(make_officer(north)).post(NEW, fields).status_code == 422


def test_edited_and_hidden_roles_are_kept() -> None:
    north = make_district()
    ours, theirs = make_organisation(north), make_organisation()
    contact = make_contact(north, ours, theirs)
    row = contact.affiliations.get(organisation=ours)
    fields = edit_fields(contact, given_name="Åsa", notice_given_on="2026-05-02")
    fields |= role(ours, id=row.pk, role_title="treasurer") | {"roles-INITIAL_FORMS": "1"}
    answer = browse(make_officer(north)).post(page(contact, "contact_edit"), fields)
    assert answer.status_code == 302
    contact.refresh_from_db()
    assert (contact.given_name, contact.version) == ("Åsa", 2)
    assert contact.affiliations.get(organisation=ours).role_title == "treasurer"
    assert contact.affiliations.filter(organisation=theirs).exists()


def test_a_conflict_shows_both_texts() -> None:
    north = make_district()
    contact = make_contact(north)
    edit_contact(actor=SYSTEM, contact_id=contact.pk, given_name="Theirname")
    fields = edit_fields(contact, given_name="Myname")
    answer = browse_for(make_officer(north), contact).post(page(contact, "contact_edit"), fields)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirname" in html
    assert "Myname" in html
    assert 'name="version" value="2"' in html


@pytest.mark.parametrize("wrong", [{"version": "1"}, {"version": "2", "review_on": "never"}])
def test_what_was_sent_shows_nothing_of_them_before_a_reason(wrong: dict[str, str]) -> None:
    """A stale version or an invalid form does not bypass the question for a reason."""
    north = make_district()
    contact = make_contact(north, family_name="Canaryname", phone="+34612345678", email="canary@x.example")
    edit_contact(actor=SYSTEM, contact_id=contact.pk, given_name="Theirname")
    client = browse(make_officer(north))
    fields = edit_fields(contact, given_name="Myname", family_name="Mine", phone="", email="") | wrong
    answer = client.post(page(contact, "contact_edit"), fields)
    html = answer.content.decode()
    assert answer.status_code == 422
    for word in ("Theirname", "Canaryname", "612345678", "canary@x.example"):
        assert word not in html.replace(" ", "")
    assert 'name="given_name" value="Myname"' in html  # no input is lost
    assert client.post(page(contact, "contact_edit"), fields | {"why": "1", "other": "x"}).status_code == 422
    asked = fields | {"why": "1", "reason": "They called or wrote"}
    shown = client.post(page(contact, "contact_edit"), asked)
    assert (shown.status_code, "Myname" in shown.content.decode()) == (
        409 if wrong["version"] == "1" else 422,
        True,
    )


def test_withdrawing_says_the_consequence_first() -> None:
    north = make_district()
    contact = make_contact(north, phone="+34612345678")
    PrivateChannel.objects.create(contact=contact, phone="+34699999999")
    client = browse_for(make_officer(north), contact)
    assert b"will no longer be contacted" in client.get(page(contact, "contact_withdraw")).content
    client.post(page(contact, "contact_withdraw"))
    contact.refresh_from_db()
    assert contact.withdrawn_on == city_today()
    html = client.get(page(contact)).content.decode()
    assert "Do not contact" in html
    assert "tel:" not in html


def test_what_is_private_is_shown_once_for_a_reason() -> None:
    north = make_district()
    officer = make_officer(north)
    contact = make_contact(north)
    client = browse(officer)
    fields = {"version": "1", "phone": "699 999 999", "email": ""}
    assert client.post(page(contact, "contact_private"), fields).status_code == 302
    assert b"+34699999999" not in client.get(page(contact)).content
    answer = client.post(
        page(contact, "contact_reveal"), {"reason": "They asked to be called on this number"}
    )
    assert b"tel:+34699999999" in answer.content
    assert Event.objects.get(action=Action.REVEAL).purpose == "They asked to be called on this number"
    assert b"+34699999999" not in client.get(page(contact)).content


def test_a_private_number_is_not_replaced_unseen() -> None:
    north = make_district()
    contact = make_contact(north)
    edit_contact(actor=SYSTEM, contact_id=contact.pk, given_name="Åsa")
    fields = {"version": "1", "phone": "699 999 999", "email": ""}
    answer = browse_for(make_officer(north), contact).post(page(contact, "contact_private"), fields)
    assert answer.status_code == 409
    assert 'name="version" value="2"' in answer.content.decode()
    assert not PrivateChannel.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "ok"])
def test_what_is_private_stays_hidden_without_a_reason(reason: str) -> None:
    north = make_district()
    contact = make_contact(north)
    PrivateChannel.objects.create(contact=contact, phone="+34699999999")
    answer = browse_for(make_officer(north), contact).post(page(contact, "contact_reveal"), {"other": reason})
    assert answer.status_code == 422
    assert b"+34699999999" not in answer.content


def test_a_record_that_was_to_be_looked_at_again_says_so() -> None:
    north = make_district()
    contact = make_contact(north, review_on=city_today() - timedelta(days=3))
    client = browse_for(make_officer(north), contact)
    assert b"review due" in client.get(LIST).content
    assert b"3 days late" in client.get(page(contact)).content


def test_nothing_private_is_nothing_to_show() -> None:
    north = make_district()
    contact = make_contact(north)
    assert browse(make_officer(north)).post(page(contact, "contact_reveal")).status_code == 302


def test_a_role_ends_with_one_tap_and_is_undone() -> None:
    north = make_district()
    contact = make_contact(north, make_organisation(north))
    row = contact.affiliations.get()
    client = browse_for(make_officer(north), contact)
    client.post(reverse("contact_role_end", args=[contact.pk, row.pk]))
    row.refresh_from_db()
    assert row.until == city_today()
    undo(client, page(contact))
    row.refresh_from_db()
    assert row.until is None


def test_a_role_that_is_not_seen_cannot_be_ended() -> None:
    north = make_district()
    contact = make_contact(north, make_organisation())
    hidden = contact.affiliations.get()
    answer = browse(make_officer(north)).post(reverse("contact_role_end", args=[contact.pk, hidden.pk]))
    assert answer.status_code == 404
    hidden.refresh_from_db()
    assert hidden.until is None


@pytest.mark.parametrize("address", [NEW, "contact_edit"])
def test_organisations_to_choose_from_are_recorded(address: str) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    contact = make_contact(north)
    path = address if address == NEW else page(contact, address)
    assert organisation.name in browse_for(officer, contact).get(path).content.decode()
    assert organisation.pk in Event.objects.get(actor_id=officer.pk, action=Action.VIEW).object_ids


def test_a_person_who_may_be_there_is_told_while_typing() -> None:
    north = make_district()
    officer = make_officer(north)
    house = make_organisation(north, name="Kaleidos")
    known = make_contact(north, house, given_name="Ana", family_name="García", phone="+34612345678")
    make_contact(make_district(), given_name="Ana", family_name="Garcia", phone="+34612345678")
    client = browse(officer)
    typing = {"given_name": "ana", "family_name": "Garcia", "phone": "612 34 56 78", "email": ""}
    told = client.post("/contacts/new/similar/", typing)
    assert told.content.decode().count("row-link") == 1
    assert page(known) in told.content.decode()
    assert "same name, same phone" in told.content.decode()
    assert b"<html" not in told.content
    assert Event.objects.filter(actor_id=officer.pk, action=Action.SEARCH, object_ids=[known.pk]).exists()
    for nothing in ({"family_name": "Kaleidos"}, {"family_name": "García"}, {}):
        assert b"row-link" not in client.post("/contacts/new/similar/", nothing).content
    assert browse(make_user(Role.PRIVACY_OFFICER)).post("/contacts/new/similar/", typing).status_code == 403


def test_a_person_who_may_be_there_is_saved_when_the_officer_says_so() -> None:
    north = make_district()
    make_contact(north, family_name="Known", email="desk@ngo.example")
    client = browse(make_officer(north))
    fields = typed(family_name="Other", email="Desk@ngo.example", home_district=north.pk) | role(
        None, role_title=""
    )
    answer = client.post(NEW, fields)
    assert (answer.status_code, Contact.objects.count()) == (422, 1)
    assert "Save anyway" in answer.content.decode()
    assert "same email" in answer.content.decode()
    assert client.post(NEW, fields | {"anyway": "1"}).status_code == 302
    assert Contact.objects.count() == 2
