"""Rows for plans: titles, days and numbers. No other text of a plan and no organisation leaves the system."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.models import F, IntegerField, OuterRef, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from rest_framework import serializers

from api.resources.columns import columns, fields_of
from api.resources.specs import Column, Row, RowSpec, children
from lib.days import city_today
from plans.figures import DAYS, Figure, figures_in
from plans.models import Action, Goal, Indicator, IndicatorValue, Milestone, Plan
from practices.models import Practice

MILESTONE: Final = ("id", "title", "due_on", "first_due_on", "done_on", "dropped_on")
ACTION: Final = ("id", "title", "status", "owner", "starts_on", "ends_on", "practice")
VALUE: Final = ("period_start", "period_end", "is_baseline", "n", "of", "value", "as_of", "where_from")
INDICATOR: Final = (
    *("id", "title", "source", "slug", "measure", "district", "unit", "direction", "target", "target_on"),
    "where_from",
)
GOAL: Final = ("id", "title", "strand", "eccar_point")


@fields_of(Milestone, *MILESTONE)
class MilestoneShape(serializers.Serializer[Any]):
    pass


@fields_of(Action, *ACTION, "milestones")
class PlanActionShape(serializers.Serializer[Any]):
    """What is done for a goal."""

    milestones = MilestoneShape(many=True)


@fields_of(IndicatorValue, *VALUE, "formula_version")
class IndicatorValueShape(serializers.Serializer[Any]):
    """A value as it was frozen or entered; one that was corrected is left out."""

    formula_version = serializers.IntegerField(allow_null=True)


@fields_of(Indicator, *INDICATOR, "values")
class IndicatorShape(serializers.Serializer[Any]):
    """How a goal is measured. `slug` is that of a report; it is empty for values entered by hand."""

    values = IndicatorValueShape(many=True)


@fields_of(Goal, *GOAL, "actions", "indicators")
class GoalShape(serializers.Serializer[Any]):
    actions = PlanActionShape(many=True)
    indicators = IndicatorShape(many=True)


class PlanFigureShape(serializers.Serializer[Any]):
    """How many were on time, `n`, of all that were due, `of`: in the days of the plan so far."""

    slug = serializers.CharField()
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    n = serializers.IntegerField()
    of = serializers.IntegerField()
    interval_low = serializers.FloatField(allow_null=True)
    interval_high = serializers.FloatField(allow_null=True)
    moved = serializers.IntegerField()
    dropped = serializers.IntegerField()


class PlanSpec(RowSpec):
    """Its figures are counted from the days that its statement reads."""

    def rows(self, tuples: Iterable[tuple[Any, ...]], names: Sequence[str] = ()) -> list[Row]:
        found = super().rows(tuples, names)
        for row in found:
            if "figures" in row:
                row["figures"] = [_figure(one) for one in figures_in(row["figures"], city_today())]
        return found


def _figure(one: Figure) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    return {
        "slug": one.slug,
        "period_start": one.period.since,
        "period_end": one.period.until,
        "n": one.n,
        "of": one.of,
        "interval_low": low,
        "interval_high": high,
        "moved": one.moved,
        "dropped": one.dropped,
    }


def _named(names: tuple[str, ...], **changed: Any) -> dict[str, Any]:
    return {name: name for name in names} | changed


_PRACTICE: Final = Subquery(Practice.objects.published().filter(pk=OuterRef("practice_id")).values("pk"))
_MILESTONES: Final = children(
    Milestone.objects.filter(action=OuterRef("pk")).order_by("due_on", "pk"), **_named(MILESTONE)
)
_ACTIONS: Final = children(
    Action.objects.filter(goal=OuterRef("pk")).order_by("position"),
    **_named(ACTION, owner="owner_id", practice=_PRACTICE, milestones=_MILESTONES),
)
_VALUES: Final = children(
    IndicatorValue.objects.standing().filter(indicator=OuterRef("pk")).order_by("period_start", "period_end"),
    **_named(VALUE, formula_version=Cast(KT("definition__version"), IntegerField())),
)
_INDICATORS: Final = children(
    Indicator.objects.filter(goal=OuterRef("pk")).order_by("position"),
    **_named(INDICATOR, district="district__code", values=_VALUES),
)
_GOALS: Final = children(
    Goal.objects.filter(plan=OuterRef("pk")).order_by("position"),
    **_named(GOAL, actions=_ACTIONS, indicators=_INDICATORS),
)

PLAN = PlanSpec(
    "plan",
    columns(
        Plan,
        *("id", "version", "title", "language", "district", "starts_on", "ends_on", "status"),
        *("adopted_on", "adopted_by", "closed_on", "review_months", "keeper", "is_public", "changes"),
        Column("goals", GoalShape(many=True), _GOALS),
        Column("figures", PlanFigureShape(many=True), DAYS),
        *("created_at", "updated_at"),
    ),
    where=(F("district_id"),),
)
