"""What people are reminded of in a plan: the subject of `reminders`."""

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
    """An email names milestones, which name no one, and no organisation."""

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
        held = dict(
            PlanReview.objects.signed().filter(plan__in=ids).values_list("plan").annotate(Max("held_on"))
        )
        values = _values_on(ids)
        for plan in plans:
            if plan.adopted_on is None:
                continue
            for one in rules.plan_reminders(
                due=due[plan.pk],
                keepers=_keepers(plan),
                review_on=rules.next_review_on(plan.adopted_on, held.get(plan.pk), plan.review_months),
                values_on=values[plan.pk],
                now=now,
            ):
                yield plan.pk, one

    def coming(self, now: datetime) -> Iterable[UUID]:
        return Plan.objects.adopted().values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        """Those that the user keeps, or in which the user has an open milestone."""
        kept = Plan.objects.adopted().filter(keeper=user).values_list("pk", flat=True)
        owned = Milestone.objects.open().filter(action__owner=user)
        return {*kept, *owned.values_list("action__goal__plan", flat=True)}

    def seen_by(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Plan]:
        """With the actor's own open milestones that are due, and all that are late."""
        rows: Any = Plan.objects.visible_to(actor).filter(pk__in=ids)
        found: dict[UUID, Any] = rows.in_bulk()
        for row in found.values():
            row.own_titles, row.late_titles = [], []
            row.is_kept = row.keeper_id == actor.id
        milestones = Milestone.objects.visible_to(actor).open().select_related("action__goal")
        for one in milestones.filter(action__goal__plan__in=found).order_by("due_on", "pk"):
            row, today = found[one.action.goal.plan_id], city_today()
            if one.action.owner_id == actor.id and (one.due_on - today).days <= 1:
                row.own_titles.append(one.title)
            if one.due_on < today:
                row.late_titles.append(one.title)
        return found

    def words(self, rule: str, row: Any) -> tuple[str, Sequence[str]]:
        match rule:
            case rules.MILESTONE_DUE:
                return _("Milestones of your actions are due"), row.own_titles[:NAMED]
            case rules.MILESTONE_LATE_KEEPER:
                kept, left = _("Milestones of a plan you keep are late"), _("Milestones of a plan are late")
                return kept if row.is_kept else left, row.late_titles[:NAMED]
            case rules.VALUE_DUE:
                kept, left = _("A plan you keep needs a new value"), _("A plan needs a new value")
                return kept if row.is_kept else left, [row.title]
            case rules.REVIEW_DUE:
                kept, left = _("A plan you keep is due for review"), _("A plan is due for review")
                return kept if row.is_kept else left, [row.title]
        raise LookupError(rule)


def _keepers(plan: Plan) -> list[Recipient]:
    """Its keeper; once the keeper has left, the supervisors of the whole of its district."""
    if plan.keeper and plan.keeper.is_active:
        return [recipient_of(plan.keeper)]
    rows = User.objects.active().with_role(Role.SUPERVISOR).covering(plan.district).in_order()
    return [recipient_of(one) for one in rows]


def _due_by_owner(ids: Collection[UUID]) -> Mapping[UUID, Mapping[Recipient | None, list[date]]]:
    """Days of open milestones by plan and owner, if there is one."""
    found: dict[UUID, dict[Recipient | None, list[date]]] = defaultdict(lambda: defaultdict(list))
    rows = Milestone.objects.open().filter(action__goal__plan__in=ids)
    for row in rows.select_related("action__owner", "action__goal"):
        owner = recipient_of(row.action.owner) if row.action.owner else None
        found[row.action.goal.plan_id][owner].append(row.due_on)
    return found


def _values_on(ids: Collection[UUID]) -> Mapping[UUID, set[date]]:
    """Days on which the next value of an indicator is due that someone enters, by plan."""
    found: dict[UUID, set[date]] = defaultdict(set)
    rows: Any = Indicator.objects.filter(goal__plan__in=ids, source=Source.HAND).select_related("goal__plan")
    for row in rows.annotate(last=Max("values__period_end")):
        since = row.last or row.goal.plan.starts_on
        found[row.goal.plan_id].add(rules.add_months(since, row.frequency_months))
    return found


SUBJECTS: Final = (Plans(),)
