"""Write indicators, and values that are entered by hand."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from districts.models import District
from lib.cleaning import assign
from lib.conflicts import check_digest
from lib.days import city_today
from lib.limits import refuse_more
from plans.codes import Direction, Source, Unit
from plans.models import Indicator, IndicatorValue, Plan
from plans.queries.report_values import UNITS, measures_of, never_has_target
from plans.queries.values import baseline_of, values_of
from plans.rules import SHORTEST_REASON, add_months
from plans.services.first_records import note_first_records
from plans.services.plans import locked_plan, next_position, refuse_adopted, write_plan
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period

MOST: Final = 60
EARLIEST: Final = 10  # years before the plan, for the start of a value by hand
#: Fields that can change. All others define the values.
CHANGEABLE: Final = frozenset({"title", "direction", "target", "target_on", "target_reason", "note"})


@transaction.atomic
def add_indicator(
    *, actor: Actor, plan_id: UUID, goal_id: UUID, district: District | None = None, **fields: Any
) -> Indicator:
    """Add an indicator to a goal.

    `district` is a part of the plan's district; without it, the whole. Raises as `locked_plan`, DoesNotExist,
    and ValidationError by field.
    """
    plan = locked_plan(actor, plan_id)
    goal = plan.goals.get(pk=goal_id)
    refuse_more("title", range(goal.indicators.count() + 1), MOST)
    row = Indicator(goal=goal, position=next_position(goal.indicators))
    assign(row, fields)
    if row.source == Source.BOOK:
        row.district = district or plan.district
        _validate_report(plan, row)
    elif row.frequency_months is None:
        raise ValidationError({"frequency_months": _("Enter how often there is a value.")})
    row.full_clean(exclude=["goal", "district"])
    target, row.target = row.target, None
    day, row.target_on = row.target_on, None
    row.save(force_insert=True)
    if row.source == Source.BOOK:
        note_first_records(plan, [row])
    row.target, row.target_on = target, day
    _check_target(plan, row)
    row.save()
    write_plan(actor, plan, ["indicators"])
    return row


@transaction.atomic
def edit_indicator(
    *, actor: Actor, plan_id: UUID, indicator_id: UUID, shown: str = "", **fields: Any
) -> Indicator:
    """Change title, target or note of an indicator. Raises as `add_indicator`, and StaleVersion."""
    plan = locked_plan(actor, plan_id)
    row: Indicator = Indicator.objects.get(goal__plan=plan, pk=indicator_id)
    check_digest(row, fields, shown)
    if assign(row, {name: value for name, value in fields.items() if name in CHANGEABLE}):
        row.full_clean(exclude=["goal", "district"])
        _check_target(plan, row)
        row.save()
        write_plan(actor, plan, ["indicators"])
    return row


@transaction.atomic
def remove_indicator(*, actor: Actor, plan_id: UUID, indicator_id: UUID) -> None:
    """Remove an indicator of a draft, with its values. Raises as `locked_plan`."""
    plan = locked_plan(actor, plan_id)
    row = Indicator.objects.get(goal__plan=plan, pk=indicator_id)
    refuse_adopted(plan)
    row.delete()
    write_plan(actor, plan, ["indicators"])


@transaction.atomic
def enter_value(
    *,
    actor: Actor,
    plan_id: UUID,
    indicator_id: UUID,
    period: Period,
    n: float | None = None,
    of: float | None = None,
    value: float | None = None,
    where_from: str = "",
    corrects_id: UUID | None = None,
) -> IndicatorValue:
    """Enter a value of an indicator that is counted outside this system, or correct a value.

    A share is `n` of `of`. A count or a number of days is `value`. The last value that ends before the plan
    is the baseline. Raises as `locked_plan`, and ValidationError by field.
    """
    plan = locked_plan(actor, plan_id)
    row: Indicator = Indicator.objects.get(goal__plan=plan, pk=indicator_id)
    if row.source != Source.HAND:
        raise ValidationError(_("The values of this indicator come from records."), code="book")
    if period.until > city_today():
        raise ValidationError({"period_end": _("This period is not over yet.")}, code="future")
    if period.since < add_months(plan.starts_on, -12 * EARLIEST):
        message = _("Enter a day at most 10 years before the plan.")
        raise ValidationError({"period_start": message}, code="long_ago")
    corrected = row.values.standing().get(pk=corrects_id) if corrects_id else None
    entered = IndicatorValue(
        indicator=row,
        period_start=period.since,
        period_end=period.until,
        corrects=corrected,
        entered_by_id=actor.id,
    )
    assign(entered, {"where_from": where_from or row.where_from})
    entered.n, entered.of, entered.value = _numbers(row, n, of, value)
    entered.full_clean(exclude=["entered_by"])
    entered.save(force_insert=True)
    write_plan(actor, plan, ["values"], is_change=False)
    return entered


def _validate_report(plan: Plan, row: Indicator) -> None:
    report = REPORTS.get(row.slug)
    if report is None:
        raise ValidationError({"slug": _("Choose a figure from the list.")}, code="slug")
    if row.measure not in measures_of(report):
        raise ValidationError({"measure": _("This figure has no such number. Choose another one.")})
    row.unit = UNITS[row.measure]
    if row.district is None or plan.district_id not in row.district.lineage:
        raise ValidationError({"district": _("Choose the plan’s district or a part of it.")})
    same = Indicator.objects.filter(goal__plan=plan, source=Source.BOOK, district=row.district)
    if same.filter(slug=row.slug, measure=row.measure).exclude(pk=row.pk).exists():
        text = _("The plan has an indicator of this figure and district already. Choose another one.")
        raise ValidationError({"slug": text}, code="twice")


def _check_target(plan: Plan, row: Indicator) -> None:
    counts_reports = row.source == Source.BOOK and never_has_target(row.slug, row.measure)
    if counts_reports and row.direction != Direction.NO_TARGET:
        message = _(
            "The number of reports has no target, because more reports can be a success. Measure how fast "
            "concerns are answered, or how often you report back."
        )
        raise ValidationError({"direction": message}, code="no_target")
    if row.target is None:
        return
    if row.direction == Direction.NO_TARGET:
        raise ValidationError({"target": _("This indicator cannot have a target.")}, code="no_target")
    if row.unit == Unit.SHARE and row.target > 1:
        raise ValidationError({"target": _("A share is at most 100%.")})
    if row.target_on is None or not plan.starts_on <= row.target_on <= plan.ends_on:
        raise ValidationError({"target_on": _("Enter a day of the plan.")})
    row.goal.plan = plan
    if len(row.target_reason) < SHORTEST_REASON and baseline_of(values_of([row])[row.pk]) is None:
        raise ValidationError(
            {"target_reason": _("There is no baseline. Enter why there is a target all the same.")},
            code="no_baseline",
        )


def _numbers(
    row: Indicator, n: float | None, of: float | None, value: float | None
) -> tuple[float | None, float | None, float | None]:
    if row.unit != Unit.SHARE:
        if value is None or value < 0:
            raise ValidationError({"value": _("Enter a number of 0 or more.")})
        return (value, None, value) if row.unit == Unit.COUNT else (None, None, value)
    if n is None or of is None or n < 0 or of <= 0:
        raise ValidationError({"n": _("Enter how many of how many.")})
    if n > of:
        raise ValidationError({"n": _("Enter a number that is not larger than the total.")})
    return n, of, n / of
