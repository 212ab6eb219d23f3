"""All indicators of districts over periods: one statement for all that count the same, of all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from districts.models import District
from reports.charts import Mark
from reports.figures.parts import IN_SEVERAL, rows_of
from reports.figures.report import Report, read_all
from reports.figures.wording import name_group, say, say_briefly, say_change, say_interval, say_of, say_spread
from reports.queries.definitions import Column, Row, Text
from reports.queries.periods import Period
from reports.queries.questions import IN_NO_PART, By, Question
from reports.rules.intervals import Interval

RUN_UP: Final = 12  # periods of a sparkline

# What indicators are about, in the order of the page; each report is in one of these.
GROUPS: Final[Sequence[tuple[Text, Sequence[str]]]] = (
    (gettext_lazy("Who is reached"), ("coverage", "recency", "cadence", "contact-wanted")),
    (gettext_lazy("Follow-ups"), ("follow-ups", "overdue", "entries")),
    (gettext_lazy("Concerns"), ("concerns", "loop-closed", "reassurance")),
    (
        gettext_lazy("Incidents"),
        ("reassured-in-time", "first-contact", "steps-in-time", "debriefed"),
    ),
    (gettext_lazy("How we work together"), ("activity", "level", "reciprocity", "takeaways-tried")),
    (gettext_lazy("Will it last?"), ("continuity", "data-health")),
)


def measure_of(report: Report, row: Row | None) -> float | None:
    """What charts and comparisons show of a row. A share of few is no percentage, nor is a distribution."""
    if report.is_of_few(row) or report.spread:
        return None
    value: float | None = getattr(row, report.measure) if row is not None else None
    return value


def mark_of(
    report: Report, row: Row | None, label: str, short: str = "", *, is_running: bool = False
) -> Mark:
    """A row in a chart: its share never without its n of N; of a period that runs, so far."""
    value = measure_of(report, row)
    said = say_figure(report, row)
    if row is not None and value is not None and report.unit == "ratio":
        said = f"{said}, {say_of(row)}"
    if is_running:
        said = _("%(figure)s so far") % {"figure": said}
    interval = report.interval(row)
    if interval:
        said = _("%(figure)s, interval %(interval)s") % {"figure": said, "interval": say_interval(interval)}
    return Mark(label, value, said, short, is_running, interval)


def say_figure(report: Report, row: Row | None) -> str:
    """`46%`, `12 days`; `9 of 12` for a share of few; `inform 12 · consult 20` for a distribution."""
    if row is not None and row.of and report.spread:
        return say_spread(report, row)
    if row is not None and report.is_of_few(row) and row.of:
        return say_of(row)
    return say(measure_of(report, row), report.unit)


def is_comparable(report: Report, question: Question, period: Period, before: Period) -> bool:
    """What a part of a period adds up to cannot be compared with what a whole one did; a state can be."""
    return report.is_state or period.runs(question.today) == before.runs(question.today)


@dataclass(frozen=True, slots=True)
class Table:
    """A report's rows by group and period."""

    report: Report
    question: Question
    rows: Mapping[tuple[str, Period], Row] = field(default_factory=dict)

    def row(self, group: str, period: Period) -> Row | None:
        return self.rows.get((group, period))

    @property
    def groups(self) -> list[str]:
        """In the order they came."""
        return list(dict.fromkeys(group for group, _period in self.rows))


def table(report: Report, question: Question) -> Table:
    """One statement."""
    return _table(report, question, rows_of(report, question))


def tables(reports: Sequence[Report], question: Question) -> list[Table]:
    """One statement for all that count the same, in the order of `reports`."""
    found = read_all(reports, question)
    return [_table(report, question, found[report.slug]) for report in reports]


def _table(report: Report, question: Question, rows: Sequence[Row]) -> Table:
    return Table(report, question, {(row.group, row.period): row for row in rows})


@dataclass(frozen=True)
class Line:
    """One figure of a group: now, in the period it is compared with, and in those that led up to it."""

    table: Table
    group: str
    period: Period
    before: Period
    run_up: Sequence[Period] = ()

    @property
    def report(self) -> Report:
        return self.table.report

    @cached_property
    def row(self) -> Row | None:
        return self.table.row(self.group, self.period)

    @cached_property
    def row_before(self) -> Row | None:
        return self.table.row(self.group, self.before)

    @property
    def value(self) -> float | None:
        return measure_of(self.report, self.row)

    @property
    def value_before(self) -> float | None:
        return measure_of(self.report, self.row_before)

    @property
    def said(self) -> str:
        return say_figure(self.report, self.row)

    @property
    def said_before(self) -> str:
        return say_figure(self.report, self.row_before)

    @property
    def is_running(self) -> bool:
        return self.period.runs(self.table.question.today)

    @property
    def is_waiting(self) -> bool:
        """Whether the time of some, in either period, is not over."""
        return self.report.is_waiting(self.row) or self.report.is_waiting(self.row_before)

    @cached_property
    def is_comparable(self) -> bool:
        whole = is_comparable(self.report, self.table.question, self.period, self.before)
        return whole and not self.is_waiting

    @property
    def change(self) -> str:
        if not self.is_comparable:
            return _("not yet comparable")
        if self.is_of_few and not self.report.spread:
            return _("too few to compare") if self._have_both else ""
        return say_change(self.value_before, self.value, self.report.unit)

    @property
    def _have_both(self) -> bool:
        """Whether there was anything to count in both periods."""
        return all(row is not None and row.of for row in (self.row, self.row_before))

    @property
    def notable(self) -> list[Column]:
        """The report's own columns that say more than nought or nothing here: what is stated beside it."""
        beside = [column for column in self.report.own_columns if column.name not in self.report.spread]
        return [column for column in beside if getattr(self.row, column.name, None)]

    @property
    def is_of_few(self) -> bool:
        """Whether it is a share of few in either period."""
        return self.report.is_of_few(self.row) or self.report.is_of_few(self.row_before)

    @cached_property
    def interval(self) -> Interval | None:
        return self.report.interval(self.row)

    @cached_property
    def interval_before(self) -> Interval | None:
        return self.report.interval(self.row_before)

    @property
    def is_within_chance(self) -> bool:
        """Whether it changed by no more than chance alone can explain: the intervals overlap."""
        now, then = self.interval, self.interval_before
        is_changed = self.is_comparable and self.value != self.value_before
        return bool(is_changed and now and then and now.overlaps(then))

    @property
    def is_better(self) -> bool:
        return self._goes == self.report.better and self._is_clear

    @property
    def is_worse(self) -> bool:
        return bool(self._goes) and self._goes != self.report.better and self._is_clear

    @property
    def _is_clear(self) -> bool:
        now, then = self.interval, self.interval_before
        return bool(now and then and not now.overlaps(then))

    @property
    def _goes(self) -> str:
        """`higher` or `lower`; empty where neither is better, or the periods cannot be compared."""
        if self.value is None or self.value_before is None or self.report.better is None:
            return ""
        if not self.is_comparable:
            return ""
        return "higher" if self.value > self.value_before else "lower"

    @property
    def marks(self) -> list[Mark]:
        """The periods that led up to it, oldest first."""
        return [
            mark_of(
                self.report,
                row,
                str(period),
                say_briefly(period),
                is_running=period.runs(self.table.question.today) or self.report.is_waiting(row),
            )
            for period in self.run_up
            for row in [self.table.row(self.group, period)]
        ]


def split_up(
    report: Report, question: Question, period: Period, before: Period, by: By, parts: Sequence[District]
) -> tuple[Question, list[tuple[str, Line]]]:
    """Return the question asked, and lines with their names: one per part, or per group sorted by name.

    `question` has one district. Its parts keep their order, then follow the rows that complete the sum.
    """
    asked, [district] = replace(question, periods=(period, before), by=by), question.districts
    if by == By.DISTRICT:
        if not parts:
            return asked, []
        asked = replace(asked, districts=(district, *parts), rest_of=district)
    found = table(report, asked)
    by_code = {one.code: one for one in asked.districts}
    groups = found.groups
    if by == By.DISTRICT:
        codes = (*(part.code for part in parts), IN_NO_PART, IN_SEVERAL)
        groups = [code for code in codes if code in found.groups]
    named = [(name_group(group, by_code), Line(found, group, period, before)) for group in groups]
    return asked, named if by == By.DISTRICT else sorted(named, key=lambda pair: pair[0])


def periods_of(period: Period, before: Period) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The run-up to a period, and all periods to be asked for, the one it is compared with included."""
    run_up = period.run_up(RUN_UP)
    return run_up, tuple(dict.fromkeys((*run_up, before)))


def scorecard(
    reports: Iterable[Report],
    question: Question,
    period: Period,
    before: Period,
    run_up: Sequence[Period] = (),
) -> list[Line]:
    """A line for each report and district of `question`, whose periods are replaced by those needed here."""
    periods = tuple(dict.fromkeys((period, before, *run_up)))
    found = tables(list(reports), replace(question, periods=periods))
    return [
        Line(one, district.code, period, before, run_up) for one in found for district in question.districts
    ]
