"""Move plans of a redrawn district to its successor, where the same officers see them."""

from accounts.actors import SYSTEM
from districts.models import District
from districts.services.followers import Successors
from plans.codes import PlanStatus
from plans.models import Plan
from plans.services.plans import write_plan


def follow_redrawn(district: District, successors: Successors) -> None:
    """Move plans that are not closed.

    Their indicators stay with the old district, to which their values belong.
    """
    rows = Plan.objects.exclude(status=PlanStatus.CLOSED).filter(district=district).order_by("pk")
    for plan in rows.select_for_update(of=("self",)):
        plan.district = successors.default
        write_plan(SYSTEM, plan, ["district"], is_change=False)
