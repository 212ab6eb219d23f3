"""Record results of one's own incidents for 60 minutes after a duty shift. Nothing is read or shown.

An officer whose shift ends during a call still sends the result. These services build an actor that sees the
one incident, and no page or list gets that actor.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts import rules
from accounts.actors import Actor
from accounts.models import DutyShift, ShiftAnswer, ShiftDistrict
from contacts.models import Organisation
from districts.models import District
from incidents.models import Incident, IncidentStep
from incidents.queries.step_plans import who_opened
from incidents.services.reassurances import record_reassurance
from incidents.services.steps import mark_step
from lib.row_context import writes

RECORDED_WITHIN: Final = timedelta(minutes=60)


@writes
def record_call_after_shift(
    *, actor: Actor, incident_id: UUID, organisation_id: UUID | None, **fields: Any
) -> DutyShift:
    """Record a call or visit in an incident of the actor's shift that has ended, and return the shift.

    Raises DoesNotExist as `_shift_and_recorder` and for a protected location. Otherwise raises as
    `record_reassurance`.
    """
    shift, recorder = _shift_and_recorder(actor, incident_id)
    _refuse_protected(organisation_id)
    record_reassurance(actor=recorder, incident_id=incident_id, organisation_id=organisation_id, **fields)
    return shift


@writes
def mark_step_after_shift(
    *, actor: Actor, incident_id: UUID, step_id: UUID, note: str = "", case_reference: str = ""
) -> DutyShift:
    """Mark a step as done in an incident of the actor's shift that has ended, and return the shift.

    Raises DoesNotExist as `record_call_after_shift`. Otherwise raises as `mark_step`.
    """
    shift, recorder = _shift_and_recorder(actor, incident_id)
    _refuse_protected(IncidentStep.objects.get(incident=incident_id, pk=step_id).organisation_id)
    mark_step(
        actor=recorder,
        incident_id=incident_id,
        step_id=step_id,
        note=note,
        case_reference=case_reference,
    )
    return shift


def _shift_and_recorder(actor: Actor, incident_id: UUID) -> tuple[DutyShift, Actor]:
    """Return the actor's shift that ended in the last 60 minutes, and an actor who sees one incident.

    Raises DoesNotExist if there is no such shift or a supervisor has questioned it, if the incident was
    outside its districts or is not the actor's own, or if the actor is excluded from the incident.
    """
    moment = timezone.now()
    ended = Q(ended_at__isnull=True, ends_at__lte=moment) | Q(ended_at__lte=moment)
    shifts = DutyShift.objects.of_user(actor.id).filter(ended, ends_at__gt=moment - RECORDED_WITHIN)
    shifts = shifts.exclude(shift_districts__answer=ShiftAnswer.QUESTION)
    for shift in shifts.order_by("-starts_at") if actor.role == rules.OFFICER else ():
        recorder = _recorder(actor, shift, incident_id)
        incident = Incident.objects.visible_to(recorder).filter(pk=incident_id).first()
        is_in_time = moment - shift.until < RECORDED_WITHIN
        if incident and is_in_time and _is_own(actor.id, incident, shift.starts_at, shift.until):
            return shift, recorder
    raise Incident.DoesNotExist


def _recorder(actor: Actor, shift: DutyShift, incident_id: UUID) -> Actor:
    rows = ShiftDistrict.objects.filter(shift=shift, since__lte=shift.until).select_related("district")
    districts = District.objects.under(*(row.district for row in rows))
    return replace(
        actor,
        district_ids=frozenset(districts.values_list("pk", flat=True)),
        purpose=rules.duty_purpose(shift.reason),
        recording_in=incident_id,
    )


def _is_own(user_id: UUID | None, incident: Incident, since: datetime, until: datetime) -> bool:
    """Whether the user opened the incident, called or did a step in it between these moments."""
    if since <= incident.created_at <= until and who_opened(incident) == user_id:
        return True
    span = (since, until)
    return (
        incident.reassurances.filter(by=user_id, recorded_at__range=span).exists()
        or incident.steps.filter(done_by=user_id, recorded_at__range=span).exists()
        or incident.calls_in_progress.filter(user=user_id, at__range=span).exists()
    )


def _refuse_protected(organisation_id: UUID | None) -> None:
    """Raise DoesNotExist for an organisation whose location is protected."""
    protected = Organisation.objects.with_protected_location()
    if organisation_id and protected.filter(pk=organisation_id).exists():
        raise Organisation.DoesNotExist
