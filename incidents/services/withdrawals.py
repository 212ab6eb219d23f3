"""Withdraw an incident: it was opened by mistake, or is the same event as another. Both can be undone.

An incident in which nothing was found is closed instead, and stays counted.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act
from accounts.services.acts import ask
from audit.models import Op
from contacts.services.changes import lock
from incidents.codes import IncidentStatus, Result, StepStatus, WithdrawalReason
from incidents.models import Incident, IncidentConcern
from incidents.models.incident import IncidentQuerySet
from incidents.policies import can_decide_incident, can_write_incident
from incidents.queries.step_plans import concerns_of, who_opened
from incidents.services.incidents import AlreadyWithdrawn, refuse_withdrawn, write_incident
from incidents.services.moves import (
    correct_steps_of_other_place,
    create_report_backs,
    erase_report_backs,
    replan,
)
from incidents.services.planned_steps import add_steps, pass_on, settle_steps
from lib.conflicts import check_version
from lib.row_context import acting_as, writes
from meetings.models import Concern
from meetings.services import concerns

ALONE_FOR: Final = timedelta(minutes=60)  # afterwards a second supervisor has to agree
UNDO_FOR: Final = timedelta(minutes=10)


@writes
def withdraw_incident(
    *,
    actor: Actor,
    incident_id: UUID,
    reason: str,
    same_as_id: UUID | None = None,
    version: int | None = None,
) -> Incident:
    """Withdraw an incident, or ask a second supervisor to agree if it was opened more than an hour ago.

    Its open steps are withdrawn, and its concerns are to be answered again. With the reason “same event”,
    its concerns join the incident `same_as_id` instead, where an organisation that was reached counts as
    reached.

    Raises DoesNotExist if the actor does not see one of them, PermissionDenied (`can_withdraw`),
    StaleVersion, AlreadyWithdrawn, and ValidationError by field.
    """
    with acting_as(actor):
        incident, kept_incident = _lock_pair(Incident.objects.visible_to(actor), incident_id, same_as_id)
    moment = timezone.now()
    refuse_withdrawn(incident)
    if not can_withdraw(actor, incident, moment) or (
        kept_incident and not can_write_incident(actor, kept_incident)
    ):
        raise PermissionDenied
    check_version(incident.version, version)
    if incident.withdrawal_reason:
        raise ValidationError(
            _("A supervisor has already asked for this. Decide under “Waiting”."), code="asked"
        )
    _validate(incident, reason, kept_incident)
    incident.withdrawal_reason, incident.same_as = reason, kept_incident
    incident.withdrawn_by_id = actor.id if actor.kind == "user" else None
    if needs_second_person(incident, moment):
        write_incident(actor, incident, ["withdrawal_reason"])
        ask(actor, Act.WITHDRAWAL, subject=incident.pk, districts=[incident.district])
    else:
        _withdraw(actor, incident, kept_incident, moment)
    return incident


def can_withdraw(actor: Actor, incident: Incident, moment: datetime) -> bool:
    """Whether the actor can withdraw an incident, or ask for it: its supervisors.

    In the first hour, so can the user who opened it, while no one was reached.
    """
    if can_decide_incident(actor, incident):
        return True
    if needs_second_person(incident, moment) or not can_write_incident(actor, incident):
        return False
    was_reached = vars(incident).get("was_reached")  # of an incident read for its page
    if was_reached is None:
        was_reached = incident.reassurances.filter(result=Result.REACHED).exists()
    return actor.id is not None and who_opened(incident) == actor.id and not was_reached


def needs_second_person(incident: Incident, moment: datetime) -> bool:
    return moment - incident.created_at > ALONE_FOR


def confirm_withdrawal(actor: Actor, proposed: Incident) -> None:
    """Withdraw an incident as a supervisor has asked. Raises as `withdraw_incident`."""
    incident, kept_incident = _lock_pair(Incident.objects.all(), proposed.pk, proposed.same_as_id)
    is_visible = Incident.objects.visible_to(actor).filter(pk=incident.pk).exists()
    if not is_visible or not can_decide_incident(actor, incident):
        raise PermissionDenied
    refuse_withdrawn(incident)
    _validate(incident, incident.withdrawal_reason, kept_incident)
    _withdraw(actor, incident, kept_incident, timezone.now())


def reject_withdrawal(actor: Actor, proposed: Incident) -> None:
    """Keep an incident that a supervisor has asked to withdraw."""
    incident = lock(Incident.objects.all(), [proposed.pk], stays=True)[proposed.pk]
    if incident.withdrawal_reason and incident.status != IncidentStatus.WITHDRAWN:
        _clear(incident)
        write_incident(actor, incident, ["withdrawal_reason"])


@writes
def undo_withdrawal(
    *, actor: Actor, incident_id: UUID, version: int, same_as_version: int | None = None
) -> Incident:
    """Undo a withdrawal within 10 minutes. The report-backs that it created are erased.

    Raises DoesNotExist, PermissionDenied, StaleVersion if one of the incidents was changed since, and
    ValidationError.
    """
    incident, kept_incident, moment = _lock_withdrawn(actor, incident_id)
    is_own = actor.id is not None and actor.id == incident.withdrawn_by_id
    if not can_write_incident(actor, incident) or not (is_own or can_decide_incident(actor, incident)):
        raise PermissionDenied
    check_version(incident.version, version)
    if kept_incident:
        check_version(kept_incident.version, same_as_version)
    if timezone.now() - moment > UNDO_FOR:
        raise ValidationError(_("It is too late to undo this. Reopen the incident."), code="too_late")
    erase_report_backs(actor, incident, moment)
    if kept_incident:
        settled = kept_incident.steps.filter(status=StepStatus.DONE, recorded_at__gte=moment)
        settled.update(status=StepStatus.OPEN, note="", done_by=None, done_at=None, recorded_at=None)
    _restore(actor, incident, kept_incident, moment)
    return incident


@writes
def reopen_withdrawn(*, actor: Actor, incident_id: UUID) -> Incident:
    """Reopen a withdrawn incident, with its concerns and steps. Follow-ups stay.

    Raises DoesNotExist, PermissionDenied unless the actor decides in it, and ValidationError.
    """
    incident, kept_incident, moment = _lock_withdrawn(actor, incident_id)
    if not can_decide_incident(actor, incident):
        raise PermissionDenied
    _restore(actor, incident, kept_incident, moment)
    pass_on(actor, incident, incident.steps.open().to_pass_on())
    return incident


def _lock_pair(
    rows: IncidentQuerySet, incident_id: UUID, same_as_id: UUID | None
) -> tuple[Incident, Incident | None]:
    """Lock both incidents in the order of their IDs, then their concerns. Raises DoesNotExist.

    All of them stay in their districts, and a writer of a concern may wait for its incident.
    """
    wanted_ids = [pk for pk in (incident_id, same_as_id) if pk]
    incidents = lock(rows, wanted_ids, stays=True)
    if incidents.keys() != set(wanted_ids):
        raise Incident.DoesNotExist
    links = IncidentConcern.objects.filter(incident__in=wanted_ids).values_list("concern", flat=True)
    lock(Concern.objects.all(), list(links), stays=True)
    return incidents[incident_id], incidents[same_as_id] if same_as_id else None


def _lock_withdrawn(actor: Actor, incident_id: UUID) -> tuple[Incident, Incident | None, datetime]:
    """Lock a withdrawn incident and the one that has its concerns. Return both, and when it was withdrawn."""
    with acting_as(actor):
        same_as_id = Incident.objects.visible_to(actor).get(pk=incident_id).same_as_id
    incident, kept_incident = _lock_pair(Incident.objects.all(), incident_id, same_as_id)
    if incident.withdrawn_at is None:
        raise ValidationError(_("This incident is not withdrawn."), code="not_withdrawn")
    return incident, kept_incident, incident.withdrawn_at


def _validate(incident: Incident, reason: str, kept_incident: Incident | None) -> None:
    if incident.status == IncidentStatus.CLOSED:
        raise ValidationError(_("This incident is closed. Reopen it first."), code="closed")
    if reason not in WithdrawalReason.values:
        raise ValidationError({"reason": _("Choose why the incident is withdrawn.")})
    if reason == WithdrawalReason.MISTAKE:
        if kept_incident:
            raise ValidationError({"same_as": _("Choose an incident only if it is the same event.")})
        return
    if kept_incident is None or kept_incident.pk == incident.pk:
        raise ValidationError({"same_as": _("Choose the other incident.")})
    refuse_withdrawn(kept_incident)
    if kept_incident.status == IncidentStatus.CLOSED:
        raise ValidationError({"same_as": _("That incident is closed. Reopen it first.")})
    if incident.same_events.filter(status=IncidentStatus.WITHDRAWN).exists():
        text = _("Another incident was merged into this one. Merge the other one into this one instead.")
        raise ValidationError({"same_as": text})


def _withdraw(actor: Actor, incident: Incident, kept_incident: Incident | None, moment: datetime) -> None:
    """Withdraw a locked and validated incident, and move its concerns to the other, if there is one."""
    incident.status, incident.withdrawn_at = IncidentStatus.WITHDRAWN, moment
    settle_steps(actor, incident.steps.open(), StepStatus.WITHDRAWN, at=moment)
    reports = concerns_of(incident)
    if kept_incident:
        links = IncidentConcern.objects.filter(incident=incident)
        links.update(incident=kept_incident, merged_from=incident)
    else:
        create_report_backs(actor, incident, _("Report back: it was no incident"))
    write_incident(actor, incident, ["status", "withdrawal_reason"], op=Op.ARCHIVED)
    for concern in reports:
        concerns.name_incident(actor, concern)
    if kept_incident:
        kept_incident.started_at = min(kept_incident.started_at, incident.started_at)
        correct_steps_of_other_place(actor, kept_incident)
        add_steps(actor, kept_incident)
        _settle_what_was_done(actor, incident, kept_incident)
        write_incident(actor, kept_incident, ["concerns", "steps"])


def _settle_what_was_done(actor: Actor, incident: Incident, kept_incident: Incident) -> None:
    """Settle open steps of the other incident that were done in this one: reached once is reached.

    The calls and steps of this incident stay, and both pages show them.
    """
    note = _("Done in the other incident of this event.")
    for step in incident.steps.filter(status=StepStatus.DONE).select_related("step").in_order():
        same_step = Q(step=step.step_id)
        if step.organisation_id:
            same_step |= Q(step__proof=step.step.proof, step__each=step.step.each)
        open_steps = kept_incident.steps.open().filter(same_step, organisation=step.organisation_id)
        settle_steps(actor, open_steps, note=note, at=step.done_at)


def _restore(actor: Actor, incident: Incident, kept_incident: Incident | None, moment: datetime) -> None:
    """Give a locked incident back the concerns and open steps that it had when it was withdrawn."""
    IncidentConcern.objects.filter(merged_from=incident).update(incident=incident, merged_from=None)
    reports = concerns_of(incident)
    if not reports:
        raise AlreadyWithdrawn(_("Its concerns belong to another incident by now."), code="taken")
    withdrawn_steps = incident.steps.filter(status=StepStatus.WITHDRAWN, done_at=moment)
    withdrawn_steps.update(status=StepStatus.OPEN, note="", done_by=None, done_at=None, recorded_at=None)
    _clear(incident)
    incident.status, incident.reopened_at = IncidentStatus.OPEN, timezone.now()
    add_steps(actor, incident)
    write_incident(actor, incident, ["status", "withdrawal_reason"])
    for concern in reports:
        concerns.name_incident(actor, concern)
    if kept_incident:
        starts = [report.received_at for report in concerns_of(kept_incident)]
        kept_incident.started_at = min(starts, default=kept_incident.started_at)
        if kept_incident.is_under_way:
            replan(actor, kept_incident)
        write_incident(actor, kept_incident, ["concerns", "steps"])


def _clear(incident: Incident) -> None:
    incident.withdrawal_reason, incident.same_as = "", None
    incident.withdrawn_by, incident.withdrawn_at = None, None
