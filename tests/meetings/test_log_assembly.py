"""A group meeting: many organisations and several follow-ups on one page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.services.follow_ups import create_follow_up
from tests.factories import make_district, make_officer, make_organisation
from tests.markup import joined

pytestmark = pytest.mark.django_db
ADDRESS = "/meetings/log/assembly/"


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


@pytest.fixture
def client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def typed(
    north: District, attended: dict[Organisation, str], *promises: Any, **fields: Any
) -> dict[str, Any]:
    now = timezone.localtime().replace(microsecond=0)
    given: dict[str, Any] = {
        "kind": "public_meeting",
        "opened_at": now.isoformat(),
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "duration_minutes": "90",
        "district": str(north.pk),
        "form-TOTAL_FORMS": str(len(promises) or 1),
        "form-INITIAL_FORMS": "0",
    }
    given |= {f"was-{organisation.pk}": answer for organisation, answer in attended.items()}
    untouched = {"title": "", "when": "week", "due_on": "", "kind": "other"}
    for number, promise in enumerate(promises or [{}]):
        given |= {f"form-{number}-{name}": value for name, value in (untouched | promise).items()}
    return given | fields


def test_twelve_organisations_and_three_promises(client: Client, north: District) -> None:
    invited = [make_organisation(north) for _number in range(12)]
    outsider = make_organisation(north)
    attended = {row: "absent" if number > 9 else "present" for number, row in enumerate(invited)}
    promises = [
        {"title": "Send the minutes"},
        {"title": "Ask for a street lamp", "to": [str(invited[0].pk), str(invited[1].pk)]},
        {"title": "Call the absent", "kind": "call_back", "to": [str(invited[11].pk)]},
    ]
    answer = client.post(
        ADDRESS,
        typed(
            north,
            attended | {outsider: "out"},
            *promises,
            headcount="70",
            other_participants="Fire brigade",
            outcomes=["concern_raised"],
        ),
    )
    assert answer.status_code == 302, answer.content.decode()
    meeting = Meeting.objects.get()
    assert meeting.subject == "Public meeting with 12 organisations"
    assert meeting.organisation_links.filter(present=True).count() == 10
    assert meeting.organisation_links.filter(present=False).count() == 2
    assert (meeting.headcount, meeting.other_participants) == (70, "Fire brigade")
    assert meeting.outcomes == ["concern_raised", "action_agreed"]
    made = {promise.title: promise.organisations.count() for promise in FollowUp.objects.all()}
    assert made == {"Send the minutes": 10, "Ask for a street lamp": 2, "Call the absent": 1}


@pytest.mark.parametrize("act", ["add", "find"])
def test_adding_and_finding_keep_everything(client: Client, north: District, act: str) -> None:
    school, other = make_organisation(north, name="Põhjala kool"), make_organisation(north, name="Other one")
    answer = client.post(
        ADDRESS,
        typed(north, {other: "present"}, {"title": "Kept promise"}, facts="Kept facts", act=act, q="pohjala"),
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Kept promise" in page
    assert "Kept facts" in page
    assert 'id="mistakes"' not in page
    assert re.search(f'name="was-{other.pk}" *value="present"[^>]*checked', joined(page))
    assert ("form-1-title" in page) == (act == "add")
    assert (f'name="was-{school.pk}"' in page) == (act == "find")
    assert not Meeting.objects.exists()


def test_somebody_has_to_have_been_there(client: Client, north: District) -> None:
    answer = client.post(ADDRESS, typed(north, {make_organisation(north): "absent"}))
    assert answer.status_code == 422
    assert "Add at least one organisation or other participant." in answer.content.decode()


def test_each_promise_has_its_day(client: Client, north: District) -> None:
    day, there = city_today() + timedelta(days=12), make_organisation(north)
    promises = [{"title": "Now", "when": "tomorrow"}, {"title": "Then", "when": "pick", "due_on": str(day)}]
    unsaid = {"title": "Some day", "when": "pick"}
    assert client.post(ADDRESS, typed(north, {there: "present"}, *promises, unsaid)).status_code == 422
    assert client.post(ADDRESS, typed(north, {there: "present"}, *promises)).status_code == 302
    due = dict(FollowUp.objects.values_list("title", "due_on"))
    assert due == {"Now": city_today() + timedelta(days=1), "Then": day}


def test_what_is_owed_to_those_who_came_is_ticked_and_saved_with_the_meeting(
    client: Client, officer: User, north: District
) -> None:
    there, absent = make_organisation(north), make_organisation(north)
    theirs, others = (
        create_follow_up(
            actor=SYSTEM, title=title, owner=officer, due_on=city_today(), organisations=[there, absent][at:]
        )
        for at, title in enumerate(("Bring the minutes", "Call the absent"))
    )
    attended = {there: "present", absent: "absent"}
    ticked = {"done": [str(theirs.pk), str(others.pk)], "told": [str(theirs.pk)]}
    page = client.post(ADDRESS, typed(north, attended, act="known", **ticked)).content.decode()
    assert f'id="done-{theirs.pk}"' in page
    assert f'id="done-{others.pk}"' not in page  # the absent are asked another day
    assert client.post(ADDRESS, typed(north, attended, **ticked)).status_code == 302
    assert list(FollowUp.objects.filter(status="done")) == [theirs]
    told = dict(theirs.organisation_links.values_list("organisation", "reported_back_on"))
    assert told == {there.pk: city_today(), absent.pk: None}


def test_a_promise_without_words_is_a_mistake(client: Client, north: District) -> None:
    school = make_organisation(north)
    answer = client.post(ADDRESS, typed(north, {school: "present"}, {"kind": "visit"}))
    assert answer.status_code == 422
    assert not Meeting.objects.exists()


def test_what_is_not_seen_is_not_logged(client: Client, north: District) -> None:
    hidden, school = make_organisation(name="Canary"), make_organisation(north)
    answer = client.post(ADDRESS, typed(north, {hidden: "present", school: "present"}))
    assert answer.status_code == 302
    assert list(Meeting.objects.get().organisations.all()) == [school]


@pytest.mark.parametrize("count", ["", "x", "-1", "5000", "²", "9" * 5_000])
def test_a_broken_number_of_promises_breaks_nothing(client: Client, north: District, count: str) -> None:
    given = typed(north, {make_organisation(north): "present"}) | {"form-TOTAL_FORMS": count}
    assert client.post(ADDRESS, given).status_code in {302, 422}
    assert client.post(ADDRESS, given | {"act": "add"}).status_code == 200


def test_a_promise_is_made_to_nobody_who_was_not_invited(client: Client, north: District) -> None:
    there, absent, out = (make_organisation(north) for _number in range(3))
    attended = {there: "present", absent: "absent", out: "out"}
    promise = {"title": "Send the minutes", "to": [str(out.pk)]}
    answer = client.post(ADDRESS, typed(north, attended, promise))
    assert answer.status_code == 422
    assert "Choose only those who were there or were invited." in answer.content.decode()
    assert not Meeting.objects.exists()
    named = {"title": "Send the minutes", "to": [str(absent.pk)]}
    assert client.post(ADDRESS, typed(north, attended, named)).status_code == 302
    assert list(FollowUp.objects.get().organisations.all()) == [absent]


def test_another_promise_begins_with_its_first_field(client: Client, north: District) -> None:
    there = make_organisation(north)
    page = client.post(
        ADDRESS, typed(north, {there: "present"}, {"title": "One"}, act="add")
    ).content.decode()
    focused = [field for field in page.split("<input")[1:] if "autofocus" in field.split(">")[0]]
    assert len(focused) == 1
    assert 'name="form-1-title"' in focused[0]
    assert "autofocus" not in client.get(ADDRESS).content.decode()
