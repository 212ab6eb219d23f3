"""Values of indicators: kept figures of reports, or values that were entered by hand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lib.row_context import Opened, opened
from plans.codes import PlanStatus, Source
from plans.models import Indicator, IndicatorValue, Plan
from plans.queries.report_values import value_of
from plans.rules import quarter_before, quarters
from reports.figures.kept_rows import row_of
from reports.indicators.catalogue import REPORTS
from reports.models import KeptFigure, Why
from reports.queries.periods import Period
from reports.rules.intervals import LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of an indicator in a period. `entered` is its row if it was entered by hand.

    A kept figure has its newest `vintage`, its first numbers, the version of its definition, and the reason
    why it was kept.
    """

    period: Period
    n: float | None
    total: float | None
    value: float | None
    as_of: datetime
    is_baseline: bool = False
    entered: IndicatorValue | None = None
    vintage: int | None = None
    first_published: tuple[float, float] | None = None
    definition: int | None = None
    reason: Why | None = None
    has_interval: bool = True

    @property
    def is_of_few(self) -> bool:
        """Whether the numbers are too small for a share, so that only counts are shown."""
        return self.total is not None and self.total < LEAST

    @property
    def is_revised(self) -> bool:
        return self.vintage is not None and self.vintage > 1


def values_of(rows: Iterable[Indicator]) -> dict[UUID, list[Value]]:
    """Return the values of each indicator, oldest first, by two statements. Each row has its goal and plan.

    The value of a quarter is its kept figure. The baseline is the last whole quarter before the plan, or by
    hand the last value that ends before the plan. There is none if records begin later.
    """
    indicators = list(rows)
    values = _entered_values([row for row in indicators if row.source == Source.HAND])
    return values | _kept_values([row for row in indicators if row.source == Source.BOOK])


def baseline_of(values: Iterable[Value]) -> Value | None:
    return next((value for value in values if value.is_baseline), None)


def quarters_of(plan: Plan) -> list[Period]:
    """Return the quarters in which a plan is measured: the one before it, and those in it once adopted."""
    baseline = Period(*quarter_before(plan.starts_on))
    if plan.is_draft:
        return [baseline]
    closed_on = plan.closed_on if plan.status == PlanStatus.CLOSED else None
    until = min(plan.ends_on, closed_on or date.max)
    return [baseline, *(Period(*days) for days in quarters(plan.starts_on, until))]


def _entered_values(rows: Iterable[Indicator]) -> dict[UUID, list[Value]]:
    starts_on = {row.pk: row.goal.plan.starts_on for row in rows}
    values: dict[UUID, list[Value]] = {pk: [] for pk in starts_on}
    if not values:
        return {}
    entered_values = IndicatorValue.objects.standing().filter(indicator__in=starts_on)
    for entered in entered_values.order_by("period_end", "period_start", "pk"):
        values[entered.indicator_id].append(
            Value(
                period=entered.period,
                n=entered.n,
                total=entered.of,
                value=entered.value,
                as_of=entered.as_of,
                entered=entered,
            )
        )
    for pk, indicator_values in values.items():
        numbers = [
            number for number, value in enumerate(indicator_values) if value.period.until <= starts_on[pk]
        ]
        if numbers:
            indicator_values[numbers[-1]] = replace(indicator_values[numbers[-1]], is_baseline=True)
    return values


@opened(Opened.FIGURES)
def _kept_values(rows: Iterable[Indicator]) -> dict[UUID, list[Value]]:
    measured = {row: quarters_of(row.goal.plan) for row in rows}
    if not measured:
        return {}
    vintages: dict[tuple[Any, ...], list[KeptFigure]] = {}
    figures = KeptFigure.objects.in_periods(
        {row.district_id for row in measured if row.district_id},
        {period for periods in measured.values() for period in periods},
        indicators={row.slug for row in measured},
    )
    figures = figures.filter(vintage__gte=1, kept_period__final_at__isnull=False)
    for figure in figures.order_by("vintage"):
        kept_period = figure.kept_period
        key = (kept_period.district_id, figure.indicator, Period(kept_period.since, kept_period.until))
        vintages.setdefault(key, []).append(figure)
    return {row.pk: list(_values_of_quarters(row, periods, vintages)) for row, periods in measured.items()}


def _values_of_quarters(
    row: Indicator, periods: Iterable[Period], vintages: Mapping[tuple[Any, ...], list[KeptFigure]]
) -> Iterator[Value]:
    """Yield the kept figures of an indicator, oldest first. A retired report has none."""
    report = REPORTS.get(row.slug)
    baseline_days = quarter_before(row.goal.plan.starts_on)
    for period in periods:
        figures = vintages.get((row.district_id, row.slug, period))
        if report is None or not figures or (row.recorded_since and period.since < row.recorded_since):
            continue
        newest = figures[-1]
        kept_row = row_of(report, newest, "", figures[0])
        yield Value(
            period=period,
            n=kept_row.n,
            total=kept_row.of,
            value=value_of(report, row.measure, kept_row),
            as_of=newest.kept_at,
            is_baseline=(period.since, period.until) == baseline_days,
            vintage=newest.vintage,
            first_published=kept_row.first_published,
            definition=newest.definition,
            reason=Why(newest.reason),
            has_interval=report.has_interval,
        )
