"""Public contents of plans: goals, actions, milestones, and partners that agreed to be named.

Dropped, moved, renamed, added and backdated parts stay visible, so that no one can embellish a plan. Owners,
reasons, notes, evidence, indicators and voices are not public.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from accounts.actors import SYSTEM
from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from plans.codes import ChangeKind, PlanPart
from plans.models import Action, Goal, Milestone, Partner, Plan, PlanChange
from publishing.site.plans import PublicAction, PublicChange, PublicGoal, PublicMilestone, PublicPlan

IsProtected = Callable[..., bool]


def public_plans(district_ids: Sequence[UUID], is_protected: IsProtected) -> Sequence[PublicPlan]:
    """Return plans that everyone can read, including ended plans.

    `is_protected` returns whether one of its texts contains a protected name or address. Such a text is
    replaced by "". A plan, goal, action, milestone or change with such a title is left out.
    """
    plans = Plan.objects.visible_to(SYSTEM).decided().filter(is_public=True, district__in=district_ids)
    goals = Goal.objects.order_by("position").prefetch_related(_action_prefetch())
    plans = plans.order_by("-starts_on", "pk").prefetch_related(
        Prefetch("goals", goals, to_attr="in_order"),
        Prefetch("later_changes", PlanChange.objects.newest_first(), to_attr="newest_changes"),
    )
    return [_public_plan(row, is_protected) for row in plans if not is_protected(row.title)]


def _action_prefetch() -> "Prefetch[str]":
    unprotected_organisations = Organisation.objects.exclude(
        pk__in=Organisation.objects.with_protected_location()
    )
    agreed_partners = Partner.objects.filter(
        agreed_on__isnull=False,
        organisation__in=unprotected_organisations.exclude(status=OrganisationStatus.CLOSED),
    )
    actions = Action.objects.order_by("position").prefetch_related(
        Prefetch("milestones", Milestone.objects.order_by("due_on", "pk"), "milestones_in_order"),
        Prefetch(
            "partners",
            agreed_partners.select_related("organisation").order_by("organisation__folded", "pk"),
            "named_partners",
        ),
    )
    return Prefetch("actions", actions, to_attr="in_order")


def _public_plan(row: Any, is_protected: IsProtected) -> PublicPlan:
    return PublicPlan(
        title=row.title,
        summary="" if is_protected(row.summary) else row.summary,
        language=row.language,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        adopted_on=row.adopted_on,
        ended_on=row.ended_on,
        adopted_by="" if is_protected(row.adopted_by) else row.adopted_by,
        changes=[
            PublicChange(
                change.changed_on, change.kind, change.title, change.was, change.was_on, change.now_on
            )
            for change in row.newest_changes
            if not is_protected(change.title, change.was)
        ],
        added=sum(
            change.kind == ChangeKind.ADDED and change.part == PlanPart.MILESTONE
            for change in row.newest_changes
        ),
        goals=[
            PublicGoal(
                goal.title,
                [
                    _public_action(action, is_protected)
                    for action in _without_protected(goal.in_order, is_protected)
                ],
            )
            for goal in _without_protected(row.in_order, is_protected)
        ],
    )


def _public_action(row: Any, is_protected: IsProtected) -> PublicAction:
    return PublicAction(
        title=row.title,
        status=row.status,
        milestones=[
            PublicMilestone(
                title=milestone.title,
                due_on=milestone.due_on,
                first_due_on=milestone.first_due_on,
                done_on=milestone.done_on,
                marked_on=milestone.marked_on if milestone.is_marked_later else None,
                is_dropped=milestone.is_dropped,
            )
            for milestone in _without_protected(row.milestones_in_order, is_protected)
        ],
        partners=[partner.organisation.name for partner in row.named_partners],
    )


def _without_protected(rows: Sequence[Any], is_protected: IsProtected) -> Sequence[Any]:
    return [row for row in rows if not is_protected(row.title)]
