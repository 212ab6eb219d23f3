"""Checks the recipes of CONTRIBUTING.md in a copy of the project in which they were followed.

pytest does not collect this file here: `test_worked_example.py` runs it in the copy.
"""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import User
from audit.models import Event
from lib.days import city_today
from meetings.models import FollowUp
from meetings.services.follow_ups import create_follow_up, edit_follow_up
from reminders.models import Reminder
from reminders.services.reminders import refresh_reminders
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.exchange.test_export_lists import export
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db

WALK = "neighbourhood_walk"


def make_follow_up(owner: User, **fields: Any) -> FollowUp:
    [district] = owner.districts.all()
    organisations = [make_organisation(district)]
    return create_follow_up(
        actor=SYSTEM, owner=owner, due_on=city_today(), organisations=organisations, **fields
    )


def test_the_choice_is_offered_stored_filtered_and_explained() -> None:
    north = make_district()
    officer = make_officer(north)
    meeting = make_meeting(north, make_organisation(north), kind=WALK)
    browser = browse(officer)
    assert f'value="{WALK}"' in browser.get("/meetings/log/").content.decode()
    assert "neighbourhood walk" in browser.get(f"/meetings/{meeting.pk}/").content.decode().lower()
    tool = Tool(north)
    assert WALK in tool.get("/vocabularies/").content.decode()
    listed = tool.get(f"/meetings/?kind={WALK}").json()["results"]
    assert [row["id"] for row in listed] == [str(meeting.pk)]
    assert tool.get("/meetings/?kind=walk").status_code == 400


def test_the_export_has_the_column() -> None:
    north = make_district()
    make_follow_up(make_officer(north), title="Call about the stairs")
    _job, content = export(make_supervisor(north), "/follow-ups/export/")
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert [row["Added on"][:10] for row in rows] == [city_today().isoformat()]


def test_the_page_shows_what_its_reader_sees_and_records_it() -> None:
    officer = make_officer(make_district())
    moved = make_follow_up(officer, title="Call about the stairs")
    make_follow_up(officer, title="Stays on its day")
    edit_follow_up(actor=SYSTEM, follow_up_id=moved.pk, due_on=moved.due_on + timedelta(days=7))
    page = browse(officer).get("/follow-ups/moved/").content.decode()
    assert "Call about the stairs" in page
    assert "Stays on its day" not in page
    seen = Event.objects.filter(actor_id=officer.pk, action="list", object_ids__contains=[moved.pk])
    assert seen.exists()
    elsewhere = browse(make_officer(make_district())).get("/follow-ups/moved/").content.decode()
    assert "No follow-ups were moved" in elsewhere


def test_the_reminder_is_made_a_week_before() -> None:
    north = make_district()
    officer = make_officer(north)
    starts_at = timezone.now() + timedelta(days=8, hours=12)
    meeting = make_meeting(
        north, make_organisation(north), status="planned", starts_at=starts_at, outcomes=[]
    )
    meeting.officers.set([officer])
    refresh_reminders("meeting", meeting.pk)
    reminder = Reminder.objects.filter(rule="meeting_week_before", recipient=officer).earliest("occurrence")
    assert timedelta(days=6) < starts_at - reminder.occurrence < timedelta(days=8)
