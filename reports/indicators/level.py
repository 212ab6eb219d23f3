"""Level: at which levels of participation meetings were held (IAP2's spectrum).

Formula: meetings held in T with each level, beside how many say a level at all (n of N). Population: all
meetings held in the district. Unit: meetings. Source: domain.md, "Level". No level is better than another:
each is legitimate for its purpose, and the report does not say whether it was the right one.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.codes import Level
from reports.figures import Column, Drill, Report, Row, Tally
from reports.happenings import MEETINGS
from reports.indicators.activity import drill_to_meetings
from reports.questions import By, Question
from reports.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow(Row):
    """n meetings held with a level of `of` held; those of each level."""

    inform: int
    consult: int
    involve: int
    collaborate: int
    empower: int


TALLY: Final = Tally(
    row=LevelRow,
    source=MEETINGS,
    fields={
        "of": "count(*) FILTER (WHERE status = 'held')",
        "n": "count(*) FILTER (WHERE status = 'held' AND level <> '')",
        **{code: f"count(*) FILTER (WHERE status = 'held' AND level = '{code}')" for code in Level.values},
    },
)


def rows(question: Question) -> list[LevelRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    """Those with any level, or of the one a column is of."""
    level = column if column in Level.values else ",".join(Level.values)
    return drill_to_meetings(row, question, status="held", level=level)


REPORT = Report(
    slug="level",
    title=_("Level of participation"),
    formula=_("Meetings held at each level. Also: meetings with a level recorded ÷ meetings held."),
    population=_("All meetings held here, not including cancelled ones."),
    source=_("This system’s definition of “level”; IAP2’s spectrum of participation."),
    not_said=_("Whether it was the right level. Each level has its purpose and none is better."),
    rows=rows,
    tally=TALLY,
    drill=drill,
    drill_column=drill,
    columns=tuple(Column(level.value, level.label, "count") for level in Level),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    better=None,
    n_label=ngettext_lazy("with a level recorded", "with a level recorded"),
    of_label=ngettext_lazy("meeting held", "meetings held"),
)
