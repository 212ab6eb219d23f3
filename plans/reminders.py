"""Reminder subject: plans with their milestones, reviews and values."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from lib.acting import Acting
from lib.days import city_today
from meetings.queries.stand_ins import recipient_of
from plans import rules
from plans.codes import Source
from plans.models import Indicator, Milestone, Plan, PlanReview
from reminders.models.subjects import Rule, Subject
from reminders.rules import Occurrence, Recipient

NAMED = 6


class Plans(Subject[Plan]):
    """Plans. An email names milestones, but no person and no organisation."""

    code = "plan"
    known_rules = (
        Rule(rules.MILESTONE_DUE, gettext_lazy("milestone of your action"), daily=True),
        Rule(rules.MILESTONE_LATE_KEEPER, gettext_lazy("late milestone of your plan"), daily=True),
        Rule(rules.REVIEW_DUE, gettext_lazy("review of your plan"), daily=True),
        Rule(rules.VALUE_DUE, gettext_lazy("value to enter in your plan"), daily=True),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        plans = Plan.objects.adopted().filter(pk__in=ids).select_related("keeper", "district")
        due = _due_by_owner(ids)
        last_reviews = dict(
            PlanReview.objects.signed().filter(plan__in=ids).values_list("plan").annotate(Max("held_on"))
        )
        values = _values_on(ids)
        for plan in plans:
            if plan.adopted_on is None:
                continue
            for occurrence in rules.plan_reminders(
                due=due[plan.pk],
                keepers=_keepers(plan),
                review_on=rules.next_review_on(
                    plan.adopted_on, last_reviews.get(plan.pk), plan.review_months
                ),
                values_on=values[plan.pk],
                now=now,
            ):
                yield plan.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return Plan.objects.adopted().values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        """Plans that the user keeps, or in which the user has an open milestone."""
        kept_plans = Plan.objects.adopted().filter(keeper=user).values_list("pk", flat=True)
        owned = Milestone.objects.open().filter(action__owner=user)
        return {*kept_plans, *owned.values_list("action__goal__plan", flat=True)}

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Plan]:
        """Plans with `own_titles` (open milestones of the actor that are due) and `late_titles`."""
        rows: Any = Plan.objects.visible_to(actor).filter(pk__in=ids)
        plans: dict[UUID, Any] = rows.in_bulk()
        for row in plans.values():
            row.own_titles, row.late_titles = [], []
            row.is_kept = row.keeper_id == actor.id
        milestones = Milestone.objects.visible_to(actor).open().select_related("action__goal")
        for milestone in milestones.filter(action__goal__plan__in=plans).order_by("due_on", "pk"):
            row, today = plans[milestone.action.goal.plan_id], city_today()
            if milestone.action.owner_id == actor.id and (milestone.due_on - today).days <= 1:
                row.own_titles.append(milestone.title)
            if milestone.due_on < today:
                row.late_titles.append(milestone.title)
        return plans

    def words(self, rule: str, row: Any) -> tuple[str, Sequence[str]]:
        match rule:
            case rules.MILESTONE_DUE:
                return _("Milestones of your actions are due"), row.own_titles[:NAMED]
            case rules.MILESTONE_LATE_KEEPER:
                keeper_title, supervisor_title = (
                    _("Milestones of a plan you keep are late"),
                    _("Milestones of a plan are late"),
                )
                return keeper_title if row.is_kept else supervisor_title, row.late_titles[:NAMED]
            case rules.VALUE_DUE:
                keeper_title, supervisor_title = (
                    _("A plan you keep needs a new value"),
                    _("A plan needs a new value"),
                )
                return keeper_title if row.is_kept else supervisor_title, [row.title]
            case rules.REVIEW_DUE:
                keeper_title, supervisor_title = (
                    _("A plan you keep is due for review"),
                    _("A plan is due for review"),
                )
                return keeper_title if row.is_kept else supervisor_title, [row.title]
        raise LookupError(rule)


def _keepers(plan: Plan) -> list[Recipient]:
    """The keeper, or supervisors of the whole district if the keeper has left."""
    if plan.keeper and plan.keeper.is_active:
        return [recipient_of(plan.keeper)]
    rows = User.objects.active().with_role(Role.SUPERVISOR).covering(plan.district).in_order()
    return [recipient_of(supervisor) for supervisor in rows]


def _due_by_owner(ids: Collection[UUID]) -> Mapping[UUID, Mapping[Recipient | None, list[date]]]:
    """Due days of open milestones by plan and owner (None without an owner)."""
    days_by_owner: dict[UUID, dict[Recipient | None, list[date]]] = defaultdict(lambda: defaultdict(list))
    rows = Milestone.objects.open().filter(action__goal__plan__in=ids)
    for row in rows.select_related("action__owner", "action__goal"):
        owner = recipient_of(row.action.owner) if row.action.owner else None
        days_by_owner[row.action.goal.plan_id][owner].append(row.due_on)
    return days_by_owner


def _values_on(ids: Collection[UUID]) -> Mapping[UUID, set[date]]:
    """Days on which the next value of an indicator must be entered by hand, by plan."""
    days_by_plan: dict[UUID, set[date]] = defaultdict(set)
    rows: Any = Indicator.objects.filter(goal__plan__in=ids, source=Source.HAND).select_related("goal__plan")
    for row in rows.annotate(last=Max("values__period_end")):
        since = row.last or row.goal.plan.starts_on
        days_by_plan[row.goal.plan_id].add(rules.add_months(since, row.frequency_months))
    return days_by_plan


SUBJECTS: Final = (Plans(),)
