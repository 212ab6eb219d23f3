"""Baselines of a plan, derived again whenever its first day or a value changes.

The baseline of an indicator from records is the final value of the last whole quarter before the plan. The
baseline of values by hand is the last value that ends before the plan.
"""

from collections.abc import Sequence

from django.db.models import Min

from contacts.models import OrganisationPeriod
from lib.days import city_day, city_today
from lib.row_context import Opened, opened
from plans.codes import Source
from plans.models import Indicator, IndicatorValue, Plan
from plans.queries.report_values import report_values
from plans.rules import quarter_before
from reports.queries.periods import Period
from reports.queries.statuses import final_on


@opened(Opened.FIGURES)
def derive_baselines(plan: Plan) -> None:
    """Freeze missing baselines that are final, and mark at most one value of each indicator."""
    rows = Indicator.objects.filter(goal__plan=plan).select_related("district").order_by("pk")
    for row in rows:
        if row.source == Source.BOOK:
            _freeze_baseline(plan, row)
        mark_baseline(plan, row)


@opened(Opened.FIGURES)
def derive_baseline(plan: Plan, row: Indicator) -> None:
    """Freeze and mark the baseline of a new indicator from records."""
    _freeze_baseline(plan, row)
    mark_baseline(plan, row)


def mark_baseline(plan: Plan, row: Indicator) -> None:
    """Mark the current baseline value, and no other."""
    baseline = _baseline(plan, row)
    marked = row.values.filter(is_baseline=True)
    if baseline is None:
        marked.update(is_baseline=False)
    elif list(marked.values_list("pk", flat=True)) != [baseline.pk]:
        marked.exclude(pk=baseline.pk).update(is_baseline=False)
        row.values.filter(pk=baseline.pk).update(is_baseline=True)


def freeze_values(row: Indicator, periods: Sequence[Period]) -> int:
    """Freeze the values from records for these periods, each once. Return the number of new values."""
    new_values = [IndicatorValue(indicator=row, **fields) for fields in report_values(row, periods)]
    IndicatorValue.objects.bulk_create(new_values, ignore_conflicts=True)
    return len(new_values)


def _baseline(plan: Plan, row: Indicator) -> IndicatorValue | None:
    values = row.values.standing()
    if row.source == Source.BOOK:
        since, until = quarter_before(plan.starts_on)
        return values.filter(period_start=since, period_end=until).first()
    before = values.filter(period_end__lte=plan.starts_on)
    return before.order_by("-period_end", "-period_start", "-pk").first()


def _freeze_baseline(plan: Plan, row: Indicator) -> None:
    period = Period(*quarter_before(plan.starts_on))
    district = row.district or plan.district
    periods = OrganisationPeriod.objects.filter(home_district__lineage__contains=[district.pk])
    since = periods.aggregate(since=Min("since"))["since"]
    begins = city_day(since) if since else city_today()
    recorded_since = begins if begins > period.since else None
    if row.recorded_since != recorded_since:
        row.recorded_since = recorded_since
        Indicator.objects.filter(pk=row.pk).update(recorded_since=recorded_since)
    is_frozen = row.values.filter(period_start=period.since, period_end=period.until).exists()
    if recorded_since is None and not is_frozen and final_on(period) <= city_today():
        freeze_values(row, [period])
