"""Tell the change feed of plans whose figures a new day changed, though nobody wrote anything."""

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
def tell_of_figures(today: date) -> int:
    """Record plans whose figures differ from those of the day of their last change. Return how many.

    It can be repeated: the record is a change, and figures are the same for the rest of the day.
    """
    rows: Any = with_days(Plan.objects.adopted().select_for_update(of=("self",), skip_locked=True))
    plans = {plan.pk: plan for plan in rows.order_by("pk")}
    said = _last_said(plans)
    moved = [
        plan
        for pk, plan in plans.items()
        if (day := said.get(pk)) and figures_in(plan.days, day) != figures_in(plan.days, today)
    ]
    where = seen_in(kinds()["plan"], [plan.pk for plan in moved])
    changes = [
        Changed("plan", plan.pk, Op.UPDATED, plan.version, where[plan.pk], field_names=["figures"])
        for plan in moved
    ]
    if changes:
        record_changes(SYSTEM, Action.UPDATE, changes)
    return len(changes)


def _last_said(plan_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The city's day on which each plan was last in the change feed. A plan read then had its figures."""
    rows = Change.objects.filter(object_type="plan", object_id__in=list(plan_ids)).order_by()
    found = rows.values_list("object_id").annotate(last=Max("at"))
    return {pk: city_day(moment) for pk, moment in found}
