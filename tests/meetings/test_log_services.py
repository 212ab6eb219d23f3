"""The services that log a meeting and undo it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Actor
from audit.models import Change, Op
from contacts.models import Organisation
from districts.models import District
from lib.conflicts import StaleVersion
from lib.days import city_day, city_today
from meetings.models import FollowUp, Meeting
from meetings.services.held_meetings import discard_meeting, hold_meeting, log_meeting
from meetings.services.meetings import cancel_meeting, edit_meeting
from reminders.models import Reminder
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> Actor:
    return make_actor(north)


@pytest.fixture
def school(north: District) -> Organisation:
    return make_organisation(north, name="Põhjala kool", cadence_days=30)


def log(officer: Actor, district: District, *organisations: Organisation, **fields: Any) -> Meeting:
    given: dict[str, Any] = {
        "subject": "A chat",
        "kind": "visit",
        "starts_at": timezone.now() - timedelta(hours=1),
        "district": district,
        "outcomes": ["concern_raised"],
        "organisations": [{"organisation": organisation} for organisation in organisations],
    }
    return log_meeting(actor=officer, **(given | fields))


def test_a_log_keeps_everything_in_one_go(officer: Actor, north: District, school: Organisation) -> None:
    absent, person, colleague = make_organisation(north), make_contact(north, school), make_officer(north)
    meeting = log(
        officer,
        north,
        organisations=[{"organisation": school}, {"organisation": absent, "present": False}],
        contacts=[{"contact": person}],
        officers=[colleague],
        new_follow_ups=[
            {"title": "Call back", "due_on": city_today(), "organisations": [school]},
            {
                "title": "Send form",
                "due_on": city_today(),
                "organisations": [school, absent],
                "contact": person,
            },
        ],
    )
    assert meeting.status == "held"
    assert set(meeting.officers.values_list("pk", flat=True)) == {officer.id, colleague.pk}
    assert meeting.contact_links.get().attendance == "attended"
    assert meeting.outcomes == ["concern_raised", "action_agreed"]
    promises = meeting.follow_ups.order_by("title")
    assert [(p.title, p.owner_id, p.organisations.count()) for p in promises] == [
        ("Call back", officer.id, 1),
        ("Send form", officer.id, 2),
    ]
    school.refresh_from_db()
    absent.refresh_from_db()
    assert school.last_met_at == meeting.starts_at
    assert school.meet_by == city_day(meeting.starts_at) + timedelta(days=30)
    assert absent.last_met_at is None


def test_all_or_nothing(officer: Actor, north: District, school: Organisation) -> None:
    hidden = make_organisation()
    with pytest.raises((ValidationError, PermissionDenied)):
        log(
            officer,
            north,
            school,
            new_follow_ups=[{"title": "Call", "due_on": city_today(), "organisations": [hidden]}],
        )
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("outcomes", [[], ["information_shared"], ["no_change", "declined"]])
def test_what_brought_nothing_counts_for_nothing(
    officer: Actor, north: District, school: Organisation, outcomes: list[str]
) -> None:
    log(officer, north, school, outcomes=outcomes)
    school.refresh_from_db()
    assert school.last_met_at is None


def test_the_future_cannot_be_logged(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="This date is in the future"):
        log(officer, north, starts_at=timezone.now() + timedelta(minutes=5))


def test_an_outcome_of_nobody_reached_is_refused(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="reached"):
        log(officer, north, status="not_reached")


def test_nobody_reached_and_a_promise_is_no_agreement(
    officer: Actor, north: District, school: Organisation
) -> None:
    promise = {"title": "Call again", "due_on": city_today(), "organisations": [school]}
    meeting = log(officer, north, school, status="not_reached", outcomes=[], new_follow_ups=[promise])
    assert (meeting.status, meeting.outcomes) == ("not_reached", [])
    assert meeting.follow_ups.count() == 1
    assert not meeting.organisation_links.get().present


def test_a_plan_is_not_a_log(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="took place"):
        log(officer, north, status="planned")


def last_met(organisation: Organisation) -> datetime | None:
    return Organisation.objects.get(pk=organisation.pk).last_met_at


def test_edits_and_cancelling_keep_last_met_right(
    officer: Actor, north: District, school: Organisation
) -> None:
    earlier = log(officer, north, school, starts_at=timezone.now() - timedelta(days=9))
    latest = log(officer, north, school)
    edit_meeting(actor=officer, meeting_id=latest.pk, outcomes=["no_change"])
    assert last_met(school) == earlier.starts_at
    edit_meeting(
        actor=officer, meeting_id=earlier.pk, organisations=[{"organisation": school, "present": False}]
    )
    assert last_met(school) is None
    edit_meeting(actor=officer, meeting_id=latest.pk, outcomes=["advice_received"])
    cancel_meeting(actor=officer, meeting_id=latest.pk)
    assert last_met(school) is None


def test_a_log_can_be_taken_back_with_its_promises(
    officer: Actor, north: District, school: Organisation
) -> None:
    promise = {"title": "Call", "due_on": city_today(), "organisations": [school]}
    meeting = log(officer, north, school, new_follow_ups=[promise])
    assert Reminder.objects.exists()
    discard_meeting(actor=officer, meeting_id=meeting.pk, version=1)
    assert not Meeting.objects.exists()
    assert not Reminder.objects.exists()
    assert not FollowUp.objects.exists()
    school.refresh_from_db()
    assert school.last_met_at is None
    assert Change.objects.filter(op=Op.ERASED).count() == 2


def test_only_who_logged_it_takes_it_back(officer: Actor, north: District) -> None:
    meeting = log(officer, north)
    with pytest.raises(PermissionDenied):
        discard_meeting(actor=make_actor(north), meeting_id=meeting.pk)


def test_after_ten_minutes_it_stays(officer: Actor, north: District) -> None:
    meeting = log(officer, north)
    Meeting.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(ValidationError, match="too late"):
        discard_meeting(actor=officer, meeting_id=meeting.pk)


def test_what_has_moved_on_is_not_taken_back(officer: Actor, north: District) -> None:
    meeting = log(officer, north)
    edit_meeting(actor=officer, meeting_id=meeting.pk, subject="Another")
    with pytest.raises(StaleVersion):
        discard_meeting(actor=officer, meeting_id=meeting.pk, version=1)


def test_an_invited_organisation_that_is_not_seen_does_not_count_as_met() -> None:
    north = make_district()
    ours, hidden = make_organisation(north), make_organisation()
    meeting = make_meeting(
        north, ours, hidden, status="planned", outcomes=[], starts_at=timezone.now() - timedelta(hours=1)
    )
    hold_meeting(
        actor=make_actor(north),
        meeting_id=meeting.pk,
        organisations=[{"organisation": ours}],
        outcomes=["concern_raised"],
    )
    assert dict(meeting.organisation_links.values_list("organisation", "present")) == {
        ours.pk: True,
        hidden.pk: False,
    }
    hidden.refresh_from_db()
    ours.refresh_from_db()
    assert (hidden.last_met_at, ours.last_met_at) == (None, meeting.starts_at)
