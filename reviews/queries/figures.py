"""Figures of a district and period, with the IDs of the counted records. Final figures are kept ones."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import structlog
from django.utils.functional import Promise

from districts.models import District
from reports.figures.counted_rows import CountedRow, can_count, counted_by_group
from reports.figures.kept_members import members_of_totals
from reports.figures.parts import is_rest, rows_of_all
from reports.figures.report import Report
from reports.figures.wording import name_group
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row
from reports.queries.questions import By, Question
from reports.rules.kept import Members
from reviews.models import FrozenFigure, Review

log = structlog.get_logger(__name__)


def rows_by_report(question: Question) -> dict[str, list[Row]]:
    """Return the rows of all reports that have this grouping, by slug."""
    return rows_of_all([report for report in REPORTS.values() if question.by in report.ways], question)


KeptMembers = Mapping[tuple[UUID, str], Members]


def kept_members(district: District, rows_by_slug: Mapping[str, Sequence[Row]]) -> KeptMembers:
    """Return the records of the kept totals among these rows, by district and indicator."""
    kept_rows = [row for rows in rows_by_slug.values() for row in rows if row.vintage]
    if not kept_rows:
        return {}
    return members_of_totals(district, kept_rows[0].period, rows_by_slug)


def figures_of_report(
    review: Review,
    report: Report,
    question: Question,
    rows: Sequence[Row],
    position: int,
    names: dict[str, District],
    members: KeptMembers,
) -> Iterator[FrozenFigure]:
    """Yield a report's rows as unsaved figures, numbered from `position`.

    The records of a kept total are its members. Other rows have the records that they count now.
    """
    has_list = can_count(report, question.by, "n")
    listed = counted_by_group(report, question) if has_list else {}
    for number, row in enumerate(rows, position):
        id_lists = None
        if has_list and not is_rest(row):
            district = names.get(row.group) if question.by == By.DISTRICT else None
            total = members.get((district.pk, report.slug)) if district and row.vintage else None
            id_lists = member_ids(report, total) if total else _counted_ids(report, listed.get(row.group, ()))
            if id_lists and not _are_of(report, row, id_lists):
                id_lists = None
        figure = figure_of(review, report, question.by, row)
        figure.position, figure.name = number, name_group(row.group, names)
        if id_lists:
            figure.noun, figure.ids, figure.rest = report.counts.noun, *id_lists
        yield figure


def figure_of(review: Review, report: Report, way: By, row: Row) -> FrozenFigure:
    """Return an unsaved figure with the numbers of a row, without its records."""
    return FrozenFigure(
        review=review,
        slug=report.slug,
        by=way.value,
        group=row.group,
        n=row.n,
        of=row.of,
        ratio=row.ratio,
        vintage=row.vintage,
        columns={name: _without_promise(getattr(row, name, None)) for name in _column_names(report)},
    )


def member_ids(report: Report, members: Members) -> tuple[list[UUID], list[UUID]]:
    """Return the IDs counted in n, and the IDs only in `of`. If n is a sum, the first list has all IDs."""
    if report.adds_up:
        return sorted(members.counted | members.total), []
    return sorted(members.counted), sorted(members.total - members.counted)


def _counted_ids(report: Report, counted_rows: Sequence[CountedRow]) -> tuple[list[UUID], list[UUID]]:
    ids = [counted.id for counted in counted_rows if counted.counted or report.adds_up]
    return ids, [counted.id for counted in counted_rows if not (counted.counted or report.adds_up)]


def _are_of(report: Report, row: Row, id_lists: tuple[list[UUID], list[UUID]]) -> bool:
    """Whether these are the records of the figure: as many as it counts.

    Records of a kept figure can have changed since. Those of a figure counted now cannot, so that is logged.
    """
    ids, rest_ids = id_lists
    if report.adds_up or (len(ids), len(ids) + len(rest_ids)) == (row.n, row.of):
        return True
    if not row.vintage:
        log.error(
            "figure_differs_from_its_rows",
            report=report.slug,
            n=row.n,
            of=row.of,
            found=len(ids) + len(rest_ids),
        )
    return False


def _column_names(report: Report) -> set[str]:
    """Return the names of the report's own columns, and its measure if that is not the ratio."""
    return {column.name for column in report.columns} | ({report.measure} - {"ratio"})


def _without_promise(value: object) -> object:
    return str(value) if isinstance(value, Promise) else value
