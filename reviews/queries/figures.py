"""Figures of a district and period as of today, with the IDs of the counted records."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import structlog
from django.utils.functional import Promise

from districts.models import District
from reports.figures.counted_rows import CountedRow, can_count, counted_by_group
from reports.figures.parts import is_rest, rows_of_all
from reports.figures.report import Report
from reports.figures.wording import name_group
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row
from reports.queries.questions import Question
from reviews.models import FrozenFigure, Review

log = structlog.get_logger(__name__)


def figures_now(review: Review) -> list[FrozenFigure]:
    """Return unsaved figures of the audit's district and period as of today, with the counted IDs."""
    district = review.district
    question = Question((review.period,), (district,))
    names = {district.code: district}
    rows = rows_by_report(question)
    return [
        figure
        for slug in rows
        for figure in figures_of_report(review, REPORTS[slug], question, rows[slug], 0, names)
    ]


def rows_by_report(question: Question) -> dict[str, list[Row]]:
    """Return the rows of all reports that have this grouping, by slug."""
    return rows_of_all([report for report in REPORTS.values() if question.by in report.ways], question)


def figures_of_report(
    review: Review,
    report: Report,
    question: Question,
    rows: Sequence[Row],
    position: int,
    names: dict[str, District],
) -> Iterator[FrozenFigure]:
    """Yield a report's rows as unsaved figures, numbered from `position`."""
    has_list = can_count(report, question.by, "n")
    listed = counted_by_group(report, question) if has_list else {}
    for number, row in enumerate(rows, position):
        id_lists = (
            _counted_ids(report, row, listed.get(row.group, ())) if has_list and not is_rest(row) else None
        )
        yield FrozenFigure(
            review=review,
            position=number,
            slug=report.slug,
            by=question.by.value,
            group=row.group,
            name=name_group(row.group, names),
            n=row.n,
            of=row.of,
            ratio=row.ratio,
            columns={name: _without_promise(getattr(row, name, None)) for name in _column_names(report)},
            noun=report.counts.noun if id_lists else "",
            ids=id_lists[0] if id_lists else None,
            rest=id_lists[1] if id_lists else None,
        )


def _counted_ids(
    report: Report, row: Row, counted_rows: Sequence[CountedRow]
) -> tuple[list[UUID], list[UUID]] | None:
    """Return the IDs counted in n, and the IDs only in `of`; None if they do not match the figure.

    If n is a sum, the first list has all IDs.
    """
    ids = [counted.id for counted in counted_rows if counted.counted or report.adds_up]
    rest_ids = [counted.id for counted in counted_rows if not (counted.counted or report.adds_up)]
    if not report.adds_up and (len(ids), len(counted_rows)) != (row.n, row.of):
        log.error(
            "figure_differs_from_its_rows", report=report.slug, n=row.n, of=row.of, found=len(counted_rows)
        )
        return None
    return ids, rest_ids


def _column_names(report: Report) -> set[str]:
    """Return the names of the report's own columns, and its measure if that is not the ratio."""
    return {column.name for column in report.columns} | ({report.measure} - {"ratio"})


def _without_promise(value: object) -> object:
    return str(value) if isinstance(value, Promise) else value
