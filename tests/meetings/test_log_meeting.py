"""The page that logs a meeting with one organisation in four taps."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import actor_for
from accounts.models import User
from audit.models import Event
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.queries.recent_organisations import recently_met
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/meetings/log/"


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


@pytest.fixture
def school(north: District) -> Organisation:
    return make_organisation(north, name="Põhjala kool")


def typed(who: object, **fields: Any) -> dict[str, Any]:
    """Return the form data if only `fields` were changed."""
    now = timezone.localtime().replace(microsecond=0)
    given = {
        "who": who if isinstance(who, str) else f"organisation:{getattr(who, 'pk', who)}",
        "kind": "visit",
        "promise_when": "none",
        "promise_kind": "call_back",
        "promise_on": str(city_today()),
        "opened_at": now.isoformat(),
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "duration_minutes": "30",
    }
    return given | fields


def test_those_met_lately_are_offered_first_then_those_i_lead(
    client: Client, officer: User, north: District, school: Organisation
) -> None:
    make_meeting(None, school, officers=[officer])
    make_organisation(north, name="Led", lead_officer=officer)
    make_organisation(north, name="Somebody else’s")
    page = client.get(ADDRESS).content.decode()
    assert page.index("Põhjala kool") < page.index("Led")
    assert "Somebody else’s" not in page


def test_who_was_met_or_tried_last_comes_first_and_nobody_else_is_recent(
    client: Client, officer: User, north: District
) -> None:
    now = timezone.now()
    rows = {name: make_organisation(north, name=name) for name in ("Met", "Tried", "Older", "Absent")}
    coming = [make_organisation(north, name=f"Coming {number}") for number in range(8)]
    called_off = make_organisation(north, name="Called off")
    planned = {"status": "planned", "outcomes": [], "officers": [officer]}
    make_meeting(north, *coming, starts_at=now + timedelta(days=30), **planned)
    make_meeting(north, called_off, starts_at=now - timedelta(days=1), **planned | {"status": "cancelled"})
    make_meeting(north, rows["Older"], starts_at=now - timedelta(days=3), officers=[officer])
    tried = make_meeting(
        north, rows["Tried"], starts_at=now - timedelta(days=2), **planned | {"status": "not_reached"}
    )
    tried.organisation_links.update(present=False)
    met = make_meeting(north, rows["Met"], rows["Absent"], starts_at=now, officers=[officer])
    met.organisation_links.filter(organisation=rows["Absent"]).update(present=False)
    overdue = make_organisation(north, name="Overdue plan")
    make_meeting(north, overdue, starts_at=now - timedelta(hours=1), **planned)
    assert [row.name for row in recently_met(actor_for(officer))] == ["Met", "Tried", "Older"]


def test_an_organisation_met_often_is_offered_once_and_the_led_fill_the_rest(
    officer: User, north: District, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    often = make_organisation(north, name="Often", lead_officer=officer)
    for days in range(1, 4):
        make_meeting(north, often, starts_at=timezone.now() - timedelta(days=days), officers=[officer])
    never = make_organisation(north, name="Never met", lead_officer=officer)
    actor = actor_for(officer)
    with django_assert_num_queries(2):
        assert [row.pk for row in recently_met(actor)] == [often.pk, never.pk]
    with django_assert_num_queries(1):
        assert [row.home_district.pk for row in recently_met(actor, 1)] == [north.pk]


def test_a_tap_on_who_what_came_of_it_and_save_is_enough(
    client: Client, officer: User, north: District, school: Organisation
) -> None:
    answer = client.post(ADDRESS, typed(school, outcomes=["advice_received"]))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    meeting = Meeting.objects.get()
    assert meeting.subject == "Visit: Põhjala kool"
    assert (meeting.status, meeting.district, meeting.kind) == ("held", north, "visit")
    assert (meeting.level, meeting.initiated_by) == ("", "")
    assert meeting.outcomes == ["advice_received"]
    assert list(meeting.officers.all()) == [officer]
    school.refresh_from_db()
    assert school.last_met_at == meeting.starts_at


def test_nothing_ticked_counts_as_nothing(client: Client, school: Organisation) -> None:
    client.post(ADDRESS, typed(school))
    school.refresh_from_db()
    assert Meeting.objects.get().outcomes == []
    assert school.last_met_at is None


@pytest.mark.parametrize(("when", "days"), [("today", 0), ("tomorrow", 1), ("week", 7)])
def test_a_promise_has_an_honest_text(
    client: Client, officer: User, school: Organisation, when: str, days: int
) -> None:
    client.post(ADDRESS, typed(school, promise_when=when))
    promise = FollowUp.objects.get()
    assert (promise.title, promise.owner) == ("Call back Põhjala kool", officer)
    assert promise.due_on == city_today() + timedelta(days=days)
    assert promise.meeting is not None
    assert promise.meeting.outcomes == ["action_agreed"]


def test_a_promise_on_a_picked_day_in_own_words(client: Client, school: Organisation) -> None:
    day = city_today() + timedelta(days=12)
    client.post(
        ADDRESS,
        typed(
            school,
            promise_when="pick",
            promise_on=str(day),
            promise_title="Send the noise form",
            promise_kind="send_information",
        ),
    )
    promise = FollowUp.objects.get()
    assert (promise.title, promise.kind, promise.due_on) == ("Send the noise form", "send_information", day)


def test_nobody_reached_is_said_so(client: Client, school: Organisation) -> None:
    client.post(ADDRESS, typed(school, kind="phone", not_reached="on"))
    assert Meeting.objects.get().status == "not_reached"


def test_a_person_is_met_with_the_organisation_they_speak_for(client: Client, school: Organisation) -> None:
    person = make_contact(None, school, given_name="Åsa", family_name="Lindqvist")
    page = client.post(ADDRESS, typed("", act="find", q="asa lindqvist")).content.decode()
    assert "Åsa Lindqvist, coordinator" in page
    assert "Põhjala kool" not in page
    asked = client.post(ADDRESS, typed(f"contact:{person.pk}", facts="A crossing guard"))
    assert (asked.status_code, Meeting.objects.count()) == (422, 0)
    assert 'name="facts" value="A crossing guard"' in asked.content.decode()
    assert "Põhjala kool" not in asked.content.decode()
    client.post(ADDRESS, typed(f"contact:{person.pk}", why="1", reason="They called or wrote"))
    meeting = Meeting.objects.get()
    assert list(meeting.organisations.all()) == [school]
    assert meeting.contact_links.get().attendance == "attended"
    assert "Lindqvist" not in meeting.subject


def test_neither_a_word_nor_an_address_leads_from_a_person_to_the_organisation(
    client: Client, school: Organisation
) -> None:
    person = make_contact(None, school, given_name="Åsa", family_name="Lindqvist")
    fragment = client.get(ADDRESS, {"q": "lindqvist"}, headers={"HX-Request": "true"}).content.decode()
    assert "Åsa Lindqvist, coordinator" in fragment
    event = Event.objects.latest("at")
    assert (event.action, event.object_type, event.object_ids) == ("search", "contact", [person.pk])
    address = f"{ADDRESS}?contact={person.pk}"
    assert "Põhjala kool" not in fragment + client.get(address).content.decode()
    client.post(f"/contacts/{person.pk}/reason/", {"reason": "They called or wrote"})
    assert "Åsa Lindqvist, Põhjala kool" in client.get(address).content.decode()
    event = Event.objects.filter(object_type="contact").latest("at")
    assert (event.object_ids, event.purpose) == ([person.pk], "They called or wrote")


def test_finding_keeps_what_was_typed(client: Client, school: Organisation) -> None:
    answer = client.post(ADDRESS, typed("", act="find", q="pohjala", facts="They want a crossing guard"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Põhjala kool" in page
    assert "They want a crossing guard" in page
    assert 'id="mistakes"' not in page
    assert not Meeting.objects.exists()


def test_suggestions_come_as_a_fragment(client: Client, school: Organisation) -> None:
    hidden = make_organisation(name="Põhjala Canary")
    answer = client.get(ADDRESS, {"q": "pohjala"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert f"organisation:{school.pk}" in page
    assert str(hidden.pk) not in page


def test_an_address_preselects_and_leads_back(client: Client, school: Organisation) -> None:
    person = make_contact(None, school)
    address = f"{ADDRESS}?organisation={school.pk}"
    page = client.get(address).content.decode()
    assert f'value="organisation:{school.pk}"' in page
    assert "checked" in page.split(f'value="organisation:{school.pk}"')[1].split(">")[0]
    assert str(person) in page
    answer = client.post(address, typed(school, people=[str(person.pk)]))
    assert answer["Location"] == reverse("organisation", args=[school.pk])
    assert list(Meeting.objects.get().contacts.all()) == [person]


def test_what_is_not_seen_is_not_preselected_and_not_logged(client: Client) -> None:
    hidden = make_organisation(name="Canary")
    page = client.get(f"{ADDRESS}?organisation={hidden.pk}").content.decode()
    assert "Canary" not in page
    assert client.post(ADDRESS, typed(hidden)).status_code == 422
    assert not Meeting.objects.exists()


def test_mistakes_are_named_and_nothing_is_lost(client: Client, school: Organisation) -> None:
    answer = client.post(
        ADDRESS,
        typed(
            "",
            facts="Kept",
            duration_minutes="0",
            starts_at=f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}",
        ),
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose who you met." in page
    assert "Kept" in page


def test_the_future_is_a_mistake(client: Client, school: Organisation) -> None:
    later = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    answer = client.post(ADDRESS, typed(school, starts_at=later))
    assert answer.status_code == 422
    assert "This date is in the future. Plan the meeting instead." in answer.content.decode()


def test_nobody_reached_and_something_agreed_cannot_both_be(client: Client, school: Organisation) -> None:
    answer = client.post(ADDRESS, typed(school, not_reached="on", outcomes=["concern_raised"]))
    assert answer.status_code == 422


def test_where_home_is_not_mine_the_name_stays_out_of_the_subject(client: Client, north: District) -> None:
    guest = make_organisation(make_district(), name="Guest choir", also_in=[north])
    client.post(ADDRESS, typed(guest))
    assert Meeting.objects.get().district == north
    assert Meeting.objects.get().subject == "Visit: Guest choir"  # visible to all who see the district


def test_undo_takes_it_back(client: Client, school: Organisation) -> None:
    page = client.post(ADDRESS, typed(school), follow=True).content.decode()
    assert "Meeting logged." in page
    undo = page.split('action="/undo/')[1].split('"')[0]
    client.post(f"/undo/{undo}")
    assert not Meeting.objects.exists()


def test_saving_may_lead_on_to_the_concern(client: Client, school: Organisation) -> None:
    answer = client.post(ADDRESS, typed(school, then="concern"))
    assert answer["Location"] == f"/concerns/log/?meeting={Meeting.objects.get().pk}"


@pytest.mark.parametrize("role", ["privacy_officer", "administrator"])
@pytest.mark.parametrize("address", [ADDRESS, "/meetings/log/assembly/", "/meetings/new/"])
def test_those_who_write_nothing_are_refused(north: District, role: str, address: str) -> None:
    client = Client()
    client.force_login(make_user(role, north))
    assert client.get(address).status_code == 403


def test_offering_is_recorded(client: Client, officer: User, school: Organisation) -> None:
    make_meeting(None, school, officers=[officer])
    client.get(ADDRESS)
    assert school.pk in Event.objects.get(actor_id=officer.pk, action="view").object_ids


def test_the_page_is_cheap(
    client: Client, officer: User, north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(10):
        make_meeting(None, make_organisation(north), officers=[officer])
    chosen = make_organisation(north)
    make_contact(None, chosen)
    with django_assert_max_num_queries(14):
        client.get(f"{ADDRESS}?organisation={chosen.pk}")


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "It does not count as met yet."),
        ({"outcomes": ["information_shared"]}, "It does not count as met yet."),
        ({"outcomes": ["information_shared", "advice_received"]}, "It counts as met."),
        ({"promise_when": "week"}, "It counts as met."),
        ({"not_reached": "on"}, "You reached no one, so it does not count as met."),
    ],
)
def test_the_message_says_whether_it_counts_as_met(
    client: Client, school: Organisation, fields: dict[str, Any], text: str
) -> None:
    page = said(client.post(ADDRESS, typed(school, **fields), follow=True))
    school.refresh_from_db()
    assert text in page
    assert ("It counts as met." in page) == (school.last_met_at is not None)
    assert ('/outcome/"' in page) == ("yet" in text)


def test_one_tap_adds_what_came_of_it_and_today_knows(client: Client, officer: User, north: District) -> None:
    school = make_organisation(north, name="Põhjala kool", lead_officer=officer, cadence_days=30)
    page = said(client.post(ADDRESS, typed(school), follow=True))
    assert "Not met yet" in page
    meeting = Meeting.objects.get()
    assert 'value="advice_received"' in page
    assert 'value="information_shared"' not in page
    address = reverse("meeting_outcome", args=[meeting.pk])
    page = said(client.post(address, {"outcome": "advice_received"}, follow=True))
    assert "It counts as met." in page
    assert "Not met yet" not in page
    meeting.refresh_from_db()
    assert meeting.outcomes == ["advice_received"]
    undo = page.split('action="/undo/')[1].split('"')[0]
    client.post(f"/undo/{undo}")
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("outcome", ["", "information_shared", "nonsense", "a\0b"])
def test_what_does_not_count_is_not_added(client: Client, school: Organisation, outcome: str) -> None:
    client.post(ADDRESS, typed(school))
    address = reverse("meeting_outcome", args=[Meeting.objects.get().pk])
    assert client.post(address, {"outcome": outcome}).status_code == 404
    assert Meeting.objects.get().outcomes == []


def test_nothing_comes_of_what_was_not_held_or_is_another_districts(client: Client, north: District) -> None:
    told = {"outcome": "advice_received"}
    tried = make_meeting(north, status="not_reached", outcomes=[])
    elsewhere = make_meeting(make_district("South"), outcomes=[])
    held = make_meeting(north, outcomes=[])
    for row, status in ((tried, 404), (elsewhere, 404), (held, 302)):
        assert client.post(reverse("meeting_outcome", args=[row.pk]), told).status_code == status
