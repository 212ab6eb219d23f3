"""Figures as the API tells them: n of N, the report's own columns, and the call that lists the n."""

from typing import Any, Final

from reports.catalogue import REPORTS
from reports.figures import Row
from reports.reading import Report

# Lines of the scorecard that are columns of another report here.
_WITHIN_OTHERS: Final = frozenset({"loop-closed"})
BY_SLUG: Final = {slug: report for slug, report in REPORTS.items() if slug not in _WITHIN_OTHERS}
COMPARED: Final = "compared_"


def columns_of(report: Report) -> list[str]:
    """The figures of a row, in the order of the answer."""
    return ["n", "of", "ratio", *(column.name for column in report.columns)]


def figures_of(report: Report, row: Row | None, prefix: str = "") -> dict[str, Any]:
    """By name; null where there is no row, or nothing to divide by."""
    return {f"{prefix}{name}": getattr(row, name, None) for name in columns_of(report)}
