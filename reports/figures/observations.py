"""Figures as rows of data: the named values that the API and every file of figures have."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from reports.figures.kept_rows import status_with
from reports.figures.parts import IN_SEVERAL, is_rest
from reports.figures.quality import QualityNote, incomplete_records, late_entries
from reports.figures.report import Report
from reports.figures.scorecard import measure_of
from reports.models import Why
from reports.queries.definitions import Row
from reports.queries.questions import IN_NO_PART, By, Question
from reports.queries.statuses import Status

REST: Final = {IN_NO_PART: "no_part", IN_SEVERAL: "several_parts"}
INTERVAL: Final = ("interval_low", "interval_high")


class ValueStatus(TextChoices):
    """Whether a figure has a value, or why not. The codes are part of the API."""

    AVAILABLE = "available", _("available")
    TOO_FEW = "too_few", _("too few")
    NOTHING_TO_COUNT = "nothing_to_count", _("nothing to count")
    DISTRIBUTION = "distribution", _("several numbers")


def value_status_of(report: Report, row: Row) -> ValueStatus:
    """Return whether the figure has a value. A share of 0 of 0 counted nothing, one of 3 of 4 is of few."""
    if measure_of(report, row) is not None:
        return ValueStatus.AVAILABLE
    if not row.of:
        return ValueStatus.NOTHING_TO_COUNT
    if report.spread:
        return ValueStatus.DISTRIBUTION
    return ValueStatus.TOO_FEW if report.is_of_few(row) else ValueStatus.NOTHING_TO_COUNT


def group_of(row: Row, question: Question) -> dict[str, Any]:
    """Return the group of a row: its district, community or kind.

    If the question has `rest_of`, `rest` says whether the row is of no single district.
    """
    group = {question.by.value: None if is_rest(row) else row.group}
    if question.rest_of and question.by == By.DISTRICT:
        group["rest"] = REST.get(row.group)
    return group


def numbers_of(report: Report, row: Row | None) -> dict[str, Any]:
    """Return the numbers of a figure, or None for each if there is no row.

    The ends of the interval are None too if the figure is no share, is a state or is of few.
    """
    low, high = report.interval(row) or (None, None)
    numbers = {name: getattr(row, name, None) for name in ("n", "of", "ratio")}
    own_columns = {column.name: getattr(row, column.name, None) for column in report.columns}
    return numbers | {"interval_low": low, "interval_high": high} | own_columns


def description_of(report: Report, row: Row, question: Question) -> dict[str, Any]:
    """Return the values that say what a figure is and how it was counted, in the order of the columns."""
    first_n, first_of = row.first_published or (None, None)
    return {
        "indicator": report.slug,
        "from": row.period.since,
        "to": row.period.until,
        "counted_to": question.so_far(row.period).until,
        "unit": report.unit,
        "value": measure_of(report, row),
        "value_status": value_status_of(report, row).value,
        "definition_version": row.definition or report.version,
        "status": status_of_row(report, row, question).value,
        "as_of": row.kept_at or question.as_of,
        "vintage": row.vintage if row.kept_at else None,
        "kept_at": row.kept_at,
        "kept_reason": row.reason or None,
        "first_published_n": first_n,
        "first_published_of": first_of,
        **_quality_of("incomplete", incomplete_records(report, row)),
        **_quality_of("late_entry", late_entries(report, row)),
    }


def _quality_of(name: str, note: QualityNote | None) -> dict[str, Any]:
    return {f"{name}_n": note.n if note else None, f"{name}_of": note.total if note else None}


def status_of_row(report: Report, row: Row, question: Question) -> Status:
    """Return the status of one figure. Only a kept one is final. A state as known then is provisional."""
    if row.reason == Why.KNOWN_THEN:
        return Status.PROVISIONAL
    status = status_with(question, row.period, [report.slug] if row.vintage > 1 else [])
    return Status.COUNTED_TODAY if status == Status.FINAL and not row.vintage else status


def number_names(report: Report) -> list[str]:
    """Return the names of `numbers_of` in their order."""
    return ["n", "of", "ratio", *INTERVAL, *(column.name for column in report.columns)]


DESCRIPTION: Final[Sequence[str]] = (
    *("indicator", "from", "to", "counted_to", "unit", "value", "value_status"),
    *("definition_version", "status", "as_of", "vintage", "kept_at", "kept_reason"),
    *("first_published_n", "first_published_of"),
    *("incomplete_n", "incomplete_of", "late_entry_n", "late_entry_of"),
)
