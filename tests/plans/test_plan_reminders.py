"""Owners and keepers are reminded of a plan; nobody is reminded of a missed target."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from lib.days import city_today
from plans.reminders import Plans
from plans.rules import LATE_DAYS, plan_reminders
from plans.services.goals import save_action
from plans.services.milestones import save_milestone, tick_milestone
from reminders.models import Reminder
from reminders.rules import Recipient
from tests.factories import make_district, make_officer, make_supervisor
from tests.plans.making import Planned
from tests.plans.test_plan_pages import page, signed_in

ZONE = ZoneInfo("Europe/Madrid")
DAY = date(2026, 6, 10)


def person(number: int) -> Recipient:
    return Recipient(UUID(int=number), frozenset({"email"}), ZONE)


def test_who_is_told_when() -> None:
    owner, keeper = person(1), person(2)
    told = []
    for days in range(-31, 12):
        now = datetime(2026, 6, 10, 7, tzinfo=ZONE) + timedelta(days=days)
        about: dict[str, Any] = {"keepers": [keeper], "review_on": date(2026, 7, 10)}
        about["due"] = {owner: [DAY, DAY], None: [DAY + timedelta(days=3)]}
        for one in plan_reminders(**about, values_on=[DAY], now=now):
            local = one.at.astimezone(ZONE)
            assert local.hour == 9
            told.append((one.rule, one.recipient_id.int, (local.date() - DAY).days))
    assert set(told) == {
        ("milestone_due", 1, -1),
        ("milestone_due", 1, 0),
        ("milestone_due", 1, 1),
        ("milestone_late_keeper", 2, LATE_DAYS),
        ("milestone_late_keeper", 2, LATE_DAYS + 3),  # assigned to no one
        ("review_due", 2, 0),
        ("value_due", 2, 0),
    }


@pytest.mark.django_db
def test_a_milestone_that_is_done_reminds_nobody() -> None:
    planned = Planned()
    row = planned.milestone("Refresher", due_on=city_today() + timedelta(days=3))
    reminders = Reminder.objects.filter(subject_type="plan", recipient=planned.owner)
    assert not reminders.exists(), "a draft asks nothing"
    planned.adopt()
    assert {one.rule for one in reminders} == {"milestone_due"}
    found = dict(Plans().occurrences([planned.plan.pk], timezone.now()))
    assert planned.plan.pk in found
    other = save_action(**planned.about, goal_id=planned.goal.pk, title="Assigned to no one")
    save_milestone(
        **planned.about, action_id=other.pk, title="Begun", due_on=city_today() - timedelta(days=LATE_DAYS)
    )
    tick_milestone(**planned.owned, milestone_id=row.pk)
    rules = {one.rule for _pk, one in Plans().occurrences([planned.plan.pk], timezone.now())}
    assert "milestone_late_keeper" in rules
    assert planned.owner.pk not in {
        one.recipient_id for _pk, one in Plans().occurrences([planned.plan.pk], timezone.now())
    }


@pytest.mark.django_db
def test_the_words_name_own_milestones_only_to_who_sees_the_plan() -> None:
    planned = Planned()
    planned.milestone("Refresher", due_on=city_today() - timedelta(days=9))
    planned.adopt()
    subject, ids = Plans(), [planned.plan.pk]
    [own] = subject.rows_visible_to(actor_for(planned.owner), ids).values()
    assert subject.words("milestone_due", own) == ("Milestones of your actions are due", ["Refresher"])
    [kept] = subject.rows_visible_to(planned.actor, ids).values()
    assert subject.words("milestone_due", kept)[1] == []
    assert subject.words("milestone_late_keeper", kept)[1] == ["Refresher"]
    assert subject.words("review_due", kept)[1] == [planned.plan.title]
    assert subject.rows_visible_to(actor_for(make_officer(make_district())), ids) == {}


@pytest.mark.django_db
def test_supervisors_are_told_once_the_keeper_has_left() -> None:
    planned = Planned()
    planned.milestone("Refresher", due_on=city_today() - timedelta(days=LATE_DAYS))
    planned.adopt()
    other, near = make_supervisor(planned.city), make_supervisor(planned.south)
    subject, ids = Plans(), [planned.plan.pk]

    def told() -> set[UUID]:
        found = subject.occurrences(ids, timezone.now())
        return {one.recipient_id for _pk, one in found if one.rule == "milestone_late_keeper"}

    assert told() == {planned.keeper.pk}
    type(other).objects.filter(pk=planned.keeper.pk).update(is_active=False)
    assert told() == {other.pk} and near.pk not in told()
    [row] = subject.rows_visible_to(actor_for(other), ids).values()
    assert subject.words("milestone_late_keeper", row) == ("Milestones of a plan are late", ["Refresher"])
    text = page(signed_in(other), "plan", planned.plan.pk)
    assert "has left" in text, "and the page says so"
