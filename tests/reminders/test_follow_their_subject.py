"""Reminders are created ahead, and are moved, reassigned and deleted with their subject."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from districts.models import District
from lib.days import city_today
from meetings import rules
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from reminders.models import Reminder
from reminders.rules import nine_oclock
from reminders.services.reminders import notify, refresh_for_user, refresh_reminders, refreshed_once, top_up
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor
from tests.plugins import services

pytestmark = pytest.mark.django_db


def plan(*officers: User, **fields: Any) -> Meeting:
    values = {"status": "planned", "starts_at": timezone.now() + timedelta(days=3), "outcomes": []} | fields
    meeting = make_meeting(officers[0].districts.first(), officers=officers, **values)
    refresh_reminders("meeting", meeting.pk)
    return meeting


def promise(owner: User, **fields: Any) -> FollowUp:
    due_on = city_today() + timedelta(days=3)
    values = {"title": "Call back", "due_on": due_on, "first_due_on": due_on} | fields
    follow_up = FollowUp.objects.create(owner=owner, **values)
    organisation = make_organisation(owner.districts.first())
    FollowUpOrganisation.objects.create(follow_up=follow_up, organisation=organisation)
    refresh_reminders("follow_up", follow_up.pk)
    return follow_up


def officer(*channels: str, **fields: Any) -> User:
    return make_officer(make_district(), reminder_channels=list(channels or ["email"]), **fields)


def day_before(meeting: Meeting) -> datetime:
    madrid = ZoneInfo("Europe/Madrid")
    return nine_oclock(meeting.starts_at.astimezone(madrid).date() - timedelta(days=1), madrid)


def rows(**filters: Any) -> set[tuple[str, Any, str, datetime]]:
    found = Reminder.objects.filter(**filters)
    return {(row.rule, row.recipient, row.channel, row.occurrence) for row in found}


def test_a_planned_meeting_has_a_row_for_each_rule_officer_and_channel() -> None:
    one, other = officer("email", "in_page"), officer("in_page")
    meeting = plan(one, other)
    day, hour = day_before(meeting), meeting.starts_at - timedelta(hours=1)
    assert rows() == {
        (rule, recipient, channel, at)
        for rule, at in [(rules.MEETING_DAY_BEFORE, day), (rules.MEETING_HOUR_BEFORE, hour)]
        for recipient, channel in [(one, "email"), (one, "in_page"), (other, "in_page")]
    }


def test_a_meeting_that_moves_takes_its_reminders_along() -> None:
    meeting = plan(officer())
    meeting.starts_at += timedelta(hours=5)
    meeting.save()
    refresh_reminders("meeting", meeting.pk)
    assert {row.occurrence for row in Reminder.objects.all()} == {
        day_before(meeting),
        meeting.starts_at - timedelta(hours=1),
    }


def test_many_changes_at_once_are_followed_once() -> None:
    with refreshed_once():
        meeting = plan(officer())
        meeting.starts_at += timedelta(hours=5)
        meeting.save()
        refresh_reminders("meeting", meeting.pk)
        assert not Reminder.objects.exists()
    assert {row.occurrence for row in Reminder.objects.all()} == {
        day_before(meeting),
        meeting.starts_at - timedelta(hours=1),
    }
    with pytest.raises(ValueError), refreshed_once():
        meeting.officers.set([officer()])
        refresh_reminders("meeting", meeting.pk)
        raise ValueError
    Meeting.objects.update(status="cancelled")
    refresh_reminders("meeting", meeting.pk)
    assert not Reminder.objects.exists(), "the next change is followed at once again"


def test_a_meeting_handed_to_another_officer_reminds_that_one() -> None:
    first, second = officer(), officer()
    meeting = plan(first)
    meeting.officers.set([second])
    refresh_reminders("meeting", meeting.pk)
    assert {row.recipient for row in Reminder.objects.all()} == {second}


@pytest.mark.parametrize("status", ["cancelled", "held", "not_reached"])
def test_a_meeting_that_is_not_planned_any_more_has_none(status: str) -> None:
    meeting = plan(officer())
    Meeting.objects.filter(pk=meeting.pk).update(status=status)
    refresh_reminders("meeting", meeting.pk)
    assert not Reminder.objects.exists()


def test_a_change_of_other_fields_leaves_the_rows_as_they_are() -> None:
    meeting = plan(officer())
    before = set(Reminder.objects.values_list("pk", flat=True))
    Reminder.objects.update(lease_until=timezone.now() + timedelta(minutes=1), attempts=1)
    refresh_reminders("meeting", meeting.pk)
    assert set(Reminder.objects.values_list("pk", flat=True)) == before
    assert set(Reminder.objects.values_list("attempts", flat=True)) == {1}


def test_what_was_sent_is_neither_deleted_nor_made_again() -> None:
    meeting = plan(officer(), starts_at=timezone.now() + timedelta(minutes=30))
    Reminder.objects.update(sent_at=timezone.now())
    refresh_reminders("meeting", meeting.pk)
    top_up()
    assert Reminder.objects.count() == 1
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled")
    refresh_reminders("meeting", meeting.pk)
    assert Reminder.objects.sent().count() == 1


def test_a_promise_that_moves_changes_hands_or_is_settled_takes_its_reminders_along() -> None:
    first, second = officer(), officer(time_zone="Europe/Helsinki")
    follow_up = promise(first)
    assert rows(rule=rules.FOLLOW_UP_DUE) == {
        (rules.FOLLOW_UP_DUE, first, "email", nine_oclock(follow_up.due_on, ZoneInfo("Europe/Madrid")))
    }
    follow_up.due_on += timedelta(days=1)
    follow_up.owner = second
    follow_up.save()
    refresh_reminders("follow_up", follow_up.pk)
    assert rows(rule=rules.FOLLOW_UP_DUE) == {
        (
            rules.FOLLOW_UP_DUE,
            second,
            "email",
            nine_oclock(follow_up.due_on, ZoneInfo("Europe/Helsinki")),
        )
    }
    assert not Reminder.objects.filter(recipient=first).exists()
    follow_up.status, follow_up.completed_at = "done", timezone.now()
    follow_up.save()
    refresh_reminders("follow_up", follow_up.pk)
    assert not Reminder.objects.exists()


def test_a_late_promise_is_escalated_to_the_supervisors_of_its_districts_only() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district(parent=city)
    quarter = make_district(parent=north)
    of_north, of_city, of_south = make_supervisor(north), make_supervisor(city), make_supervisor(south)
    off_duty = make_supervisor(north, is_active=False)
    promise(make_officer(quarter), due_on=city_today() - timedelta(days=3))
    told = set(Reminder.objects.filter(rule=rules.FOLLOW_UP_ESCALATED).values_list("recipient", flat=True))
    assert told == {of_north.pk, of_city.pk}
    assert of_south.pk not in told and off_duty.pk not in told


def test_topping_up_makes_what_is_missing_and_nothing_twice() -> None:
    one = officer("email", "in_page")
    plan(one)
    promise(one)
    organisation = make_organisation(one.districts.get(), lead_officer=one, cadence_days=30)
    type(organisation).objects.filter(pk=organisation.pk).update(meet_by=city_today() - timedelta(days=1))
    concern = Concern.objects.create(
        kinds=["threat"],
        received_at=timezone.now(),
        district=one.districts.get(),
        site_organisation=organisation,
    )
    notify("concern", concern.pk)
    top_up()
    before = rows()
    assert {row[0] for row in before} >= {
        rules.MEETING_DAY_BEFORE,
        rules.FOLLOW_UP_DUE,
        rules.CADENCE_DIGEST,
        rules.CONCERN_RECEIVED,
    }
    assert top_up() == 0
    Reminder.objects.all().delete()
    assert top_up() == len(before)
    assert rows() == before


def test_topping_up_costs_the_same_for_one_and_for_many() -> None:
    one = officer()
    costs = []
    for number in (1, 12):
        for _number in range(number):
            plan(one)
            promise(one)
        Reminder.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            assert top_up() > 2 * number
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_somebody_who_is_switched_off_has_none_and_gets_them_back() -> None:
    one = officer()
    plan(one)
    before = rows()
    User.objects.filter(pk=one.pk).update(is_active=False)
    refresh_for_user(one.pk)
    assert not Reminder.objects.exists()
    top_up()
    assert not Reminder.objects.exists()
    User.objects.filter(pk=one.pk).update(is_active=True)
    refresh_for_user(one.pk)
    assert rows() == before


def test_another_zone_moves_nine_oclock_and_reminds_of_no_day_twice() -> None:
    one = officer(time_zone="Europe/Helsinki")
    follow_up = promise(one)
    due = Reminder.objects.get(rule=rules.FOLLOW_UP_DUE)
    User.objects.filter(pk=one.pk).update(time_zone="Europe/Lisbon", reminder_channels=["email", "in_page"])
    refresh_for_user(one.pk)
    lisbon = nine_oclock(follow_up.due_on, ZoneInfo("Europe/Lisbon"))
    assert rows(rule=rules.FOLLOW_UP_DUE) == {
        (rules.FOLLOW_UP_DUE, one, channel, lisbon) for channel in ("email", "in_page")
    }
    Reminder.objects.filter(rule=rules.FOLLOW_UP_DUE).delete()
    due.sent_at = timezone.now()
    due.save(force_insert=True)
    refresh_for_user(one.pk)
    top_up()
    assert Reminder.objects.filter(rule=rules.FOLLOW_UP_DUE, channel="email").count() == 1


def test_another_zone_is_noticed_when_nobody_says_so() -> None:
    one = officer(time_zone="Europe/Helsinki")
    follow_up = promise(one)
    before = Reminder.objects.count()
    User.objects.filter(pk=one.pk).update(time_zone="Europe/Lisbon")
    assert top_up() == before
    assert top_up() == 0
    lisbon = nine_oclock(follow_up.due_on, ZoneInfo("Europe/Lisbon"))
    assert rows(rule=rules.FOLLOW_UP_DUE) == {(rules.FOLLOW_UP_DUE, one, "email", lisbon)}


def test_a_supervisor_with_another_district_hears_of_that_one() -> None:
    north, south = make_district(), make_district()
    supervisor = make_supervisor(north)
    promise(make_officer(south), due_on=city_today() - timedelta(days=3))
    assert not Reminder.objects.filter(recipient=supervisor).exists()
    supervisor.districts.set([south])
    refresh_for_user(supervisor.pk)
    assert {row.rule for row in Reminder.objects.filter(recipient=supervisor)} == {rules.FOLLOW_UP_ESCALATED}


def test_a_concern_reaches_the_officers_of_the_affected_communities_around() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district(parent=city)
    near, far, other = make_officer(north), make_officer(south), make_officer(north)
    deputy, of_city = make_officer(north), make_officer(city)

    def lead(district: District, kind: str, officer: User, **fields: Any) -> None:
        make_organisation(district, kind=kind, lead_officer=officer, **fields)

    lead(north, "lgbt_organisation", near, deputy_officer=deputy)
    lead(south, "lgbt_organisation", far)
    lead(north, "school", other)
    declared = make_organisation(city, kind="ngo", lead_officer=of_city)
    declared.focus_declarations.create(focus="lgbti", declared_by="chair", declared_on=city_today())
    concern = Concern.objects.create(
        kinds=["threat"], received_at=timezone.now(), district=north, affected_focuses=["lgbti"]
    )
    notify("concern", concern.pk)
    told = set(Reminder.objects.values_list("recipient", flat=True))
    assert told == {near.pk, deputy.pk, of_city.pk}


def test_a_broker_that_is_down_does_not_break_the_write(django_capture_on_commit_callbacks: Any) -> None:
    services.valkey.stop()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        plan(officer(), starts_at=timezone.now() + timedelta(minutes=30))
    assert len(callbacks) == 1
    assert Reminder.objects.count() == 1


def test_only_what_is_due_wakes_the_worker(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        plan(officer())
    assert callbacks == []


def zone_where_it_is_four_in_the_morning() -> str:
    offset = 4 - timezone.now().astimezone(UTC).hour
    offset = offset if offset >= -12 else offset + 24
    return f"Etc/GMT{-offset:+d}"  # with inverted sign


def test_a_promise_for_today_written_before_nine_is_told_at_once_and_once() -> None:
    zone = zone_where_it_is_four_in_the_morning()
    owner = officer(time_zone=zone)
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    follow_up = promise(owner, due_on=today, first_due_on=today)
    at_once = {(rules.FOLLOW_UP_WRITTEN, owner, "email", follow_up.created_at)}
    assert rows(rule=rules.FOLLOW_UP_WRITTEN) == at_once
    assert rows(rule=rules.FOLLOW_UP_DUE) != set()
    FollowUp.objects.filter(pk=follow_up.pk).update(title="Call back soon")
    refresh_reminders("follow_up", follow_up.pk)
    top_up()
    assert rows(rule=rules.FOLLOW_UP_WRITTEN) == at_once
    FollowUp.objects.filter(pk=follow_up.pk).update(due_on=today + timedelta(days=2))
    refresh_reminders("follow_up", follow_up.pk)
    assert rows(rule=rules.FOLLOW_UP_WRITTEN) == set()
