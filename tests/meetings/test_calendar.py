"""The calendar: a month of meetings and follow-ups."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Event
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.queries.calendar import Day, month_named, month_of
from meetings.services.follow_ups import create_follow_up
from tests.factories import make_district, make_meeting, make_officer, make_organisation

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


def test_weeks_start_on_monday_and_fill_the_month(officer: User) -> None:
    month = month_of(actor_for(officer), datetime(2026, 11, 1, tzinfo=UTC).date(), mine=True)
    assert [str(week[0].day) for week in month.weeks][:2] == ["2026-10-26", "2026-11-02"]
    assert (month.previous, month.next) == ("2026-10", "2026-12")


@pytest.mark.parametrize("name", ["", "2026-13", "november", "0001-01", "9999-12", "2026-11-01", "²⁰²⁶-11"])
def test_a_month_that_is_none_is_this_month(name: str) -> None:
    today = city_today()
    assert month_named(name, today) == today.replace(day=1)


def test_a_meeting_is_on_its_day_of_the_readers_zone(officer: User, north: District) -> None:
    late = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
    meeting = make_meeting(north, starts_at=late, officers=[officer])
    with timezone.override("Europe/Tallinn"):  # half past one on 1 June
        month = month_of(actor_for(officer), datetime(2026, 6, 1, tzinfo=UTC).date(), mine=True)
    assert {day.day.isoformat(): day.meetings for day in month.days} == {"2026-06-01": [meeting]}


def test_a_cell_shows_five_entries_or_four_and_how_many_more() -> None:
    meetings = [Meeting(subject=str(number)) for number in range(6)]
    day = Day(city_today(), is_of_month=True, meetings=meetings[:5])
    assert (len(day.visible_entries), day.folded_entries) == (5, [])
    day = Day(city_today(), is_of_month=True, meetings=meetings, follow_ups=[FollowUp()])
    assert [row for _type, row in day.visible_entries] == meetings[:4]
    assert [kind for kind, _row in day.folded_entries] == ["meeting", "meeting", "follow_up"]


def test_own_and_the_districts(client: Client, officer: User, north: District) -> None:
    school = make_organisation(north)
    make_meeting(None, school, subject="My visit", officers=[officer])
    make_meeting(None, school, subject="Her visit")
    make_meeting(subject="Canary")
    make_meeting(None, school, subject="Called off", status="cancelled", outcomes=[], officers=[officer])
    create_follow_up(
        actor=SYSTEM,
        title="My promise",
        kind="visit",
        owner=officer,
        due_on=city_today(),
        organisations=[school],
    )
    mine = client.get("/calendar/").content.decode()
    assert "My visit" in mine
    assert "My promise" in mine
    assert "Her visit" not in mine
    assert "Called off" not in mine
    districts = client.get("/calendar/?scope=district").content.decode()
    assert "Her visit" in districts
    assert "Canary" not in districts


def test_the_agenda_starts_today(client: Client, officer: User, north: District) -> None:
    today = city_today()
    for day in (today.replace(day=1), today):
        create_follow_up(actor=SYSTEM, title="Call back", kind="call_back", owner=officer, due_on=day)
    text = client.get("/calendar/").content.decode()
    assert ("Earlier this month" in text) == (today.day > 1)
    assert "Nothing more this month" not in text
    assert "Earlier this month" not in client.get("/calendar/?month=2001-01").content.decode()


def test_the_address_holds_the_month(client: Client, officer: User, north: District) -> None:
    then = timezone.now() - timedelta(days=70)
    meeting = make_meeting(north, subject="Long ago", starts_at=then, officers=[officer])
    assert "Long ago" not in client.get("/calendar/").content.decode()
    text = client.get(f"/calendar/?month={timezone.localtime(then):%Y-%m}").content.decode()
    assert "Long ago" in text
    event = Event.objects.filter(actor_id=officer.pk, action="list").latest("at")
    assert event.object_ids == [meeting.pk]


def test_an_empty_month_says_what_to_do(client: Client) -> None:
    assert "Plan a meeting" in client.get("/calendar/?month=2040-01").content.decode()


def test_the_page_costs_the_same_however_full(
    client: Client, officer: User, north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(9):
        make_meeting(north, officers=[officer])
    with django_assert_max_num_queries(14):
        client.get("/calendar/")
