"""Permissions to write plans and their progress, and to exchange files with other cities."""

from accounts.actors import Actor
from districts.models import District
from plans.models import Action, CityFile, Plan


def can_start_plan(actor: Actor, district: District) -> bool:
    """Whether the actor supervises the whole district."""
    return _supervises(actor) and actor.covers(district.pk)


def can_write_plan(actor: Actor, plan: Plan) -> bool:
    """Whether the actor keeps the plan, or supervises the whole of its district."""
    keeps = actor.id is not None and actor.id == plan.keeper_id and actor.writes
    return keeps or (_supervises(actor) and actor.covers(plan.district_id))


def can_write_action(actor: Actor, plan: Plan, action: Action) -> bool:
    """Whether the actor can write status, milestones and evidence: the owner, and writers of the plan."""
    owns = actor.id is not None and actor.id == action.owner_id and actor.writes
    return owns or can_write_plan(actor, plan)


def can_compare(actor: Actor, plan: Plan) -> bool:
    """Whether the actor can send a file to another city: supervisors of the whole district, no API key."""
    return actor.kind == "user" and _supervises(actor) and actor.covers(plan.district_id)


def can_read_cities(actor: Actor) -> bool:
    """Whether the actor can read files of other cities: staff who work with records, and administrators."""
    return actor.kind == "user" and (actor.writes or actor.sees_everywhere or actor.is_administrator)


def can_receive(actor: Actor) -> bool:
    """Whether the actor can import a file of another city."""
    return actor.kind == "user" and actor.is_supervisor


def can_trust(actor: Actor) -> bool:
    """Whether the actor can confirm a city's key: administrators."""
    return actor.kind == "user" and actor.is_administrator


def can_remove_file(actor: Actor, file: CityFile) -> bool:
    """Whether the actor can remove a file of another city: its importer, and administrators."""
    is_importer = actor.id is not None and actor.id == file.accepted_by_id
    return can_trust(actor) or (can_receive(actor) and is_importer)


def _supervises(actor: Actor) -> bool:
    return actor.is_supervisor or actor.kind == "system"
