"""A note with sensitive words about a person comes back with a hint, and can be saved anyway."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Contact
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.services.follow_ups import create_follow_up
from tests.contacts.pages import browse, typed
from tests.factories import (
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

KEEP = {"keep_reason": "asked"}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


@pytest.fixture
def client(officer: User) -> Client:
    return browse(officer)


def new_person(north: District, role_title: str) -> dict[str, Any]:
    role = {"organisation": make_organisation(north).pk, "role_title": role_title, "id": ""}
    return typed(
        **{"family_name": "Saar", "home_district": north.pk, "roles-TOTAL_FORMS": "1"},
        **{f"roles-0-{name}": value for name, value in role.items()},
    )


def test_a_role_that_says_what_somebody_believes_comes_back_with_all_that_was_typed(
    client: Client, north: District
) -> None:
    answer = client.post("/contacts/new/", new_person(north, "Muslim believer"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This may reveal personal details about someone: “Muslim”, “believer” (belief)." in html
    assert 'value="Muslim believer"' in html
    assert 'name="keep_reason"' in html
    assert not Contact.objects.exists()


def test_an_ordinary_role_is_saved_at_once(client: Client, north: District) -> None:
    fields = new_person(north, "Coordinator of the Muslim community")
    assert client.post("/contacts/new/", fields | KEEP).status_code == 302
    assert not Event.objects.filter(action=Action.KEEP).exists()


def test_words_are_kept_for_a_reason_that_a_supervisor_sees_without_the_words(
    client: Client, officer: User, north: District
) -> None:
    assert client.post("/contacts/new/", new_person(north, "Muslim chaplain") | KEEP).status_code == 302
    contact = Contact.objects.get()
    event = Event.objects.get(action=Action.KEEP)
    assert (event.actor_id, event.object_type, event.object_ids) == (officer.pk, "contact", [contact.pk])
    assert (event.field_names, event.district_ids) == (["role_title"], [north.pk])
    assert event.purpose == "They asked us to record it"
    for user, sees in (
        (make_supervisor(north), True),
        (make_user(Role.PRIVACY_OFFICER), True),
        (make_supervisor(make_district()), False),
    ):
        html = browse(user).get("/privacy/kept/").content.decode()
        assert ("They asked us to record it" in html) is sees
        assert (f"/contacts/{contact.pk}/" in html) is sees
        assert "chaplain" not in html
    assert client.get("/privacy/kept/").status_code == 403


def test_a_reason_that_is_not_offered_keeps_nothing(client: Client, north: District) -> None:
    fields = new_person(north, "Muslim chaplain") | {"keep_reason": "because"}
    assert client.post("/contacts/new/", fields).status_code == 422


def test_what_stood_there_before_is_not_said_again(client: Client, north: District) -> None:
    client.post("/contacts/new/", new_person(north, "Muslim chaplain") | KEEP)
    contact = Contact.objects.get()
    role = contact.affiliations.get()
    fields = typed(
        version=contact.version, family_name="Saar-Kask", home_district=north.pk,
        lawful_basis=contact.lawful_basis, purpose=contact.purpose, review_on=contact.review_on.isoformat(),
        **{"roles-TOTAL_FORMS": "1", "roles-INITIAL_FORMS": "1", "roles-0-id": role.pk,
           "roles-0-organisation": role.organisation_id, "roles-0-role_title": role.role_title},
    )  # fmt: skip
    assert client.post(f"/contacts/{contact.pk}/edit/", fields).status_code == 302
    fields |= {"version": contact.version + 1, "roles-0-role_title": "Jewish chaplain"}
    answer = client.post(f"/contacts/{contact.pk}/edit/", fields)
    assert answer.status_code == 422
    assert "This may reveal personal details about someone: “Jewish” (belief)." in answer.content.decode()


@pytest.mark.parametrize("field", ["facts", "assessment", "other_participants", "promise_title"])
def test_notes_of_a_logged_meeting(client: Client, north: District, field: str) -> None:
    organisation = make_organisation(north)
    now = timezone.localtime().replace(microsecond=0, second=0)
    fields: dict[str, Any] = {
        "who": f"organisation:{organisation.pk}",
        "kind": "visit",
        "starts_at": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "opened_at": now.isoformat(),
        "duration_minutes": "30",
        "promise_on": str(city_today()),
        "promise_when": "today",
        "promise_kind": "call_back",
        field: "The treasurer is gay",
    }
    answer = client.post("/meetings/log/", fields)
    assert answer.status_code == 422
    assert "This may reveal personal details about someone: “gay” (orientation)." in answer.content.decode()
    assert not Meeting.objects.exists()
    assert client.post("/meetings/log/", fields | KEEP).status_code == 302
    kept = Event.objects.get(action=Action.KEEP)
    assert (kept.object_ids, kept.field_names) == ([Meeting.objects.get().pk], [field])


def test_notes_of_a_meeting_that_is_edited(client: Client, officer: User, north: District) -> None:
    row = make_meeting(north, make_organisation(north), officers=[officer], facts="She is ill")
    html = client.get(f"/meetings/{row.pk}/edit/").content.decode()
    starts_at = html.split('name="starts_at"')[1].split('value="')[1].split('"')[0]
    fields = {
        "version": row.version,
        "subject": "A chat",
        "kind": "visit",
        "starts_at": starts_at,
        "duration_minutes": "30",
        "district": north.pk,
        "officers": [officer.pk],
        "outcomes": ["concern_raised"],
        "facts": "She is ill",
        "assessment": "A Roma family",
    }
    answer = client.post(f"/meetings/{row.pk}/edit/", fields)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This may reveal personal details about someone: “Roma” (origin)." in html
    assert "“ill”" not in html


def test_what_came_of_a_promise(client: Client, officer: User, north: District) -> None:
    promise = create_follow_up(
        actor=SYSTEM,
        title="Call",
        owner=officer,
        due_on=city_today(),
        organisations=[make_organisation(north)],
    )
    path = f"/follow-ups/{promise.pk}/done/"
    fields = {"version": promise.version, "result": "She has depression"}
    assert client.post(path, fields).status_code == 422
    assert FollowUp.objects.get().status == "open"
    assert client.post(path, fields | KEEP).status_code == 302
    assert Event.objects.get(action=Action.KEEP).district_ids == [north.pk]
