"""One hand-over at the end of a shift: all open steps move, each to someone, and the shift ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import DutyShift, ShiftDistrict, User
from districts.models import District
from incidents.models import Incident, IncidentStep, ShiftHandover, StepHandover
from incidents.services.absences import pass_on_unattended_steps
from incidents.services.exclusions import exclude_user
from incidents.services.shift_handovers import AlreadyHandedOver, hand_over_shift, moves_of_shift
from incidents.services.steps import mark_seen, take_over
from reminders.models import Reminder
from tests.factories import make_district, make_officer
from tests.incidents.making import Night, zone_where_it_is

pytestmark = pytest.mark.django_db


def on_duty(user: User, *districts: District, hours: int = 8, begins: datetime | None = None) -> DutyShift:
    starts_at = begins or timezone.now() - timedelta(minutes=1)
    ends_at = starts_at + timedelta(hours=hours)
    shift = DutyShift.objects.create(user=user, reason="night_duty", starts_at=starts_at, ends_at=ends_at)
    for district in districts:
        ShiftDistrict.objects.create(shift=shift, district=district, since=starts_at, added_by=user)
    return shift


@pytest.fixture
def at_night(settings: Any) -> None:
    settings.TIME_ZONE = zone_where_it_is(1)


def owners(*incidents: Incident) -> set[Any]:
    rows = IncidentStep.objects.open().filter(incident__in=incidents).select_related("owner")
    return {step.owner for step in rows}


@pytest.mark.usefixtures("at_night")
def test_all_steps_of_all_incidents_move_and_what_the_next_cannot_take_follows_the_order() -> None:
    night, elsewhere = Night(), Night(make_district())
    visitor, following = make_officer(make_district()), make_officer(make_district())
    shift = on_duty(visitor, night.district, elsewhere.district)
    on_duty(following, night.district)
    first = night.incident(actor=actor_for(visitor))
    second = elsewhere.incident(actor=actor_for(visitor))
    planned = moves_of_shift(actor_for(visitor), shift, following.pk)
    got = {(moves.incident.pk, owner) for moves in planned for _step, owner in moves.moved}
    assert (first.pk, following.pk) in got and (second.pk, following.pk) not in got

    handover = hand_over_shift(actor=actor_for(visitor), shift=shift.pk, to=following.pk, note="Keys inside")
    shift.refresh_from_db()
    assert shift.ended_at and visitor not in owners(first, second)
    assert following in owners(first) and elsewhere.lead in owners(second)
    noticed = Reminder.objects.filter(recipient=following, channel="email")
    assert set(noticed.values_list("rule", flat=True)) & {"incident_given", "shift_handed_over"} == {
        "shift_handed_over"
    }, "a hand-over is named as one"
    moved = StepHandover.objects.filter(shift_handover=handover)
    assert {(row.step.incident_id, row.after_id) for row in moved.select_related("step")} == got
    assert set(moved.values_list("by", flat=True)) == {visitor.pk}


@pytest.mark.usefixtures("at_night")
def test_a_colleague_whose_shift_begins_within_two_hours_gets_and_keeps_the_steps() -> None:
    night, visitor, following = Night(), make_officer(make_district()), make_officer(make_district())
    shift = on_duty(visitor, night.district)
    on_duty(following, night.district, begins=timezone.now() + timedelta(minutes=90))
    incident = night.incident(actor=actor_for(visitor))
    hand_over_shift(actor=actor_for(visitor), shift=shift.pk, to=following.pk)
    assert following in owners(incident)
    pass_on_unattended_steps()
    assert following in owners(incident)


@pytest.mark.usefixtures("at_night")
def test_steps_as_lead_officer_stay_unless_they_are_due_before_the_morning() -> None:
    night = Night()
    shift, following = on_duty(night.lead, night.district), make_officer(night.district)
    incident = night.incident(actor=night.actor(night.lead))
    case = night.step(incident, "case_reference")
    hand_over_shift(actor=night.actor(night.lead), shift=shift.pk, to=following.pk)
    case.refresh_from_db()
    assert case.owner == following
    assert night.step(incident, "visit", night.place).owner == night.lead


@pytest.mark.usefixtures("at_night")
def test_a_hand_over_to_oneself_to_somebody_inactive_or_excluded_is_refused() -> None:
    night, visitor = Night(), make_officer(make_district())
    shift = on_duty(visitor, night.district)
    incident = night.incident(actor=actor_for(visitor))
    exclude_user(actor=night.actor(night.supervisor), incident_id=incident.pk, user_id=night.lead.pk)
    inactive = make_officer(night.district)
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    administrator = make_officer(night.district)
    User.objects.filter(pk=administrator.pk).update(role="administrator")
    for colleague in (visitor, inactive, administrator, night.lead):
        with pytest.raises(ValidationError) as refused:
            hand_over_shift(actor=actor_for(visitor), shift=shift.pk, to=colleague.pk)
        assert set(refused.value.error_dict) == {"to"}
    with pytest.raises(ValidationError):
        hand_over_shift(actor=actor_for(visitor), shift=shift.pk, to=night.duty.pk, note="x" * 501)
    with pytest.raises(DutyShift.DoesNotExist):
        hand_over_shift(actor=night.actor(), shift=shift.pk, to=night.lead.pk)
    assert not ShiftHandover.objects.exists() and visitor in owners(incident)
    hand_over_shift(actor=actor_for(visitor), shift=shift.pk, to=night.duty.pk)
    with pytest.raises(AlreadyHandedOver):
        hand_over_shift(actor=actor_for(visitor), shift=shift.pk, to=night.duty.pk)


@pytest.mark.usefixtures("at_night")
def test_a_shift_that_is_not_handed_over_leaves_its_steps_to_the_order_of_duty() -> None:
    night = Night()
    planned, following = make_officer(night.district), make_officer(make_district())
    shift = on_duty(planned, night.district)
    incident = night.incident(actor=actor_for(planned))
    on_duty(following, night.district)
    case = night.step(incident, "case_reference")
    assert case.owner == planned and pass_on_unattended_steps() == 0
    DutyShift.objects.filter(pk=shift.pk).update(ended_at=timezone.now())
    assert pass_on_unattended_steps() > 0
    assert planned not in owners(incident) and following in owners(incident)
    case.refresh_from_db()
    take_over(actor=actor_for(planned), incident_id=incident.pk, step_id=case.pk, owner_id=case.owner_id)
    assert pass_on_unattended_steps() == 0, "what one takes after the shift stays"


@pytest.mark.usefixtures("at_night")
def test_an_urgent_step_that_nobody_has_seen_moves_after_20_minutes_and_only_to_somebody_on_duty() -> None:
    night, visitor, other = Night(), make_officer(make_district()), make_officer(make_district())
    on_duty(visitor, night.district)
    incident = night.incident(actor=night.actor())
    call = night.step(incident, "reassurance", night.place)
    assert call.owner == visitor and call.seen_at is None

    def minutes_pass(minutes: int) -> int:
        given_at = timezone.now() - timedelta(minutes=minutes)
        incident.steps.filter(owner=visitor).update(given_at=given_at)
        return pass_on_unattended_steps()

    assert minutes_pass(21) == 0, "no one else is on duty"
    on_duty(other, night.district)
    assert minutes_pass(19) == 0 and minutes_pass(21) > 0
    call = night.step(incident, "reassurance", night.place)
    assert (call.owner, call.seen_at) == (other, None)
    mark_seen(actor=actor_for(other), incident=incident)
    call.refresh_from_db()
    assert call.seen_at
    incident.steps.filter(owner=other).update(given_at=timezone.now() - timedelta(hours=1))
    assert pass_on_unattended_steps() == 0
