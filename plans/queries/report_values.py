"""What an indicator can take of the reports, and how a value is counted."""

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

#: More reports can be a success, so their number never has a target.
REPORTED: Final = ("concerns", "incidents")
UNITS: Final[Mapping[str, str]] = {
    Measure.RATIO: Unit.SHARE,
    Measure.N: Unit.COUNT,
    Measure.MEDIAN: Unit.DAYS,
}


def measures_of(report: Report) -> list[str]:
    """What can be taken of a report: a share, a number of things, or a median in days."""
    found = [Measure.RATIO] if report.unit == "ratio" and not report.spread else []
    if not report.adds_up:
        found.append(Measure.N)
    return [*found, Measure.MEDIAN] if report.unit == "days" else list(found)


def never_has_target(slug: str, measure: str) -> bool:
    return measure == Measure.N and slug in REPORTS and REPORTS[slug].counts.noun in REPORTED


def value_of(report: Report, measure: str, row: Row) -> float | None:
    value: float | None = getattr(row, report.measure if measure == Measure.MEDIAN else measure)
    return value


def counted(indicator: Indicator, periods: Iterable[Period]) -> Iterator[dict[str, Any]]:
    """The fields of a value for each period, as the report counts it now, if there was a district.

    A report that this version no longer has counts nothing.
    """
    report, district = REPORTS.get(indicator.slug), indicator.district
    if report is None or district is None:
        return
    there = tuple(one for one in periods if district.is_in_use(one.since, one.until))
    question = Question(there, (district,))
    for row in report.rows(question) if there else ():
        yield {
            "period_start": row.period.since,
            "period_end": row.period.until,
            "n": row.n,
            "of": row.of,
            "value": value_of(report, indicator.measure, row),
            "definition": _definition(report),
            "ids_digest": _digest(report, replace(question, periods=(row.period,)), row),
            "as_of": question.as_of,
        }


def _definition(report: Report) -> dict[str, Any]:
    return {
        "slug": report.slug,
        "version": report.version,
        "settings": digest_of(made_with()["settings"]),
        "has_interval": report.unit == "ratio" and not (report.is_state or report.adds_up or report.spread),
    }


def _digest(report: Report, question: Question, row: Row) -> str:
    """Of the things that were counted, and of those that were left out; empty if they cannot be listed."""
    if not can_count(report, By.DISTRICT, "n"):
        return ""
    things = counted_by_group(report, question).get(row.group, ())
    lists = [[str(one.id) for one in things if bool(one.counted) is side] for side in (True, False)]
    return digest_of({"ids": lists[0], "rest": lists[1]})
