"""Reminders of a colleague who is away go to who shares their organisations, else to supervisors."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from accounts.services.users import set_absence
from lib.days import city_today
from meetings import rules
from meetings.models import FollowUp, FollowUpOrganisation
from meetings.reminders import FollowUps, Meetings
from reminders.models import Reminder
from reminders.services.reminders import refresh_for_user, refresh_reminders
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db


class Team:
    """A lead officer, a deputy and a supervisor of a district, and an organisation of theirs."""

    def __init__(self) -> None:
        self.district = make_district()
        self.lead, self.deputy = make_officer(self.district), make_officer(self.district)
        self.supervisor = make_supervisor(self.district)
        self.organisation = make_organisation(
            self.district, lead_officer=self.lead, deputy_officer=self.deputy
        )

    def promise(self, due_on: date, **fields: Any) -> FollowUp:
        made = FollowUp.objects.create(
            **{"owner": self.lead, "title": "Call back", "due_on": due_on, "first_due_on": due_on} | fields
        )
        FollowUpOrganisation.objects.create(follow_up=made, organisation=self.organisation)
        refresh_reminders("follow_up", made.pk)
        return made

    def away(self, user: User, days: int) -> None:
        set_absence(
            actor=actor_for(self.supervisor), user_id=user.pk, until=city_today() + timedelta(days=days)
        )
        refresh_for_user(user.pk)


def told(row: Any, rule: str) -> set[User]:
    return {one.recipient for one in Reminder.objects.filter(subject_id=row.pk, rule=rule)}


def in_days(days: int) -> date:
    return city_today() + timedelta(days=days)


def test_a_follow_up_of_somebody_away_reminds_the_deputy_until_its_owner_is_back() -> None:
    team = Team()
    soon, later = team.promise(in_days(2)), team.promise(in_days(6))
    assert told(soon, rules.FOLLOW_UP_DUE) == {team.lead}
    team.away(team.lead, 4)
    assert told(soon, rules.FOLLOW_UP_DUE) == {team.deputy}
    assert told(later, rules.FOLLOW_UP_DUE) == {team.lead}, "back by then"
    seen = FollowUps().rows_visible_to(actor_for(team.deputy), [soon.pk])[soon.pk]
    _title, lines = FollowUps().words(rules.FOLLOW_UP_DUE, seen)
    assert any(f"{team.lead.name} is away until" in line for line in lines)
    set_absence(actor=actor_for(team.supervisor), user_id=team.lead.pk, until=None)
    refresh_reminders("follow_up", soon.pk)
    assert told(soon, rules.FOLLOW_UP_DUE) == {team.lead}


def test_supervisors_are_reminded_if_the_deputy_is_away_too_or_does_not_see_it() -> None:
    team = Team()
    soon = team.promise(in_days(2))
    team.away(team.lead, 5)
    team.away(team.deputy, 5)
    refresh_reminders("follow_up", soon.pk)
    assert told(soon, rules.FOLLOW_UP_DUE) == {team.supervisor}
    team.away(team.deputy, 0)
    team.deputy.districts.set([make_district()])
    refresh_reminders("follow_up", soon.pk)
    assert told(soon, rules.FOLLOW_UP_DUE) == {team.supervisor}


def test_with_nobody_else_the_reminder_stays_with_who_is_away() -> None:
    district = make_district()
    alone = make_officer(district, absent_until=in_days(9))
    made = FollowUp.objects.create(owner=alone, title="Call", due_on=in_days(2), first_due_on=in_days(2))
    refresh_reminders("follow_up", made.pk)
    assert told(made, rules.FOLLOW_UP_DUE) == {alone}


def test_a_meeting_reminds_the_officers_who_are_here_else_their_stand_ins() -> None:
    team, second = Team(), make_officer()
    second.districts.add(team.district)
    meeting = make_meeting(
        team.district,
        team.organisation,
        officers=[team.lead, second],
        status="planned",
        starts_at=timezone.now() + timedelta(days=3),
        outcomes=[],
    )
    refresh_reminders("meeting", meeting.pk)
    assert told(meeting, rules.MEETING_DAY_BEFORE) == {team.lead, second}
    team.away(team.lead, 6)
    assert told(meeting, rules.MEETING_DAY_BEFORE) == {second}
    team.away(second, 6)
    assert told(meeting, rules.MEETING_DAY_BEFORE) == {team.deputy}
    seen = Meetings().rows_visible_to(actor_for(team.deputy), [meeting.pk])[meeting.pk]
    _title, lines = Meetings().words(rules.MEETING_DAY_BEFORE, seen)
    assert sum("is away until" in line for line in lines) == 2
    team.away(team.deputy, 6)
    refresh_reminders("meeting", meeting.pk)
    assert told(meeting, rules.MEETING_DAY_BEFORE) == {team.supervisor}


def test_an_escalation_goes_to_the_supervisors_who_are_here() -> None:
    team = Team()
    second = make_supervisor(team.district)
    late = team.promise(in_days(-6))
    FollowUp.objects.update(created_at=timezone.now() - timedelta(days=9))
    refresh_reminders("follow_up", late.pk)
    assert told(late, rules.FOLLOW_UP_ESCALATED) == {team.supervisor, second}
    team.away(second, 3)
    assert told(late, rules.FOLLOW_UP_ESCALATED) == {team.supervisor}
    team.away(team.supervisor, 3)
    refresh_reminders("follow_up", late.pk)
    assert told(late, rules.FOLLOW_UP_ESCALATED) == {team.supervisor, second}, "better than nobody"
