"""From a statement to rows, and from a row to the list of what it counts."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from django.utils import timezone

from lib.days import city_today
from reports.figures import Drill, Noun, Row
from reports.population import fetch
from reports.questions import By, Question

R = TypeVar("R", bound=Row)

# Rows to answer: what has nothing to count in a period is 0 of 0 there.
_CELLS: Final[Mapping[By, str]] = {
    By.DISTRICT: "SELECT DISTINCT asked.nr, ground.code FROM asked CROSS JOIN ground",
    By.KIND: "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named",
    By.FOCUS: "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named",
}


def in_cells(by: By, name: str) -> str:
    """`cells` and the table `name`: `found` by period and group; where there is none, a row of nulls."""
    return f"""cells (nr, grp) AS ({_CELLS[by]}), {name} AS (
    SELECT * FROM cells LEFT JOIN found USING (nr, grp)
)"""  # noqa: S608 (our own text)


def read(made_of: type[R], sql: str, question: Question, **parameters: Any) -> list[R]:
    """Rows of one statement that answers `nr`, `grp` and the fields of `made_of` by their names."""
    clock = {"now": timezone.now(), "today": city_today()}
    found = fetch(sql, question, **clock, **parameters)
    return [made_of(period=question.periods[one.pop("nr")], group=one.pop("grp"), **one) for one in found]


def drill_to(noun: Noun, row: Row, question: Question, **parameters: str) -> Drill:
    """A list where the row is of: in its district, or in all that were asked for and of its kind or focus."""
    if question.by == By.DISTRICT:
        return Drill(noun, {"district": row.group, **parameters})
    return Drill(noun, {"district": _outermost(question), question.by.value: row.group, **parameters})


def _outermost(question: Question) -> str:
    """Codes of the districts asked for, without those that lie in another of them."""
    asked = {district.pk for district in question.districts}
    codes = [d.code for d in question.districts if not asked & {pk for pk in d.lineage if pk != d.pk}]
    return ",".join(sorted(codes))
