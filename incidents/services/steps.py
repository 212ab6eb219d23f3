"""Work on the steps of an incident: take over, pass on, mark as done, and reopen."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from incidents.codes import OF_A_RECORD, Proof, StepStatus
from incidents.models import Incident, IncidentStep
from incidents.policies import can_finish_step
from incidents.queries.step_plans import concerns_of
from incidents.services.incidents import locked_incident, refuse_phone_numbers, write_incident
from incidents.services.planned_steps import give_step, pass_on
from incidents.services.report_backs import mark_concerns_as_told
from lib.cleaning import assign
from lib.row_context import acting_as, writes
from meetings.services.concerns import edit_concern

SHORTEST_REASON: Final = 10  # characters
_NO_ONE_ELSE: Final = gettext_lazy("No one else can take this. Call your supervisor.")


class AlreadyTaken(ValidationError):
    """Another user took the step first. The message has their name."""


@writes
def take_over(*, actor: Actor, incident_id: UUID, step_id: UUID, owner_id: UUID | None) -> IncidentStep:
    """Make the actor the owner of an open step. `owner_id` is the owner shown to the actor.

    If two users take a step at once, the first gets it. Raises as `locked_incident`, DoesNotExist,
    AlreadyTaken, and ValidationError for a step that is not open or that only a supervisor can finish.
    """
    incident, step = _open_step(actor, incident_id, step_id)
    if step.owner_id == actor.id:
        return step
    _refuse_unless_able(actor, incident, step)
    if step.owner_id != owner_id:
        name = step.owner.name if step.owner else _("No one")
        raise AlreadyTaken(_("%(name)s has already taken this step.") % {"name": name}, code="taken")
    give_step(actor, step, actor.id, timezone.now()).save()
    step.save(update_fields=["owner", "given_at", "seen_at"])
    write_incident(actor, incident, ["steps"])
    return step


@writes
def decline_step(*, actor: Actor, incident_id: UUID, step_id: UUID) -> IncidentStep:
    """Pass on the actor's own step without a reason. Raises as `take_over`."""
    incident, step = _open_step(actor, incident_id, step_id)
    if step.owner_id != actor.id:
        raise ValidationError(_("This step is not yours."), code="not_yours")
    if not pass_on(actor, incident, [step], leaving=actor.id):
        raise ValidationError(_NO_ONE_ELSE, code="nobody_else")
    write_incident(actor, incident, ["steps"])
    return step


@writes
def mark_seen(*, actor: Actor, incident: Incident) -> None:
    """Record that the actor opened a visible incident and saw their open steps. The first time counts.

    It is no change of the incident: version and change feed stay as they are.
    """
    rows = IncidentStep.objects.open().filter(incident=incident, owner=actor.id, owner__isnull=False)
    rows.filter(seen_at__isnull=True).update(seen_at=timezone.now())


@writes
def mark_step(
    *,
    actor: Actor,
    incident_id: UUID,
    step_id: UUID,
    status: str = StepStatus.DONE,
    done_at: datetime | None = None,
    note: str = "",
    case_reference: str = "",
) -> IncidentStep:
    """Mark a step as done (at `done_at`, default: now) or as not needed.

    A required step needs a reason to be not needed. `case_reference` is stored on concerns without one.
    Raises as `take_over`, and ValidationError by field.
    """
    incident, step = _open_step(actor, incident_id, step_id)
    _refuse_unless_able(actor, incident, step)
    recorded_at = timezone.now()
    assign(step, {"status": status, "note": note, "done_at": done_at or recorded_at})
    _validate_marking(incident, step, case_reference)
    step.done_by_id, step.recorded_at = actor.id, recorded_at
    step.full_clean(
        exclude=["incident", "step", "organisation", "owner", "given_at", "escalate_at", "done_by"]
    )
    step.save()
    for concern in concerns_of(incident) if case_reference.strip() else ():
        if not concern.case_reference and actor.covers(concern.district_id):
            edit_concern(actor=actor, concern_id=concern.pk, case_reference=case_reference)
    if step.done_at and step.status == StepStatus.DONE:
        mark_concerns_as_told(actor, incident, step, None, step.done_at)
    write_incident(actor, incident, ["steps"])
    return step


@writes
def reopen_step(*, actor: Actor, incident_id: UUID, step_id: UUID, version: int | None = None) -> None:
    """Undo `mark_step`. Raises as `locked_incident`, and DoesNotExist."""
    incident = locked_incident(actor, incident_id, version=version)
    with acting_as(actor):
        step = (
            incident.steps.with_visible_organisation(actor)
            .exclude(step__proof__in=OF_A_RECORD)
            .get(pk=step_id)
        )
    told_at = step.done_at if step.status == StepStatus.DONE else None
    step.status, step.note = StepStatus.OPEN, ""
    step.done_at = step.recorded_at = step.done_by = None
    step.save()
    if told_at:
        mark_concerns_as_told(actor, incident, step, told_at, None)
    write_incident(actor, incident, ["steps"])


def _open_step(actor: Actor, incident_id: UUID, step_id: UUID) -> tuple[Incident, IncidentStep]:
    incident = locked_incident(actor, incident_id)
    with acting_as(actor):
        step = (
            incident.steps.with_visible_organisation(actor)
            .to_pass_on()
            .select_related("owner")
            .get(pk=step_id)
        )
    if not step.is_open:
        raise ValidationError(_("This step is no longer open."), code="not_open")
    return incident, step


def _refuse_unless_able(actor: Actor, incident: Incident, step: IncidentStep) -> None:
    if not can_finish_step(actor, incident, step):
        raise ValidationError(_("Only a supervisor can finish this step."), code="of_a_supervisor")


def _validate_marking(incident: Incident, step: IncidentStep, case_reference: str) -> None:
    moment = timezone.now()
    refuse_phone_numbers(step.note)
    if step.status == StepStatus.NOT_NEEDED:
        if step.step.required and len(step.note) < SHORTEST_REASON:
            raise ValidationError({"note": _("Enter why this step is not needed, in 10 characters or more.")})
        return
    if step.status != StepStatus.DONE:
        raise ValidationError({"status": _("Choose whether the step is done or not needed.")})
    if step.step.proof in OF_A_RECORD:
        raise ValidationError(_("This step is done by recording what it asks for."), code="of_a_record")
    if step.step.proof == Proof.CASE_REFERENCE and not (case_reference.strip() or step.note):
        raise ValidationError({"note": _("Enter the case number, or the unit it was handed to.")})
    if not step.done_at or not incident.started_at <= step.done_at <= moment:
        raise ValidationError({"done_at": _("Enter a time between the start of the incident and now.")})
