"""Contents of the pages of plans: progress, indicators in words, and own milestones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet
from django.template.defaultfilters import floatformat
from django.utils import translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.queries.prepared import Prepared
from lib.days import city_day, city_today
from lib.prepared import PlaceholderDay
from plans.codes import ENDED, ActionStatus, Direction, Measure, ReviewAnswer, Source, Unit
from plans.models import (
    Action,
    Goal,
    Indicator,
    Milestone,
    Partner,
    Plan,
    PlanReview,
)
from plans.queries.values import Value, values_of
from plans.rules import Progress, next_review_on, progress_of
from practices.codes import Strand
from reports.charts import Mark, sparkline
from reports.figures.wording import format_interval, format_period, format_value
from reports.models import Why
from reports.rules.intervals import Interval, wilson

OWN: Final = 10  # milestones on Today
TITLE, LONG = 120, 1500  # characters of the council's paper
UNITS: Final = {Unit.SHARE: "ratio", Unit.COUNT: "count", Unit.DAYS: "days"}


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value of an indicator in words.

    `query` is the query string of the list of records behind the value.
    """

    value: Value
    text: str
    numbers: tuple[float, float] | None
    interval: str
    query: str

    @property
    def period(self) -> str:
        return format_period(self.value.period)

    @property
    def vintage(self) -> str:
        """Return in words when the figure was kept, and what was first published if it was revised."""
        value = self.value
        if value.reason is None:
            return ""
        words = {"day": date_format(city_day(value.as_of), "DATE_FORMAT")}
        if value.is_revised and value.first_published:
            first_n, first_total = value.first_published
            words |= {"n": floatformat(first_n), "of": floatformat(first_total)}
            return _("revised on %(day)s; first published: %(n)s of %(of)s") % words
        if value.reason == Why.COUNTED:
            return _("counted on %(day)s") % words
        return _("final, kept on %(day)s") % words


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator with its `values`, oldest first."""

    row: Indicator
    values: Sequence[Value]

    @property
    def unit(self) -> str:
        return UNITS[Unit(self.row.unit)]

    @cached_property
    def stated(self) -> list[StatedValue]:
        return [self._state(value) for value in self.values]

    @property
    def latest(self) -> StatedValue | None:
        return self.stated[-1] if self.stated else None

    @cached_property
    def baseline(self) -> StatedValue | None:
        return next((stated for stated in self.stated if stated.value.is_baseline), None)

    @property
    def baseline_waits(self) -> bool:
        """Whether the quarter before the plan has no kept figure yet."""
        return self.row.source == Source.BOOK and self.baseline is None and not self.row.recorded_since

    @property
    def target(self) -> str:
        return "" if self.row.target is None else format_value(self.row.target, self.unit)

    @property
    def has_no_target(self) -> bool:
        return self.row.direction == Direction.NO_TARGET

    @property
    def trend(self) -> SafeString | None:
        """Sparkline of at least two values. Shares of small numbers are left out."""
        marks = [self._mark(stated) for stated in self.stated]
        if sum(mark.value is not None for mark in marks) < 2:
            return None
        return sparkline(marks, title=self.row.title, unit=self.unit)

    def _mark(self, stated: StatedValue) -> Mark:
        value = None if self._is_of_few(stated.value) else stated.value.value
        return Mark(label=stated.period, value=value, text=stated.text, short=stated.period)

    def _is_of_few(self, value: Value) -> bool:
        return self.row.unit == Unit.SHARE and value.is_of_few

    def _state(self, value: Value) -> StatedValue:
        has_numbers = self.row.unit == Unit.SHARE and value.n is not None and value.total is not None
        interval = _interval_of(self.row, value)
        return StatedValue(
            value=value,
            text="" if self._is_of_few(value) else format_value(value.value, self.unit),
            numbers=(value.n or 0, value.total or 0) if has_numbers else None,
            interval=format_interval(interval) if interval else "",
            query=self._list_query(value),
        )

    def _list_query(self, value: Value) -> str:
        if self.row.district is None:
            return ""
        since, until = value.period.as_text
        return urlencode({"by": "district", "district": self.row.district.code, "from": since, "to": until})


def _interval_of(row: Indicator, value: Value) -> Interval | None:
    """Wilson interval of a share; None for small numbers and for reports without an interval."""
    is_share = row.unit == Unit.SHARE and value.has_interval
    if not is_share or value.n is None or not value.total or value.is_of_few:
        return None
    return wilson(value.n, value.total)


@dataclass(frozen=True)
class ActionLine:
    row: Action
    milestones: Sequence[Milestone]
    partners: Sequence[Any]
    today: date

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.milestones, self.today)

    @property
    def next(self) -> Milestone | None:
        """The first milestone that is neither done nor dropped."""
        if self.row.status in ENDED:
            return None
        return next((milestone for milestone in self.milestones if milestone.is_open), None)

    @property
    def is_late(self) -> bool:
        return self.next is not None and self.next.due_on < self.today


@dataclass(frozen=True)
class GoalLine:
    row: Goal
    number: int
    actions: Sequence[ActionLine]
    indicators: Sequence[IndicatorLine]

    @cached_property
    def progress(self) -> Progress:
        return sum((action.progress for action in self.actions), Progress())


@dataclass(frozen=True)
class PlanPage:
    plan: Plan
    goals: Sequence[GoalLine]
    review: Any

    @cached_property
    def progress(self) -> Progress:
        return sum((goal.progress for goal in self.goals), Progress())

    @property
    def strands(self) -> list[tuple[str, str]]:
        """Strands with a goal, in their fixed order."""
        used = {goal.row.strand for goal in self.goals}
        return [(strand.value, str(strand.label)) for strand in Strand if strand in used]

    def of_strand(self, strand: str) -> list[GoalLine]:
        return [goal for goal in self.goals if goal.row.strand == strand]

    @property
    def points(self) -> list[int]:
        """Points of the ECCAR plan with a goal."""
        return sorted({goal.row.eccar_point for goal in self.goals if goal.row.eccar_point})

    def of_point(self, point: int) -> list[GoalLine]:
        return [goal for goal in self.goals if goal.row.eccar_point == point]

    @property
    def dropped(self) -> int:
        return sum(line.row.status == "dropped" for goal in self.goals for line in goal.actions)

    @property
    def next_review_on(self) -> date | None:
        if not self.plan.adopted_on or not self.plan.is_adopted:
            return None
        last_held_on = self.review.held_on if self.review else None
        return next_review_on(self.plan.adopted_on, last_held_on, self.plan.review_months)

    @property
    def voices(self) -> list[tuple[str, int]]:
        """Number of organisations for each answer in the last review."""
        return (
            [(str(answer.label), getattr(self.review, answer.value)) for answer in ReviewAnswer]
            if self.review
            else []
        )

    @property
    def organisations(self) -> set[Any]:
        """IDs of partners named on the page, for the activity log."""
        lines = (line for goal in self.goals for line in goal.actions)
        return {partner.organisation_id for line in lines for partner in line.partners if partner.name}


def plan_page(actor: Actor, plan: Plan) -> PlanPage:
    """Read the contents of a plan's page. The actor sees the plan."""
    today = city_today()
    goals = list(_goals(actor).filter(plan=plan).order_by("position"))
    values = values_of(row for goal in goals for row in goal.measured)
    lines = [
        GoalLine(
            row=goal,
            number=number,
            actions=[ActionLine(action, action.dated, action.named, today) for action in goal.in_order],
            indicators=[IndicatorLine(row, values[row.pk]) for row in goal.measured],
        )
        for number, goal in enumerate(goals, 1)
    ]
    return PlanPage(plan, lines, last_review(plan))


def _goals(actor: Actor) -> QuerySet[Any]:
    milestones = Prefetch("milestones", Milestone.objects.order_by("due_on", "pk"), to_attr="dated")
    partners = Prefetch("partners", Partner.objects.with_names(actor).order_by("pk"), to_attr="named")
    actions = Action.objects.select_related("owner").prefetch_related(milestones, partners)
    indicators = Indicator.objects.select_related("district")
    return Goal.objects.select_related("plan").prefetch_related(
        Prefetch("actions", actions.order_by("position"), to_attr="in_order"),
        Prefetch("indicators", indicators.order_by("position"), to_attr="measured"),
    )


def indicator_lines(rows: Iterable[Indicator]) -> list[IndicatorLine]:
    """Return a line for each indicator. Each row has its goal and plan."""
    indicators = list(rows)
    values = values_of(indicators)
    return [IndicatorLine(row, values[row.pk]) for row in indicators]


def last_review(plan: Plan) -> Any:
    """The last signed review, with the number of voices for each answer."""
    counts = {answer.value: Count("voices", filter=Q(voices__says=answer.value)) for answer in ReviewAnswer}
    rows = PlanReview.objects.signed().filter(plan=plan).order_by("-held_on", "-signed_at")
    return rows.defer("values", "actions").annotate(spoke=Count("voices"), **counts).first()


def council_texts(actor: Actor, plan: Plan) -> dict[str, str]:
    """Initial texts of the council's paper about a plan, in the city's language, for editing.

    Voices of organisations are quoted only with their agreement, without their names.
    """
    with translation.override(settings.LANGUAGE_CODE):
        page = plan_page(actor, plan)
        lines = [line for goal in page.goals for line in goal.actions]
        quoted_voices = page.review.voices.filter(may_be_quoted=True).order_by("pk") if page.review else ()
        progress = ngettext(
            "%(done)s of %(due)s milestone due by now is done.",
            "%(done)s of %(due)s milestones due by now are done.",
            page.progress.due,
        )
        return {
            "title": plan.title[:TITLE],
            "introduction": progress % {"done": page.progress.done, "due": page.progress.due},
            "not_done": "\n".join(filter(None, map(_unfinished_text, lines)))[:LONG],
            "heard": "\n".join(f"“{voice.text}”" for voice in quoted_voices if voice.text)[:LONG],
            "decisions": (page.review.plan_changes if page.review else "")[:LONG],
        }


def _unfinished_text(line: ActionLine) -> str:
    if line.row.status == ActionStatus.DROPPED:
        return _("%(action)s: dropped. %(reason)s") % {"action": line.row.title, "reason": line.row.reason}
    if line.next is None or not line.is_late:
        return ""
    return _("%(action)s: “%(milestone)s” is late since %(day)s.") % {
        "action": line.row.title,
        "milestone": line.next.title,
        "day": date_format(line.next.due_on, "DATE_FORMAT"),
    }


def slugs_of_shares(plan: Plan) -> list[str]:
    """Slugs of the shares that the plan's indicators take from records, in order."""
    rows = Indicator.objects.filter(goal__plan=plan, source=Source.BOOK, measure=Measure.RATIO)
    slugs = rows.order_by("goal__position", "position").values_list("slug", flat=True)
    return list(dict.fromkeys(slugs))


def own_milestones(actor: Actor) -> list[Any]:
    """Milestones of the actor's actions that are late or due today, by due date."""
    return _OWN.fetch(actor, today=city_today())


def _own_milestones(actor: Actor) -> QuerySet[Milestone]:
    rows = Milestone.objects.visible_to(actor).open().filter(action__owner=actor.id, due_on__lte=_TODAY)
    return rows.select_related("action__goal__plan").order_by("due_on", "pk")[:OWN]


_TODAY: Final = PlaceholderDay("today")
_OWN: Final = Prepared(_own_milestones)
