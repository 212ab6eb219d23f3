"""Scorecard: all indicators of districts over periods, with one statement for each source."""

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
from reports.figures.wording import (
    format_change,
    format_counts,
    format_interval,
    format_spread,
    format_value,
    name_group,
    short_period,
)
from reports.queries.definitions import Column, Row, Text
from reports.queries.periods import Period
from reports.queries.questions import IN_NO_PART, By, Question
from reports.queries.statuses import Status, status_of
from reports.rules.control_limits import Limits, p_chart, xmr_chart
from reports.rules.intervals import Interval

RUN_UP: Final = 12  # periods of a trend

# Subjects of indicators in the order of the page. Each report is in exactly one.
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


# The figures of the first screen, in the order of the page. The others are below “More figures”.
EIGHT: Final = (
    *("coverage", "recency", "contact-wanted", "follow-ups"),
    *("concerns", "loop-closed", "reassured-in-time", "continuity"),
)


def measure_of(report: Report, row: Row | None) -> float | None:
    """Return the number that charts and comparisons show, or None for a share of few or a distribution."""
    if report.is_of_few(row) or report.spread:
        return None
    value: float | None = getattr(row, report.measure) if row is not None else None
    return value


def mark_of(
    report: Report, row: Row | None, label: str, short: str = "", *, is_running: bool = False
) -> Mark:
    """Return the mark of a row in a chart. Its text has n of N beside a share, and "so far" if running."""
    value = measure_of(report, row)
    value_text = format_figure(report, row)
    if row is not None and value is not None and report.unit == "ratio":
        value_text = f"{value_text}, {format_counts(row)}"
    if is_running:
        value_text = _("%(figure)s so far") % {"figure": value_text}
    interval = report.interval(row)
    if interval:
        value_text = _("%(figure)s, interval %(interval)s") % {
            "figure": value_text,
            "interval": format_interval(interval),
        }
    return Mark(label, value, value_text, short, is_running, interval)


def format_figure(report: Report, row: Row | None) -> str:
    """Return `46%`, `9 of 12` for a share of few, or `inform 12 · consult 20` for a distribution."""
    if row is not None and row.of and report.spread:
        return format_spread(report, row)
    if row is not None and report.is_of_few(row) and row.of:
        return format_counts(row)
    return format_value(measure_of(report, row), report.unit)


def is_comparable(report: Report, question: Question, period: Period, before: Period) -> bool:
    """Whether two periods can be compared: both are running, both are over, or the figure is of a moment."""
    return report.is_state or period.runs(question.today) == before.runs(question.today)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a report by group and period."""

    report: Report
    question: Question
    rows: Mapping[tuple[str, Period], Row] = field(default_factory=dict)

    def row(self, group: str, period: Period) -> Row | None:
        return self.rows.get((group, period))

    @property
    def groups(self) -> list[str]:
        """Return the groups in the order of the rows."""
        return list(dict.fromkeys(group for group, _period in self.rows))


def read_table(report: Report, question: Question) -> Table:
    """Read a report by one statement."""
    return _table_of_rows(report, question, rows_of(report, question))


def read_tables(reports: Sequence[Report], question: Question) -> list[Table]:
    """Read reports in their order. Reports with the same source share a statement."""
    rows_by_slug = read_all(reports, question)
    return [_table_of_rows(report, question, rows_by_slug[report.slug]) for report in reports]


def _table_of_rows(report: Report, question: Question, rows: Sequence[Row]) -> Table:
    return Table(report, question, {(row.group, row.period): row for row in rows})


@dataclass(frozen=True)
class Line:
    """Figure of a group in a period, in the compared period, and in the periods of its trend."""

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
    def text(self) -> str:
        return format_figure(self.report, self.row)

    @property
    def text_before(self) -> str:
        return format_figure(self.report, self.row_before)

    @property
    def is_running(self) -> bool:
        return self.period.runs(self.table.question.today)

    @cached_property
    def is_comparable(self) -> bool:
        return is_comparable(self.report, self.table.question, self.period, self.before)

    @property
    def change(self) -> str:
        if not self.is_comparable:
            return _("not yet comparable")
        if self.is_of_few and not self.report.spread:
            return _("too few to compare") if self._have_both else ""
        return format_change(self.value_before, self.value, self.report.unit)

    @property
    def _have_both(self) -> bool:
        """Whether both periods had records to count."""
        return all(row is not None and row.of for row in (self.row, self.row_before))

    @property
    def notable(self) -> list[Column]:
        """Return the report's own columns with a number other than 0, which are shown beside the figure."""
        shown_columns = [
            column for column in self.report.own_columns if column.name not in self.report.spread
        ]
        return [column for column in shown_columns if getattr(self.row, column.name, None)]

    @property
    def is_of_few(self) -> bool:
        """Whether the figure is a share of few in either period."""
        return self.report.is_of_few(self.row) or self.report.is_of_few(self.row_before)

    @cached_property
    def interval(self) -> Interval | None:
        return self.report.interval(self.row)

    @cached_property
    def interval_before(self) -> Interval | None:
        return self.report.interval(self.row_before)

    @property
    def is_within_chance(self) -> bool:
        """Whether chance alone can explain the change, because the intervals overlap."""
        interval, interval_before = self.interval, self.interval_before
        is_changed = self.is_comparable and self.value != self.value_before
        return bool(is_changed and interval and interval_before and interval.overlaps(interval_before))

    @property
    def is_better(self) -> bool:
        return self._direction == self.report.better and self._is_clear

    @property
    def is_worse(self) -> bool:
        return bool(self._direction) and self._direction != self.report.better and self._is_clear

    @property
    def _is_clear(self) -> bool:
        interval, interval_before = self.interval, self.interval_before
        return bool(interval and interval_before and not interval.overlaps(interval_before))

    @property
    def word(self) -> str:
        """Return better, worse, as before or too few to judge: how the figure compares in one word.

        It is empty if the periods cannot be compared, or the figure has no direction. A full count or a state
        has no chance in it: within its limits (`limits`) it is as before, and with too few final periods for
        limits nothing can be said.
        """
        if not self.is_comparable or self.report.better is None or not self._have_both:
            return ""
        if self.is_of_few:
            return _("too few to judge")
        if self.report.has_interval:
            is_clear = self._is_clear
        elif not self.run_up:
            return ""
        else:
            own_limits, value = self.limits[-1], self.value
            if own_limits is None or value is None:
                return _("too few to judge")
            is_clear = not own_limits[0] <= value <= own_limits[1]
        if not is_clear or not self._direction or self.value == self.value_before:
            return _("as before")
        return _("better") if self._direction == self.report.better else _("worse")

    @cached_property
    def limits(self) -> list[Limits | None]:
        """Return the control limits of each period of the trend.

        Shares of independent cases have a p-chart, full counts and states an XmR chart of final periods.
        Calls and steps of one incident have none.
        """
        rows = [self.table.row(self.group, period) for period in self.run_up]
        today = self.table.question.today
        is_final = [status_of(period, today) == Status.FINAL for period in self.run_up]
        if self.report.has_interval:
            pairs = zip(rows, is_final, strict=True)
            return p_chart([(row.n, row.of) if row is not None and final else None for row, final in pairs])
        if self.report.counts.row:
            return [None for _period in self.run_up]
        values = [measure_of(self.report, row) for row in rows]
        limits = xmr_chart([value if final else None for value, final in zip(values, is_final, strict=True)])
        return [limits for _period in self.run_up]

    @property
    def _direction(self) -> str:
        """Return `higher` or `lower`, or an empty text if neither is better or the periods differ in kind."""
        if self.value is None or self.value_before is None or self.report.better is None:
            return ""
        if not self.is_comparable:
            return ""
        return "higher" if self.value > self.value_before else "lower"

    @property
    def marks(self) -> list[Mark]:
        """Return the marks of the trend, oldest first."""
        return [
            mark_of(
                self.report,
                row,
                str(period),
                short_period(period),
                is_running=period.runs(self.table.question.today),
            )
            for period in self.run_up
            for row in [self.table.row(self.group, period)]
        ]


def split_up(
    report: Report,
    question: Question,
    period: Period,
    before: Period,
    grouping: By,
    parts: Sequence[District],
) -> tuple[Question, list[tuple[str, Line]]]:
    """Return the question and its lines with their names: one for each part, or for each group by name.

    `question` has one district. Its parts keep their order, then follow the rows that complete the sum.
    """
    group_question, [district] = replace(question, periods=(period, before), by=grouping), question.districts
    if grouping == By.DISTRICT:
        if not parts:
            return group_question, []
        group_question = replace(group_question, districts=(district, *parts), rest_of=district)
    group_table = read_table(report, group_question)
    by_code = {part.code: part for part in group_question.districts}
    groups = group_table.groups
    if grouping == By.DISTRICT:
        codes = (*(part.code for part in parts), IN_NO_PART, IN_SEVERAL)
        groups = [code for code in codes if code in group_table.groups]
    named_lines = [(name_group(group, by_code), Line(group_table, group, period, before)) for group in groups]
    return group_question, named_lines if grouping == By.DISTRICT else sorted(
        named_lines, key=lambda pair: pair[0]
    )


def periods_of(period: Period, before: Period) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """Return the periods of a trend, and these with the compared period, for one question."""
    run_up = period.run_up(RUN_UP)
    return run_up, tuple(dict.fromkeys((*run_up, before)))


def scorecard(
    reports: Iterable[Report],
    question: Question,
    period: Period,
    before: Period,
    run_up: Sequence[Period] = (),
) -> list[Line]:
    """Return a line for each report and district of `question`, whose own periods are ignored."""
    periods = tuple(dict.fromkeys((period, before, *run_up)))
    report_tables = read_tables(list(reports), replace(question, periods=periods))
    return [
        Line(report_table, district.code, period, before, run_up)
        for report_table in report_tables
        for district in question.districts
    ]
