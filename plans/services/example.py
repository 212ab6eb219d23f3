"""The example plan that the software proposes, and its copy into a draft.

The strands are the contents of local action plans and protocols (PROXIMITY). The points are those of the
ECCAR plan. The texts are ours, and a city changes all of them.
"""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from plans.codes import Direction, Measure, Source, Unit
from plans.models import Plan
from plans.rules import add_months
from plans.services.goals import save_action, save_goal
from plans.services.indicators import add_indicator
from plans.services.milestones import save_milestone
from plans.services.plans import locked_plan, refuse_adopted
from practices.codes import Strand


def _recorded_share(title: Any, slug: str) -> dict[str, Any]:
    book = {"source": Source.BOOK, "slug": slug, "measure": Measure.RATIO, "unit": Unit.SHARE}
    return {"title": title, "direction": Direction.UP} | book


#: Goals with `actions` (title, and milestones with months after the first day) and `indicators`.
EXAMPLE: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": gettext_lazy("Communities and the police meet before anything happens"),
        "strand": Strand.PREVENT,
        "eccar_point": 9,
        "problem": gettext_lazy("Enter how many communities were not met last year, and how you know."),
        "actions": [
            (
                gettext_lazy("Agree with each organisation how often to meet"),
                [(gettext_lazy("Half have agreed"), 6)],
            )
        ],
        "indicators": [_recorded_share(gettext_lazy("Organisations met"), "coverage")],
    },
    {
        "title": gettext_lazy("People who are attacked know where to report, and get an answer"),
        "strand": Strand.IDENTIFY_REPORT_ACT,
        "eccar_point": 3,
        "problem": gettext_lazy("Enter which barriers to reporting organisations have named."),
        "actions": [
            (
                gettext_lazy("Answer every concern in time, also at night"),
                [(gettext_lazy("Night duty reviewed"), 3)],
            ),
            (
                gettext_lazy("Train reporting centres"),
                [(gettext_lazy("First centre trained"), 6), (gettext_lazy("All centres trained"), 12)],
            ),
        ],
        "indicators": [
            _recorded_share(gettext_lazy("Concerns answered in time"), "concerns"),
            {
                "title": gettext_lazy("Residents who know where to report"),
                "source": Source.HAND,
                "unit": Unit.SHARE,
                "direction": Direction.UP,
                "where_from": gettext_lazy("City survey"),
                "frequency_months": 24,
            },
        ],
    },
    {
        "title": gettext_lazy("Services act together after an attack"),
        "strand": Strand.COORDINATE_SERVICES,
        "eccar_point": 2,
        "problem": gettext_lazy("Enter what went wrong between services after the last incidents."),
        "actions": [
            (gettext_lazy("Agree a protocol with the services"), [(gettext_lazy("Protocol in force"), 9)])
        ],
        "indicators": [_recorded_share(gettext_lazy("Steps done in time"), "steps-in-time")],
    },
    {
        "title": gettext_lazy("Victims are told what became of their report"),
        "strand": Strand.VICTIMS,
        "eccar_point": 3,
        "problem": gettext_lazy("Enter how many concerns were closed without reporting back."),
        "actions": [
            (
                gettext_lazy("Report back on every closed concern"),
                [(gettext_lazy("Practice agreed with all shifts"), 3)],
            )
        ],
        "indicators": [_recorded_share(gettext_lazy("Reported back"), "loop-closed")],
    },
    {
        "title": gettext_lazy("Organisations decide with us, not after us"),
        "strand": Strand.CIVIL_SOCIETY,
        "eccar_point": 2,
        "problem": gettext_lazy("Enter what the advisory group said about its influence."),
        "actions": [
            (gettext_lazy("Hold an advisory group each quarter"), [(gettext_lazy("First meeting held"), 3)])
        ],
        "indicators": [_recorded_share(gettext_lazy("Follow-ups done in time"), "follow-ups")],
    },
    {
        "title": gettext_lazy("Officers recognise bias and know their communities"),
        "strand": Strand.CAPACITY,
        "eccar_point": 8,
        "problem": gettext_lazy("Enter how many officers were trained, and when."),
        "actions": [
            (
                gettext_lazy("Train all shifts in bias indicators"),
                [(gettext_lazy("Half of the shifts trained"), 6)],
            )
        ],
        "indicators": [_recorded_share(gettext_lazy("Organisations with a lead and a deputy"), "continuity")],
    },
)


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
                parents: dict[str, Any] = {"actor": actor, "plan_id": plan_id, "action_id": action.pk}
                save_milestone(**parents, title=str(name), due_on=due_on)
        for fields in example["indicators"]:
            values: dict[str, Any] = {
                name: str(value) if isinstance(value, Promise) else value for name, value in fields.items()
            }
            add_indicator(actor=actor, plan_id=plan_id, goal_id=goal.pk, **values)
    return Plan.objects.get(pk=plan_id)
