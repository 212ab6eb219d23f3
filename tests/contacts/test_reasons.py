"""A contact outside the portfolio requires a reason, kept in each event; ordinary work does not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Contact, PrivateChannel
from contacts.services.contacts import create_contact, edit_contact
from districts.models import District
from lib.days import city_today
from meetings.services.follow_ups import create_follow_up
from tests.contacts.pages import browse
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

QUESTION = "Why do you need this contact?"
PAGES = ("", "vcard/", "edit/", "private/", "withdraw/")
REASON = {"reason": "They called or wrote"}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


@pytest.fixture
def contact(north: District) -> Contact:
    return make_contact(north, make_organisation(north, name="Rainbow Centre"), family_name="Canarybird")


def asks(user: User, contact: Contact) -> bool:
    return QUESTION in browse(user).get(f"/contacts/{contact.pk}/").content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_the_person_is_shown_or_recorded_as_seen_before_the_reason(
    officer: User, contact: Contact, page: str
) -> None:
    client = browse(officer)
    path = f"/contacts/{contact.pk}/{page}"
    asked = client.get(path).content.decode()
    assert QUESTION in asked
    assert "Canarybird" not in asked
    assert "Rainbow" not in asked
    assert not Event.objects.filter(actor_id=officer.pk, action=Action.VIEW).exists()
    wanted = re.search(r'name="next" value="(\w+)"', asked)
    assert wanted
    sent = client.post(f"/contacts/{contact.pk}/reason/", REASON | {"next": wanted[1]})
    assert (sent.status_code, sent["Location"]) == (302, path)
    assert "Canarybird" in client.get(path).content.decode()


def test_the_reason_is_in_each_event_and_is_not_asked_twice(
    officer: User, contact: Contact, north: District
) -> None:
    client = browse(officer)
    client.post(f"/contacts/{contact.pk}/reason/", {"other": "  Asked for   the keys of the hall "})
    for page in ("", "edit/", "private/", "vcard/", ""):
        assert "Canarybird" in client.get(f"/contacts/{contact.pk}/{page}").content.decode()
    seen = Event.objects.filter(actor_id=officer.pk, action=Action.VIEW)
    assert {event.purpose for event in seen} == {"Asked for the keys of the hall"}
    other = make_contact(north)
    assert QUESTION in client.get(f"/contacts/{other.pk}/").content.decode()
    assert QUESTION in browse(officer).get(f"/contacts/{contact.pk}/").content.decode()  # another session


def test_it_is_asked_again_after_a_shift(officer: User, contact: Contact) -> None:
    client = browse(officer)
    client.post(f"/contacts/{contact.pk}/reason/", REASON)
    session = client.session
    session["reasons"][str(contact.pk)][1] -= 12 * 3600 + 1
    session.save()
    assert QUESTION in client.get(f"/contacts/{contact.pk}/").content.decode()


@pytest.mark.parametrize("text", ["\u3164\u3164\u3164", "...", "\u2800\u2800\u2800", "- - -"])
def test_a_reason_that_says_nothing_opens_nothing(officer: User, contact: Contact, text: str) -> None:
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    client = browse(officer)
    for page in ("reason/", "private/reveal/"):
        answer = client.post(f"/contacts/{contact.pk}/{page}", {"other": text})
        assert answer.status_code == 422
        assert "612345678" not in answer.content.decode().replace(" ", "")
    for header, status in ((text, 403), ("Llamó", 200)):
        sent = {"X-Purpose": header.encode().decode("latin-1")}  # as a server decodes UTF-8 headers
        assert client.get(f"/api/v1/contacts/{contact.pk}/", headers=sent).status_code == status
    assert Event.objects.filter(actor_id=officer.pk, reason__text="Llamó").exists()
    shown = client.post(f"/contacts/{contact.pk}/private/reveal/", {"other": "case 7"})
    assert "612345678" in shown.content.decode()


@pytest.mark.parametrize("reason", [{}, {"reason": "  "}, {"other": "ok"}, {"other": "x" * 201}])
def test_a_reason_says_something(officer: User, contact: Contact, reason: dict[str, str]) -> None:
    client = browse(officer)
    answer = client.post(f"/contacts/{contact.pk}/reason/", reason | {"next": "contact_vcard"})
    assert answer.status_code == 422
    assert 'value="contact_vcard"' in answer.content.decode()
    assert QUESTION in client.get(f"/contacts/{contact.pk}/").content.decode()


def test_too_long_a_reason_is_sent_back_whole(officer: User, contact: Contact) -> None:
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    client, typed = browse(officer), "x" * 201
    for page in ("reason/", "private/reveal/"):
        html = client.post(f"/contacts/{contact.pk}/{page}", {"other": typed}).content.decode()
        assert "The reason is too long. Shorten it. Limit in characters: 200; yours: 201." in html
        assert f'value="{typed}"' in html
        client.post(f"/contacts/{contact.pk}/reason/", {"other": typed[1:]})
    assert Event.objects.latest("id").purpose == typed[1:]


def test_a_reason_opens_nothing_that_is_not_seen(officer: User, contact: Contact) -> None:
    assert browse(officer).post(f"/contacts/{contact.pk}/reason/", REASON).status_code == 302
    hidden = make_contact()
    assert browse(officer).post(f"/contacts/{hidden.pk}/reason/", REASON).status_code == 404
    administrator = browse(make_user(Role.ADMINISTRATOR))
    assert administrator.post(f"/contacts/{contact.pk}/reason/", REASON).status_code == 403
    away = browse(officer).post(
        f"/contacts/{contact.pk}/reason/", REASON | {"next": "https://elsewhere.example"}
    )
    assert away["Location"] == f"/contacts/{contact.pk}/"


def test_what_was_typed_is_saved_without_another_question(officer: User, contact: Contact) -> None:
    """The form of an expired session is sent again after sign-in and must not be lost."""
    fields = {"version": "1", "phone": "699 999 999", "email": ""}
    assert browse(officer).post(f"/contacts/{contact.pk}/private/", fields).status_code == 302


def test_the_reason_for_what_is_private_is_enough(officer: User, contact: Contact) -> None:
    client = browse(officer)
    client.post(f"/contacts/{contact.pk}/private/", {"version": "1", "phone": "699 999 999", "email": ""})
    html = client.post(f"/contacts/{contact.pk}/private/reveal/", REASON).content.decode()
    assert "699999999" in html.replace(" ", "")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PRIVACY_OFFICER])
def test_supervisors_and_privacy_officers_say_why_as_well(
    contact: Contact, north: District, role: str
) -> None:
    assert asks(make_user(role, north), contact)


def test_whom_they_lead_or_stand_in_for_is_in_the_portfolio(officer: User, north: District) -> None:
    for field in ("lead_officer", "deputy_officer"):
        organisation = make_organisation(north, **{field: officer})
        spoke = make_contact(north, organisation)
        assert not asks(officer, spoke)
        spoke.affiliations.update(until=city_today() - timedelta(days=1))
        assert asks(officer, spoke)


def test_whom_they_met_within_ninety_days_or_are_about_to_is_in_the_portfolio(
    officer: User, contact: Contact, north: District
) -> None:
    organisation = contact.affiliations.get().organisation

    def meeting(days: int, **fields: Any) -> Any:
        return make_meeting(north, starts_at=timezone.now() + timedelta(days=days), **fields)

    meeting(-91, officers=[officer]).contacts.add(contact)
    meeting(-10, officers=[make_officer(north)]).contacts.add(contact)
    meeting(-10, officers=[officer], status="cancelled", outcomes=[]).contacts.add(contact)
    assert asks(officer, contact)
    meeting(-89, officers=[officer]).contacts.add(contact)
    assert not asks(officer, contact)
    colleague = make_officer(north)
    assert asks(colleague, contact)
    make_meeting(north, organisation, officers=[colleague], status="planned", outcomes=[],
                 starts_at=timezone.now() + timedelta(days=3))  # fmt: skip
    assert not asks(colleague, contact)


def test_whom_they_owe_a_promise_is_in_the_portfolio(
    officer: User, contact: Contact, north: District
) -> None:
    lonely = make_contact(north)
    assert asks(officer, lonely)
    promise = {"actor": SYSTEM, "title": "Call", "owner": officer, "due_on": city_today()}
    create_follow_up(**promise, organisations=[make_organisation(north)], contact=lonely)
    create_follow_up(**promise, organisations=[contact.affiliations.get().organisation])
    assert not asks(officer, lonely)
    assert not asks(officer, contact)


def test_whose_entry_they_wrote_lately_is_in_the_portfolio(
    officer: User, contact: Contact, north: District
) -> None:
    made = create_contact(actor=actor_for(officer), family_name="New", home_district=north)
    assert not asks(officer, made)
    edit_contact(actor=actor_for(officer), contact_id=contact.pk, family_name="Changed")
    assert not asks(officer, contact)
    assert asks(make_officer(north), contact)


def test_a_session_reads_people_in_the_api_for_a_purpose_and_everything_else_without(
    officer: User, contact: Contact
) -> None:
    client = browse(officer)
    for path in ("contacts/", f"contacts/{contact.pk}/", f"contacts/{contact.pk}/vcard/"):
        refused = client.get(f"/api/v1/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "reason_needed")
        assert client.get(f"/api/v1/{path}", headers={"X-Purpose": "ok"}).status_code == 403
        read = client.get(f"/api/v1/{path}", headers={"X-Purpose": "To check the vCards"})
        assert read.status_code == 200
        assert "Canarybird" in read.content.decode()
    seen = Event.objects.filter(actor_id=officer.pk, object_ids__contains=[contact.pk], allowed=True)
    assert {event.purpose for event in seen} == {"To check the vCards"}
    assert client.get("/api/v1/organisations/").status_code == 200
