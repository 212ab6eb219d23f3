"""A calendar file of a meeting contains only its time, and marks a cancelled meeting as cancelled."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Role
from audit.models import Action, Event
from meetings.models import Meeting
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entry(client: Client, meeting: Meeting) -> dict[str, str]:
    answer = client.get(f"/meetings/{meeting.pk}/ics/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="meeting-20')
    (one,) = Calendar.from_ical(answer.content).events
    return {name: str(value) for name, value in one.items()}


def test_a_meeting_goes_into_a_calendar_and_out_of_it() -> None:
    north = make_district()
    client = signed_in(make_officer(north))
    meeting = make_meeting(
        north,
        make_organisation(north, name="Shelter of Hope"),
        subject="Threats at Shelter of Hope",
        place="Secret street 1",
        status="planned",
        outcomes=[],
        starts_at=timezone.now() + timedelta(days=2),
    )
    assert f"/meetings/{meeting.pk}/ics/" in client.get(f"/meetings/{meeting.pk}/").content.decode()
    before = Event.objects.count()
    shown = entry(client, meeting)
    assert shown["SUMMARY"] == f"Meeting, {north.code}"
    assert shown["STATUS"] == "CONFIRMED"
    assert "Hope" not in str(shown) and "Secret" not in str(shown)
    event = Event.objects.order_by("-pk")[0]
    assert (Event.objects.count(), event.action, event.object_ids) == (before + 1, Action.VIEW, [meeting.pk])
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled", version=2)
    gone = entry(client, meeting)
    assert gone["UID"] == shown["UID"]
    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", "2")


def test_it_is_for_those_who_see_the_meeting() -> None:
    north = make_district()
    meeting = make_meeting(north)
    address = f"/meetings/{meeting.pk}/ics/"
    assert signed_in(make_officer(make_district())).get(address).status_code == 404
    assert signed_in(make_user(Role.ADMINISTRATOR)).get(address).status_code == 403
    assert signed_in(make_user(Role.PRIVACY_OFFICER)).get(address).status_code == 200
    assert signed_in(make_officer(north)).post(address).status_code == 405
