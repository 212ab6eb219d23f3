"""Log and edit concerns, which may open or change an incident, and join concerns to an incident."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.models import User
from audit.models import Op
from contacts.services.changes import lock
from districts.models import District
from incidents.codes import IncidentStatus
from incidents.models import Incident, IncidentConcern, Protocol
from incidents.models.incident import IncidentQuerySet
from incidents.policies import districts_of
from incidents.queries.step_plans import people_of
from incidents.rules.duty import Assignee
from incidents.rules.steps import Candidate, matching_protocols
from incidents.services.incidents import locked_incident, write_incident
from incidents.services.moves import (
    correct_place,
    correct_steps_of_other_place,
    move_incident,
    replan,
)
from incidents.services.planned_steps import add_steps
from incidents.services.report_backs import mark_steps_of_told
from lib.days import city_today
from lib.row_context import writes
from meetings.codes import FollowUpKind
from meetings.models import Concern, FollowUp
from meetings.policies import can_log_concern
from meetings.services import concerns
from meetings.services.concerns import NOTIFYING_FIELDS
from meetings.services.follow_ups import create_follow_up

SAME_WITHIN: Final = timedelta(hours=24)


@writes
def log_concern(*, actor: Actor, id: UUID | None = None, **fields: Any) -> Concern:
    """Create a concern, and the incident that a protocol opens for it. Raises as the concern's service does.

    If a similar incident of the same protocol began within a day, no incident opens. The concern's page then
    asks whether it is the same event.
    """
    concern = concerns.log_concern(actor=actor, id=id, **fields)
    protocol = protocol_opening_itself(concern)
    if protocol and not possible_same_incidents(concern).filter(protocol__code=protocol.code).exists():
        _open_incident(actor, concern, protocol)
    return concern


@writes
def edit_concern(
    *,
    actor: Actor,
    concern_id: UUID,
    version: int | None = None,
    only_this: bool = False,
    **fields: Any,
) -> Concern:
    """Change a concern. Newly affected organisations get steps. Raises as the concern's service does.

    With `reported_back_on`, the steps of reporting back on it are done too, or open again without a day.
    If the affected place is another one, open steps of the place before are withdrawn.
    If the concern moves to another district, its incident moves, with its other concerns in the old district.
    With `only_this`, the concern leaves an incident of several concerns instead, and opens its own.
    """
    earlier = concerns.locked_concern(actor, concern_id, fields)
    before, told_before = earlier.district, earlier.reported_back_on
    place_before = earlier.site_organisation_id
    joined = Incident.objects.under_way().filter(concern_links__concern=concern_id)
    changes_steps = bool((NOTIFYING_FIELDS | {"reported_back_on"}) & fields.keys())
    ids = joined.values_list("pk", flat=True) if changes_steps else ()
    locked_rows = lock(joined, list(ids), stays="district" not in fields)
    incident = next(iter(locked_rows.values()), None)
    concern = concerns.edit_concern(actor=actor, concern_id=concern_id, version=version, **fields)
    if incident is None:
        return concern
    districts_before = districts_of(incident)
    names = []
    if concern.district_id != before.pk:
        other_ids = _others_in(incident, before, concern)
        if only_this and incident.concern_links.exclude(concern=concern).exists():
            _separate(actor, incident, concern)
            return concern
        for other_id in other_ids:
            concerns.edit_concern(actor=actor, concern_id=other_id, district=concern.district)
        names = move_incident(actor, incident, before, concern.district)
    elif concern.site_organisation_id != place_before and place_before:
        correct_place(actor, incident)
        names = ["organisations", "steps"]
    elif NOTIFYING_FIELDS & fields.keys():
        are_corrected = correct_steps_of_other_place(actor, incident)
        if add_steps(actor, incident) or are_corrected:
            names = ["organisations"]
    if (concern.reported_back_on is None) != (told_before is None):
        names += ["steps"] if mark_steps_of_told(actor, incident, concern) else []
    if names:
        write_incident(actor, incident, names, left_district_ids=districts_before)
    return concern


def _others_in(incident: Incident, district: District, concern: Concern) -> list[UUID]:
    """Return the IDs of the incident's other concerns in a district."""
    rows = Concern.objects.filter(incident_link__incident=incident, district=district)
    return list(rows.exclude(pk=concern.pk).order_by("pk").values_list("pk", flat=True))


def _separate(actor: Actor, incident: Incident, concern: Concern) -> None:
    """Take a concern out of an incident of several, and open the incident that a protocol opens for it."""
    IncidentConcern.objects.filter(concern=concern).delete()
    replan(actor, incident)
    write_incident(actor, incident, ["concerns"])
    if protocol := protocol_opening_itself(concern):
        _open_incident(actor, concern, protocol)
    concerns.name_incident(actor, concern)


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
    correct_steps_of_other_place(actor, incident)
    add_steps(actor, incident)
    write_incident(actor, incident, ["concerns"])
    concerns.name_incident(actor, concern)
    return incident


@writes
def notify_of_wanted_incident(*, actor: Actor, concern_id: UUID) -> None:
    """Give a supervisor a follow-up to start an incident, for a colleague who is excluded from one.

    To that colleague, it looks as if the concern had no incident. Raises DoesNotExist and PermissionDenied.
    """
    concern = concerns.locked_concern(actor, concern_id)
    if not can_log_concern(actor, concern.district_id):
        raise PermissionDenied
    incident = Incident.objects.not_withdrawn().get(concern_links__concern=concern)
    title = _("A colleague asks for an incident about this concern")
    supervisor = User.objects.filter(pk__in=people_of(incident).order(Assignee.SUPERVISOR)[:1]).first()
    if supervisor and not FollowUp.objects.filter(concern=concern, owner=supervisor, title=title).exists():
        create_follow_up(
            actor=SYSTEM,
            title=title,
            kind=FollowUpKind.ESCALATE,
            owner=supervisor,
            due_on=city_today(),
            organisations=[],
            concern=concern,
        )


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


def protocol_opening_itself(concern: Concern) -> Protocol | None:
    """Return the protocol that opens an incident for a concern without being asked.

    If all that happened is also of a protocol that is only offered, a person chooses between both: damage to
    property can be an attack, or not.
    """
    protocols = protocols_for(concern)
    offered = {kind for protocol in protocols if not protocol.opens_itself for kind in protocol.kinds}
    kinds = set(concern.kinds) - offered
    return next(
        (protocol for protocol in protocols if protocol.opens_itself and kinds.intersection(protocol.kinds)),
        None,
    )


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
    links = IncidentConcern.objects.filter(concern=concern)
    if links.exclude(incident__status=IncidentStatus.WITHDRAWN).exists():
        raise ValidationError(_("This concern already belongs to an incident."), code="taken")
    links.delete()  # a withdrawn incident gives its concern away
    return concern


def _open_incident(actor: Actor, concern: Concern, protocol: Protocol) -> Incident:
    incident = Incident(
        protocol=protocol,
        district=concern.district,
        started_at=concern.received_at,
    )
    incident.save(force_insert=True)
    IncidentConcern.objects.create(incident=incident, concern=concern)
    add_steps(actor, incident, logged_by=actor.id if actor.kind == "user" else None)
    write_incident(actor, incident, ["protocol", "concerns"], op=Op.CREATED)
    return incident
