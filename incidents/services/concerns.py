"""Log and edit concerns, which may open or change an incident, and join concerns to an incident."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Op
from contacts.services.changes import lock
from districts.models import District
from incidents.codes import StepStatus
from incidents.models import Incident, IncidentConcern, Protocol
from incidents.models.incident import IncidentQuerySet
from incidents.policies import districts_of
from incidents.queries.step_plans import affected_organisations
from incidents.rules.steps import Candidate, matching_protocols
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.planned_steps import add_steps, pass_on, settle_steps
from lib.row_context import writes
from meetings.models import Concern
from meetings.policies import can_log_concern
from meetings.services import concerns
from meetings.services.concerns import NOTIFYING_FIELDS

SAME_WITHIN: Final = timedelta(hours=24)


@writes
def log_concern(*, actor: Actor, id: UUID | None = None, **fields: Any) -> Concern:
    """Create a concern, and the incident that a protocol opens for it. Raises as the concern's service does.

    If a similar incident of the same protocol began within a day, no incident opens. The concern's page then
    asks whether it is the same event.
    """
    concern = concerns.log_concern(actor=actor, id=id, **fields)
    protocol = next((candidate for candidate in protocols_for(concern) if candidate.opens_itself), None)
    if protocol and not possible_same_incidents(concern).filter(protocol__code=protocol.code).exists():
        _open_incident(actor, concern, protocol)
    return concern


@writes
def edit_concern(*, actor: Actor, concern_id: UUID, version: int | None = None, **fields: Any) -> Concern:
    """Change a concern. Newly affected organisations get steps. Raises as the concern's service does.

    Steps of organisations that are no longer affected stay, because a call may be agreed. If the
    concern moves to another district, its incident moves too, and their open steps are not needed.
    """
    before = concerns.locked_concern(actor, concern_id, fields).district
    joined = Incident.objects.under_way().filter(concern_links__concern=concern_id)
    ids = joined.values_list("pk", flat=True) if NOTIFYING_FIELDS & fields.keys() else ()
    incident = next(iter(lock(joined, list(ids)).values()), None)
    affected_before = affected_organisations(incident) if incident and "district" in fields else []
    concern = concerns.edit_concern(actor=actor, concern_id=concern_id, version=version, **fields)
    if incident is None:
        return concern
    districts_before = districts_of(incident)
    names = []
    if concern.district_id != before.pk:
        names = _move_incident(actor, incident, concern, before)
        _replan(actor, incident, {organisation.id for organisation in affected_before})
    if add_steps(actor, incident):
        names.append("organisations")
    if names:
        write_incident(actor, incident, names, left_district_ids=districts_before)
    return concern


def _move_incident(actor: Actor, incident: Incident, concern: Concern, before: District) -> list[str]:
    """Move an incident to the new district of its concern, and return the names of changed fields.

    If another concern of the incident stays in the old district, the incident is in both.
    """
    names = []
    other_concerns = Concern.objects.filter(incident_link__incident=incident, district=before).exclude(
        pk=concern.pk
    )
    if incident.district_id == before.pk and not other_concerns.exists():
        incident.district, incident.began_in = concern.district, None
        incident.also_in.remove(concern.district)
        names.append("district")
    elif concern.district_id not in districts_of(incident):
        incident.also_in.add(concern.district)
        names.append("also_in")
    return names


def _replan(actor: Actor, incident: Incident, affected_before: Collection[UUID]) -> None:
    """Mark steps of organisations that are no longer affected as not needed, and pass on the other steps.

    Steps of organisations that are affected again are reopened, so that a wrong correction can be undone.
    """
    affected_ids = {organisation.id for organisation in affected_organisations(incident)}
    unneeded_steps = incident.steps.open().filter(organisation__in=set(affected_before) - affected_ids)
    settle_steps(actor, unneeded_steps, StepStatus.NOT_NEEDED, note=_("The concern is in another district."))
    reopened_steps = incident.steps.filter(
        status=StepStatus.NOT_NEEDED, organisation__in=affected_ids - set(affected_before)
    )
    reopened_steps.update(status=StepStatus.OPEN, note="", done_by=None, done_at=None, recorded_at=None)
    pass_on(actor, incident, incident.steps.open().to_pass_on())


@writes
def open_incident(*, actor: Actor, concern_id: UUID, protocol_id: UUID) -> Incident:
    """Open an incident for a concern, under a protocol that matches it.

    Raises DoesNotExist if the actor cannot see the concern, and PermissionDenied if the actor cannot edit it.
    Raises ValidationError if the concern belongs to an incident already, or the protocol does not match.
    """
    concern = _locked_concern(actor, concern_id)
    protocol = next((candidate for candidate in protocols_for(concern) if candidate.pk == protocol_id), None)
    if protocol is None:
        raise ValidationError({"protocol": _("Choose a protocol from the list.")})
    incident = _open_incident(actor, concern, protocol)
    concerns.name_incident(actor, concern)
    return incident


@writes
def join_concern(*, actor: Actor, incident_id: UUID, concern_id: UUID) -> Incident:
    """Add another report of the same event to an incident. Newly affected organisations get steps.

    Raises as `open_incident`.
    """
    concern = _locked_concern(actor, concern_id)
    incident = locked_incident(actor, incident_id)
    IncidentConcern.objects.create(incident=incident, concern=concern)
    incident.started_at = min(incident.started_at, concern.received_at)
    add_steps(actor, incident)
    write_incident(actor, incident, ["concerns"])
    concerns.name_incident(actor, concern)
    return incident


def protocols_for(concern: Concern) -> list[Protocol]:
    """Return protocols in force that a concern starts. A district's own replaces its parent's."""
    lineage = [None, *concern.district.lineage]
    nearest: dict[str, Any] = {}
    rows: Any = Protocol.objects.holding_in(concern.district).annotate(first_due=Min("steps__due_minutes"))
    for protocol in sorted(rows, key=lambda row: lineage.index(row.district_id)):
        nearest[protocol.code] = protocol
    candidates = [
        Candidate(
            protocol=protocol,
            kinds=protocol.kinds,
            needs_bias=protocol.needs_bias,
            depth=lineage.index(protocol.district_id),
            first_due=protocol.first_due,
        )
        for protocol in nearest.values()
    ]
    return matching_protocols(candidates, concern.kinds, concern.bias_grounds)


def possible_same_incidents(concern: Concern) -> IncidentQuerySet:
    """Return incidents under way in the same place or district that began within a day of a concern."""
    same_place = Q(concern_links__concern__site_organisation=concern.site_organisation_id)
    same_district = Q(district=concern.district_id)
    near = Incident.objects.under_way().filter(
        started_at__range=(concern.received_at - SAME_WITHIN, concern.received_at + SAME_WITHIN)
    )
    return near.filter(
        same_district | same_place if concern.site_organisation_id else same_district
    ).distinct()


def _locked_concern(actor: Actor, concern_id: UUID) -> Concern:
    concern = concerns.locked_concern(actor, concern_id)
    if not can_log_concern(actor, concern.district_id):
        raise PermissionDenied
    if IncidentConcern.objects.filter(concern=concern).exists():
        raise ValidationError(_("This concern already belongs to an incident."), code="taken")
    return concern


def _open_incident(actor: Actor, concern: Concern, protocol: Protocol) -> Incident:
    incident = Incident(
        protocol=protocol,
        district=concern.district,
        duty_id=actor.id if actor.kind == "user" else None,
        started_at=concern.received_at,
    )
    incident.save(force_insert=True)
    IncidentConcern.objects.create(incident=incident, concern=concern)
    add_steps(actor, incident)
    write_incident(actor, incident, ["protocol", "concerns"], op=Op.CREATED)
    return incident
