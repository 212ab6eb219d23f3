"""Logging a concern, which may open an incident in the same transaction; and joining concerns to one."""

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
from incidents.queries.step_plans import everyone_touched
from incidents.rules.steps import Candidate, matching
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
    """A new concern, and the incident that a protocol opens for it. Raises as the concern's service does.

    While an incident of the same protocol, place or district began within a day, none opens: the concern's
    page asks whether this is the same.
    """
    concern = concerns.log_concern(actor=actor, id=id, **fields)
    protocol = next((one for one in protocols_for(concern) if one.opens_itself), None)
    if protocol and not maybe_the_same(concern).filter(protocol__code=protocol.code).exists():
        _open(actor, concern, protocol)
    return concern


@writes
def edit_concern(*, actor: Actor, concern_id: UUID, version: int | None = None, **fields: Any) -> Concern:
    """Change a concern; whoever it touches from now on gets steps. Raises as the concern's service does.

    Steps of those it touched before stay: somebody may have promised a call. If the concern moves to another
    district, its incident moves with it, and open steps of those that it no longer touches are not needed.
    """
    before = concerns.locked_concern(actor, concern_id, fields).district
    joined = Incident.objects.under_way().filter(concern_links__concern=concern_id)
    ids = joined.values_list("pk", flat=True) if NOTIFYING_FIELDS & fields.keys() else ()
    incident = next(iter(lock(joined, list(ids)).values()), None)
    touched = everyone_touched(incident) if incident and "district" in fields else []
    concern = concerns.edit_concern(actor=actor, concern_id=concern_id, version=version, **fields)
    if incident is None:
        return concern
    left = districts_of(incident)
    names = []
    if concern.district_id != before.pk:
        names = _move(actor, incident, concern, before)
        _plan_anew(actor, incident, {one.id for one in touched})
    if add_steps(actor, incident):
        names.append("organisations")
    if names:
        write_incident(actor, incident, names, left=left)
    return concern


def _move(actor: Actor, incident: Incident, concern: Concern, before: District) -> list[str]:
    """Let an incident follow a concern to another district, and return the names of what changed.

    Another concern of the incident that stays where it was keeps the incident there too.
    """
    names = []
    others = Concern.objects.filter(incident_link__incident=incident, district=before).exclude(pk=concern.pk)
    if incident.district_id == before.pk and not others.exists():
        incident.district, incident.began_in = concern.district, None
        incident.also_in.remove(concern.district)
        names.append("district")
    elif concern.district_id not in districts_of(incident):
        incident.also_in.add(concern.district)
        names.append("also_in")
    return names


def _plan_anew(actor: Actor, incident: Incident, touched_before: Collection[UUID]) -> None:
    """Require no step of those that an incident no longer touches, and give the others to people there.

    Steps of those that it touches again are open again: a wrong correction can be taken back.
    """
    touched = {one.id for one in everyone_touched(incident)}
    gone = incident.steps.open().filter(organisation__in=set(touched_before) - touched)
    settle_steps(actor, gone, StepStatus.NOT_NEEDED, note=_("The concern is in another district."))
    again = incident.steps.filter(
        status=StepStatus.NOT_NEEDED, organisation__in=touched - set(touched_before)
    )
    again.update(status=StepStatus.OPEN, note="", done_by=None, done_at=None, recorded_at=None)
    pass_on(actor, incident, incident.steps.open().to_pass_on())


@writes
def open_incident(*, actor: Actor, concern_id: UUID, protocol_id: UUID) -> Incident:
    """Start a protocol that matches a concern.

    Raises DoesNotExist when the actor does not see the concern, PermissionDenied when it is read-only,
    ValidationError when it belongs to an incident already or the protocol is for something else.
    """
    concern = _locked_concern(actor, concern_id)
    protocol = next((one for one in protocols_for(concern) if one.pk == protocol_id), None)
    if protocol is None:
        raise ValidationError({"protocol": _("Choose a protocol from the list.")})
    incident = _open(actor, concern, protocol)
    concerns.name_incident(actor, concern)
    return incident


@writes
def join_concern(*, actor: Actor, incident_id: UUID, concern_id: UUID) -> Incident:
    """Another report of the same event: whoever it touches besides gets steps. Raises as `open_incident`."""
    concern = _locked_concern(actor, concern_id)
    incident = locked_incident(actor, incident_id)
    IncidentConcern.objects.create(incident=incident, concern=concern)
    incident.started_at = min(incident.started_at, concern.received_at)
    add_steps(actor, incident)
    write_incident(actor, incident, ["concerns"])
    concerns.name_incident(actor, concern)
    return incident


def protocols_for(concern: Concern) -> list[Protocol]:
    """Protocols in force that a concern starts. A district's own replaces that of its parent or the city."""
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
    return matching(candidates, concern.kinds, concern.bias_grounds)


def maybe_the_same(concern: Concern) -> IncidentQuerySet:
    """Incidents under way of the same place or district that began within a day of a concern."""
    place = Q(concern_links__concern__site_organisation=concern.site_organisation_id)
    here = Q(district=concern.district_id)
    near = Incident.objects.under_way().filter(
        started_at__range=(concern.received_at - SAME_WITHIN, concern.received_at + SAME_WITHIN)
    )
    return near.filter(here | place if concern.site_organisation_id else here).distinct()


def _locked_concern(actor: Actor, concern_id: UUID) -> Concern:
    concern = concerns.locked_concern(actor, concern_id)
    if not can_log_concern(actor, concern.district_id):
        raise PermissionDenied
    if IncidentConcern.objects.filter(concern=concern).exists():
        raise ValidationError(_("This concern already belongs to an incident."), code="taken")
    return concern


def _open(actor: Actor, concern: Concern, protocol: Protocol) -> Incident:
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
