"""A restricted contact is gone from lists, searches, cards, exports, the API and its feed. Figures stay."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from api.queries.changes import as_rows
from audit.models import Action, Change, Event, TrailPosition
from contacts.models import Contact
from contacts.queries.search import find_contacts
from contacts.services.contacts import edit_contact
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp
from privacy.models import Restriction
from privacy.queries.activity_log import events_visible_to
from privacy.services.restrictions import lift_restriction, restrict_contact
from tests.api.clients import Tool
from tests.architecture.canaries import text_of
from tests.architecture.city_of_pages import city, pages
from tests.contacts.pages import browse
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

__all__ = ["city"]  # a fixture

pytestmark = pytest.mark.django_db

NAME = "Quillonhart"


def restrict(actor: Actor, contact: Contact, **fields: Any) -> Restriction:
    return restrict_contact(actor=actor, contact_id=contact.pk, **{"ground": "evidence"} | fields)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER])
def test_only_privacy_officers_restrict_and_lift(actor: Actor, north: District, role: str) -> None:
    contact, other = make_contact(north), actor_for(make_user(role, north))
    with pytest.raises(PermissionDenied):
        restrict(other, contact)
    row = restrict(actor, contact)
    with pytest.raises(PermissionDenied):
        lift_restriction(actor=other, restriction_id=row.pk)
    assert list(Restriction.objects.visible_to(other)) == []
    lift_restriction(actor=actor, restriction_id=row.pk)
    with pytest.raises(Restriction.DoesNotExist):
        lift_restriction(actor=actor, restriction_id=row.pk)


@pytest.mark.parametrize(
    "wrong", [{"ground": "because"}, {"until": timedelta(0)}, {"until": timedelta(-1)}], ids=str
)
def test_a_restriction_has_a_known_ground_and_a_day_to_come(
    actor: Actor, north: District, wrong: dict[str, Any]
) -> None:
    contact = make_contact(north)
    if "until" in wrong:
        wrong = {"until": city_today() + wrong["until"]}
    with pytest.raises(ValidationError):
        restrict(actor, contact, **wrong)
    contact.refresh_from_db()
    assert not contact.is_restricted


def test_a_contact_is_restricted_once_at_a_time(actor: Actor, north: District) -> None:
    contact = make_contact(north)
    restrict(actor, contact)
    with pytest.raises(ValidationError, match="already restricted"):
        restrict(actor, contact)


@pytest.mark.thorough
@pytest.mark.long
def test_no_page_names_a_restricted_contact(actor: Actor, city: dict[str, Any]) -> None:
    """Every page, as a supervisor of the district."""
    contact = Contact.objects.get(pk=city["contact"])
    Restriction.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(family_name=NAME, folded=NAME.lower(), phone="+441144960648")
    home = contact.home_district
    organisation = contact.affiliations.get().organisation
    for status, days in (("held", -3), ("planned", 3)):
        starts = timezone.now() + timedelta(days=days)
        meeting = make_meeting(home, organisation, status=status, starts_at=starts)
        meeting.contact_links.create(contact=contact, attendance="attended" if days < 0 else "invited")
    FollowUp.objects.update(contact=contact)

    client = browse(city["supervisor"])
    client.post(f"/contacts/{contact.pk}/reason/", {"reason": "They called or wrote"})

    def named() -> list[str]:
        return [path for path in paths if NAME in text_of(client.get(path))]

    paths = [f"/{noun}s/{city[noun]}/" for noun in ("contact", "organisation")]
    paths += [f"/meetings/{meeting.pk}/", "/contacts/"]
    assert named() == paths, "these pages show the name before"
    restrict(actor, contact)
    paths += pages(city)
    assert named() == []


def test_a_search_does_not_find_a_restricted_contact(actor: Actor, north: District) -> None:
    contact = make_contact(north, family_name=NAME)
    officer = actor_for(make_officer(north))
    assert find_contacts(officer, NAME, 5) == [contact]
    restrict(actor, contact)
    assert find_contacts(officer, NAME, 5) == []
    assert find_contacts(actor, NAME, 5) == [contact]


def test_the_page_of_a_restricted_contact_says_so_to_those_who_would_see_it(
    actor: Actor, north: District
) -> None:
    contact = make_contact(north, family_name=NAME)
    restrict(actor, contact)
    here, elsewhere = browse(make_officer(north)), browse(make_officer(make_district("South")))
    page = here.get(f"/contacts/{contact.pk}/")
    assert page.status_code == 404
    assert "Ask a privacy officer" in page.content.decode()
    assert NAME not in page.content.decode()
    assert "privacy officer" not in elsewhere.get(f"/contacts/{contact.pk}/").content.decode()
    denied = Event.objects.filter(action=Action.DENY, object_ids=[contact.pk])
    assert denied.count() == 2


def ops_in_feed(reader: Actor, contact: Contact) -> list[str]:
    changes = Change.objects.filter(object_id=contact.pk).order_by("at").select_related("event")
    return [row["op"] for row in as_rows(reader, [TrailPosition(seq=1, change=one) for one in changes])]


def test_the_api_and_its_feed_lose_a_restricted_contact(actor: Actor, north: District) -> None:
    contact = make_contact(north, make_organisation(north), family_name=NAME)
    tool = Tool(north)
    assert NAME in tool.get("/contacts/").content.decode()
    row = restrict(actor, contact)
    assert NAME not in tool.get("/contacts/").content.decode()
    assert tool.get(f"/contacts/{contact.pk}/").status_code == 404
    assert tool.patch(f"/contacts/{contact.pk}/", {"given_name": "X", "version": 2}).status_code == 404
    reader = actor_for(make_officer(north))
    assert ops_in_feed(reader, contact) == ["restricted"]
    lift_restriction(actor=actor, restriction_id=row.pk)
    assert NAME in tool.get("/contacts/").content.decode()
    assert ops_in_feed(reader, contact) == ["restricted", "released"]
    restrict(actor, contact)
    assert ops_in_feed(reader, contact) == ["restricted", "out_of_scope", "restricted"]


def test_nobody_edits_a_restricted_contact(actor: Actor, north: District) -> None:
    contact = make_contact(north)
    restrict(actor, contact)
    with pytest.raises(Contact.DoesNotExist):
        edit_contact(actor=actor_for(make_supervisor(north)), contact_id=contact.pk, given_name="Other")
    with pytest.raises(PermissionDenied):
        edit_contact(actor=actor, contact_id=contact.pk, given_name="Other")


def test_supervisors_see_no_event_of_a_restriction(actor: Actor, north: District) -> None:
    contact = make_contact(north)
    restrict(actor, contact)
    seen = events_visible_to(actor_for(make_supervisor(north)))
    assert not seen.filter(object_type="restriction").exists()
    assert not seen.filter(object_ids__contains=[contact.pk], field_names=["is_restricted"]).exists()


def test_the_desk_alone_learns_that_a_restricted_person_is_recorded_again(
    actor: Actor, north: District
) -> None:
    email = "leila@office.example"
    restrict(actor, make_contact(north, email=email, phone="+34949010380"))
    make_contact(north, email="other@office.example")
    desk, officer = browse(User.objects.get(pk=actor.id)), browse(make_officer(north))
    assert "same phone or email" not in desk.get("/privacy/restrictions/").text + desk.get("/").text
    body = {"given_name": "Nadia", "family_name": "Twice", "email": email, "home_district": north.code}
    made = Tool(north).post(
        "/contacts/", body | {"lawful_basis": "public_task", "purpose": "community_liaison"}
    )
    assert made.status_code == 201, made.json()
    assert "Nadia Twice" in desk.get("/privacy/restrictions/").text
    assert "same phone or email" in desk.get("/").text
    assert "same phone or email" not in officer.get("/").text
    assert "same phone or email" not in officer.get(f"/contacts/{made.json()['id']}/").text
