"""The things behind a figure, one by one: whether each is counted, and the dated facts that decided it.

They are read with the aggregates of the figure itself, each over one thing. So the rows add up to the figure,
and nothing is defined a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.population import fetch
from reports.questions import Question
from reports.reading import Report


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A thing in the total: `counted` of `out_of`.

    Both are 1 or 0, but of meetings held against agreed, of which they are the number of one organisation.
    `facts` are by the names of `Report.facts`.
    """

    id: UUID
    counted: float
    out_of: float
    facts: Mapping[str, Any]


def counted_rows(report: Report, question: Question, group: str) -> list[CountedRow]:
    """All that `of` counts of a group in the question's only period, in the order of their IDs."""
    found = fetch(_sql(report, question), question, group=group, **report.parameters)
    return [CountedRow(one.pop("id"), one.pop("counted"), one.pop("out_of"), one) for one in found]


def _sql(report: Report, question: Question) -> str:
    source = report.counts
    measures = dict.fromkeys((*report.measures, *(more for fact in report.facts for more in fact.measures)))
    facts = [f"{fact.sql} AS {fact.name}" for fact in report.facts]
    columns = ", ".join(
        (
            f"{source.key} AS id",
            *facts,
            f"{report.fields['n']} AS counted",
            f"{report.fields['of']} AS out_of",
        )
    )
    grouped = ", ".join(str(number) for number in range(1, len(facts) + 2))
    return f"""
        WITH {source.tables(question.by, list(measures))}
        SELECT {columns}
        FROM {source.table} JOIN asked USING (nr)
        WHERE grp = %(group)s AND {source.key} IS NOT NULL
        GROUP BY {grouped} HAVING {report.fields["of"]} > 0 ORDER BY 1
        """  # noqa: S608 (our own text)
