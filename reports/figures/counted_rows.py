"""Records behind a figure: whether each is counted, and the dated facts that decided it.

The statement has the aggregates of the figure itself, grouped by record. So the rows add up to the figure,
and nothing is defined twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from reports.figures.parts import IN_SEVERAL, part_codes_of
from reports.figures.report import Report
from reports.queries.definitions import Fact, Noun
from reports.queries.questions import By, Question
from reports.queries.statements import ASKED, fetch

REST: Final = "rest"  # in `of` but not in n
TOTAL: Final = "of"


@dataclass(frozen=True, slots=True)
class CountedRow:
    """Record behind a figure: how often it is in n (`counted`), in `of` (`out_of`) and in a column (`times`).

    The numbers are 1 or 0. Only changes of lead officer, and meetings held against agreed, are numbers of an
    organisation. `facts` are by name.
    """

    id: UUID
    counted: float
    out_of: float
    times: float
    facts: Mapping[str, Any]


def can_count(report: Report, grouping: By, column: str) -> bool:
    """Whether the records of a column can be listed. People are never listed by community."""
    if column in report.other_records:
        return grouping == By.DISTRICT
    if grouping == By.FOCUS and not report.counts.has_list_by_focus:
        return False
    own_counts = {
        own_column.name for own_column in report.columns if own_column.unit == "count"
    } & report.fields.keys()
    return column in {"n", REST, TOTAL, *own_counts}


def facts_of(report: Report, column: str) -> Sequence[Fact]:
    return report.other_records[column].facts if column in report.other_records else report.facts


def noun_of(report: Report, column: str) -> Noun:
    return report.other_records[column].noun if column in report.other_records else report.counts.noun


def counted_rows(report: Report, question: Question, group: str, column: str = TOTAL) -> list[CountedRow]:
    """Return the records that a column counts in a group and the only period, in the order of their IDs."""
    if group == IN_SEVERAL:
        return _rows_counted_too_often(report, question, column)
    if column in report.other_records:
        statement = f"WITH {ASKED} {report.other_records[column].sql} ORDER BY 1"
        return [
            CountedRow(record.pop("id"), 1, 1, 1, record)
            for record in fetch(statement, question, group=group)
        ]
    sql = _statement(report, question, column, "grp = %(group)s")
    return [_row_of_record(record) for record in fetch(sql, question, group=group, **report.parameters)]


def _rows_counted_too_often(report: Report, question: Question, column: str) -> list[CountedRow]:
    """Return records that the parts count more often than their district. `times` is negative."""
    district = question.rest_of
    if district is None:
        return []
    part_codes, rows_by_id, times = part_codes_of(question, district), {}, defaultdict[UUID, float](float)
    for record in fetch(_statement(report, question, column, "true"), question, **report.parameters):
        sign = 1 if record["grp"] == district.code else -1 if record["grp"] in part_codes else 0
        row = _row_of_record(record)
        rows_by_id[row.id] = row
        times[row.id] += sign * row.times
    return [replace(row, times=times[pk]) for pk, row in sorted(rows_by_id.items()) if times[pk]]


def counted_by_group(report: Report, question: Question) -> Mapping[str, Sequence[CountedRow]]:
    """Return the records in the total of each group, by one statement."""
    rows_by_group: dict[str, list[CountedRow]] = defaultdict(list)
    for record in fetch(_statement(report, question, TOTAL, "true"), question, **report.parameters):
        rows_by_group[record["grp"]].append(_row_of_record(record))
    return rows_by_group


def _row_of_record(record: dict[str, Any]) -> CountedRow:
    del record["grp"]
    return CountedRow(
        record.pop("id"), record.pop("counted"), record.pop("out_of"), record.pop("times"), record
    )


def _statement(report: Report, question: Question, column: str, condition: str) -> str:
    source, fields = report.counts, report.fields
    measures = dict.fromkeys(
        (*report.measures, *(measure for fact in report.facts for measure in fact.measures))
    )
    times = f"{fields['of']} - {fields['n']}" if column == REST else fields[column]
    columns = [
        f"grp, {source.key} AS id",
        *(f"{fact.sql} AS {fact.name}" for fact in report.facts),
        f"{fields['n']} AS counted",
        f"{fields['of']} AS out_of",
        f"{times} AS times",
    ]
    group_columns = [
        *(str(number) for number in range(1, len(report.facts) + 3)),
        *filter(None, [source.row]),
    ]
    return f"""
        WITH {source.tables(question.by, list(measures))}
        SELECT {", ".join(columns)}
        FROM {source.table} JOIN asked USING (nr)
        WHERE {condition} AND {source.key} IS NOT NULL
        GROUP BY {", ".join(group_columns)} HAVING {times} > 0 ORDER BY 1, 2
        """  # noqa: S608 (our own text)
