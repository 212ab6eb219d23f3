"""Write milestones. The owner of the action marks them as done."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_digest
from lib.days import city_today
from lib.limits import refuse_more
from plans.codes import ENDED, ActionStatus, ChangeKind
from plans.models import Action, Milestone
from plans.rules import SHORTEST_REASON
from plans.services.changes import keep_change, keep_title
from plans.services.plans import locked_action, locked_plan, refuse_adopted, write_plan

MOST: Final = 60


@transaction.atomic
def save_milestone(
    *,
    actor: Actor,
    plan_id: UUID,
    action_id: UUID,
    milestone_id: UUID | None = None,
    shown: str = "",
    **fields: Any,
) -> Milestone:
    """Add a milestone, or change one. In an adopted plan, a moved milestone keeps `first_due_on`.

    Raises as `save_goal`, also for a day outside the plan.
    """
    plan = locked_plan(actor, plan_id)
    action = Action.objects.get(goal__plan=plan, pk=action_id)
    if milestone_id is None:
        refuse_more("title", range(action.milestones.count() + 1), MOST)
        row = Milestone(action=action)
        if action.status in ENDED:
            raise ValidationError(
                _("This action has ended. Set its status to under way first."), code="ended"
            )
    else:
        row = action.milestones.get(pk=milestone_id)
        check_digest(row, fields, shown)
    title = row.title if milestone_id else None
    if assign(row, fields) or milestone_id is None:
        if row.due_on is None or not plan.starts_on <= row.due_on <= plan.ends_on:
            raise ValidationError({"due_on": _("Enter a day of the plan.")}, code="outside")
        if plan.is_draft or milestone_id is None:
            row.first_due_on = row.due_on
        row.full_clean(exclude=["action"])
        row.save()
        keep_title(plan, row, title)
        write_plan(actor, plan, ["milestones"])
    return row


@transaction.atomic
def tick_milestone(
    *, actor: Actor, plan_id: UUID, milestone_id: UUID, done_on: date | None = None, note: str = ""
) -> Milestone:
    """Mark a milestone as done on `done_on`, by default today. The public page shows a backdated day.

    Raises as `locked_action`, and ValidationError for a draft and for a dropped milestone.
    """
    row = _locked(actor, plan_id, milestone_id)
    plan = row.action.goal.plan
    if plan.is_draft:
        raise ValidationError(_("This plan is not adopted yet."), code="draft")
    was_on = row.done_on
    assign(row, {"done_on": done_on or city_today(), "note": note})
    row.marked_on = city_today()
    refuse_future(row, ["done_on"])
    row.full_clean(exclude=["action"])
    row.save()
    if was_on and row.done_on != was_on:
        keep_change(plan, ChangeKind.REDATED, row, was_on=was_on, now_on=row.done_on)
    write_plan(actor, plan, ["milestones"], is_change=False)
    return row


@transaction.atomic
def untick_milestone(*, actor: Actor, plan_id: UUID, milestone_id: UUID) -> Milestone:
    """Undo `tick_milestone`. A done action is under way again. Raises as `locked_action`."""
    row = _locked(actor, plan_id, milestone_id)
    was_on = row.done_on
    row.done_on, row.marked_on, row.note = None, None, ""
    row.save()
    if was_on:
        keep_change(row.action.goal.plan, ChangeKind.UNDONE, row, was_on=was_on)
    if row.action.status == ActionStatus.DONE:  # an action with an open milestone cannot be done
        row.action.status = ActionStatus.UNDER_WAY
        row.action.save()
    write_plan(actor, row.action.goal.plan, ["milestones"], is_change=False)
    return row


@transaction.atomic
def drop_milestone(*, actor: Actor, plan_id: UUID, milestone_id: UUID, reason: str) -> Milestone:
    """Drop a milestone for a reason. Raises as `locked_plan`, and ValidationError by field."""
    plan = locked_plan(actor, plan_id)
    row = Milestone.objects.get(action__goal__plan=plan, pk=milestone_id)
    assign(row, {"dropped_reason": reason})
    if len(row.dropped_reason) < SHORTEST_REASON:
        message = _("Enter why, in 10 characters or more.")
        raise ValidationError({"dropped_reason": message}, code="reason")
    row.dropped_on = city_today()
    row.full_clean(exclude=["action"])
    row.save()
    write_plan(actor, plan, ["milestones"])
    return row


@transaction.atomic
def remove_milestone(*, actor: Actor, plan_id: UUID, milestone_id: UUID) -> None:
    """Remove a milestone of a draft. Raises as `locked_plan`."""
    plan = locked_plan(actor, plan_id)
    row = Milestone.objects.get(action__goal__plan=plan, pk=milestone_id)
    refuse_adopted(plan)
    row.delete()
    write_plan(actor, plan, ["milestones"])


def _locked(actor: Actor, plan_id: UUID, milestone_id: UUID) -> Milestone:
    """Return a milestone with its action and locked plan."""
    rows = Milestone.objects.visible_to(actor).filter(action__goal__plan=plan_id)
    row = rows.get(pk=milestone_id)
    row.action = locked_action(actor, plan_id, row.action_id)
    row.refresh_from_db(fields=["done_on", "dropped_on", "due_on", "note"])
    return row
