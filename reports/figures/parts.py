"""A district in its parts, so that they add up: what lies in none of them, or in several, has a row.

A district may have organisations, meetings and concerns of its own, or in a part that is closed. A promise
made in two parts counts in each and once in the whole: by as much as it counts too often its row is below
nought.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from districts.models import District
from reports.figures.report import Report, read_all
from reports.queries.definitions import Row
from reports.queries.questions import IN_NO_PART, By, Question

IN_SEVERAL: Final = "*"  # never a code of a district: these are letters, digits and hyphens


def rows_of(report: Report, question: Question) -> list[Row]:
    """A report's rows; of a district and its parts (`Question.rest_of`) with those that make them add up."""
    return rows_of_all([report], question)[report.slug]


def rows_of_all(reports: Sequence[Report], question: Question) -> dict[str, list[Row]]:
    """The rows of each report as `rows_of`, by one statement for all that count the same."""
    read = read_all(reports, question)
    return {report.slug: _with_rest(report, question, read[report.slug]) for report in reports}


def _with_rest(report: Report, question: Question, rows: list[Row]) -> list[Row]:
    whole = question.rest_of
    if whole is None or question.by != By.DISTRICT:
        return rows
    added = added_up(question, whole)
    several = []
    for period in question.periods:
        here = [row for row in rows if row.period == period]
        [total] = [row for row in here if row.group == whole.code]
        several.append(_less(report, total, [row for row in here if row.group in added]))
    outside = [row for row in rows if row.group == IN_NO_PART]
    inside = [row for row in rows if row.group != IN_NO_PART]
    return inside + _if_any_counts(report, outside) + _if_any_counts(report, several)


def added_up(question: Question, whole: District) -> set[str]:
    """Groups that add up to the whole, but for what is in several of them."""
    return {IN_NO_PART, *(part.code for part in _parts(question, whole))}


def _if_any_counts(report: Report, rows: list[Row]) -> list[Row]:
    """Those of all periods, if there is anything in one of them: what is compared adds up too."""
    return rows if any(_counts(report, row) for row in rows) else []


def _parts(question: Question, whole: District) -> list[District]:
    """Those asked for that lie in no other part."""
    ids = {one.pk for one in question.districts} - {whole.pk}
    return [one for one in question.districts if one.pk in ids and len(ids.intersection(one.lineage)) == 1]


def is_rest(row: Row) -> bool:
    """Whether it stands for no district of its own, so that no list is filtered by it."""
    return row.group in (IN_NO_PART, IN_SEVERAL)


def name_rest(group: str) -> str:
    """Empty for a district."""
    return {IN_NO_PART: _("In no part"), IN_SEVERAL: _("In several parts")}.get(group, "")


def _numbers(report: Report, row: Row) -> dict[str, float]:
    """What can be added up: n, of, and the report's own counts."""
    counts = {column.name for column in report.columns if column.unit == "count"} | {"n", "of"}
    return {one.name: getattr(row, one.name) or 0 for one in fields(row) if one.name in counts}


def _counts(report: Report, row: Row) -> bool:
    return any(abs(number) > 1e-6 for number in _numbers(report, row).values())


def _less(report: Report, whole: Row, parts: Sequence[Row]) -> Row:
    """What is left of the whole without its parts; what cannot be added up is not there."""
    left: dict[str, Any] = {
        one.name: None for one in fields(whole) if one.name not in ("period", "group", "days", "is_touched")
    }
    for name, number in _numbers(report, whole).items():
        left[name] = number - sum(_numbers(report, part)[name] for part in parts)
    return replace(whole, group=IN_SEVERAL, **left)
