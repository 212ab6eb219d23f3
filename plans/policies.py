"""Who writes plans, and who writes how far an action is."""

from accounts.actors import Actor
from districts.models import District
from plans.models import Action, Plan


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


def _supervises(actor: Actor) -> bool:
    return actor.is_supervisor or actor.kind == "system"
