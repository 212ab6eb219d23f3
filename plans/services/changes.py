"""Record the earlier contents of an adopted plan for its public page."""

from datetime import date

from plans.codes import ChangeKind, PlanPart
from plans.models import Action, Goal, Milestone, Plan, PlanChange

_PARTS: dict[type[Plan | Goal | Action | Milestone], PlanPart] = {
    Plan: PlanPart.PLAN,
    Goal: PlanPart.GOAL,
    Action: PlanPart.ACTION,
    Milestone: PlanPart.MILESTONE,
}


def keep_title(plan: Plan, row: Plan | Goal | Action | Milestone, was: str | None) -> None:
    """Record that a part was renamed, or added if it had no title before. Drafts record nothing."""
    if row.title != was:
        keep_change(plan, ChangeKind.ADDED if was is None else ChangeKind.RENAMED, row, was=was or "")


def keep_change(
    plan: Plan,
    kind: ChangeKind,
    row: Plan | Goal | Action | Milestone,
    *,
    was: str = "",
    was_on: date | None = None,
    now_on: date | None = None,
) -> None:
    """Record a change of an adopted plan, as of today."""
    if plan.is_draft:
        return
    PlanChange.objects.create(
        plan=plan, kind=kind, part=_PARTS[type(row)], title=row.title, was=was, was_on=was_on, now_on=now_on
    )
