"""Reports: definition, rows read by one SQL statement, and the lists behind the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.days import day_starts_at
from reports.queries.corrections import has_corrections
from reports.queries.definitions import (
    FIRST,
    Case,
    Column,
    Drill,
    Fact,
    Filters,
    OtherRecords,
    Revision,
    Row,
    Source,
    Span,
    Text,
)
from reports.queries.questions import By, Question
from reports.queries.statements import fetch
from reports.queries.statuses import Status, final_on, status_of
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
    whether a record in `of` is in n. `decided_by` are fields whose correction changes the figure, besides
    those of the source.

    Comparisons. `measure` is the attribute that charts show: `ratio` or an own column. `is_state`: the figure
    is of a moment, so a running period can be compared with a whole one. `waiting` is the column of records
    in `of` whose time is not over. While there are any, the figure is compared with no other. `better` is the
    direction of good news, or None. `spread` are the columns of a distribution that has no single number.

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
    waiting: str = ""
    spread: tuple[str, ...] = ()
    other_records: Mapping[str, OtherRecords] = field(default_factory=dict)
    decided_by: Sequence[str] = ()
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
        return read_together([self], question)[0]

    def drill(self, row: Row, question: Question, column: str = "n") -> Drill | None:
        """Return the list of the records in n, the `rest` or an own column. None if there is no such list."""
        lists = self.lists(Span(question, row.period))
        is_open = column == "rest" and self.is_waiting(row)  # includes records that are not missed yet
        has_none = question.by == By.FOCUS and not self.counts.has_list_by_focus
        if is_open or has_none or column not in lists:
            return None
        source_filters = self.counts.listed(Span(question, row.period))
        return Drill(self.counts.noun, {**group_filters(row, question), **source_filters, **lists[column]})

    def is_waiting(self, row: Row | None) -> bool:
        """Whether the row counts records whose time is not over, so that they are not missed yet."""
        return bool(self.waiting and getattr(row, self.waiting, 0))

    def is_of_few(self, row: Row | None) -> bool:
        """Whether the figure is a share of fewer than LEAST and so shown as counts only."""
        return self.unit == "ratio" and row is not None and row.of < LEAST

    def interval(self, row: Row | None) -> Interval | None:
        """Return Wilson's interval of a share, or None.

        A state counts all records and has no chance in it, and a sum is not a number of records. Both have no
        interval, and neither has a share of few.
        """
        if row is None or self.unit != "ratio" or self.is_state or self.adds_up or self.is_of_few(row):
            return None
        if self.spread:
            return None
        return wilson(row.n, row.of)

    def counted(self, row: Row, question: Question) -> tuple[float, Drill | None]:
        """Return the number of records in the figure, and the list of exactly these."""
        n: float = getattr(row, self.adds_up or "n")
        return n, self.drill(row, question, self.adds_up or "n")


def read_all(reports: Sequence[Report], question: Question) -> dict[str, list[Any]]:
    """Return the rows of each report by its slug. Reports with the same source share a statement."""
    rows_by_slug: dict[str, list[Any]] = {}
    for source in dict.fromkeys(report.counts for report in reports):
        same_source_reports = [report for report in reports if report.counts == source]
        rows = read_together(same_source_reports, question)
        rows_by_slug |= {
            report.slug: report_rows for report, report_rows in zip(same_source_reports, rows, strict=True)
        }
    return rows_by_slug


def read_together(reports: Sequence[Report], question: Question) -> list[list[Any]]:
    """Return the rows of each of these reports, which have the same source, by one statement."""
    parameters = {name: value for report in reports for name, value in report.parameters.items()}
    columns = []
    if status_of(question.periods[0], question.today) == Status.FINAL:
        parameters["final_at"] = day_starts_at(final_on(question.periods[0]))
        columns = [has_corrections(reports, question.by)]
    records = fetch(sql_of(reports, question.by, columns), question, **parameters)
    return [
        [
            report.row(
                period=question.periods[record["nr"]],
                group=record["grp"],
                is_touched=record["nr"] == 0 and record.get("is_touched", False),
                **{name: record[_column(number, name)] for name in report.fields},
            )
            for record in records
        ]
        for number, report in enumerate(reports)
    ]


def sql_of(reports: Sequence[Report], grouping: By, columns: Sequence[str] = ()) -> str:
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
        SELECT nr, grp, {", ".join([*counted, *columns])}
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
