"""From what is counted to rows, by one statement, and from a row to the list of what it counts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reports.figures import Drill, Noun, R, Row, Tally
from reports.population import fetch
from reports.questions import By, Question

# Rows to answer: what has nothing to count in a period is 0 of 0 there.
_CELLS: Final[Mapping[By, str]] = {
    By.DISTRICT: "SELECT DISTINCT asked.nr, ground.code FROM asked CROSS JOIN ground",
    By.KIND: "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named",
    By.FOCUS: "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named",
}


def in_cells(by: By, name: str, measures: Sequence[str]) -> str:
    """`cells` and the table `name`: `found` by period and group; where there is none, a row of nulls.

    Each row has its period's `since_on` and `until_on`, and `measures` of what was found.
    """
    more = "".join(f", {measure}" for measure in measures)
    return f"""cells (nr, grp) AS ({_CELLS[by]}), {name} AS (
    SELECT *{more} FROM cells JOIN asked USING (nr) LEFT JOIN found USING (nr, grp)
)"""  # noqa: S608 (our own text)


def read(tally: Tally[R], question: Question) -> list[R]:
    """A row for each period and group, in this order."""
    return read_together([tally], question)[0]


def read_together(tallies: Sequence[Tally[Any]], question: Question) -> list[list[Any]]:
    """The rows of each, by one statement: they have one source."""
    source = tallies[0].source
    measures = dict.fromkeys(measure for tally in tallies for measure in tally.measures)
    beside = [more for tally in tallies for more in tally.beside]
    tables = [source.tables(question.by, list(measures)), *(table for table, _join in beside)]
    counted = [
        f"{aggregate} AS {_column(number, name)}"
        for number, tally in enumerate(tallies)
        for name, aggregate in tally.fields.items()
    ]
    found = fetch(
        f"""
        WITH {", ".join(tables)}
        SELECT nr, grp, {", ".join(counted)}
        FROM {source.table} {" ".join(join for _table, join in beside)}
        GROUP BY nr, grp ORDER BY nr, grp
        """,  # noqa: S608 (our own text)
        question,
        **{name: value for tally in tallies for name, value in tally.parameters.items()},
    )
    return [
        [
            tally.row(
                period=question.periods[one["nr"]],
                group=one["grp"],
                **{name: one[_column(number, name)] for name in tally.fields},
            )
            for one in found
        ]
        for number, tally in enumerate(tallies)
    ]


def _column(number: int, name: str) -> str:
    return f"t{number}_{name}"


def read_rows(made_of: type[R], sql: str, question: Question) -> list[R]:
    """Rows of a statement of a report's own, which answers `nr`, `grp` and the fields by their names."""
    found = fetch(sql, question)
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
