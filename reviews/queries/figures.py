"""Figures of an audit's district and period as they are now, with the IDs that they count."""

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
    """Figures of the audit's whole district and period as they are today, with what they count. Unsaved."""
    district = review.district
    question = Question((review.period,), (district,))
    names = {district.code: district}
    rows = rows_by_report(question)
    return [
        one
        for slug in rows
        for one in figures_of_report(review, REPORTS[slug], question, rows[slug], 0, names)
    ]


def rows_by_report(question: Question) -> dict[str, list[Row]]:
    """The rows of all reports that are read in this way."""
    return rows_of_all([report for report in REPORTS.values() if question.by in report.ways], question)


def figures_of_report(
    review: Review,
    report: Report,
    question: Question,
    rows: Sequence[Row],
    position: int,
    names: dict[str, District],
) -> Iterator[FrozenFigure]:
    has_list = can_count(report, question.by, "n")
    listed = counted_by_group(report, question) if has_list else {}
    for number, row in enumerate(rows, position):
        things = _things(report, row, listed.get(row.group, ())) if has_list and not is_rest(row) else None
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
            columns={name: _plain(getattr(row, name, None)) for name in _shown(report)},
            noun=report.counts.noun if things else "",
            ids=things[0] if things else None,
            rest=things[1] if things else None,
        )


def _things(report: Report, row: Row, found: Sequence[CountedRow]) -> tuple[list[UUID], list[UUID]] | None:
    """What n counts (where n is a sum, all that it adds up) and what `of` leaves; None if they differ."""
    ids = [one.id for one in found if one.counted or report.adds_up]
    rest = [one.id for one in found if not (one.counted or report.adds_up)]
    if not report.adds_up and (len(ids), len(found)) != (row.n, row.of):
        log.error("figure_differs_from_its_rows", report=report.slug, n=row.n, of=row.of, found=len(found))
        return None
    return ids, rest


def _shown(report: Report) -> set[str]:
    """Columns of its own, and what its charts show where that is not the ratio."""
    return {column.name for column in report.columns} | ({report.measure} - {"ratio"})


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Promise) else value
