"""The services that plan, edit, cancel and hold meetings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action, Change, Event, Op
from contacts.models import Organisation
from districts.models import District
from lib.conflicts import StaleVersion
from meetings.models import Meeting
from meetings.services.held_meetings import hold_meeting
from meetings.services.meetings import (
    add_outcome,
    cancel_meeting,
    create_meeting,
    edit_meeting,
    restore_meeting,
)
from pages.forms.fields import form_field
from reminders.models import Reminder
from tests.factories import make_actor, make_contact, make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> Actor:
    return make_actor(north)


@pytest.fixture
def school(north: District) -> Organisation:
    return make_organisation(north, name="Põhjala kool")


def plan(officer: Actor, district: District, *organisations: Organisation, **fields: Any) -> Meeting:
    given: dict[str, Any] = {
        "subject": "Parking at the school gate",
        "kind": "visit",
        "starts_at": timezone.now() + timedelta(days=1),
        "district": district,
    } | fields
    rows = [{"organisation": organisation} for organisation in organisations]
    return create_meeting(actor=officer, organisations=rows, **given)


def test_planning_adds_the_actor_and_records_it(
    officer: Actor, north: District, school: Organisation
) -> None:
    meeting = plan(officer, north, school)
    assert meeting.status == "planned"
    assert meeting.logged_by_id == officer.id
    assert [user.pk for user in meeting.officers.all()] == [officer.id]
    assert list(meeting.organisations.all()) == [school]
    event = Event.objects.get(action=Action.CREATE, object_type="meeting")
    assert event.object_ids == [meeting.pk]
    change = Change.objects.get(object_id=meeting.pk)
    assert (change.op, change.version, change.district_ids) == (Op.CREATED, 1, [north.pk])


def test_a_client_may_choose_the_id(officer: Actor, north: District) -> None:
    chosen = make_organisation().pk
    assert plan(officer, north, id=chosen).pk == chosen


def test_planning_where_nothing_is_covered_is_refused(officer: Actor) -> None:
    with pytest.raises(PermissionDenied):
        plan(officer, make_district())


def test_a_privacy_officer_plans_nothing(north: District) -> None:
    with pytest.raises(PermissionDenied):
        plan(make_actor(north, role="privacy_officer"), north)


def test_an_organisation_that_is_not_seen_cannot_be_invited(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="organisations"):
        plan(officer, north, make_organisation())


def test_a_person_who_is_not_seen_cannot_be_invited(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="contacts"):
        plan(officer, north, contacts=[{"contact": make_contact()}])


def test_a_duration_is_more_than_nothing(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="1,440 minutes"):
        plan(officer, north, duration_minutes=0)


@pytest.mark.parametrize("minutes", ["0", "-5", "1441"])
def test_a_form_refuses_a_duration_in_the_words_of_the_model(minutes: str) -> None:
    with pytest.raises(ValidationError, match="1,440 minutes"):
        form_field(Meeting, "duration_minutes").clean(minutes)


def test_nothing_comes_of_what_is_only_planned(officer: Actor, north: District) -> None:
    with pytest.raises(ValidationError, match="Leave the outcome empty until the meeting has taken place"):
        plan(officer, north, outcomes=["concern_raised"])


def test_an_edit_changes_what_is_given_and_counts_up(
    officer: Actor, north: District, school: Organisation
) -> None:
    meeting = plan(officer, north, school)
    other = make_organisation(north)
    rows = [{"organisation": other, "present": False}]
    changed = edit_meeting(
        actor=officer, meeting_id=meeting.pk, version=1, subject="Gate", organisations=rows
    )
    assert (changed.version, changed.subject, changed.kind) == (2, "Gate", "visit")
    assert list(changed.organisation_links.values_list("organisation", "present")) == [(other.pk, False)]
    event = Event.objects.get(action=Action.UPDATE, object_type="meeting")
    assert event.field_names == ["organisations", "subject"]


def test_an_edit_that_changes_nothing_writes_nothing(officer: Actor, north: District) -> None:
    meeting = plan(officer, north)
    assert edit_meeting(actor=officer, meeting_id=meeting.pk, subject=meeting.subject).version == 1


def test_an_edit_of_an_older_version_is_refused(officer: Actor, north: District) -> None:
    meeting = plan(officer, north)
    edit_meeting(actor=officer, meeting_id=meeting.pk, version=1, subject="Gate")
    with pytest.raises(StaleVersion):
        edit_meeting(actor=officer, meeting_id=meeting.pk, version=1, subject="Door")


def test_an_edit_keeps_what_its_writer_does_not_see(north: District, school: Organisation) -> None:
    south = make_district()
    hidden, person = make_organisation(south), make_contact(south)
    both = make_actor(north, south)
    meeting = plan(both, north, school, hidden, contacts=[{"contact": person}])
    edit_meeting(actor=make_actor(north), meeting_id=meeting.pk, organisations=[], contacts=[])
    assert list(meeting.organisations.all()) == [hidden]
    assert list(meeting.contacts.all()) == [person]


def test_a_meeting_seen_through_an_organisation_is_read_only(north: District) -> None:
    south = make_district()
    ours = make_organisation(south)
    meeting = plan(make_actor(north, south), north, ours)
    with pytest.raises(PermissionDenied):
        edit_meeting(actor=make_actor(south), meeting_id=meeting.pk, subject="Gate")


def test_a_meeting_of_another_district_does_not_exist(officer: Actor, north: District) -> None:
    meeting = plan(officer, north)
    with pytest.raises(Meeting.DoesNotExist):
        edit_meeting(actor=make_actor(make_district()), meeting_id=meeting.pk, subject="Gate")


def test_a_meeting_cannot_be_moved_to_where_nothing_is_covered(officer: Actor, north: District) -> None:
    meeting = plan(officer, north)
    with pytest.raises(PermissionDenied):
        edit_meeting(actor=officer, meeting_id=meeting.pk, district=make_district())


def test_an_officer_who_left_cannot_be_added_but_stays(officer: Actor, north: District) -> None:
    colleague = make_officer(north)
    meeting = plan(officer, north, officers=[colleague])
    colleague.is_active = False
    colleague.save()
    edit_meeting(actor=officer, meeting_id=meeting.pk, officers=[colleague])
    assert list(meeting.officers.all()) == [colleague]
    with pytest.raises(ValidationError, match="officers"):
        plan(officer, north, officers=[colleague])


def test_a_cancelled_meeting_can_be_restored(officer: Actor, north: District, school: Organisation) -> None:
    meeting = plan(officer, north, school)
    assert cancel_meeting(actor=officer, meeting_id=meeting.pk, version=1).status == "cancelled"
    assert Change.objects.filter(object_id=meeting.pk, op=Op.ARCHIVED).exists()
    back = restore_meeting(actor=officer, meeting_id=meeting.pk, status="planned", version=2)
    assert (back.status, back.version) == ("planned", 3)
    with pytest.raises(StaleVersion):
        restore_meeting(actor=officer, meeting_id=meeting.pk, status="planned", version=3)


def test_reminders_follow_a_plan(officer: Actor, north: District) -> None:
    meeting = plan(officer, north, starts_at=timezone.now() + timedelta(days=3))
    planned = set(Reminder.objects.values_list("occurrence", flat=True))
    assert len(planned) == 2
    edit_meeting(actor=officer, meeting_id=meeting.pk, starts_at=meeting.starts_at + timedelta(days=1))
    moved = set(Reminder.objects.values_list("occurrence", flat=True))
    assert moved == {moment + timedelta(days=1) for moment in planned}
    cancel_meeting(actor=officer, meeting_id=meeting.pk)
    assert not Reminder.objects.exists()


def test_a_planned_meeting_takes_place(officer: Actor, north: District, school: Organisation) -> None:
    meeting = plan(officer, north, school, starts_at=timezone.now() - timedelta(hours=2))
    held = hold_meeting(
        actor=officer,
        meeting_id=meeting.pk,
        version=1,
        organisations=[{"organisation": school, "present": True}],
        outcomes=["priority_agreed"],
        new_follow_ups=[{"title": "Call", "due_on": timezone.localdate(), "organisations": [school]}],
    )
    assert (held.status, held.outcomes) == ("held", ["priority_agreed", "action_agreed"])
    assert held.follow_ups.get().title == "Call"
    school.refresh_from_db()
    assert school.last_met_at == meeting.starts_at


def test_nobody_reached_counts_for_nobody(officer: Actor, north: District, school: Organisation) -> None:
    meeting = plan(officer, north, school, starts_at=timezone.now() - timedelta(hours=2))
    hold_meeting(actor=officer, meeting_id=meeting.pk, status="not_reached")
    school.refresh_from_db()
    assert school.last_met_at is None
    assert not meeting.organisation_links.get().present


def test_what_is_still_to_come_cannot_have_taken_place(officer: Actor, north: District) -> None:
    meeting = plan(officer, north)
    with pytest.raises(ValidationError, match="This date is in the future"):
        hold_meeting(actor=officer, meeting_id=meeting.pk)


def test_a_meeting_of_another_century_is_a_typing_error(officer: Actor, north: District) -> None:
    old = datetime(1950, 1, 1, 12, tzinfo=UTC)
    meeting = plan(officer, north)
    with pytest.raises(ValidationError, match="Check the year"):
        edit_meeting(actor=officer, meeting_id=meeting.pk, starts_at=old)
    Meeting.objects.update(starts_at=old)  # stored by an earlier version: the rest of it can be changed
    assert edit_meeting(actor=officer, meeting_id=meeting.pk, place="Hall").place == "Hall"


def test_only_a_planned_meeting_takes_place(officer: Actor, north: District) -> None:
    meeting = plan(officer, north)
    cancel_meeting(actor=officer, meeting_id=meeting.pk)
    with pytest.raises(ValidationError, match="planned"):
        hold_meeting(actor=officer, meeting_id=meeting.pk)


def test_an_outcome_is_added_once_and_only_to_what_was_held(officer: Actor, north: District) -> None:
    meeting = plan(officer, north, starts_at=timezone.now() - timedelta(hours=2))
    add_outcome(actor=officer, meeting_id=meeting.pk, outcome="concern_raised")
    meeting.refresh_from_db()
    assert meeting.outcomes == []
    hold_meeting(actor=officer, meeting_id=meeting.pk)
    for _again in range(2):
        add_outcome(actor=officer, meeting_id=meeting.pk, outcome="concern_raised")
    meeting.refresh_from_db()
    assert (meeting.outcomes, meeting.version) == (["concern_raised"], 3)
