"""The shape of every figure: n of N, never a ratio alone, and the list of the rows it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from django.utils.functional import Promise

from reports.periods import Period
from reports.questions import By, Question

Text = str | Promise  # what `gettext_lazy` gives, in the reader's language when shown
# Four lists, on pages and by API; and what contact wanted (reports.indicators) is made of: a page alone.
Noun = Literal["organisations", "meetings", "follow-ups", "concerns", "agreements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of one group in one period. Reports add their own columns.

    `group` is a district's code, a focus or a kind. `n` and `of` are whole but for contact wanted.
    """

    period: Period
    group: str
    n: float
    of: float

    @property
    def ratio(self) -> float | None:
        """n ÷ of; None where there is nothing to divide by: shown as n/a, never as 0 or 100 %."""
        return self.n / self.of if self.of > 0 else None


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Source:
    """What reports count, in SQL: of each period (`nr`) and group (`grp`) a row for each thing there is.

    `tables(by, measures)` writes `table` and what it is made from, to stand behind WITH. A period and group
    with nothing to count has one row of nulls.
    """

    table: str
    tables: Callable[[By, Sequence[str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally(Generic[R]):
    """What a report counts of its source. Reports with the same source are read by one statement.

    `fields` are aggregates by field of `row`; `measures` columns of each thing that they need, `… AS name`.
    `beside` are tables more, each with how it is joined. Equal names of two reports mean the same.
    """

    row: type[R]
    source: Source
    fields: Mapping[str, str]
    measures: Sequence[str] = ()
    beside: Sequence[tuple[str, str]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drill:
    """A list and its filters (names as in api.md) that yield exactly the n objects of a row.

    What n is the sum of, not the number of, is `agreements`.
    """

    noun: Noun
    parameters: Mapping[str, str]


def no_list(row: Row, question: Question) -> Drill | None:
    """Where no list yields what a figure counts."""
    return None


def no_list_of_column(row: Row, question: Question, column: str) -> Drill | None:
    """Where a report's own columns have no lists."""
    return None


@dataclass(frozen=True, slots=True)
class Column:
    """A report's own column: attribute of its Row, heading, and what it is measured in."""

    name: str
    label: Text
    unit: Literal["count", "days", "ratio", "hours", "per_week", "text"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader is told of a report, and the functions behind it.

    `measure` is the attribute that charts and comparisons show (`ratio`, or an own column).
    `rest` lists what `of` counts and n leaves out: the forgotten, the late. `drill_column` lists what an own
    column counts, by its name. Where n is a sum and no number of objects, `adds_up` is the column of those
    it is the sum of.
    `is_state` says that it is of a moment: asked while a period runs, it can be compared with a whole one.
    `waiting` is the column of those in `of` whose time is not over: neither in n nor missed yet, so that
    while there are any the figure can still grow, and is compared with none.
    `better` says which way is good news; None where neither is (a level is no better than another).
    `n_label` and `of_label` say what is counted, in the number it is counted in (`reports.wording.label_of`).
    """

    slug: str
    title: Text
    formula: Text
    population: Text
    source: Text
    not_said: Text
    rows: Callable[[Question], Sequence[Row]]
    drill: Callable[[Row, Question], Drill | None]
    n_label: Promise
    of_label: Promise
    tally: Tally[Any] | None = None  # what `rows` reads; None where that is more than counts
    columns: tuple[Column, ...] = ()
    ways: tuple[By, ...] = (By.DISTRICT,)
    measure: str = "ratio"
    unit: Literal["ratio", "days", "count", "per_week"] = "ratio"
    better: Literal["higher", "lower"] | None = "higher"
    rest: Callable[[Row, Question], Drill | None] = no_list
    drill_column: Callable[[Row, Question, str], Drill | None] = no_list_of_column
    adds_up: str = ""
    is_state: bool = False
    waiting: str = ""

    @property
    def own_columns(self) -> list[Column]:
        """Those beside the figure itself."""
        return [column for column in self.columns if column.name != self.measure]

    def counted(self, row: Row, question: Question) -> tuple[float, Drill | None]:
        """How many objects a figure is of, and the list of just these."""
        if self.adds_up:
            return getattr(row, self.adds_up), self.drill_column(row, question, self.adds_up)
        return row.n, self.drill(row, question)
