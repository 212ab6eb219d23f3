"""The things behind a figure, one by one: whether each is counted, and the dated facts that decided it.

They are read with the aggregates of the figure itself, each over one thing. So the rows add up to the figure,
and nothing is defined a second time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from reports.figures.parts import IN_SEVERAL, added_up
from reports.figures.report import Report
from reports.queries.definitions import Fact, Noun
from reports.queries.questions import By, Question
from reports.queries.statements import ASKED, fetch

REST: Final = "rest"  # what `of` counts and n leaves out
TOTAL: Final = "of"


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A thing of a figure: `counted` of `out_of`, and how often it is in the column asked for.

    All three are 1 or 0, but of meetings held against agreed, of which they are the number of one
    organisation, and of changes of lead officer. `facts` are by their names.
    """

    id: UUID
    counted: float
    out_of: float
    times: float
    facts: Mapping[str, Any]


def can_count(report: Report, by: By, column: str) -> bool:
    """Whether a column counts things that may be listed: people are never found by community."""
    if column in report.apart:
        return by == By.DISTRICT
    if by == By.FOCUS and not report.counts.has_list_by_focus:
        return False
    own = {one.name for one in report.columns if one.unit == "count"} & report.fields.keys()
    return column in {"n", REST, TOTAL, *own}


def facts_of(report: Report, column: str) -> Sequence[Fact]:
    return report.apart[column].facts if column in report.apart else report.facts


def noun_of(report: Report, column: str) -> Noun:
    return report.apart[column].noun if column in report.apart else report.counts.noun


def counted_rows(report: Report, question: Question, group: str, column: str = TOTAL) -> list[CountedRow]:
    """All that a column counts of a group in the question's only period, in the order of their IDs."""
    if group == IN_SEVERAL:
        return _counted_too_often(report, question, column)
    if column in report.apart:
        statement = f"WITH {ASKED} {report.apart[column].sql} ORDER BY 1"
        return [CountedRow(one.pop("id"), 1, 1, 1, one) for one in fetch(statement, question, group=group)]
    sql = _sql(report, question, column, "grp = %(group)s")
    return [_counted(one) for one in fetch(sql, question, group=group, **report.parameters)]


def _counted_too_often(report: Report, question: Question, column: str) -> list[CountedRow]:
    """What parts count more often than the whole that they are parts of: `times` are below nought."""
    whole = question.rest_of
    if whole is None:
        return []
    added, found, times = added_up(question, whole), {}, defaultdict[UUID, float](float)
    for one in fetch(_sql(report, question, column, "true"), question, **report.parameters):
        sign = 1 if one["grp"] == whole.code else -1 if one["grp"] in added else 0
        row = _counted(one)
        found[row.id] = row
        times[row.id] += sign * row.times
    return [replace(row, times=times[pk]) for pk, row in sorted(found.items()) if times[pk]]


def counted_by_group(report: Report, question: Question) -> Mapping[str, Sequence[CountedRow]]:
    """All that is in the total of each group, by one statement."""
    found: dict[str, list[CountedRow]] = defaultdict(list)
    for one in fetch(_sql(report, question, TOTAL, "true"), question, **report.parameters):
        found[one["grp"]].append(_counted(one))
    return found


def _counted(one: dict[str, Any]) -> CountedRow:
    del one["grp"]
    return CountedRow(one.pop("id"), one.pop("counted"), one.pop("out_of"), one.pop("times"), one)


def _sql(report: Report, question: Question, column: str, which: str) -> str:
    source, fields = report.counts, report.fields
    measures = dict.fromkeys((*report.measures, *(more for fact in report.facts for more in fact.measures)))
    times = f"{fields['of']} - {fields['n']}" if column == REST else fields[column]
    columns = [
        f"grp, {source.key} AS id",
        *(f"{fact.sql} AS {fact.name}" for fact in report.facts),
        f"{fields['n']} AS counted",
        f"{fields['of']} AS out_of",
        f"{times} AS times",
    ]
    grouped = [*(str(number) for number in range(1, len(report.facts) + 3)), *filter(None, [source.row])]
    return f"""
        WITH {source.tables(question.by, list(measures))}
        SELECT {", ".join(columns)}
        FROM {source.table} JOIN asked USING (nr)
        WHERE {which} AND {source.key} IS NOT NULL
        GROUP BY {", ".join(grouped)} HAVING {times} > 0 ORDER BY 1, 2
        """  # noqa: S608 (our own text)
