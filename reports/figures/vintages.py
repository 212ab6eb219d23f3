"""Vintages of a figure: as first published, and as revised, with the mean and direction of revisions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import fmean
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from districts.models import District
from lib.row_context import Opened, opened
from reports.figures.kept_rows import row_of
from reports.figures.report import Report
from reports.figures.scorecard import format_figure, measure_of
from reports.figures.wording import change_of, format_change, format_counts
from reports.models import KeptFigure, KeptPeriod, Why
from reports.queries.periods import Period


@dataclass(frozen=True, slots=True)
class Vintage:
    """A figure as it was kept at a moment, and why."""

    text: str
    value: float | None
    kept_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PeriodVintages:
    """All vintages of a figure of a period. `change` is from the first to the newest one.

    `known_then` is the state as it was known on the night after the period, if it was kept then.
    """

    period: Period
    kept_id: UUID
    known_then: Vintage | None
    first_vintage: Vintage
    revisions: Sequence[Vintage]
    change: str


@opened(Opened.FIGURES)
def vintages_of(report: Report, district: District) -> list[PeriodVintages]:
    """Return the vintages of a report in a district, newest period first. The caller checks the district."""
    figures = KeptFigure.objects.vintages(district.pk, report.slug)
    by_period = groupby(figures, key=lambda figure: figure.kept_period)
    return [
        _period_vintages(report, kept_period, same_period)
        for kept_period, figures_of_period in by_period
        for same_period in [list(figures_of_period)]
        if same_period[-1].vintage
    ]


@opened(Opened.FIGURES)
def vintage_known_then(report: Report, district: District, period: Period) -> Vintage | None:
    """Return a state as it was known on the night after the period, if it was kept then."""
    if not report.is_state or report.is_kept_at_night:
        return None
    figures = KeptFigure.objects.known_at_night([district.pk], [period]).filter(indicator=report.slug)
    return next((_vintage(report, figure) for figure in figures), None)


def _vintage(report: Report, figure: KeptFigure) -> Vintage:
    row: Any = row_of(report, figure, "")
    text = format_figure(report, row)
    if row.of and (report.spread or (report.unit == "ratio" and "%" in text)):
        text = f"{text}, {format_counts(row)}"
    reason = figure.get_reason_display()
    if figure.days_late and figure.reason != Why.COUNTED:
        days_late = figure.days_late
        late_text = ngettext("counted %(n)s day later", "counted %(n)s days later", days_late)
        reason = f"{reason}, {late_text % {'n': days_late}}"
    return Vintage(text, measure_of(report, row), figure.kept_at, reason)


def _period_vintages(
    report: Report, kept_period: KeptPeriod, figures: Sequence[KeptFigure]
) -> PeriodVintages:
    known_at_night = [_vintage(report, figure) for figure in figures if figure.vintage == 0]
    first_vintage, *revisions = [_vintage(report, figure) for figure in figures if figure.vintage]
    return PeriodVintages(
        Period(kept_period.since, kept_period.until),
        kept_period.pk,
        known_at_night[0] if known_at_night else None,
        first_vintage,
        revisions,
        format_change(first_vintage.value, revisions[-1].value, report.unit) if revisions else "",
    )


def remark_on_revisions(report: Report, rows: Sequence[PeriodVintages]) -> str:
    """Return how many periods were revised, and the mean and direction of the revisions."""
    revised = [row for row in rows if row.revisions]
    if not revised:
        return _("No period was revised.")
    text = ngettext("%(n)s period was revised.", "%(n)s periods were revised.", len(revised)) % {
        "n": len(revised)
    }
    changes = list(_changes(report, revised))
    if not changes:
        return text
    mean = format_change(0, fmean(changes) / (100 if report.unit == "ratio" else 1), report.unit)
    return " ".join(
        [
            text,
            _("On average: %(mean)s. Up: %(up)s, down: %(down)s.")
            % {
                "mean": mean,
                "up": sum(change > 0 for change in changes),
                "down": sum(change < 0 for change in changes),
            },
        ]
    )


def _changes(report: Report, rows: Sequence[PeriodVintages]) -> Iterator[float]:
    """Yield the changes from the first to the newest vintage, shares in points, if both have a number."""
    for row in rows:
        change = change_of(row.first_vintage.value, row.revisions[-1].value, report.unit)
        if change is not None:
            yield change
