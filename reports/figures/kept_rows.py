"""Rows of reports from kept figures, for all periods that are final."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol
from uuid import UUID

from districts.models import District
from lib.row_context import Opened, opened
from reports.models import KeptFigure, KeptPeriod, Split
from reports.queries.periods import Period
from reports.queries.questions import IN_NO_PART, TOGETHER, By, Question
from reports.queries.statuses import Status, status_of

_SPLITS: Final[Mapping[By, Split]] = {By.DISTRICT: Split.OWN, By.KIND: Split.KIND, By.FOCUS: Split.FOCUS}
# The vintages of a figure, oldest first, by district, days of the period, indicator, split and key.
_Vintages = dict[tuple[UUID, Period, str, str, str], list[KeptFigure]]


class KeptReport(Protocol):
    """The attributes of a report (reports.figures.report.Report) that its kept rows need."""

    @property
    def slug(self) -> str: ...
    @property
    def row(self) -> Any: ...
    @property
    def fields(self) -> Mapping[str, str]: ...


def row_of(report: KeptReport, figure: KeptFigure, group: str, first_figure: KeptFigure | None = None) -> Any:
    """Return the row of a report with the numbers of a kept figure, and of the first one of it.

    A column that the definition did not have when the figure was kept is None.
    """
    values: dict[str, Any] = dict.fromkeys(report.fields) | {
        name: value for name, value in figure.values.items() if name in report.fields
    }
    published = first_figure or figure
    was_there = published.vintage <= 1  # a group that first counted something in a revision had 0 of 0
    return report.row(
        period=Period(figure.kept_period.since, figure.kept_period.until),
        group=group,
        vintage=figure.vintage,
        kept_at=figure.kept_at,
        definition=figure.definition,
        reason=figure.reason,
        first_published=(published.values["n"], published.values["of"]) if was_there else (0, 0),
        **values,
    )


def empty_row(report: KeptReport, period: Period, group: str) -> Any:
    """Return the row of a group that counts nothing. Medians and percentiles are None."""
    values = {name: None if "percentile" in sql else 0 for name, sql in report.fields.items()}
    if "days" in values:
        values["days"] = period.days
    return report.row(period=period, group=group, **values)


def is_keepable(question: Question, period: Period) -> bool:
    """Whether figures of the period are kept: of a quarter or year, of one district, with the usual kinds."""
    is_named = (period.months == 3 and period.since.month % 3 == 1) or (
        period.months == 12 and period.since.month == 1
    )
    is_of_one = len(question.districts) == 1 or (question.by == By.DISTRICT and not question.is_together)
    return is_named and is_of_one and not question.all_kinds


@opened(Opened.FIGURES)
def has_kept_trend(question: Question, run_up: Sequence[Period]) -> bool:
    """Whether figures are kept for all these periods but at most two, so that the trend costs little."""
    if not all(is_keepable(question, period) for period in run_up):
        return False
    ids = [district.pk for district in question.districts]
    return KeptPeriod.objects.in_periods(ids, run_up).final().count() >= (len(run_up) - 2) * len(ids)


@opened(Opened.FIGURES)
def revised_indicators(question: Question, period: Period, slugs: Collection[str]) -> list[str]:
    """Return which of these indicators were revised in a district of the question, in their own order."""
    if status_of(period, question.today) != Status.FINAL or not is_keepable(question, period):
        return []
    ids = [district.pk for district in question.districts]
    figures = KeptFigure.objects.in_periods(ids, [period], indicators=slugs).filter(vintage__gt=1)
    revised = set(figures.order_by().values_list("indicator", flat=True))
    return [slug for slug in slugs if slug in revised]


def status_with(question: Question, period: Period, revised: Collection[str]) -> Status:
    """Return the status of figures of the period, given which of them were revised."""
    status = status_of(period, question.today)
    if status != Status.FINAL:
        return status
    if not is_keepable(question, period):
        return Status.COUNTED_TODAY
    return Status.REVISED if revised else Status.FINAL


def kept_rows(reports: Sequence[KeptReport], question: Question) -> dict[Period, dict[str, list[Any]]]:
    """Return the rows of all periods that are kept for every district of the question, by period and slug.

    Other periods are counted from the records. Rows have the newest vintage, and the numbers of the first.
    """
    periods = [
        period
        for period in question.periods
        if status_of(period, question.today) == Status.FINAL and is_keepable(question, period)
    ]
    if not periods:
        return {}
    vintages = _read(reports, question, periods)
    rows = {}
    for period in periods:
        in_use = [row for row in question.districts if row.is_in_use(period.since, period.until)]
        keys = [(row.pk, period, report.slug, Split.TOTAL, "") for row in in_use for report in reports]
        if keys and all(key in vintages for key in keys):
            rows[period] = {report.slug: _rows_of(report, question, period, vintages) for report in reports}
    return rows


@opened(Opened.FIGURES)
def with_vintages(report: KeptReport, question: Question, rows: Sequence[Any]) -> list[Any]:
    """Return the rows of the question's first period, each kept one as all its vintages, oldest first.

    A row that is counted from the records follows its vintages, such as a state as it was known then.
    """
    period = question.periods[0]
    rows = [row for row in rows if row.period == period]
    if not is_keepable(question, period):
        return rows
    codes = {district.pk: district.code for district in question.districts}
    split = Split.TOTAL if question.by == By.DISTRICT else _SPLITS[question.by]
    figures = KeptFigure.objects.in_periods(list(codes), [period], (split,), [report.slug])
    vintages: dict[str, list[KeptFigure]] = {}
    for figure in figures.order_by("vintage"):
        group = codes[figure.kept_period.district_id] if question.by == By.DISTRICT else figure.key
        vintages.setdefault(group, []).append(figure)
    shown_rows = []
    for row in rows:
        kept_figures = vintages.get(row.group, [])
        first_figure = next((figure for figure in kept_figures if figure.vintage), None)
        shown_rows += [row_of(report, figure, row.group, first_figure) for figure in kept_figures]
        if not row.vintage:
            shown_rows.append(row)
    return shown_rows


@opened(Opened.FIGURES)
def _read(reports: Sequence[KeptReport], question: Question, periods: Sequence[Period]) -> _Vintages:
    """Read totals, and the split of the question if it has one, all vintages of them."""
    ids = [district.pk for district in question.districts]
    splits = [Split.TOTAL]
    if question.by != By.DISTRICT or question.rest_of:
        splits.append(_SPLITS[question.by])
    slugs = [report.slug for report in reports]
    vintages: _Vintages = {}
    figures = KeptFigure.objects.in_periods(ids, periods, splits, slugs).filter(vintage__gte=1)
    for figure in figures.filter(kept_period__final_at__isnull=False).order_by("vintage"):
        days = Period(figure.kept_period.since, figure.kept_period.until)
        key = (figure.kept_period.district_id, days, figure.indicator, figure.split, figure.key)
        vintages.setdefault(key, []).append(figure)
    return vintages


def _rows_of(report: KeptReport, question: Question, period: Period, vintages: _Vintages) -> list[Any]:
    def row(district: District, split: Split, key: str, group: str) -> Any:
        figures = vintages.get((district.pk, period, report.slug, split, key))
        if figures:
            return row_of(report, figures[-1], group, figures[0])
        total = vintages[district.pk, period, report.slug, Split.TOTAL, ""][0]
        return replace(
            empty_row(report, period, group),
            vintage=total.vintage,
            kept_at=total.kept_at,
            definition=total.definition,
            reason=total.reason,
            first_published=(0, 0),
        )

    if question.by == By.DISTRICT:
        rows = [
            row(district, Split.TOTAL, "", TOGETHER if question.is_together else district.code)
            for district in question.districts
        ]
        if question.rest_of:
            rows.append(row(question.rest_of, Split.OWN, "", IN_NO_PART))
        return rows
    [district] = question.districts
    split = _SPLITS[question.by]
    keys = [
        key
        for pk, days, slug, own_split, key in vintages
        if (pk, days, slug, own_split) == (district.pk, period, report.slug, split)
    ]
    return [row(district, split, key, key) for key in sorted(keys)]
