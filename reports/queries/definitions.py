"""The shape of every figure: n of N, never a ratio alone, and the list of the rows it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.queries.periods import Period
from reports.queries.questions import By, Question

Text = str | Promise  # what `gettext_lazy` gives, in the reader's language when shown
# Lists on pages and by API; and what contact wanted (reports.indicators) is made of: a page alone.
Noun = Literal["organisations", "meetings", "follow-ups", "concerns", "incidents", "contacts", "agreements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of one group in one period. Reports add their own columns.

    `group` is a district's code, a focus or a kind. `n` and `of` are whole but for contact wanted.
    `is_touched`: something that may decide it was entered or corrected since it was final. It is asked for
    the first period of a question only.
    """

    period: Period
    group: str
    n: float
    of: float
    is_touched: bool = field(default=False, compare=False)

    @property
    def ratio(self) -> float | None:
        """n ÷ of; None where there is nothing to divide by: shown as n/a, never as 0 or 100 %."""
        return self.n / self.of if self.of > 0 else None


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a period as the lists behind its figures are asked for, in words of an address."""

    question: Question
    period: Period

    @property
    def since(self) -> str:
        return self.period.since.isoformat()

    @property
    def until(self) -> str:
        """Where counting ends: of a period that runs, today."""
        return self.question.so_far(self.period).until.isoformat()

    @property
    def ends(self) -> str:
        """Where the period ends, also while it runs."""
        return self.period.until.isoformat()

    def late(self, days: int) -> str:
        """What was due that day is so many days late at the end."""
        end = min(self.question.so_far(self.period).until, self.question.today)
        return (end - timedelta(days=days)).isoformat()


@dataclass(frozen=True, slots=True)
class Case:
    """A row of a worked example: its facts, and whether it is in n and in `of`."""

    facts: Text
    is_counted: bool
    is_in_total: bool

    @classmethod
    def counted(cls, facts: Text) -> "Case":
        return cls(facts, is_counted=True, is_in_total=True)

    @classmethod
    def rest(cls, facts: Text) -> "Case":
        """In the total, but not counted."""
        return cls(facts, is_counted=False, is_in_total=True)

    @classmethod
    def outside(cls, facts: Text) -> "Case":
        return cls(facts, is_counted=False, is_in_total=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of a definition: from which day figures are counted so, and what is new."""

    since: date
    change: Text


FIRST: Final = Revision(date(2026, 11, 24), _("First definition."))
ENDS_NOW: Final = Revision(date(2026, 11, 27), _("A period that is not over ends with today."))
AS_IT_WAS: Final = Revision(date(2026, 11, 27), _("Events after a period no longer change its figures."))

Filters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """What decided whether a thing is counted: a column of its rows, on the page and in the file.

    `sql` reads a row of the source and its period (`asked`); `measures` are those that the Report lacks;
    `codes` are the texts of its values.
    """

    name: str
    label: Text
    sql: str
    measures: Sequence[str] = ()
    codes: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Apart:
    """How things are listed that are not those of the report: `sql` selects their `id` and facts."""

    noun: Noun
    sql: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What reports count, in SQL: of each period (`nr`) and group (`grp`) a row for each thing there is.

    `tables(by, measures)` writes `table` and what it is made from, to stand behind WITH. A period and group
    with nothing to count has one row of nulls. `noun` is the list that has these things, `listed` what such a
    list is asked for in any case. Meetings and promises have none by community: a list of them names people,
    who are never found by community. `key` is the column with a thing's ID; `row` tells apart what is counted
    of one thing more than once, such as the steps of an incident. `decided_by` are the fields of a thing
    whose correction changes in which figures it is, `decide_group` those that do by kind or community.
    """

    table: str
    key: str
    tables: Callable[[By, Sequence[str]], str]
    noun: Noun
    listed: Callable[[Span], Filters] = lambda _span: {}
    has_list_by_focus: bool = True
    row: str = ""
    decided_by: Sequence[str] = ()
    decide_group: Mapping[By, Sequence[str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Drill:
    """A list and its filters (names as in docs/openapi.yaml) that yield exactly the n objects of a row.

    What n is the sum of, not the number of, is `agreements`.
    """

    noun: Noun
    parameters: Filters


@dataclass(frozen=True, slots=True)
class Column:
    """A report's own column: attribute of its Row, heading, and what it is measured in.

    `opens` is the column whose things it opens, if that is not the column itself.
    """

    name: str
    label: Text
    unit: Literal["count", "days", "ratio", "hours", "minutes", "per_week", "text"]
    opens: str = ""
