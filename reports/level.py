"""Level: at which levels of participation meetings were held (IAP2's spectrum).

Formula: meetings held in T with each level, beside how many say a level at all (n of N). Population: all
meetings held in the district. Unit: meetings. Source: domain.md, "Level". No level is better than another:
each is legitimate for its purpose, and the report does not say whether it was the right one.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from meetings.codes import Level
from reports.activity import drill_to_meetings
from reports.figures import Column, Drill, Report, Row
from reports.happenings import meetings
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


def rows(question: Question) -> list[LevelRow]:
    levels = ", ".join(f"count(*) FILTER (WHERE level = '{code}') AS {code}" for code in Level.values)
    return read(
        LevelRow,
        f"""
        WITH {meetings(question.by)}, held AS (
            SELECT nr, grp, CASE WHEN status = 'held' THEN level END AS level FROM meetings
        )
        SELECT nr, grp, count(level) AS of, count(level) FILTER (WHERE level <> '') AS n, {levels}
        FROM held GROUP BY nr, grp ORDER BY nr, grp
        """,  # noqa: S608 (our own text)
        question,
    )


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    """Those with any level, or of the one a column is of."""
    level = column if column in Level.values else ",".join(Level.values)
    return drill_to_meetings(row, question, status="held", level=level)


REPORT = Report(
    slug="level",
    title=_("Level of participation"),
    formula=_("Meetings held at each level; beside it, those with a level stated ÷ meetings held."),
    population=_("All meetings held here; cancelled ones are not among them."),
    source=_("Domain model, indicator “level”; IAP2’s spectrum of participation."),
    not_said=_("Whether it was the right level: each has its purpose, none is better."),
    rows=rows,
    drill=drill,
    drill_column=drill,
    columns=tuple(Column(level.value, level.label, "count") for level in Level),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    better=None,
    n_label=_("with a level stated"),
    of_label=_("meetings held"),
)
