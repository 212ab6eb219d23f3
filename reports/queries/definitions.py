"""Parts of which every indicator is made: rows with n and `of`, columns, facts, SQL sources and examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.queries.periods import Period
from reports.queries.questions import Grouping, Question

Text = str | Promise  # from `gettext_lazy`, so that each reader gets their own language
# The lists of pages and API. `agreements` is a page only (reports.indicators.contact_wanted).
Noun = Literal["organisations", "meetings", "follow-ups", "concerns", "incidents", "contacts", "agreements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Figure of a group in a period. Each report adds its own columns.

    `group` is a district's code, a focus or a kind. `n` and `of` are whole numbers, except in contact wanted.
    A row of a kept figure has its `vintage`: 1 when the figure became final, more when it was revised. It was
    kept at `kept_at` for `reason`, by version `definition`, and `first_published` has n and `of` of the first
    vintage. A row that was counted from the records has vintage 0.
    """

    period: Period
    group: str
    n: float
    of: float
    vintage: int = field(default=0, compare=False)
    kept_at: datetime | None = field(default=None, compare=False)
    definition: int = field(default=0, compare=False)
    reason: str = field(default="", compare=False)
    first_published: tuple[float, float] | None = field(default=None, compare=False)

    @property
    def ratio(self) -> float | None:
        """Return n ÷ of, or None if `of` is 0. None is shown as n/a, never as 0 or 100 %."""
        return self.n / self.of if self.of > 0 else None


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a period as query parameters of the lists behind its figures."""

    question: Question
    period: Period

    @property
    def since(self) -> str:
        return self.period.since.isoformat()

    @property
    def until(self) -> str:
        """Return the day before which records count: tomorrow if the period is running."""
        return self.question.so_far(self.period).until.isoformat()

    @property
    def ends(self) -> str:
        """Return the end of the period, even if it is running."""
        return self.period.until.isoformat()

    def late(self, days: int) -> str:
        """Return the due date of a follow-up that is `days` days late at the end."""
        end = min(self.question.so_far(self.period).until, self.question.today)
        return (end - timedelta(days=days)).isoformat()


@dataclass(frozen=True, slots=True)
class Case:
    """Row of a worked example: its facts, and whether it is in n and in `of`."""

    facts: Text
    is_counted: bool
    is_in_total: bool

    @classmethod
    def counted(cls, facts: Text) -> "Case":
        return cls(facts, is_counted=True, is_in_total=True)

    @classmethod
    def not_counted(cls, facts: Text) -> "Case":
        """Build a case that is in the total but not counted."""
        return cls(facts, is_counted=False, is_in_total=True)

    @classmethod
    def outside(cls, facts: Text) -> "Case":
        return cls(facts, is_counted=False, is_in_total=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """Change of a definition: the first day of the new definition, and what changed."""

    since: date
    change: Text


FIRST: Final = Revision(date(2026, 11, 24), _("First definition."))
ENDS_NOW: Final = Revision(date(2026, 11, 27), _("A period that is not over ends with today."))
AS_IT_WAS: Final = Revision(date(2026, 11, 27), _("Events after a period no longer change its figures."))

Filters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact that decides whether a record is counted: a column of the records, on the page and in the file.

    `sql` reads a row of the source and its period (`asked`). `measures` are columns of the source that the
    report itself does not need. `codes` has the texts of coded values.
    """

    name: str
    label: Text
    sql: str
    measures: Sequence[str] = ()
    codes: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quality:
    """Records that lack what a figure needs, or that were entered late, as a share of those it looks at.

    `column` has their number, or is `rest` for those in `of` but not in n. The sum of the columns `among` is
    the number of records that could lack it. `label` names the records.
    """

    column: str
    label: Text
    among: Sequence[str] = ("of",)


@dataclass(frozen=True, slots=True)
class OtherRecords:
    """List of other records than the report counts. `sql` selects their `id` and facts."""

    noun: Noun
    sql: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """SQL source of records that reports count: a row for each period (`nr`), group (`grp`) and record.

    `tables(grouping, measures)` returns the common table expressions that end with `table`. A period and
    group without records has one row of nulls.

    `noun` names the list of these records, and `listed` returns the filters that every such list has.
    Meetings and follow-ups have no list by community, because a list names people, who can never be found by
    community. `key` is the column with a record's ID. `row` is the column that separates several rows of one
    record, such as the steps of an incident.
    """

    table: str
    key: str
    tables: Callable[[Grouping, Sequence[str]], str]
    noun: Noun
    listed: Callable[[Span], Filters] = lambda _span: {}
    has_list_by_focus: bool = True
    row: str = ""


@dataclass(frozen=True, slots=True)
class Drill:
    """List and filters (names as in docs/openapi.yaml) that return exactly the n records of a row.

    `agreements` is the list if n is a sum and not a number of records.
    """

    noun: Noun
    parameters: Filters


@dataclass(frozen=True, slots=True)
class Column:
    """Column that a report adds: attribute of its Row, heading and unit."""

    name: str
    label: Text
    unit: Literal["count", "days", "ratio", "hours", "minutes", "per_week", "text"]
