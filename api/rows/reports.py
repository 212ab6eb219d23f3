"""Rows of reports: n of N, the report's own columns, and the URL that lists the n rows."""

from typing import Any, Final

from reports.catalogue import REPORTS
from reports.figures import Row
from reports.reading import Report

# Scorecard lines that the API returns as columns of another report.
_WITHIN_OTHERS: Final = frozenset({"loop-closed"})
BY_SLUG: Final = {slug: report for slug, report in REPORTS.items() if slug not in _WITHIN_OTHERS}
COMPARED: Final = "compared_"


def columns_of(report: Report) -> list[str]:
    """Names of a row's figures, in response order."""
    return ["n", "of", "ratio", *(column.name for column in report.columns)]


def figures_of(report: Report, row: Row | None, prefix: str = "") -> dict[str, Any]:
    """Figures by name. A figure is null if there is no row or its denominator is 0."""
    return {f"{prefix}{name}": getattr(row, name, None) for name in columns_of(report)}
