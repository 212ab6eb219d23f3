"""The pages of meetings: list, details, plan, edit, cancel, hold."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Event
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today, day_ends_at
from meetings.models import Concern, Meeting, MeetingOrganisation
from meetings.services.follow_ups import create_follow_up
from meetings.services.meetings import create_meeting, edit_meeting
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def planned(officer: User, school: Organisation) -> Meeting:
    """A meeting planned for two hours ago, without an outcome."""
    return create_meeting(
        actor=actor_for(officer),
        subject="Parking at the gate",
        kind="visit",
        district=school.home_district,
        starts_at=timezone.now() - timedelta(hours=2),
        organisations=[{"organisation": school}],
    )


def signed_in(role: str, *districts: District) -> Client:
    client = Client()
    client.force_login(make_user(role, *districts))
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def typed(meeting: Meeting, **fields: Any) -> dict[str, Any]:
    """Return the edit form's data if only `fields` were changed."""
    given: dict[str, Any] = {
        "version": str(meeting.version),
        "subject": meeting.subject,
        "kind": meeting.kind,
        "starts_at": f"{timezone.localtime(meeting.starts_at):%Y-%m-%dT%H:%M}",
        "duration_minutes": str(meeting.duration_minutes),
        "district": str(meeting.district_id),
        "officers": [str(officer.pk) for officer in meeting.officers.all()],
        "outcomes": meeting.outcomes,
        "facts": meeting.facts,
    }
    for link in meeting.organisation_links.all():
        given[f"was-{link.organisation_id}"] = "present" if link.present else "absent"
    for person in meeting.contact_links.all():
        given[f"came-{person.contact_id}"] = person.attendance
    return given | fields


# --- The list ---------------------------------------------------------------------------------------


def test_the_list_shows_what_is_seen_latest_first(client: Client, school: Organisation) -> None:
    make_meeting(None, school, subject="Earlier", starts_at=timezone.now() - timedelta(days=3))
    make_meeting(None, school, subject="Later")
    make_meeting(subject="Canary")
    text = page(client, "/meetings/")
    assert text.index("Later") < text.index("Earlier")
    assert "2 meetings" in text
    assert "Canary" not in text


def test_the_list_filters_and_names_what_it_does_not_understand(client: Client, school: Organisation) -> None:
    make_meeting(None, school, subject="A call", kind="phone")
    make_meeting(None, school, subject="A visit")
    text = page(client, "/meetings/?kind=phone")
    assert "A call" in text
    assert "A visit" not in text
    assert client.get("/meetings/?kind=nothing").status_code == 422
    assert client.get("/meetings/?kind=phone&kind=visit").status_code == 302


def test_the_list_costs_the_same_for_many(
    client: Client, north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(8):
        make_meeting(None, make_organisation(north), make_organisation(north))
    with django_assert_max_num_queries(14):
        page(client, "/meetings/")


def test_listing_is_recorded(client: Client, officer: User, school: Organisation) -> None:
    meeting = make_meeting(None, school)
    page(client, "/meetings/")
    assert meeting.pk in Event.objects.get(actor_id=officer.pk, action="list").object_ids


# --- One meeting ------------------------------------------------------------------------------------


def test_a_meeting_shows_everything_with_facts_and_opinion_apart(
    client: Client,
    officer: User,
    school: Organisation,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    meeting = make_meeting(
        None, school, facts="They want a lamp", assessment="They are tired", outcomes=["advice_received"]
    )
    person = make_contact(None, school, family_name="Lindqvist")
    meeting.contact_links.create(contact=person, attendance="attended")
    promise = create_follow_up(
        actor=actor_for(officer),
        title="Ask for the lamp",
        kind="other",
        owner=officer,
        due_on=city_today(),
        organisations=[school],
        meeting=meeting,
    )
    concern = Concern.objects.create(
        kinds=["tension"], received_at=timezone.now(), district=meeting.district, meeting=meeting
    )
    with django_assert_max_num_queries(15):
        text = page(client, f"/meetings/{meeting.pk}/")
    for word in ("They want a lamp", "officer’s opinion", "Advice received", "Lindqvist", "Ask for the lamp"):
        assert word in text
    assert "Tension around an event" in text
    event = Event.objects.get(actor_id=officer.pk, action="view")
    assert {meeting.pk, school.pk, person.pk, promise.pk, concern.pk} <= set(event.object_ids)


def test_hidden_organisations_and_people_are_left_out(client: Client, school: Organisation) -> None:
    south = make_organisation(name="Canary of the south")
    meeting = make_meeting(None, school, south)
    meeting.contact_links.create(contact=make_contact(None, south, family_name="Canary"))
    assert "Canary" not in page(client, f"/meetings/{meeting.pk}/")


@pytest.mark.parametrize("part", ["", "edit/", "cancel/", "hold/"])
def test_a_meeting_elsewhere_does_not_exist(client: Client, part: str) -> None:
    assert client.get(f"/meetings/{make_meeting().pk}/{part}").status_code == 404


@pytest.mark.parametrize("part", ["edit/", "cancel/", "hold/"])
def test_a_meeting_seen_through_an_organisation_is_read_only(
    client: Client, school: Organisation, part: str
) -> None:
    meeting = make_meeting(make_district(), school)
    assert "Edit" not in page(client, f"/meetings/{meeting.pk}/").split("<main")[1]
    assert client.get(f"/meetings/{meeting.pk}/{part}").status_code == 403


@pytest.mark.parametrize("part", ["edit/", "cancel/", "hold/"])
def test_a_privacy_officer_reads_and_changes_nothing(planned: Meeting, part: str) -> None:
    client = signed_in("privacy_officer")
    page(client, f"/meetings/{planned.pk}/")
    assert client.post(f"/meetings/{planned.pk}/{part}").status_code == 403


@pytest.mark.parametrize("address", ["/meetings/", "/calendar/"])
def test_an_administrator_sees_no_meeting(north: District, planned: Meeting, address: str) -> None:
    client = signed_in("administrator", north)
    assert client.get(address).status_code == 403
    assert client.get(f"/meetings/{planned.pk}/").status_code == 403


# --- Planning ---------------------------------------------------------------------------------------


def test_a_meeting_is_planned(client: Client, officer: User, school: Organisation) -> None:
    colleague = make_officer(school.home_district)
    text = page(client, f"/meetings/new/?organisation={school.pk}")
    assert re.search(f'name="was-{school.pk}" *value="present"[^>]*checked', joined(text))
    when = timezone.localtime() + timedelta(days=3)
    answer = client.post(
        "/meetings/new/",
        {
            f"was-{school.pk}": "present",
            "subject": "Winter",
            "kind": "visit",
            "starts_at": f"{when:%Y-%m-%dT%H:%M}",
            "duration_minutes": "60",
            "district": str(school.home_district_id),
            "officers": [str(colleague.pk)],
        },
    )
    meeting = Meeting.objects.get()
    assert answer["Location"] == f"/meetings/{meeting.pk}/"
    assert (meeting.status, meeting.subject) == ("planned", "Winter")
    assert set(meeting.officers.all()) == {officer, colleague}
    assert list(meeting.organisations.all()) == [school]


@pytest.mark.parametrize("address", ["/meetings/new/", "/meetings/log/assembly/"])
def test_the_district_is_that_of_the_organisation_that_is_ticked(address: str) -> None:
    market, ponds = make_district("Market"), make_district("Ponds")
    officer = make_officer(market, ponds)
    books = make_organisation(market, name="Open Books", lead_officer=officer)
    make_organisation(ponds, name="Artists", lead_officer=officer)  # offered first
    client = Client()
    client.force_login(officer)
    when = timezone.localtime() + timedelta(days=3 if "new" in address else -3)
    typed = {
        "subject": "Winter",
        "kind": "visit" if "new" in address else "public_meeting",
        "starts_at": f"{when:%Y-%m-%dT%H:%M}",
        "duration_minutes": "60",
        "form-TOTAL_FORMS": "0",
        "form-INITIAL_FORMS": "0",
    }
    nobody = client.post(address, typed)
    assert nobody.status_code == 422 and "Choose a district." in nobody.text
    assert client.post(address, typed | {f"was-{books.pk}": "present"}).status_code == 302
    assert Meeting.objects.get().district == market


def test_the_past_cannot_be_planned(client: Client, north: District) -> None:
    answer = client.post(
        "/meetings/new/",
        {
            "subject": "Kept",
            "kind": "visit",
            "starts_at": "2020-01-01T10:00",
            "duration_minutes": "60",
            "district": str(north.pk),
        },
    )
    assert answer.status_code == 422
    assert "This date is in the past. Log the meeting instead." in answer.content.decode()
    assert "Kept" in answer.content.decode()


@pytest.mark.parametrize("when", ["2027-02-29T10:00", "9999-12-31T23:59", "2026-03-29T02:30", "soon"])
def test_a_time_that_is_none_is_a_mistake(client: Client, north: District, when: str) -> None:
    given = {
        "subject": "S",
        "kind": "visit",
        "starts_at": when,
        "duration_minutes": "60",
        "district": north.pk,
    }
    assert client.post("/meetings/new/", given).status_code in {302, 422}


# --- Changing ---------------------------------------------------------------------------------------


def test_an_edit_saves_and_untouched_saves_nothing(client: Client, school: Organisation) -> None:
    meeting = make_meeting(None, school)
    address = f"/meetings/{meeting.pk}/edit/"
    page(client, address)
    assert client.post(address, typed(meeting)).status_code == 302
    meeting.refresh_from_db()
    assert meeting.version == 1
    client.post(address, typed(meeting, subject="Another", outcomes=["no_change"]))
    meeting.refresh_from_db()
    assert (meeting.version, meeting.subject, meeting.outcomes) == (2, "Another", ["no_change"])


def test_people_are_offered_and_their_coming_kept(client: Client, school: Organisation) -> None:
    meeting, person = make_meeting(None, school), make_contact(None, school, family_name="Lindqvist")
    address = f"/meetings/{meeting.pk}/edit/"
    assert "Lindqvist" in page(client, address)
    client.post(address, typed(meeting) | {f"came-{person.pk}": "apologies"})
    assert meeting.contact_links.get().attendance == "apologies"


def test_a_conflict_shows_both_texts_and_keeps_what_was_typed(
    client: Client, officer: User, school: Organisation
) -> None:
    meeting = make_meeting(None, school)
    address = f"/meetings/{meeting.pk}/edit/"
    mine = typed(meeting, subject="My words")
    edit_meeting(actor=actor_for(officer), meeting_id=meeting.pk, subject="Their words")
    answer = client.post(address, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "My words" in text
    assert "Their words" in text
    assert 'name="version" value="2"' in text
    assert client.post(address, mine | {"version": "2"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.subject == "My words"


def test_a_mistake_in_an_edit_loses_nothing(client: Client, school: Organisation) -> None:
    meeting = make_meeting(None, school)
    answer = client.post(f"/meetings/{meeting.pk}/edit/", typed(meeting, subject="", facts="Kept"))
    assert answer.status_code == 422
    assert "Kept" in answer.content.decode()


def test_cancelling_says_what_follows_and_can_be_undone(client: Client, planned: Meeting) -> None:
    address = f"/meetings/{planned.pk}/cancel/"
    assert "Cancel this meeting? Reminders stop and it will not count as held" in page(client, address)
    text = client.post(address, follow=True).content.decode()
    planned.refresh_from_db()
    assert planned.status == "cancelled"
    client.post("/undo/" + text.split('action="/undo/')[1].split('"')[0])
    planned.refresh_from_db()
    assert planned.status == "planned"


def test_the_list_begins_with_the_next_meeting_and_names_each_day(
    client: Client, north: District, school: Organisation, planned: Meeting
) -> None:
    now = timezone.now()
    for subject, days in (("In a month", 30), ("Tomorrow", 1)):
        make_meeting(north, school, subject=subject, status="planned", starts_at=now + timedelta(days=days))
    text = page(client, "/meetings/")
    order = ("Coming up", 'class="row-day"', "Tomorrow", "In a month", "Past meetings", planned.subject)
    assert sorted(order, key=text.index) == list(order)
    assert text.count('class="row-day"') == 3
    assert 'class="row-day"' not in page(client, "/meetings/?q=parking")  # best first, not by day


def test_a_planned_meeting_took_place(client: Client, school: Organisation, planned: Meeting) -> None:
    assert "Mark as held" in page(client, f"/meetings/{planned.pk}/")
    address = f"/meetings/{planned.pk}/hold/"
    owner = planned.officers.get()
    owed = create_follow_up(
        actor=SYSTEM, title="Owed", owner=owner, due_on=city_today(), organisations=[school]
    )
    assert f'id="done-{owed.pk}"' in page(client, address)
    given = {
        "done": [str(owed.pk)],
        "version": "1",
        f"was-{school.pk}": "present",
        "starts_at": f"{timezone.localtime(planned.starts_at):%Y-%m-%dT%H:%M}",
        "duration_minutes": "45",
        "outcomes": ["concern_raised"],
        "promise_when": "week",
        "promise_kind": "call_back",
    }
    assert client.post(address, given).status_code == 302
    held = Meeting.objects.get()
    assert (held.status, held.starts_at, held.duration_minutes) == ("held", planned.starts_at, 45)
    assert held.outcomes == ["concern_raised", "action_agreed"]
    assert held.follow_ups.get().title == "Call back Põhjala kool"
    owed.refresh_from_db()
    assert owed.status == "done"
    assert client.get(address).status_code == 302


def test_a_meeting_of_today_may_take_place_before_its_time(client: Client, planned: Meeting) -> None:
    later = day_ends_at(city_today()) - timedelta(seconds=1)
    Meeting.objects.update(starts_at=later)
    assert "Mark as held" in page(client, f"/meetings/{planned.pk}/")
    address = f"/meetings/{planned.pk}/hold/"
    [began] = re.findall(r'name="starts_at"[^>]*value="([^"]+)"', page(client, address)) or re.findall(
        r'value="([^"]+)"[^>]*name="starts_at"', page(client, address)
    )
    given = {"version": "1", "starts_at": began, "duration_minutes": "45"}
    given |= {"promise_when": "none", "promise_kind": "call_back"}
    assert client.post(address, given).status_code == 302
    planned.refresh_from_db()
    assert (planned.status, planned.starts_at <= timezone.now()) == ("held", True)
    Meeting.objects.update(status="planned", starts_at=later + timedelta(days=1))
    assert "Mark as held" not in page(client, f"/meetings/{planned.pk}/")


def test_nobody_was_there(client: Client, school: Organisation, planned: Meeting) -> None:
    given = {
        "version": "1",
        f"was-{school.pk}": "present",
        "starts_at": f"{timezone.localtime(planned.starts_at):%Y-%m-%dT%H:%M}",
        "duration_minutes": "45",
        "not_reached": "on",
        "promise_when": "none",
        "promise_kind": "call_back",
    }
    client.post(f"/meetings/{planned.pk}/hold/", given)
    planned.refresh_from_db()
    assert planned.status == "not_reached"


def test_who_came_and_withdrew_since_stays(client: Client, school: Organisation) -> None:
    meeting = make_meeting(None, school)
    person = make_contact(None, school, withdrawn_on=city_today())
    meeting.contact_links.create(contact=person, attendance="attended")
    given = typed(meeting, facts="More is known now.")
    assert f"came-{person.pk}" in page(client, f"/meetings/{meeting.pk}/edit/")
    assert client.post(f"/meetings/{meeting.pk}/edit/", given).status_code == 302
    assert meeting.contact_links.get().contact == person


def test_an_organisation_that_the_reader_does_not_see_is_not_on_the_page(
    officer: User, north: District
) -> None:
    own, hidden = (
        make_organisation(north, name="Own Hall"),
        make_organisation(make_district("South"), name="Far Hall"),
    )
    meeting = make_meeting(north, own)
    MeetingOrganisation.objects.create(meeting=meeting, organisation=hidden, present=True)
    client = Client()
    client.force_login(officer)
    page = client.get(f"/meetings/{meeting.pk}/").content.decode()
    assert "Own Hall" in page
    assert "Far Hall" not in page
    seen = Event.objects.filter(actor_id=officer.pk, object_type="meeting").latest("at")
    assert own.pk in seen.object_ids
    assert hidden.pk not in seen.object_ids
