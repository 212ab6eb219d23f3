"""`/plans/`, read-only: a plan with its goals, actions, milestones and indicators, and its comparison file.

A response contains titles, dates, codes, numbers, who adopted the plan and where values come from. It
contains no other text of a plan and no organisation.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api.http import parameters
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.columns import columns, fields_of
from api.resources.descriptions import ID, MOMENT, OFFICER_ID, DescribedName, described, field, names_of
from api.resources.specs import Column, Row, RowSpec, children
from audit.models import Action
from audit.rules import recipient_of
from disclosure.services.disclosing import disclose
from lib.days import city_today
from plans.figures import DAYS, Figure, figures_in
from plans.filters import PlanFilters
from plans.models import Action as PlanAction
from plans.models import ComparisonFile, Goal, Indicator, IndicatorValue, Milestone, Plan
from plans.policies import can_compare
from plans.queries.values import Value, values_of
from plans.services import file_format
from practices.models import Practice

MILESTONE: Final = (
    "id",
    field("title", "The title.", "First letters are sent"),
    field("due_on", "When it is due.", "2026-12-31"),
    field("first_due_on", "When it was due when the plan was adopted.", "2026-10-31"),
    field("done_on", "When it was done.", "2026-11-24"),
    field("dropped_on", "When it was dropped.", "2026-11-24"),
)


ACTION: Final = (
    "id",
    field("title", "The title.", "Report back on every closed concern"),
    field("status", "Whether it is planned, under way, done, paused or dropped."),
    field("owner", "The ID of the officer who is responsible.", OFFICER_ID),
    field("starts_on", "The first day.", "2025-01-01"),
    field("ends_on", "The day after the last day.", "2028-01-01"),
    field("practice", "The ID of the practice that it follows, if it is published.", ID),
)


INDICATOR: Final = (
    "id",
    field("title", "The title.", "Reported back"),
    field("source", "Where its values come from."),
    field(
        "slug",
        "The slug of the report that it takes. Empty if its values are entered by hand.",
        "loop-closed",
    ),
    field("measure", "Which number of the report it takes."),
    "district",
    field("unit", "Whether its values are shares, counts or days."),
    field("direction", "Which values are better."),
    field("target", "The value to reach. A share is between 0 and 1.", 0.8),
    field("target_on", "When the target should be reached.", "2027-12-01"),
    field("where_from", "", "City survey"),
)


GOAL: Final = (
    "id",
    field("title", "The title.", "Victims hear what became of their report"),
    field("strand", "The strand of the plan."),
    field("eccar_point", "The point of ECCAR’s ten-point plan (1 to 10).", 3),
)


@fields_of(Milestone, *MILESTONE)
class MilestoneShape(serializers.Serializer[Any]):
    pass


@fields_of(PlanAction, *ACTION, field("milestones", "Its milestones, the earliest first."))
class PlanActionShape(serializers.Serializer[Any]):
    """An action for a goal."""

    milestones = MilestoneShape(many=True)


@fields_of(
    IndicatorValue,
    field("period_start", "The first day of the period.", "2026-07-01"),
    field("period_end", "The day after the last day of the period.", "2026-10-01"),
    field("n", "The number that was counted. Null for days by hand.", 32),
    field("of", "The total that `n` is a share of. Null unless the value is a share.", 41),
    field("value", "The value. Null if nothing was counted.", 0.7804878048780488),
    field("as_of", "When it was kept or entered.", MOMENT),
    field("where_from", "The source of values that are entered by hand.", "City survey"),
    field("is_baseline", "Whether it is the value from before the plan.", False),
    field("formula_version", "The version of the report’s formula. Null if entered by hand.", 1),
    field("vintage", "1 as it became final, more for a revision. Null if entered by hand.", 2),
    field("first_published_n", "`n` of the first vintage. Null if entered by hand.", 31),
    field("first_published_of", "`of` of the first vintage. Null if entered by hand.", 41),
)
class IndicatorValueShape(serializers.Serializer[Any]):
    """A value of an indicator: the kept figure of a quarter, or entered by hand.

    Corrected values are left out. A kept figure has its newest vintage, and the numbers of the first one,
    which never changes.
    """

    is_baseline = serializers.BooleanField()
    formula_version = serializers.IntegerField(allow_null=True)
    vintage = serializers.IntegerField(allow_null=True)
    first_published_n = serializers.FloatField(allow_null=True)
    first_published_of = serializers.FloatField(allow_null=True)


@fields_of(Indicator, *INDICATOR, field("values", "Its values, the earliest first."))
class IndicatorShape(serializers.Serializer[Any]):
    """An indicator of a goal. `slug` is that of a report, and empty for values entered by hand."""

    values = IndicatorValueShape(many=True)


@fields_of(
    Goal,
    *GOAL,
    field("actions", "The actions for the goal, in their order."),
    field("indicators", "The indicators that measure the goal, in their order."),
)
class GoalShape(serializers.Serializer[Any]):
    actions = PlanActionShape(many=True)
    indicators = IndicatorShape(many=True)


class PlanFigureShape(serializers.Serializer[Any]):
    """A figure of the plan so far. `of` milestones or reviews were due, and `n` of these were on time."""

    slug = described(
        serializers.CharField(),
        "`milestones-on-time`: `of` milestones were first due in the period, and `n` were done by that day. "
        "`plan-reviewed`: `of` reviews were due in the period, and `n` were held by the end of their month.",
        "milestones-on-time",
    )
    period_start = described(serializers.DateField(), "The first day of the period.", "2026-07-01")
    period_end = described(serializers.DateField(), "The day after the last day of the period.", "2026-10-01")
    n = described(serializers.IntegerField(), "How many were on time.", 31)
    of = described(serializers.IntegerField(), "How many were due.", 38)
    interval_low = described(
        serializers.FloatField(allow_null=True),
        "The lower end of the 95% interval. Null if `of` is fewer than 30.",
        0.6658,
    )
    interval_high = described(
        serializers.FloatField(allow_null=True),
        "The upper end of the 95% interval. Null if `of` is fewer than 30.",
        0.9078,
    )
    moved = described(serializers.IntegerField(), "How many milestones of `of` were moved. 0 for reviews.", 5)
    dropped = described(
        serializers.IntegerField(), "How many milestones of `of` were dropped. 0 for reviews.", 1
    )


class PlanSpec(RowSpec):
    """A row specification that counts a plan's figures from the dates that its query reads.

    The values of all indicators are read by two statements more (`plans.queries.values`).
    """

    def rows(self, tuples: Iterable[tuple[Any, ...]], names: Sequence[str] = ()) -> list[Row]:
        plans = super().rows(tuples, names)
        _add_values([row for plan in plans for goal in plan.get("goals", ()) for row in goal["indicators"]])
        for plan in plans:
            if "figures" in plan:
                plan["figures"] = [_figure(figure) for figure in figures_in(plan["figures"], city_today())]
        return plans


def _add_values(indicators: Iterable[dict[str, Any]]) -> None:
    by_id = {UUID(str(indicator["id"])): indicator for indicator in indicators}
    if not by_id:
        return
    rows = Indicator.objects.filter(pk__in=by_id).select_related("goal__plan")
    for pk, values in values_of(rows).items():
        by_id[pk]["values"] = [_value(value) for value in values]


def _value(value: Value) -> dict[str, Any]:
    first_n, first_total = value.first_published or (None, None)
    return {
        "period_start": value.period.since,
        "period_end": value.period.until,
        "n": value.n,
        "of": value.total,
        "value": value.value,
        "as_of": value.as_of,
        "where_from": value.entered.where_from if value.entered else "",
        "is_baseline": value.is_baseline,
        "formula_version": value.definition,
        "vintage": value.vintage,
        "first_published_n": first_n,
        "first_published_of": first_total,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    low, high = figure.interval or (None, None)
    return {
        "slug": figure.slug,
        "period_start": figure.period.since,
        "period_end": figure.period.until,
        "n": figure.n,
        "of": figure.of,
        "interval_low": low,
        "interval_high": high,
        "moved": figure.moved,
        "dropped": figure.dropped,
    }


def _expressions_by_name(fields: Iterable[str | DescribedName], **changed: Any) -> dict[str, Any]:
    return {name: name for name in names_of(fields)} | changed


_PRACTICE: Final = Subquery(Practice.objects.published().filter(pk=OuterRef("practice_id")).values("pk"))
_MILESTONES: Final = children(
    Milestone.objects.filter(action=OuterRef("pk")).order_by("due_on", "pk"),
    **_expressions_by_name(MILESTONE),
)


_ACTIONS: Final = children(
    PlanAction.objects.filter(goal=OuterRef("pk")).order_by("position"),
    **_expressions_by_name(ACTION, owner="owner_id", practice=_PRACTICE, milestones=_MILESTONES),
)


_INDICATORS: Final = children(
    Indicator.objects.filter(goal=OuterRef("pk")).order_by("position"),
    **_expressions_by_name(INDICATOR, district="district__code"),
)


_GOALS: Final = children(
    Goal.objects.filter(plan=OuterRef("pk")).order_by("position"),
    **_expressions_by_name(GOAL, actions=_ACTIONS, indicators=_INDICATORS),
)


PLAN = PlanSpec(
    "plan",
    columns(
        Plan,
        *("id", "version"),
        field("title", "The title.", "Alderport against racism and intolerance"),
        field("language", "The language of its texts (BCP 47).", "en"),
        "district",
        field("starts_on", "The first day.", "2025-01-01"),
        field("ends_on", "", "2028-01-01"),
        field("status", "Whether it is a draft, adopted or closed."),
        field("adopted_on", "When it was adopted.", "2024-12-12"),
        field("adopted_by", "", "City council"),
        field("closed_on", "When it was closed. Null while it is not.", "2028-01-10"),
        field("review_months", "How many months are between reviews.", 6),
        field("keeper", "", OFFICER_ID),
        field("is_public", "", True),
        field(
            "changes",
            "How often it was changed after it was adopted. Progress does not count as a change.",
            2,
        ),
        Column("goals", described(GoalShape(many=True), "Its goals, in their order."), _GOALS),
        Column(
            "figures",
            described(
                PlanFigureShape(many=True),
                "Shares of milestones and reviews that were on time so far. Empty for a draft.",
            ),
            DAYS,
        ),
        *("created_at", "updated_at"),
    ),
    where=(F("district_id"),),
)


class Plans(ListMixin, RetrieveMixin):
    spec = PLAN
    visible = Plan.objects.visible_to
    scope = "reports"
    filterset = PlanFilters
    orderings = ("starts_on", "updated_at", "created_at")


class PlanComparisonFile(Resource):
    """The latest confirmed and signed comparison file of a plan."""

    spec = PLAN
    visible = Plan.objects.visible_to
    scope = "reports"
    shape = serializers.JSONField()

    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        """Read the comparison file: the bytes that were signed. The access is recorded."""
        parameters.check_parameters(request, ())
        plan = self.visible(self.actor).get(pk=pk)
        if self.actor.kind != "key" and not can_compare(self.actor, plan):
            raise PermissionDenied
        with transaction.atomic():
            signed_files = ComparisonFile.objects.visible_to(self.actor).filter(plan=plan).signed()
            signed_file = signed_files.latest_first().first()
            if signed_file is None:
                raise ComparisonFile.DoesNotExist
            recipient = recipient_of(self.actor.name, f"file {signed_file.number}")
            district_ids = [plan.district_id]
            disclose(
                self.actor,
                "comparison_file",
                [signed_file],
                action=Action.EXPORT,
                district_ids=district_ids,
                recipient=recipient,
            )
        return HttpResponse(
            file_format.write(signed_file.document, signed_file.key, signed_file.signature),
            content_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="plan-comparison-{signed_file.number}.json"'
            },
        )
