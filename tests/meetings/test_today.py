"""The Today page: overdue and promised follow-ups, organisations due a meeting, and what comes next."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Event
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.days import city_today, day_starts_at
from meetings.models import Concern, FollowUp
from meetings.queries.today import today_of
from meetings.services.follow_ups import create_follow_up
from meetings.services.held_meetings import log_meeting
from meetings.services.meetings import create_meeting, edit_meeting
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)

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


def promise(owner: User, days: int, *organisations: Organisation, **fields: Any) -> FollowUp:
    given: dict[str, Any] = {"title": f"Promise {days}", "kind": "call_back", "owner": owner}
    return create_follow_up(
        actor=SYSTEM,
        organisations=organisations,
        due_on=city_today() + timedelta(days=days),
        **(given | fields),
    )


def plan(officer: User, *organisations: Organisation, hours: int, **fields: Any) -> Any:
    given: dict[str, Any] = {"subject": f"In {hours} hours", "kind": "visit"}
    return create_meeting(
        actor=SYSTEM,
        officers=[officer],
        district=organisations[0].home_district,
        organisations=[{"organisation": organisation} for organisation in organisations],
        starts_at=timezone.now() + timedelta(hours=hours),
        **(given | fields),
    )


def text(client: Client, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_promises_are_late_or_due_and_those_of_the_next_week_stand_aside(
    client: Client, officer: User, north: District
) -> None:
    school = make_organisation(north, name="Põhjala kool")
    for days in (-5, 0, 1, 8):
        promise(officer, days, school)
    plan(officer, school, hours=49)
    page = text(client)
    assert "Promise -5" in page
    assert "5 days late" in page
    assert "Promise 0" in page
    assert "Põhjala kool" in page
    assert page.index("Coming up") < page.index("Promise 1")
    assert "Promise 8" not in page
    week = today_of(actor_for(officer), mine=True).week
    assert week[0][1] == 1
    assert sum(n for _day, n in week) == 2
    assert (week[-1][0] - city_today()).days == 7


def test_an_officer_is_not_shown_what_others_promised(client: Client, north: District) -> None:
    promise(make_officer(north), -5, make_organisation(north))
    assert "Promise -5" not in text(client)


def test_my_organisations_are_due_past_their_day_and_those_never_met_come_after_them(
    client: Client, officer: User, north: District
) -> None:
    late = make_organisation(north, name="Past its day", lead_officer=officer, cadence_days=30)
    log_meeting(
        actor=actor_for(officer),
        subject="A chat",
        kind="visit",
        district=north,
        starts_at=day_starts_at(city_today() - timedelta(days=47)) + timedelta(hours=12),
        organisations=[{"organisation": late}],
        outcomes=["priority_agreed"],
    )
    make_organisation(north, name="Never met at all", deputy_officer=officer)
    make_organisation(north, name="Somebody else’s", cadence_days=1)
    closed = make_organisation(north, name="Closed long ago", lead_officer=officer)
    edit_organisation(actor=SYSTEM, organisation_id=closed.pk, status="closed")
    page = text(client)
    assert "Met 47 days ago" in page
    assert "agreed to meet every 30 days" in page
    assert f"{reverse('log_meeting')}?organisation={late.pk}" in page
    headings = page.index("Due a meeting"), page.index("Not met yet")
    assert headings[0] < page.index("Past its day") < headings[1] < page.index("Never met at all")
    assert "Somebody else’s" not in page
    assert "Closed long ago" not in page


def test_meetings_are_today_coming_or_wait_for_an_answer(officer: User, north: District) -> None:
    school = make_organisation(north)
    past, later = plan(officer, school, hours=-30), plan(officer, school, hours=49)
    far, foreign = plan(officer, school, hours=24 * 20), plan(make_officer(north), school, hours=2)
    day = today_of(actor_for(officer), mine=True)
    assert [meeting.pk for meeting in day.unsettled] == [past.pk]
    assert [meeting.pk for meeting in day.coming] == [later.pk]
    shown = {row.pk for row in day.rows}
    assert far.pk not in shown
    assert foreign.pk not in shown


def test_concerns_nobody_answered_come_first(client: Client, north: District) -> None:
    targeted = ((north, "Al-Noor"), (make_district(), "Hidden hall"))
    sites = [make_organisation(district, name=name) for district, name in targeted]
    for district, place, site in (
        (north, "Market", None),
        (north, "Door", sites[0]),
        (north, "Square", sites[1]),
        (make_district(), "Elsewhere", None),
    ):
        Concern.objects.create(
            kinds=["graffiti_symbol"],
            received_at=timezone.now(),
            district=district,
            place=place,
            site_organisation=site,
        )
    page = " ".join(text(client).split())
    for whose in ("Market", "Al-Noor", "Square"):  # the place, unless the reader sees whose place it is
        assert f"Graffiti or symbol, {whose}" in page
    assert "Elsewhere" not in page
    assert "Hidden hall" not in page


def test_what_is_hidden_is_left_out(client: Client, officer: User, north: District) -> None:
    ours, hidden = make_organisation(north, name="Ours"), make_organisation(name="Canary of the south")
    person = make_contact(hidden.home_district, given_name="Canary", family_name="Person")
    promise(officer, 0, ours, hidden, contact=person)
    page = text(client)
    assert "Ours" in page
    assert "Canary" not in page


def test_a_supervisor_starts_with_the_districts_and_may_look_at_her_own(north: District) -> None:
    supervisor = make_user("supervisor", north)
    client = Client()
    client.force_login(supervisor)
    promise(make_officer(north), -5, make_organisation(north, cadence_days=1, name="Led by nobody"))
    page = text(client)
    assert "Promise -5" in page
    assert "Led by nobody" in page
    assert "Promise -5" not in text(client, "/?scope=mine")


def test_an_empty_day_says_what_to_do(client: Client, north: District) -> None:
    make_organisation(north, cadence_days=None)
    assert "Log a meeting" in text(client)


@pytest.mark.parametrize(
    ("role", "word"), [("administrator", "Failed reminders"), ("privacy_officer", "lawful basis")]
)
def test_those_who_keep_no_ties_start_elsewhere(role: str, word: str) -> None:
    client = Client()
    client.force_login(make_user(role))
    assert word in text(client)


def test_looking_is_recorded(client: Client, officer: User, north: District) -> None:
    school = make_organisation(north)
    shown = promise(officer, 0, school)
    text(client)
    event = Event.objects.get(actor_id=officer.pk, action="view")
    assert {shown.pk, school.pk} <= set(event.object_ids)


def test_the_page_costs_the_same_however_much_waits(
    client: Client, officer: User, north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        school = make_organisation(north, lead_officer=officer)
        promise(officer, -number, school, contact=make_contact(north, school))
        plan(officer, school, hours=number * 10 - 20)
    with django_assert_max_num_queries(14):
        text(client)


def test_an_hour_before_a_meeting_a_card_says_what_to_know_and_its_page_whom_to_greet(
    client: Client, officer: User, north: District
) -> None:
    mosque = make_organisation(north, name="Al-Noor", phone="+442079460903", address="3 Mill Lane")
    person = make_contact(north, mosque, given_name="Peter", family_name="Farouk")
    told = make_meeting(north, mosque, officers=[officer], facts="They asked about the lamps.")
    owed = promise(officer, 9, mosque, title="Ask the city")
    soon = plan(officer, mosque, hours=1, subject="Tea")
    plan(make_officer(north), make_organisation(north, name="Hers"), hours=1)
    page = text(client)
    for said in ("Your meeting in 60 minutes", "3 Mill Lane", "tel:+442079460903", told.facts, owed.title):
        assert said in page
    assert "Farouk" not in page
    shown = Event.objects.filter(actor_id=officer.pk).latest("at").object_ids
    assert {soon.pk, told.pk, owed.pk, mosque.pk} <= set(shown)
    page = text(client, reverse("meeting", args=[soon.pk]))
    for said in ("Who to greet", "Peter Farouk", "coordinator", "3 Mill Lane", told.facts, owed.title):
        assert said in page
    assert person.pk in Event.objects.filter(actor_id=officer.pk).latest("at").object_ids
    edit_meeting(actor=SYSTEM, meeting_id=soon.pk, starts_at=timezone.now() + timedelta(hours=2))
    assert "Your meeting in" not in text(client)


def test_the_card_is_there_before_midnight_too(client: Client, officer: User, north: District) -> None:
    east = (23 - timezone.now().hour + 12) % 24 - 12  # where it is between 23:00 and midnight
    User.objects.filter(pk=officer.pk).update(time_zone=f"Etc/GMT{-east:+d}")
    plan(officer, make_organisation(north), hours=1)
    assert "Your meeting in 60 minutes" in text(client)


@pytest.mark.parametrize(
    ("role", "offered", "kept_back"),
    [
        ("officer", {"/duty/", "/notifications/", "/alerts/"}, {"/settings/waiting/"}),
        ("supervisor", {"/settings/waiting/", "/duty/", "/notifications/", "/alerts/"}, set()),
        ("privacy_officer", {"/settings/waiting/", "/duty/", "/notifications/", "/alerts/"}, set()),
        ("administrator", {"/notifications/", "/alerts/"}, {"/settings/waiting/", "/duty/"}),
    ],
)
def test_the_menu_offers_what_waits_for_the_reader_and_opens(
    north: District, role: str, offered: set[str], kept_back: set[str]
) -> None:
    client = Client()
    client.force_login(make_user(role, north))
    main = text(client).split("<main")[1]
    assert {address for address in offered | kept_back if f'href="{address}"' in main} == offered
    assert {client.get(address).status_code for address in offered} == {200}
