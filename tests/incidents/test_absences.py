"""Steps of whoever is away, left or no longer has access pass to lead, deputy, supervisor; each told once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import DutyShift, User
from accounts.services.users import edit_preferences, edit_user, set_absence
from audit.models import Event
from incidents.models import Incident
from incidents.rules import reminders
from incidents.services.absences import pass_on_unattended_steps
from incidents.services.steps import decline_step, take_over
from lib.days import city_today
from meetings.services.shifts import begin_shift, end_shift
from reminders.models import Reminder
from tests.factories import make_actor, make_district, make_officer, make_supervisor
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db


def owners(incident: Incident) -> set[User | None]:
    return {step.owner for step in incident.steps.open().select_related("owner")}


def given(incident: Incident, user: User) -> int:
    rows = Reminder.objects.filter(subject_id=incident.pk, recipient=user, rule=reminders.INCIDENT_GIVEN)
    return rows.filter(channel="email").count()


def test_steps_pass_on_when_a_shift_ends_early_or_in_time() -> None:
    night, visitor = Night(), make_officer(make_district())
    begin_shift(actor=actor_for(visitor), districts=[night.district], reason="night_duty", hours=8)
    incident = night.incident(actor=actor_for(visitor))
    call = night.step(incident, "reassurance", night.place)
    assert call.owner == visitor and pass_on_unattended_steps() == 0
    before = given(incident, night.lead)
    end_shift(actor=actor_for(visitor))
    assert pass_on_unattended_steps() == 3
    call.refresh_from_db()
    assert (call.owner, visitor in owners(incident)) == (night.lead, False)
    assert given(incident, night.lead) == before + 1
    event = Event.objects.filter(object_type="incident").latest("pk")
    assert (event.actor_kind, event.field_names) == ("system", ["steps"])
    assert pass_on_unattended_steps() == 0 and given(incident, night.lead) == before + 1

    begin_shift(actor=actor_for(visitor), districts=[night.district], reason="incident", hours=1)
    take_over(actor=actor_for(visitor), incident_id=incident.pk, step_id=call.pk, owner_id=night.lead.pk)
    past = timezone.now() - timedelta(hours=2)
    DutyShift.objects.filter(ended_at__isnull=True).update(starts_at=past, ends_at=past + timedelta(hours=1))
    assert pass_on_unattended_steps() == 1


def test_at_a_shifts_end_what_can_wait_goes_to_an_officer_of_the_district_never_to_a_supervisor() -> None:
    night = Night(lead_officer=None)
    night.other.lead_officer = None
    night.other.save()
    begin_shift(actor=night.actor(), districts=[make_district()], reason="night_duty", hours=8)
    incident = night.incident()
    visit = night.step(incident, "visit", night.place)
    incident.steps.update(due_at=timezone.now() + timedelta(days=3))
    end_shift(actor=night.actor())
    DutyShift.objects.update(ends_at=timezone.now())
    pass_on_unattended_steps()
    visit.refresh_from_db()
    assert visit.owner == night.lead, "the other officer of the district"
    of_supervisors = incident.steps.open().filter(owner=night.supervisor)
    assert set(of_supervisors.values_list("step__who", flat=True)) <= {"supervisor", "city_supervisor", ""}


def test_steps_pass_to_the_deputy_while_the_lead_is_away_and_to_a_supervisor_when_both_are() -> None:
    deputy = make_officer(district := make_district())
    night = Night(district, deputy_officer=deputy)
    incident = night.incident()
    visit = night.step(incident, "visit", night.place)
    assert visit.owner == night.lead
    tomorrow, today = city_today() + timedelta(days=1), city_today()
    edit_preferences(actor=night.actor(night.lead), absent_until=today)
    assert pass_on_unattended_steps() == 0  # back today
    edit_preferences(actor=night.actor(night.lead), absent_until=tomorrow)
    pass_on_unattended_steps()
    visit.refresh_from_db()
    assert visit.owner == deputy
    set_absence(actor=night.actor(night.supervisor), user_id=deputy.pk, until=tomorrow)
    pass_on_unattended_steps()
    assert owners(incident) == {night.duty, night.supervisor}
    second = night.incident(received_at=timezone.now() - timedelta(hours=30))
    assert night.lead not in owners(second)
    set_absence(actor=night.actor(night.supervisor), user_id=night.supervisor.pk, until=tomorrow)
    assert pass_on_unattended_steps() == 0  # somebody who is away is better than nobody
    here = make_supervisor(night.district)
    pass_on_unattended_steps()
    assert owners(incident) == {night.duty, here}


def test_only_oneself_and_a_supervisor_of_the_district_say_that_somebody_is_away() -> None:
    officer = make_officer(district := make_district())
    until: dict[str, Any] = {"user_id": officer.pk, "until": city_today() + timedelta(days=3)}
    for refused in (make_officer(district), make_supervisor(make_district())):
        with pytest.raises(PermissionDenied):
            set_absence(actor=actor_for(refused), **until)
    with pytest.raises(ValidationError, match="year"):
        set_absence(actor=actor_for(officer), user_id=officer.pk, until=date(9026, 1, 1))
    supervisor = actor_for(make_supervisor(district))
    assert set_absence(actor=supervisor, **until).is_away
    event = Event.objects.latest("pk")
    assert (event.object_ids, event.field_names, event.actor_id) == (
        [officer.pk],
        ["absent_until"],
        supervisor.id,
    )


def test_steps_of_a_deactivated_account_and_of_nobody_find_an_owner() -> None:
    night = Night()
    incident = night.incident()
    make_actor(role="administrator")
    edit_user(actor=SYSTEM, user_id=night.lead.pk, is_active=False)
    incident.steps.filter(owner=night.duty).update(owner=None)
    pass_on_unattended_steps()
    assert owners(incident) == {night.duty, night.supervisor}  # who logged it is next in order
    assert given(incident, night.supervisor) == 1  # when it opened: an officer's steps go to an officer


def test_a_step_that_nobody_else_can_take_stays_with_its_owner() -> None:
    night = Night()
    incident = night.incident()
    words = night.step(incident, "words")
    about: dict[str, Any] = {"actor": night.actor(night.supervisor), "incident_id": incident.pk}
    with pytest.raises(ValidationError, match="No one else"):
        decline_step(**about, step_id=words.pk)
    second = make_supervisor(night.district)
    decline_step(**about, step_id=words.pk)
    words.refresh_from_db()
    assert words.owner == second
