"""Vintages of a figure: as first published, and as revised, with the mean and direction of revisions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import fmean
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from districts.models import District
from lib.row_context import Opened, opened
from reports.figures.kept_rows import row_of
from reports.figures.report import Report
from reports.figures.scorecard import format_figure, measure_of
from reports.figures.wording import change_of, format_change, format_counts
from reports.models import KeptFigure
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
    """All vintages of a figure of a period. `change` is from the first to the newest one."""

    period: Period
    first_vintage: Vintage
    revisions: Sequence[Vintage]
    change: str


@opened(Opened.FIGURES)
def vintages_of(report: Report, district: District) -> list[PeriodVintages]:
    """Return the vintages of a report in a district, newest period first. The caller checks the district."""
    figures = KeptFigure.objects.vintages(district.pk, report.slug).filter(vintage__gte=1)
    return [
        _period_vintages(report, period, [_vintage(report, figure) for figure in same_period])
        for period, same_period in groupby(
            figures, key=lambda figure: Period(figure.kept_period.since, figure.kept_period.until)
        )
    ]


def _vintage(report: Report, figure: KeptFigure) -> Vintage:
    row: Any = row_of(report, figure, "")
    text = format_figure(report, row)
    if report.unit == "ratio" and "%" in text:
        text = f"{text}, {format_counts(row)}"
    return Vintage(text, measure_of(report, row), figure.kept_at, figure.get_reason_display())


def _period_vintages(report: Report, period: Period, vintages: Sequence[Vintage]) -> PeriodVintages:
    first_vintage, *revisions = vintages
    change = format_change(first_vintage.value, revisions[-1].value, report.unit) if revisions else ""
    return PeriodVintages(period, first_vintage, revisions, change)


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
