"""Published figures in the words of a council paper: n of N, now and a year before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from publishing.models import Release
from publishing.queries.documents import tables_of
from publishing.rules.cells import TOTAL
from reports.figures.report import Report
from reports.figures.scorecard import Line, Table, measure_of
from reports.figures.wording import format_interval, format_labelled_counts, format_value
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row
from reports.queries.periods import Period
from reports.queries.questions import Question

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """Figure of a quarter in words.

    A share of few has no `share`, only its numbers. Some shares have no `interval` (`Report.interval`).
    """

    n: int
    of: int
    share: str
    numbers: str
    interval: str


@dataclass(frozen=True, slots=True)
class Figure:
    """Figure now and a year before. `missing` is the reason if there is no `before`."""

    key: str
    title: str
    counted: str  # its definition in a sentence
    group: str  # empty for the total
    now: Stated
    before: Stated | None
    missing: str
    change: str


@dataclass(frozen=True, slots=True)
class _Published:
    """Row of a table of a release. A hidden number is None."""

    indicator: str
    definition: int
    title: str
    name: str
    n: int | None
    of: int | None

    @property
    def report(self) -> Report:
        return REPORTS[self.indicator]

    @property
    def can_be_stated(self) -> bool:
        return self.n is not None and bool(self.of)

    def row(self, quarter: Period) -> Row:
        return Row(period=quarter, group="", n=self.n or 0, of=self.of or 0)


def figure_choices(release: Release) -> dict[str, list[tuple[str, str]]]:
    """Return the figures that a paper can state, as key and name by title, without hidden ones."""
    choices_by_title: dict[str, list[tuple[str, str]]] = {}
    for key, row in _published_rows(release.document, release.quarter).items():
        if row.can_be_stated:
            choices_by_title.setdefault(row.title, []).append((key, row.name or _("Total")))
    return choices_by_title


def state_figures(release: Release, keys: Sequence[str]) -> list[Figure]:
    """Return the figures with these keys of `figure_choices`, now and in the same quarter a year before.

    The earlier figure is as it was published: a release contains the quarters of the year before.
    """
    quarter = release.quarter
    rows = _published_rows(release.document, quarter)
    rows_before = _published_rows(release.document, quarter.a_year_before())
    return [_figure(key, rows[key], rows_before.get(key), quarter) for key in keys]


def _published_rows(document: Document, quarter: Period) -> dict[str, _Published]:
    """Return the rows of a quarter by key, in the order of the document, totals first."""
    return {
        f"{table['indicator']}:{row['group']}": _Published(
            table["indicator"], table["definition"], table["title"], row["name"], row["n"], row["of"]
        )
        for table in tables_of(document, quarter)
        for row in ({"group": TOTAL, "name": "", **table["total"]}, *table["rows"])
    }


def _figure(key: str, row: _Published, row_before: _Published | None, quarter: Period) -> Figure:
    has_before = row_before is not None and row_before.can_be_stated
    return Figure(
        key=key,
        title=row.title,
        counted=str(row.report.formula),
        group=row.name,
        now=_state_row(row, quarter),
        before=_state_row(row_before, quarter.a_year_before()) if row_before and has_before else None,
        missing="" if has_before else _why_missing(row_before),
        change=_change(row, row_before, quarter) if row_before and has_before else "",
    )


def _why_missing(row: _Published | None) -> str:
    if row is None:
        return _("not published")
    return _("hidden") if row.n is None else _("nothing to count")


def _state_row(published_row: _Published, quarter: Period) -> Stated:
    report, row = published_row.report, published_row.row(quarter)
    value, interval = measure_of(report, row), report.interval(row)
    return Stated(
        n=int(row.n),
        of=int(row.of),
        share="" if value is None else format_value(value, report.unit),
        numbers=format_labelled_counts(report, row),
        interval=format_interval(interval) if interval else "",
    )


def _change(published_row: _Published, published_before: _Published, quarter: Period) -> str:
    """Return the change since last year in the words of the scorecard."""
    if published_row.definition != published_before.definition:
        return _("counted differently")
    before = quarter.a_year_before()
    rows = {("", quarter): published_row.row(quarter), ("", before): published_before.row(before)}
    line = Line(Table(published_row.report, Question((quarter, before), ()), rows), "", quarter, before)
    if line.is_within_chance:
        return _("%(change)s, could be chance") % {"change": line.change}
    return line.change
