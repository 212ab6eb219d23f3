"""Copying the example plan into a draft, to be changed."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.actors import Actor
from plans.models import Plan
from plans.rules import add_months
from plans.services.goals import save_action, save_goal
from plans.services.indicators import add_indicator
from plans.services.milestones import save_milestone
from plans.services.plans import locked_plan, refuse_adopted
from plans.shipped import EXAMPLE


@transaction.atomic
def copy_example(*, actor: Actor, plan_id: UUID) -> Plan:
    """Fill a draft that has no goals. Raises as `locked_plan`, and ValidationError for any other plan."""
    plan = locked_plan(actor, plan_id)
    refuse_adopted(plan)
    if plan.goals.exists():
        raise ValidationError(_("This plan already has goals."), code="not_empty")
    for example in EXAMPLE:
        texts: dict[str, Any] = {name: str(example[name]) for name in ("title", "problem", "strand")}
        goal = save_goal(actor=actor, plan_id=plan_id, eccar_point=example["eccar_point"], **texts)
        for title, milestones in example["actions"]:
            action = save_action(actor=actor, plan_id=plan_id, goal_id=goal.pk, title=str(title))
            for name, months in milestones:
                due_on = min(add_months(plan.starts_on, months), plan.ends_on)
                about: dict[str, Any] = {"actor": actor, "plan_id": plan_id, "action_id": action.pk}
                save_milestone(**about, title=str(name), due_on=due_on)
        for fields in example["indicators"]:
            said: dict[str, Any] = {
                name: str(one) if isinstance(one, Promise) else one for name, one in fields.items()
            }
            add_indicator(actor=actor, plan_id=plan_id, goal_id=goal.pk, **said)
    return Plan.objects.get(pk=plan_id)
