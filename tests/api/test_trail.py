"""Supervisors of a row's district find events of rows that a client or session received through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM, actor_for
from audit.models import Action, Event
from districts.models import District
from lib.days import city_today
from meetings.models import Concern, FollowUp
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from privacy.queries.activity_log import events_visible_to
from tests.api.clients import Tool
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def south() -> District:
    return make_district("South")


def promise(**fields: Any) -> FollowUp:
    return create_follow_up(
        actor=SYSTEM, **{"title": "Call", "owner": make_officer(), "due_on": city_today()} | fields
    )


def concern(district: District) -> Concern:
    return log_concern(actor=SYSTEM, kinds=["hate_incident"], district=district)


def last_event(*districts: District) -> Event:
    """Return the last event. It must name exactly these districts and be visible to their supervisors."""
    event = Event.objects.latest("id")
    assert set(event.district_ids) == {district.pk for district in districts}
    for district in districts:
        assert event in events_visible_to(actor_for(make_supervisor(district)))
    return event


@pytest.mark.parametrize("asked", ["", "?fields=version"])
@pytest.mark.parametrize("noun", ["organisations", "contacts", "meetings", "follow-ups", "concerns"])
def test_whatever_columns_are_asked_for_the_districts_supervisor_sees_it_and_anothers_does_not(
    noun: str, asked: str, north: District, south: District
) -> None:
    organisation = make_organisation(north)
    rows: dict[str, Callable[[], Any]] = {
        "organisations": lambda: organisation,
        "contacts": lambda: make_contact(north),
        "meetings": lambda: make_meeting(north),
        "follow-ups": lambda: promise(organisations=[organisation]),
        "concerns": lambda: concern(north),
    }
    row = rows[noun]()
    tool, elsewhere = Tool(), actor_for(make_supervisor(south))
    for path, action in ((f"/{noun}/{asked}", Action.LIST), (f"/{noun}/{row.pk}/{asked}", Action.VIEW)):
        answer = tool.get(path)
        assert answer.status_code == 200
        assert "district_ids" not in answer.content.decode()
        event = last_event(north)
        assert (event.action, event.object_ids) == (action, [row.pk])
        assert event not in events_visible_to(elsewhere)


def test_a_promise_is_where_those_are_whom_it_was_made_to_and_where_it_came_from(
    north: District, south: District
) -> None:
    west, tool = make_district("West"), Tool()
    row = promise(
        organisations=[make_organisation(north), make_organisation(north)],
        meeting=make_meeting(south),
        concern=concern(west),
    )
    tool.get(f"/follow-ups/{row.pk}/")
    last_event(north, south, west)


def test_a_promise_to_no_organisation_is_where_it_came_from(
    north: District, south: District, client: Client
) -> None:
    owner = make_officer(north, south)
    row = promise(meeting=make_meeting(south), owner=owner)
    client.force_login(owner)
    assert client.get(f"/api/v1/follow-ups/{row.pk}/?fields=title").status_code == 200
    assert last_event(south) not in events_visible_to(actor_for(make_supervisor(north)))


def test_an_answer_is_found_wherever_its_rows_are_seen(north: District, south: District) -> None:
    """The rows are visible also through other districts, meetings, contacts or inlined objects."""
    west, tool = make_district("West"), Tool()
    both = make_organisation(north, also_in=[south])
    tool.get(f"/organisations/{both.pk}/")
    last_event(north, south)
    person = make_contact(west, both)
    for path in (f"/contacts/{person.pk}/?fields=version", f"/contacts/{person.pk}/vcard/"):
        tool.get(path)
        last_event(north, south, west)
    meeting = make_meeting(west, make_organisation(south))
    tool.get("/meetings/?fields=subject")
    last_event(south, west)
    row = promise(meeting=meeting, organisations=[make_organisation(west)])
    tool.get(f"/follow-ups/{row.pk}/?expand=meeting&fields=meeting")
    last_event(south, west)


def test_an_officers_own_session_too(north: District, south: District, client: Client) -> None:
    """The officer works in two districts, so only the district of the rows decides."""
    promise(organisations=[make_organisation(north)])
    client.force_login(make_officer(north, south))
    assert client.get("/api/v1/follow-ups/").status_code == 200
    assert last_event(north) not in events_visible_to(actor_for(make_supervisor(south)))


@pytest.mark.parametrize("noun", ["contacts", "meetings", "follow-ups", "concerns"])
def test_knowing_the_districts_costs_no_statement(
    noun: str, north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    organisation = make_organisation(north)
    meeting = make_meeting(north, organisation)
    row = {
        "contacts": make_contact(north, organisation),
        "meetings": meeting,
        "follow-ups": promise(organisations=[organisation], meeting=meeting),
        "concerns": concern(north),
    }[noun]
    tool = Tool(north)
    tool.get(f"/{noun}/")
    with django_assert_max_num_queries(6):
        tool.get(f"/{noun}/?fields=version")
    with django_assert_max_num_queries(8):
        tool.get(f"/{noun}/{row.pk}/?fields=version")
