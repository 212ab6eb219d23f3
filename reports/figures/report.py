"""Reports: definition, rows read by one SQL statement, and the lists behind the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.figures.kept_rows import empty_row, kept_rows
from reports.queries.definitions import (
    FIRST,
    Case,
    Column,
    Drill,
    Fact,
    Filters,
    OtherRecords,
    Quality,
    Revision,
    Row,
    Source,
    Span,
    Text,
)
from reports.queries.questions import By, Question
from reports.queries.statements import fetch
from reports.rules.intervals import LEAST, Interval, wilson


@dataclass(frozen=True, kw_only=True)
class Report:
    """Definition of one indicator: its SQL, its lists and its texts.

    SQL. `counts` is the source. `fields` has an aggregate for each field of `row`. `measures` are columns of
    the source (`… AS name`) that the aggregates need. `joined_tables` are further tables, each with its join.
    Reports with the same source share a statement, so equal names must mean the same.

    Lists. `lists` returns filters of the lists behind a row: for `n`, for `rest` (in `of` but not in n) and
    for own columns. If n is a sum, `adds_up` is the column with the number of records in the sum.
    `other_records` has columns that count other records than the report, each with its list. `facts` decide
    whether a record in `of` is in n.

    Comparisons. `measure` is the attribute that charts show: `ratio` or an own column. `is_state`: the figure
    is of a moment, so a running period can be compared with a whole one. `is_kept_at_night`: the figure has
    no history, so it is kept on the night after the period and never counted again. `has_interval`: the
    figure is a share of independent cases, so chance can move it. A full count, a state, a sum, and steps
    and calls of one incident have no interval. `better` is the direction of good news, or None. `spread` are
    the columns of a distribution that has no single number.

    Quality. `incomplete` are records that lack what the figure needs, and `late_entry` records that were
    entered late (`reports.figures.quality`).

    Texts. `question` is the question that the figure answers, `example` has six cases. `n_label`, `of_label`
    and `rest_label` agree with a number (`reports.figures.wording.label_of`).
    """

    slug: str
    title: Text
    formula: Text
    population: Text
    source: Text
    not_said: Text
    n_label: Promise
    of_label: Promise
    rest_label: Promise
    question: Text
    example: Sequence[Case]
    row: type[Row]
    counts: Source
    fields: Mapping[str, str]
    lists: Callable[[Span], Mapping[str, Filters]]
    facts: Sequence[Fact]
    measures: Sequence[str] = ()
    joined_tables: Sequence[tuple[str, str]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    ways: tuple[By, ...] = (By.DISTRICT, By.FOCUS, By.KIND)
    measure: str = "ratio"
    unit: Literal["ratio", "days", "minutes", "count", "per_week"] = "ratio"
    better: Literal["higher", "lower"] | None = "higher"
    adds_up: str = ""
    is_state: bool = False
    has_interval: bool = False
    is_kept_at_night: bool = False
    spread: tuple[str, ...] = ()
    incomplete: Quality | None = None
    late_entry: Quality | None = None
    other_records: Mapping[str, OtherRecords] = field(default_factory=dict)
    history: Sequence[Revision] = (FIRST,)

    @property
    def moment(self) -> Text:
        """Return the moment or the days of the figure, in words."""
        if self.is_state:
            return _("The end of the period; while the period runs, today.")
        return _("The days of the period; while the period runs, up to today.")

    @property
    def result(self) -> str:
        """Return the figure of the example, counted from its cases: `2 of 4`."""
        counted = sum(case.is_counted for case in self.example)
        total = sum(case.is_in_total for case in self.example)
        return gettext("%(n)s of %(of)s") % {"n": counted, "of": total}

    @property
    def sql(self) -> str:
        """Return the SQL statement of the figure by district."""
        return dedent(sql_of([self], By.DISTRICT)).strip()

    @property
    def version(self) -> int:
        """Return the number of the definition. `history` has a text for each."""
        return len(self.history)

    @property
    def own_columns(self) -> list[Column]:
        """Return the columns besides the figure itself."""
        return [column for column in self.columns if column.name != self.measure]

    def rows(self, question: Question) -> list[Any]:
        """Return a `row` for each period and group, in this order."""
        return read_all([self], question)[self.slug]

    def drill(self, row: Row, question: Question, column: str = "n") -> Drill | None:
        """Return the list of the records in n, the `rest` or an own column. None if there is no such list."""
        lists = self.lists(Span(question, row.period))
        has_none = question.by == By.FOCUS and not self.counts.has_list_by_focus
        if has_none or column not in lists:
            return None
        source_filters = self.counts.listed(Span(question, row.period))
        return Drill(self.counts.noun, {**group_filters(row, question), **source_filters, **lists[column]})

    def is_of_few(self, row: Row | None) -> bool:
        """Whether the figure is a share of fewer than LEAST and so shown as counts only."""
        return self.unit == "ratio" and row is not None and row.of < LEAST

    def interval(self, row: Row | None) -> Interval | None:
        """Return Wilson's interval of a share of independent cases, or None. A share of few has none."""
        if row is None or not self.has_interval or self.is_of_few(row):
            return None
        return wilson(row.n, row.of)

    def counted(self, row: Row, question: Question) -> tuple[float, Drill | None]:
        """Return the number of records in the figure, and the list of exactly these."""
        n: float = getattr(row, self.adds_up or "n")
        return n, self.drill(row, question, self.adds_up or "n")


def read_all(reports: Sequence[Report], question: Question) -> dict[str, list[Any]]:
    """Return the rows of each report by its slug.

    Periods that are final have kept rows, all other periods are counted (`reports.figures.kept_rows`).
    """
    kept_by_period = kept_rows(reports, question)
    counted_periods = tuple(period for period in question.periods if period not in kept_by_period)
    rows_by_slug: dict[str, list[Any]] = {report.slug: [] for report in reports}
    if counted_periods:
        rows_by_slug = count_all(reports, replace(question, periods=counted_periods))
    if kept_by_period:
        for report in reports:
            kept_report_rows = [row for rows in kept_by_period.values() for row in rows[report.slug]]
            rows_by_slug[report.slug] = _in_order(
                report, question, rows_by_slug[report.slug], kept_report_rows
            )
    return rows_by_slug


def _in_order(
    report: Report, question: Question, counted_rows: Sequence[Row], kept_report_rows: Sequence[Row]
) -> list[Row]:
    """Return counted and kept rows by period and group. A group has a row in every period."""
    rows = {(row.period, row.group): row for row in (*counted_rows, *kept_report_rows)}
    groups = sorted({group for _period, group in rows})
    return [
        rows.get((period, group)) or empty_row(report, period, group)
        for period in question.periods
        for group in groups
    ]


def count_all(reports: Sequence[Report], question: Question) -> dict[str, list[Any]]:
    """Count the rows of each report by its slug. Reports with the same source share a statement."""
    rows_by_slug: dict[str, list[Any]] = {}
    for source in dict.fromkeys(report.counts for report in reports):
        same_source_reports = [report for report in reports if report.counts == source]
        rows = _count_together(same_source_reports, question)
        rows_by_slug |= {
            report.slug: report_rows for report, report_rows in zip(same_source_reports, rows, strict=True)
        }
    return rows_by_slug


def _count_together(reports: Sequence[Report], question: Question) -> list[list[Any]]:
    """Count the rows of each of these reports, which have the same source, by one statement."""
    parameters = {name: value for report in reports for name, value in report.parameters.items()}
    records = fetch(sql_of(reports, question.by), question, **parameters)
    return [
        [
            report.row(
                period=question.periods[record["nr"]],
                group=record["grp"],
                **{name: record[_column(number, name)] for name in report.fields},
            )
            for record in records
        ]
        for number, report in enumerate(reports)
    ]


def sql_of(reports: Sequence[Report], grouping: By) -> str:
    """Return the statement of reports with the same source. Its parameters are `Question.parameters`."""
    source = reports[0].counts
    measures = dict.fromkeys(measure for report in reports for measure in report.measures)
    extra_tables = [extra_table for report in reports for extra_table in report.joined_tables]
    tables = [source.tables(grouping, list(measures)), *(table for table, _join in extra_tables)]
    counted = [
        f"{aggregate} AS {_column(number, name)}"
        for number, report in enumerate(reports)
        for name, aggregate in report.fields.items()
    ]
    return f"""
        WITH {", ".join(tables)}
        SELECT nr, grp, {", ".join(counted)}
        FROM {source.table} {" ".join(join for _table, join in extra_tables)}
        GROUP BY nr, grp ORDER BY nr, grp
        """  # noqa: S608 (our own text)


def _column(number: int, name: str) -> str:
    return f"t{number}_{name}"


def group_filters(row: Row, question: Question) -> dict[str, str]:
    """Return filters for the group of a row: its district, or its kind or focus in all districts."""
    if question.by == By.DISTRICT:
        return {"district": row.group}
    return {"district": _outermost(question), question.by.value: row.group}


def address_of(row: Row, question: Question) -> dict[str, str]:
    """Return the query parameters of the page with the records behind a row."""
    place = group_filters(row, question)
    group = place.pop(question.by.value) if question.by != By.DISTRICT else ""
    group_parameters = {"by": question.by.value} | ({"group": group} if group else {})
    period = {"from": row.period.since.isoformat(), "to": row.period.until.isoformat()}
    return place | group_parameters | period | ({"all_kinds": "true"} if question.all_kinds else {})


def _outermost(question: Question) -> str:
    """Return the codes of the question's districts, without those inside another of them."""
    district_ids = {district.pk for district in question.districts}
    codes = [d.code for d in question.districts if not district_ids & {pk for pk in d.lineage if pk != d.pk}]
    return ",".join(sorted(codes))
