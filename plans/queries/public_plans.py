"""What the public site shows of plans: goals, actions, milestones, and partners that agreed to be named.

What was dropped, moved, renamed, added or dated back stays, so that nobody polishes a plan. Owners, reasons,
notes, evidence, indicators and voices stay inside.
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
    """Plans that everyone may read, ended ones too. A title with a protected name or address is left out."""
    rows = Plan.objects.visible_to(SYSTEM).decided().filter(is_public=True, district__in=district_ids)
    goals = Goal.objects.order_by("position").prefetch_related(_actions())
    rows = rows.order_by("-starts_on", "pk").prefetch_related(
        Prefetch("goals", goals, to_attr="in_order"),
        Prefetch("later_changes", PlanChange.objects.newest_first(), to_attr="newest_changes"),
    )
    return [_plan(row, is_protected) for row in rows if not is_protected(row.title)]


def _actions() -> "Prefetch[str]":
    open_ones = Organisation.objects.exclude(pk__in=Organisation.objects.with_protected_location())
    named = Partner.objects.filter(
        agreed_on__isnull=False, organisation__in=open_ones.exclude(status=OrganisationStatus.CLOSED)
    )
    rows = Action.objects.order_by("position").prefetch_related(
        Prefetch("milestones", Milestone.objects.order_by("due_on", "pk"), "dated"),
        Prefetch(
            "partners", named.select_related("organisation").order_by("organisation__folded", "pk"), "named"
        ),
    )
    return Prefetch("actions", rows, to_attr="in_order")


def _plan(row: Any, is_protected: IsProtected) -> PublicPlan:
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
            PublicChange(one.changed_on, one.kind, one.title, one.was, one.was_on, one.now_on)
            for one in row.newest_changes
            if not is_protected(one.title, one.was)
        ],
        added=sum(
            one.kind == ChangeKind.ADDED and one.part == PlanPart.MILESTONE for one in row.newest_changes
        ),
        goals=[
            PublicGoal(
                goal.title, [_action(one, is_protected) for one in _shown(goal.in_order, is_protected)]
            )
            for goal in _shown(row.in_order, is_protected)
        ],
    )


def _action(row: Any, is_protected: IsProtected) -> PublicAction:
    return PublicAction(
        title=row.title,
        status=row.status,
        milestones=[
            PublicMilestone(
                title=one.title,
                due_on=one.due_on,
                first_due_on=one.first_due_on,
                done_on=one.done_on,
                marked_on=one.marked_on if one.is_marked_later else None,
                is_dropped=one.is_dropped,
            )
            for one in _shown(row.dated, is_protected)
        ],
        partners=[one.organisation.name for one in row.named],
    )


def _shown(rows: Sequence[Any], is_protected: IsProtected) -> Sequence[Any]:
    return [one for one in rows if not is_protected(one.title)]
