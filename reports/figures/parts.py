"""Figures of a district and its parts, with rows for records in no part or in several, so that they add up.

A district may have organisations, meetings and concerns of its own, or in a closed part. A follow-up in two
parts counts in each part and once in the district. So the row for records in several parts is negative.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from districts.models import District
from reports.figures.report import Report, read_all
from reports.queries.definitions import Row
from reports.queries.questions import IN_NO_PART, By, Question

# Columns of a row that are no numbers to add up.
_NOT_ADDED: Final = frozenset(
    {"period", "group", "days", "vintage", "kept_at", "definition", "reason", "first_published"}
)
IN_SEVERAL: Final = "*"  # no code of a district, which has letters, digits and hyphens


def rows_of(report: Report, question: Question) -> list[Row]:
    """Return a report's rows. For a district and its parts (`Question.rest_of`), the rows add up."""
    return rows_of_all([report], question)[report.slug]


def rows_of_all(reports: Sequence[Report], question: Question) -> dict[str, list[Row]]:
    """Return the rows of each report as in `rows_of`. Reports with the same source share a statement."""
    rows_by_slug = read_all(reports, question)
    return {report.slug: _with_rest(report, question, rows_by_slug[report.slug]) for report in reports}


def _with_rest(report: Report, question: Question, rows: list[Row]) -> list[Row]:
    district = question.rest_of
    if district is None or question.by != By.DISTRICT:
        return rows
    part_codes = part_codes_of(question, district)
    rows_in_several = []
    for period in question.periods:
        period_rows = [row for row in rows if row.period == period]
        [total] = [row for row in period_rows if row.group == district.code]
        rows_in_several.append(
            _row_in_several(report, total, [row for row in period_rows if row.group in part_codes])
        )
    rows_in_no_part = [row for row in rows if row.group == IN_NO_PART]
    district_rows = [row for row in rows if row.group != IN_NO_PART]
    return (
        district_rows
        + _rows_if_any_counts(report, rows_in_no_part)
        + _rows_if_any_counts(report, rows_in_several)
    )


def part_codes_of(question: Question, district: District) -> set[str]:
    """Return the groups that add up to the district, except for records in several of them."""
    return {IN_NO_PART, *(part.code for part in _parts(question, district))}


def _rows_if_any_counts(report: Report, rows: list[Row]) -> list[Row]:
    """Return the rows of all periods if one of them counts a record, so that compared periods add up, too."""
    return rows if any(_has_numbers(report, row) for row in rows) else []


def _parts(question: Question, district: District) -> list[District]:
    """Return the question's districts that are parts of `district` and inside no other part."""
    ids = {district.pk for district in question.districts} - {district.pk}
    return [
        district
        for district in question.districts
        if district.pk in ids and len(ids.intersection(district.lineage)) == 1
    ]


def is_rest(row: Row) -> bool:
    """Whether the row is of no single district, so that no list can be filtered by it."""
    return row.group in (IN_NO_PART, IN_SEVERAL)


def name_rest(group: str) -> str:
    """Return the name of a row of no single district, or an empty text for a district."""
    return {IN_NO_PART: _("In no part"), IN_SEVERAL: _("In several parts")}.get(group, "")


def _numbers(report: Report, row: Row) -> dict[str, float]:
    """Return the numbers that can be added up: n, `of` and the report's own counts."""
    counts = {column.name for column in report.columns if column.unit == "count"} | {"n", "of"}
    return {column.name: getattr(row, column.name) or 0 for column in fields(row) if column.name in counts}


def _has_numbers(report: Report, row: Row) -> bool:
    return any(abs(number) > 1e-6 for number in _numbers(report, row).values())


def _row_in_several(report: Report, total: Row, parts: Sequence[Row]) -> Row:
    """Return the row for records in several parts: the total minus its parts. Other columns are None."""
    rest_columns: dict[str, Any] = {
        column.name: None for column in fields(total) if column.name not in _NOT_ADDED
    }
    for name, number in _numbers(report, total).items():
        rest_columns[name] = number - sum(_numbers(report, part)[name] for part in parts)
    return replace(total, group=IN_SEVERAL, **rest_columns)
