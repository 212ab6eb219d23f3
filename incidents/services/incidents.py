"""The writer of incidents: it sets version and status, and records event, change feed and reminders."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.services.change_feed import Kind, Link, lock_references, record_moves
from contacts.services.changes import lock
from incidents.codes import IncidentStatus, Proof
from incidents.models import Incident, IncidentClosing
from incidents.policies import can_decide_incident, can_write_incident, districts_of
from lib.conflicts import check_version
from lib.phone_numbers import phone_numbers
from lib.row_context import acting_as
from reminders.services.reminders import refresh_reminders

# Proofs of steps that are still to do while an incident is only monitored.
_MONITORED_PROOFS = (Proof.ASSESSMENT, Proof.DEBRIEF)
_VISIBILITY_FIELDS: Final = frozenset(
    {"district", "also_in", "excluded"}
)  # fields that decide who can see the incident


class AlreadyWithdrawn(ValidationError):
    """Another user withdrew the incident first."""


def refuse_withdrawn(incident: Incident) -> None:
    """Raise AlreadyWithdrawn if the incident is withdrawn."""
    if incident.status == IncidentStatus.WITHDRAWN:
        raise AlreadyWithdrawn(
            _("This incident is withdrawn. Nothing in it can be changed."), code="withdrawn"
        )


def refuse_phone_numbers(note: str) -> None:
    """Raise ValidationError if digits in the note of a call or step read as a phone number."""
    if phone_numbers(note):
        text = _("Remove the phone number from the note. It belongs in the case system.")
        raise ValidationError({"note": text}, code="phone_number")


def locked_incident(
    actor: Actor,
    incident_id: UUID,
    *,
    decides: bool = False,
    version: int | None = None,
    stays: bool = True,
) -> Incident:
    """Lock an incident until the transaction ends, and return it.

    `stays` means that the same people see it afterwards, so an edit of one of its concerns need not wait.
    Raises DoesNotExist if the actor cannot see it, PermissionDenied if the actor cannot edit it (or cannot
    decide in it, with `decides`), StaleVersion, AlreadyWithdrawn, and ValidationError if it is closed.
    """
    with acting_as(actor):
        incidents = lock(Incident.objects.visible_to(actor), [incident_id], stays=stays)
    if incident_id not in incidents:
        raise Incident.DoesNotExist
    incident = incidents[incident_id]
    if not (can_decide_incident if decides else can_write_incident)(actor, incident):
        raise PermissionDenied
    refuse_withdrawn(incident)
    if incident.status == IncidentStatus.CLOSED:
        raise ValidationError(_("This incident is closed. Reopen it first."), code="closed")
    check_version(incident.version, version)
    return incident


def write_incident(
    actor: Actor,
    incident: Incident,
    names: Collection[str],
    *,
    op: Op = Op.UPDATED,
    purpose: str = "",
    left_district_ids: Collection[UUID] = (),
) -> None:
    """Save a locked incident in its next version, and record which fields changed.

    The caller has validated it and written its steps. A new incident is saved already. `left_district_ids`
    are districts that the incident was in before.
    """
    if op != Op.CREATED:
        if incident.is_under_way:
            incident.status = _status_of(incident)
        incident.version += 1
        incident.updated_at = timezone.now()
        incident.save()
    if "status" in names:
        _record_closing(incident)
    lock_references(Incident, [incident.pk])
    district_ids = {*left_district_ids, *districts_of(incident)}
    action = {Op.CREATED: Action.CREATE, Op.ARCHIVED: Action.ARCHIVE}.get(op, Action.UPDATE)
    changed = Changed("incident", incident.pk, op, incident.version, district_ids, field_names=names)
    record_changes(actor, action, [changed], purpose=purpose)
    if _VISIBILITY_FIELDS & set(names):
        record_moves(actor, "incident", {incident.pk: district_ids}, purpose=purpose)
    refresh_reminders("incident", incident.pk)
    if "district" in names or "also_in" in names:
        refresh_reminders("move", incident.pk)


def _record_closing(incident: Incident) -> None:
    """Store when the incident was closed, or that it was reopened."""
    current_closing = IncidentClosing.objects.filter(incident=incident, reopened_at=None)
    if incident.closed_at is None:
        current_closing.update(reopened_at=incident.reopened_at)
    elif not current_closing.exists():
        IncidentClosing.objects.create(incident=incident, closed_at=incident.closed_at)


def _status_of(incident: Incident) -> str:
    """Return OPEN while a required step is open, apart from tension assessments and the debrief."""
    required = incident.steps.open().filter(step__required=True).exclude(step__proof__in=_MONITORED_PROOFS)
    return IncidentStatus.OPEN if required.exists() else IncidentStatus.MONITORING


def _districts_by_incident(incidents: Collection[Incident]) -> dict[UUID, set[UUID]]:
    prefetch_related_objects(list(incidents), "also_in")
    return {incident.pk: districts_of(incident) for incident in incidents}


INCIDENTS: Final = Kind(
    "incident",
    Incident,
    _districts_by_incident,
    links=(
        Link("incident", "organisation", "steps__organisation"),
        Link("incident", "organisation", "reassurances__organisation"),
        Link("incident", "concern", "concern_links__concern"),
        Link("concern", "incident", "incident_link__incident"),
    ),
)
