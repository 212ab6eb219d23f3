"""Report plans to the change feed when a new day alone changes their figures."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.actors import SYSTEM
from audit.models import Action, Change, Op
from audit.services import Changed, record_changes
from contacts.services.change_feed import kinds, seen_in
from lib.days import city_day
from plans.figures import figures_in, with_days
from plans.models import Plan


@transaction.atomic
def record_changed_figures(today: date) -> int:
    """Record plans whose figures differ from those on the day of their last change. Return their number.

    Safe to repeat: the record is itself a change, and figures stay the same for the rest of the day.
    """
    rows: Any = with_days(Plan.objects.adopted().select_for_update(of=("self",), skip_locked=True))
    plans = {plan.pk: plan for plan in rows.order_by("pk")}
    last_days = _last_change_days(plans)
    changed_plans = [
        plan
        for pk, plan in plans.items()
        if (day := last_days.get(pk)) and figures_in(plan.days, day) != figures_in(plan.days, today)
    ]
    districts_by_plan = seen_in(kinds()["plan"], [plan.pk for plan in changed_plans])
    changes = [
        Changed(
            "plan", plan.pk, Op.UPDATED, plan.version, districts_by_plan[plan.pk], field_names=["figures"]
        )
        for plan in changed_plans
    ]
    if changes:
        record_changes(SYSTEM, Action.UPDATE, changes)
    return len(changes)


def _last_change_days(plan_ids: Iterable[UUID]) -> dict[UUID, date]:
    """Day of each plan's last entry in the change feed, in the city's time zone."""
    rows = Change.objects.filter(object_type="plan", object_id__in=list(plan_ids)).order_by()
    last_moments = rows.values_list("object_id").annotate(last=Max("at"))
    return {pk: city_day(moment) for pk, moment in last_moments}
