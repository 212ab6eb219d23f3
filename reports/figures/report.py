"""A report: what it counts, how a reader is told so, its rows by one statement, and the lists behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.days import day_starts_at
from reports.queries.corrections import is_touched
from reports.queries.definitions import (
    FIRST,
    Apart,
    Case,
    Column,
    Drill,
    Fact,
    Filters,
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
    """One figure and all that is known of it: its aggregates, its lists and its definition in words.

    `fields` are aggregates of `counts` by field of `row`; `measures` columns of each thing that they need,
    `… AS name`. `beside` are tables more, each with how it is joined. Reports that count the same are read by
    one statement: equal names of two of them mean the same.
    `lists` are the filters of the lists behind a row: of the `n`, of the `rest` that `of` counts and n leaves
    out (the forgotten, the late), and of own columns by their names.
    `measure` is the attribute that charts and comparisons show (`ratio`, or an own column). Where n is a sum
    and no number of objects, `adds_up` is the column of those it is the sum of.
    `is_state` says that it is of a moment: asked while a period runs, it can be compared with a whole one.
    `waiting` is the column of those in `of` whose time is not over: neither in n nor missed yet, so that
    while there are any the figure can still grow, and is compared with none.
    `better` says which way is good news; None where neither is (a level is no better than another).
    `question` is what it answers, `example` six cases of which each is counted, in the total or neither.
    `facts` are what decides of a thing in `of` whether it is in n, as the file of rows states it.
    `n_label`, `of_label` and `rest_label` say what is counted, what of, and what that leaves, in the number
    it is counted in (`reports.figures.wording.label_of`).
    `spread` are the columns that are the figure, where no one number is: its distribution.
    `apart` are columns that count other things than the report does, each with how these are listed.
    `decided_by` are the fields, besides those of `counts`, whose correction changes the figure.
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
    beside: Sequence[tuple[str, str]] = ()
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
    apart: Mapping[str, Apart] = field(default_factory=dict)
    decided_by: Sequence[str] = ()
    history: Sequence[Revision] = (FIRST,)

    @property
    def moment(self) -> Text:
        """Of which moment or days it is."""
        if self.is_state:
            return _("The end of the period; while the period runs, today.")
        return _("The days of the period; while the period runs, up to today.")

    @property
    def result(self) -> str:
        """`2 of 4`: the figure of the example, counted from its cases."""
        counted = sum(case.is_counted for case in self.example)
        total = sum(case.is_in_total for case in self.example)
        return gettext("%(n)s of %(of)s") % {"n": counted, "of": total}

    @property
    def sql(self) -> str:
        """The statement that counts it by district."""
        return dedent(sql_of([self], By.DISTRICT)).strip()

    @property
    def version(self) -> int:
        """The number of its definition; `history` says what each changed."""
        return len(self.history)

    @property
    def own_columns(self) -> list[Column]:
        """Those beside the figure itself."""
        return [column for column in self.columns if column.name != self.measure]

    def rows(self, question: Question) -> list[Any]:
        """A `row` for each period and group, in this order."""
        return read_together([self], question)[0]

    def drill(self, row: Row, question: Question, column: str = "n") -> Drill | None:
        """The list of what n, the `rest` or an own column counts; None where no list yields just these."""
        lists = self.lists(Span(question, row.period))
        is_open = column == "rest" and self.is_waiting(row)  # neither in time nor missed
        has_none = question.by == By.FOCUS and not self.counts.has_list_by_focus
        if is_open or has_none or column not in lists:
            return None
        always = self.counts.listed(Span(question, row.period))
        return Drill(self.counts.noun, {**where(row, question), **always, **lists[column]})

    def is_waiting(self, row: Row | None) -> bool:
        """Whether the time of some that it counts is not over: they are not missed yet."""
        return bool(self.waiting and getattr(row, self.waiting, 0))

    def is_of_few(self, row: Row | None) -> bool:
        """Whether it is a share of so few that it is shown as counts only."""
        return self.unit == "ratio" and row is not None and row.of < LEAST

    def interval(self, row: Row | None) -> Interval | None:
        """Wilson's interval of a share.

        A state counts everybody there is, and a sum is not a number of objects: they have none, nor has a
        share of few.
        """
        if row is None or self.unit != "ratio" or self.is_state or self.adds_up or self.is_of_few(row):
            return None
        if self.spread:
            return None
        return wilson(row.n, row.of)

    def counted(self, row: Row, question: Question) -> tuple[float, Drill | None]:
        """How many objects a figure is of, and the list of just these."""
        n: float = getattr(row, self.adds_up or "n")
        return n, self.drill(row, question, self.adds_up or "n")


def read_all(reports: Sequence[Report], question: Question) -> dict[str, list[Any]]:
    """The rows of each report, by one statement for all that count the same."""
    found: dict[str, list[Any]] = {}
    for source in dict.fromkeys(report.counts for report in reports):
        same = [report for report in reports if report.counts == source]
        rows = read_together(same, question)
        found |= {report.slug: one for report, one in zip(same, rows, strict=True)}
    return found


def read_together(reports: Sequence[Report], question: Question) -> list[list[Any]]:
    """The rows of each, by one statement: they count the same."""
    parameters = {name: value for report in reports for name, value in report.parameters.items()}
    columns = []
    if status_of(question.periods[0], question.today) == Status.FINAL:
        parameters["final_at"] = day_starts_at(final_on(question.periods[0]))
        columns = [is_touched(reports, question.by)]
    found = fetch(sql_of(reports, question.by, columns), question, **parameters)
    return [
        [
            report.row(
                period=question.periods[one["nr"]],
                group=one["grp"],
                is_touched=one["nr"] == 0 and one.get("is_touched", False),
                **{name: one[_column(number, name)] for name in report.fields},
            )
            for one in found
        ]
        for number, report in enumerate(reports)
    ]


def sql_of(reports: Sequence[Report], by: By, columns: Sequence[str] = ()) -> str:
    """The statement of reports that count the same, with named parameters (`Question.parameters`)."""
    source = reports[0].counts
    measures = dict.fromkeys(measure for report in reports for measure in report.measures)
    beside = [more for report in reports for more in report.beside]
    tables = [source.tables(by, list(measures)), *(table for table, _join in beside)]
    counted = [
        f"{aggregate} AS {_column(number, name)}"
        for number, report in enumerate(reports)
        for name, aggregate in report.fields.items()
    ]
    return f"""
        WITH {", ".join(tables)}
        SELECT nr, grp, {", ".join([*counted, *columns])}
        FROM {source.table} {" ".join(join for _table, join in beside)}
        GROUP BY nr, grp ORDER BY nr, grp
        """  # noqa: S608 (our own text)


def _column(number: int, name: str) -> str:
    return f"t{number}_{name}"


def where(row: Row, question: Question) -> dict[str, str]:
    """Where the row is of: in its district, or in all that were asked for and of its kind or focus."""
    if question.by == By.DISTRICT:
        return {"district": row.group}
    return {"district": _outermost(question), question.by.value: row.group}


def address_of(row: Row, question: Question) -> dict[str, str]:
    """What a page of the things behind a row is asked for."""
    place = where(row, question)
    group = place.pop(question.by.value) if question.by != By.DISTRICT else ""
    which = {"by": question.by.value} | ({"group": group} if group else {})
    period = {"from": row.period.since.isoformat(), "to": row.period.until.isoformat()}
    return place | which | period | ({"all_kinds": "true"} if question.all_kinds else {})


def _outermost(question: Question) -> str:
    """Codes of the districts asked for, without those that lie in another of them."""
    asked = {district.pk for district in question.districts}
    codes = [d.code for d in question.districts if not asked & {pk for pk in d.lineage if pk != d.pk}]
    return ",".join(sorted(codes))
