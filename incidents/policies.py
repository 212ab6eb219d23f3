"""Permissions to work on incidents, to decide in them, and to write and approve protocols.

If an incident's `also_in` is prefetched, or it was read `for_its_page`, its permissions run no query.
"""

from uuid import UUID

from accounts import rules
from accounts.actors import Actor
from districts.models import District
from incidents.models import Incident, IncidentStep, Protocol
from lib.row_context import Opened, opened


def districts_of(incident: Incident) -> set[UUID]:
    """Return the districts in which an incident is visible."""
    also_in = vars(incident).get("also_in_ids")
    if also_in is None:
        also_in = [district.pk for district in incident.also_in.all()]
    return {incident.district_id, *also_in}


def can_write_incident(actor: Actor, incident: Incident) -> bool:
    """Whether the actor can call, visit, take over and mark steps: if they cover one of its districts."""
    return actor.writes and any(actor.covers(pk) for pk in districts_of(incident))


def can_decide_incident(actor: Actor, incident: Incident) -> bool:
    """Whether the actor can agree the statement, assess tension, widen, exclude and close: supervisors."""
    return _can_decide(actor) and can_write_incident(actor, incident)


def can_finish_step(actor: Actor, incident: Incident, step: IncidentStep) -> bool:
    """Whether the actor could finish this step as its owner. Prefetch `step.step`."""
    return not step.step.needs_decision or can_decide_incident(actor, incident)


def can_write_protocol(actor: Actor, district: District | None) -> bool:
    """Whether the actor can draft a protocol: supervisors can, for the city or a district they cover."""
    return _can_decide(actor) and (district is None or actor.covers(district.pk))


def can_approve_protocol(actor: Actor, protocol: Protocol) -> bool:
    """Whether the actor can put a draft in force: supervisors, privacy officers and confirmers can.

    The author never can.
    """
    if protocol.author_id is not None and protocol.author_id == actor.id:
        return False
    return actor.role in (rules.PRIVACY_OFFICER, rules.CONFIRMER) or can_write_protocol(
        actor, protocol.district
    )


@opened(Opened.WRITER)
def is_excluded_from_concern(actor: Actor, concern_id: UUID) -> bool:
    """Whether the actor is excluded from the incident of a concern, which concern edits would change."""
    if actor.kind != "user" or actor.id is None:
        return False
    excluded = Incident.excluded.through.objects.filter(user_id=actor.id)
    return excluded.filter(incident__concern_links__concern=concern_id).exists()


def _can_decide(actor: Actor) -> bool:
    return actor.is_supervisor or actor.kind == "system"
