"""Who writes plans and how far an action is, and who exchanges files with other cities."""

from accounts.actors import Actor
from districts.models import District
from plans.models import Action, CityFile, Plan


def can_start_plan(actor: Actor, district: District) -> bool:
    """Supervisors, of the whole district."""
    return _supervises(actor) and actor.covers(district.pk)


def can_write_plan(actor: Actor, plan: Plan) -> bool:
    """Its keeper, and supervisors of the whole of its district."""
    keeps = actor.id is not None and actor.id == plan.keeper_id and actor.writes
    return keeps or (_supervises(actor) and actor.covers(plan.district_id))


def can_write_action(actor: Actor, plan: Plan, action: Action) -> bool:
    """Status, milestones and evidence: who has the action, and who writes the plan."""
    owns = actor.id is not None and actor.id == action.owner_id and actor.writes
    return owns or can_write_plan(actor, plan)


def can_compare(actor: Actor, plan: Plan) -> bool:
    """Send another city a file of a plan: supervisors of the whole of its district, never by a key."""
    return actor.kind == "user" and _supervises(actor) and actor.covers(plan.district_id)


def can_read_cities(actor: Actor) -> bool:
    """Files of other cities: who works with records, and administrators, who trust a city."""
    return actor.kind == "user" and (actor.writes or actor.sees_everywhere or actor.is_administrator)


def can_receive(actor: Actor) -> bool:
    """Read a file of another city into this system."""
    return actor.kind == "user" and actor.is_supervisor


def can_trust(actor: Actor) -> bool:
    """Say that a city's key is right: administrators."""
    return actor.kind == "user" and actor.is_administrator


def can_remove_file(actor: Actor, file: CityFile) -> bool:
    """Remove a file of another city: who read it, and administrators."""
    read = actor.id is not None and actor.id == file.accepted_by_id
    return can_trust(actor) or (can_receive(actor) and read)


def _supervises(actor: Actor) -> bool:
    return actor.is_supervisor or actor.kind == "system"
