"""Numbers that an indicator can take from a report."""

from collections.abc import Mapping
from typing import Final

from plans.codes import Measure, Unit
from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row

#: Nouns whose number never has a target, because more of them can be a success.
REPORTED: Final = ("concerns", "incidents")
UNITS: Final[Mapping[str, str]] = {
    Measure.RATIO: Unit.SHARE,
    Measure.N: Unit.COUNT,
    Measure.MEDIAN: Unit.DAYS,
}


def measures_of(report: Report) -> list[str]:
    """Return the measures of a report: a share, a count or a median in days."""
    measures = [Measure.RATIO] if report.unit == "ratio" and not report.spread else []
    if not report.adds_up:
        measures.append(Measure.N)
    return [*measures, Measure.MEDIAN] if report.unit == "days" else list(measures)


def never_has_target(slug: str, measure: str) -> bool:
    return measure == Measure.N and slug in REPORTS and REPORTS[slug].counts.noun in REPORTED


def value_of(report: Report, measure: str, row: Row) -> float | None:
    value: float | None = getattr(row, report.measure if measure == Measure.MEDIAN else measure)
    return value
