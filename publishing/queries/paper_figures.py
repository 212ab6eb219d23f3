"""Published figures as the council's paper states them: n of N, and the same beside last year's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from publishing.models import Release
from publishing.queries.documents import tables_of
from publishing.rules.cells import TOTAL
from reports.figures.report import Report
from reports.figures.scorecard import Line, Table, measure_of
from reports.figures.wording import say, say_interval, say_of_whom
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Row
from reports.queries.periods import Period
from reports.queries.questions import Question

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure of a quarter in words.

    A share of few has no `share` but its numbers, and some shares have no `interval` (`Report.interval`).
    """

    n: int
    of: int
    share: str
    numbers: str
    interval: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure now and a year before. `missing` says why there is no `before`."""

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
    """A row of a table of a release; None is hidden."""

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


def choices(release: Release) -> dict[str, list[tuple[str, str]]]:
    """The figures that a paper can state, key and name of each by title: of its quarter, and not hidden."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, one in _published(release.document, release.quarter).items():
        if one.can_be_stated:
            found.setdefault(one.title, []).append((key, one.name or _("Total")))
    return found


def state(release: Release, keys: Sequence[str]) -> list[Figure]:
    """State the figures of these keys of `choices`, each beside that of the same quarter a year before.

    Last year's is as it was published then: a release has the quarters of the year before.
    """
    quarter = release.quarter
    published = _published(release.document, quarter)
    before = _published(release.document, quarter.a_year_before())
    return [_figure(key, published[key], before.get(key), quarter) for key in keys]


def _published(document: Document, quarter: Period) -> dict[str, _Published]:
    """The figures of a quarter by key, in the order of the document, totals first."""
    return {
        f"{table['indicator']}:{row['group']}": _Published(
            table["indicator"], table["definition"], table["title"], row["name"], row["n"], row["of"]
        )
        for table in tables_of(document, quarter)
        for row in ({"group": TOTAL, "name": "", **table["total"]}, *table["rows"])
    }


def _figure(key: str, one: _Published, then: _Published | None, quarter: Period) -> Figure:
    has_before = then is not None and then.can_be_stated
    return Figure(
        key=key,
        title=one.title,
        counted=str(one.report.formula),
        group=one.name,
        now=_stated(one, quarter),
        before=_stated(then, quarter.a_year_before()) if then and has_before else None,
        missing="" if has_before else _why_missing(then),
        change=_change(one, then, quarter) if then and has_before else "",
    )


def _why_missing(one: _Published | None) -> str:
    if one is None:
        return _("not published")
    return _("hidden") if one.n is None else _("nothing to count")


def _stated(one: _Published, quarter: Period) -> Stated:
    report, row = one.report, one.row(quarter)
    value, interval = measure_of(report, row), report.interval(row)
    return Stated(
        n=int(row.n),
        of=int(row.of),
        share="" if value is None else say(value, report.unit),
        numbers=say_of_whom(report, row),
        interval=say_interval(interval) if interval else "",
    )


def _change(one: _Published, then: _Published, quarter: Period) -> str:
    """What changed since last year, with the words of the scorecard."""
    if one.definition != then.definition:
        return _("counted differently")
    before = quarter.a_year_before()
    rows = {("", quarter): one.row(quarter), ("", before): then.row(before)}
    line = Line(Table(one.report, Question((quarter, before), ()), rows), "", quarter, before)
    if line.is_within_chance:
        return _("%(change)s, could be chance") % {"change": line.change}
    return line.change
