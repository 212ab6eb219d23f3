"""Rows of reports: n of N, the report's own columns, and the URL that lists the n rows."""

from typing import Any, Final

from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row

BY_SLUG: Final = REPORTS
COMPARED: Final = "compared_"
INTERVAL: Final = ("interval_low", "interval_high")


def columns_of(report: Report) -> list[str]:
    """Names of a row's figures, in response order."""
    interval = INTERVAL if report.unit == "ratio" else ()
    return ["n", "of", "ratio", *interval, *(column.name for column in report.columns)]


def figures_of(report: Report, row: Row | None, prefix: str = "") -> dict[str, Any]:
    """Figures by name. A figure is null if there is no row or its denominator is 0.

    The ends of the interval are null too if the figure is no share, is a state, or is of fewer than 30.
    """
    ends = dict(zip(INTERVAL, report.interval(row) or (None, None), strict=True))
    return {f"{prefix}{name}": ends.get(name, getattr(row, name, None)) for name in columns_of(report)}
