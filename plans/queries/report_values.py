"""Values that an indicator takes from a report."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lib.canonical import digest_of
from plans.codes import Measure, Unit
from plans.models import Indicator
from reports.figures.counted_rows import can_count, counted_by_group
from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row
from reports.queries.periods import Period
from reports.queries.questions import By, Question
from reviews.queries.definitions import made_with

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


def report_values(indicator: Indicator, periods: Iterable[Period]) -> Iterator[dict[str, Any]]:
    """Yield the fields of a value for each period in which the district was in use, as the report counts now.

    Yields nothing for a report that this version no longer has.
    """
    report, district = REPORTS.get(indicator.slug), indicator.district
    if report is None or district is None:
        return
    measured_periods = tuple(period for period in periods if district.is_in_use(period.since, period.until))
    question = Question(measured_periods, (district,))
    for row in report.rows(question) if measured_periods else ():
        yield {
            "period_start": row.period.since,
            "period_end": row.period.until,
            "n": row.n,
            "of": row.of,
            "value": value_of(report, indicator.measure, row),
            "definition": _definition(report),
            "ids_digest": _ids_digest(report, replace(question, periods=(row.period,)), row),
            "as_of": question.as_of,
        }


def _definition(report: Report) -> dict[str, Any]:
    return {
        "slug": report.slug,
        "version": report.version,
        "settings": digest_of(made_with()["settings"]),
        "has_interval": report.has_interval,
    }


def _ids_digest(report: Report, question: Question, row: Row) -> str:
    """Digest of the counted IDs and of the left-out IDs; empty if the report cannot list them."""
    if not can_count(report, By.DISTRICT, "n"):
        return ""
    counted_rows = counted_by_group(report, question).get(row.group, ())
    lists = [
        [str(counted_row.id) for counted_row in counted_rows if bool(counted_row.counted) is is_counted]
        for is_counted in (True, False)
    ]
    return digest_of({"ids": lists[0], "rest": lists[1]})
