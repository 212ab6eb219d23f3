"""Write goals and actions of a plan, and partners and evidence of an action."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.merging.relations import Memory, as_json_rows
from contacts.models import Organisation
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_digest
from lib.days import city_today
from lib.limits import refuse_more
from meetings.models import FollowUp, Meeting
from plans.codes import ActionStatus
from plans.models import Action, Evidence, Goal, Partner, Plan
from plans.rules import SHORTEST_REASON
from plans.services.changes import keep_title
from plans.services.plans import (
    check_person,
    locked_action,
    locked_plan,
    next_position,
    refuse_adopted,
    write_plan,
)

MOST_GOALS: Final = 60
MOST_ACTIONS: Final = 100


@transaction.atomic
def save_goal(
    *, actor: Actor, plan_id: UUID, goal_id: UUID | None = None, shown: str = "", **fields: Any
) -> Goal:
    """Add a goal, or change one. `shown` is the digest of what the writer saw.

    Raises as `locked_plan`, DoesNotExist, StaleVersion, ValidationError by field.
    """
    plan = locked_plan(actor, plan_id)
    goals = plan.goals.all()
    if goal_id is None:
        refuse_more("title", range(goals.count() + 1), MOST_GOALS)
        goal = Goal(plan=plan, position=next_position(goals))
    else:
        goal = goals.get(pk=goal_id)
        check_digest(goal, fields, shown)
    title = goal.title if goal_id else None
    if assign(goal, fields) or goal_id is None:
        goal.full_clean(exclude=["plan"])
        goal.save()
        keep_title(plan, goal, title)
        write_plan(actor, plan, ["goals"])
    return goal


@transaction.atomic
def remove_goal(*, actor: Actor, plan_id: UUID, goal_id: UUID) -> None:
    """Remove a goal of a draft, with its parts. Raises as `locked_plan`, and DoesNotExist."""
    plan = locked_plan(actor, plan_id)
    goal = plan.goals.get(pk=goal_id)
    refuse_adopted(plan)
    goal.delete()
    write_plan(actor, plan, ["goals"])


@transaction.atomic
def save_action(
    *,
    actor: Actor,
    plan_id: UUID,
    goal_id: UUID,
    action_id: UUID | None = None,
    shown: str = "",
    **fields: Any,
) -> Action:
    """Add an action to a goal, or change one. Raises as `save_goal`."""
    plan = locked_plan(actor, plan_id)
    goal: Goal = plan.goals.get(pk=goal_id)
    if action_id is None:
        refuse_more("title", range(goal.actions.count() + 1), MOST_ACTIONS)
        action = Action(goal=goal, position=next_position(goal.actions))
    else:
        action = goal.actions.get(pk=action_id)
        check_digest(action, fields, shown)
    title = action.title if action_id else None
    if assign(action, fields) or action_id is None:
        if "owner" in fields:
            check_person(plan, "owner", action.owner)
        action.full_clean(exclude=["goal", "owner", "practice"])
        action.save()
        keep_title(plan, action, title)
        write_plan(actor, plan, ["actions"])
    return action


@transaction.atomic
def remove_action(*, actor: Actor, plan_id: UUID, action_id: UUID) -> None:
    """Remove an action of a draft. Raises as `locked_plan`, and DoesNotExist."""
    plan = locked_plan(actor, plan_id)
    action = Action.objects.get(goal__plan=plan, pk=action_id)
    refuse_adopted(plan)
    action.delete()
    write_plan(actor, plan, ["actions"])


@transaction.atomic
def set_status(
    *, actor: Actor, plan_id: UUID, action_id: UUID, status: str, reason: str = "", shown: str = ""
) -> Action:
    """Set the status of an action. Done needs evidence or a reason, dropped needs a reason.

    An action with an open milestone cannot be done. Dropping an action drops its open milestones.

    Raises as `locked_action`, StaleVersion, and ValidationError by field.
    """
    action = locked_action(actor, plan_id, action_id)
    check_digest(action, ("status", "reason"), shown)
    assign(action, {"status": status, "reason": reason})
    action.full_clean(exclude=["goal", "owner", "practice"])
    if len(action.reason) < SHORTEST_REASON:
        message = _("Enter why, in 10 characters or more.")
        if action.status == ActionStatus.DROPPED:
            raise ValidationError({"reason": message}, code="reason")
        if action.status == ActionStatus.DONE and not action.evidence.exists():
            raise ValidationError(
                {"reason": _("Add evidence first, or enter why there is none.")}, code="evidence"
            )
    open_milestones = action.milestones.filter(done_on=None, dropped_on=None)
    if action.status == ActionStatus.DONE and open_milestones.exists():
        raise ValidationError(
            {"status": _("Some milestones are open. Mark them as done, or drop them, first.")}, code="open"
        )
    action.save()
    if action.status == ActionStatus.DROPPED:
        open_milestones.update(dropped_on=city_today(), dropped_reason=action.reason)
    write_plan(actor, action.goal.plan, ["actions"], is_change=action.status == ActionStatus.DROPPED)
    return action


@transaction.atomic
def save_partner(
    *,
    actor: Actor,
    plan_id: UUID,
    action_id: UUID,
    partner_id: UUID | None = None,
    organisation: Organisation | None = None,
    **fields: Any,
) -> Partner:
    """Name an organisation as a partner of an action, or record its agreement.

    Raises as `locked_plan`, DoesNotExist, and ValidationError by field. The error is the same for an
    organisation that the actor cannot see as for one that does not exist.
    """
    plan = locked_plan(actor, plan_id)
    action = Action.objects.get(goal__plan=plan, pk=action_id)
    if partner_id is None:
        _refuse_hidden("organisation", Organisation.objects.visible_to(actor), organisation)
        if organisation and organisation.has_protected_location:
            text = _("The location of this organisation is protected, so a plan does not name it.")
            raise ValidationError({"organisation": text}, code="protected")
        partner = Partner(action=action, organisation=organisation)
    else:
        partner = action.partners.get(pk=partner_id)
    if assign(partner, fields) or partner_id is None:
        refuse_future(partner, ["agreed_on"])
        partner.full_clean()
        partner.save()
        write_plan(actor, plan, ["partners"])
    return partner


@transaction.atomic
def withdraw_agreement(*, actor: Actor, plan_id: UUID, partner_id: UUID) -> Partner:
    """Record that a partner no longer wants to be named. Public pages drop its name at once."""
    plan = locked_plan(actor, plan_id)
    partner = Partner.objects.get(action__goal__plan=plan, pk=partner_id)
    partner.agreed_on, partner.agreed_by = None, ""
    partner.save()
    write_plan(actor, plan, ["partners"])
    return partner


def end_agreements(
    actor: Actor,
    target: Organisation,
    merged: Sequence[Organisation],
    names: Collection[str],
    memories: Sequence[Memory],
) -> Mapping[str, Any]:
    """End the agreements of partners that are merged into `target`, which has not agreed.

    If `target` gets another name, its own agreements end too. Undoing the merge restores each agreement.
    """
    ended = [*zip(merged, memories, strict=True), *([(target, memories[0])] if "name" in names else [])]
    for organisation, memory in ended:
        rows = Partner.objects.filter(organisation=organisation, agreed_on__isnull=False)
        memory.filled += as_json_rows(rows)
        memory.changed_objects[Plan._meta.label] |= set(rows.values_list("action__goal__plan", flat=True))
        rows.update(agreed_on=None, agreed_by="")
    return {}


@transaction.atomic
def remove_partner(*, actor: Actor, plan_id: UUID, partner_id: UUID) -> None:
    plan = locked_plan(actor, plan_id)
    Partner.objects.get(action__goal__plan=plan, pk=partner_id).delete()
    write_plan(actor, plan, ["partners"])


@transaction.atomic
def add_evidence(
    *,
    actor: Actor,
    plan_id: UUID,
    action_id: UUID,
    meeting: Meeting | None = None,
    follow_up: FollowUp | None = None,
    url: str = "",
    note: str = "",
) -> Evidence:
    """Add evidence to an action: a meeting, a follow-up or a web address. Raises as `save_partner`."""
    action = locked_action(actor, plan_id, action_id)
    evidence = Evidence(action=action)
    if meeting:
        _refuse_hidden("meeting", Meeting.objects.visible_to(actor), meeting)
    if follow_up:
        _refuse_hidden("follow_up", FollowUp.objects.visible_to(actor), follow_up)
    assign(evidence, {"meeting": meeting, "follow_up": follow_up, "url": url, "note": note})
    evidence.full_clean(exclude=["action"])
    evidence.save(force_insert=True)
    write_plan(actor, action.goal.plan, ["evidence"], is_change=False)
    return evidence


@transaction.atomic
def remove_evidence(*, actor: Actor, plan_id: UUID, action_id: UUID, evidence_id: UUID) -> None:
    action = locked_action(actor, plan_id, action_id)
    action.evidence.get(pk=evidence_id).delete()
    write_plan(actor, action.goal.plan, ["evidence"], is_change=False)


def _refuse_hidden(field: str, visible: models.QuerySet[Any], row: models.Model | None) -> None:
    """Raise the same ValidationError for a row that the actor cannot see as for one that does not exist."""
    if row is None or not visible.filter(pk=row.pk).exists():
        raise ValidationError({field: _("Choose one from the list.")}, code="invalid_choice")
