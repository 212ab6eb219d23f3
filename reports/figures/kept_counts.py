"""Counts of figures to keep: the numbers of each district, and marks of the records behind them.

The statement has the aggregates of the figures themselves, so that what is kept is what a page counts live.
The marks are sums of hashes of the records' IDs. They show that the records changed, also if their number did
not. The IDs themselves are only read to keep them, and to find which records changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from reports.figures.report import Report
from reports.queries.definitions import Source
from reports.queries.questions import OWN, By, ByEach, Grouping, Question
from reports.queries.statements import fetch
from reports.rules.kept import NO_MEMBERS, Count, Members, tidy

_SPLITS: Final[Mapping[Grouping, By]] = {ByEach.KIND: By.KIND, ByEach.FOCUS: By.FOCUS}


@dataclass(frozen=True)
class KeptQuestion(Question):
    """A question for each district and its own area, in one statement.

    `every` are all districts of the period, which are parts of those above them.
    """

    every: Sequence[UUID] = ()
    is_own: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        codes = [OWN + district.code if self.is_own else district.code for district in self.districts]
        return super().parameters | {
            "codes": codes,
            "roots": [district.pk for district in self.districts],
            "parts": list(self.every),
        }


def by_source(reports: Sequence[Report]) -> dict[Source, list[Report]]:
    """Return the reports by their source, because those with the same source share a statement."""
    reports_by_source: dict[Source, list[Report]] = {}
    for report in reports:
        reports_by_source.setdefault(report.counts, []).append(report)
    return reports_by_source


def count_groups(
    reports: Sequence[Report], question: KeptQuestion, grouping: Grouping
) -> dict[tuple[str, str], Count]:
    """Return the counts of the only period by indicator and group."""
    counts, split = {}, _SPLITS.get(grouping)
    question = replace(question, by=split or By.DISTRICT)
    for same_source in by_source(reports).values():
        counted = [report for report in same_source if split is None or split in report.ways]
        if not counted:
            continue
        parameters = {name: value for report in counted for name, value in report.parameters.items()}
        for record in fetch(_statement(counted, grouping), question, **parameters):
            for number, report in enumerate(counted):
                values = {name: tidy(record[f"t{number}_{name}"]) for name in report.fields}
                marks = f"{record[f'm{number}_n'] or 0}:{record[f'm{number}_of'] or 0}"
                count = Count(values.pop("n") or 0, values.pop("of") or 0, values, marks or NO_MEMBERS)
                counts[report.slug, record["grp"]] = count
    return counts


def _statement(reports: Sequence[Report], grouping: Grouping) -> str:
    """Return the statement of the numbers and marks of reports with the same source."""
    source = reports[0].counts
    measures = dict.fromkeys(measure for report in reports for measure in report.measures)
    extra_tables = [extra_table for report in reports for extra_table in report.joined_tables]
    tables = [source.tables(grouping, list(measures)), *(table for table, _join in extra_tables)]
    numbers = [
        f"{aggregate} AS t{number}_{name}"
        for number, report in enumerate(reports)
        for name, aggregate in report.fields.items()
    ]
    is_member = [
        f"{report.fields[name]} > 0 AS m{number}_{name}"
        for number, report in enumerate(reports)
        for name in ("n", "of")
    ]
    marks = [
        f"sum(hash) FILTER (WHERE m{number}_{name})::text AS m{number}_{name}"
        for number in range(len(reports))
        for name in ("n", "of")
    ]
    row = ", ".join(filter(None, [source.key, source.row]))
    return f"""
        WITH {", ".join(tables)}, numbers AS (
            SELECT nr, grp, {", ".join(numbers)}
            FROM {source.table} {" ".join(join for _table, join in extra_tables)} GROUP BY nr, grp
        ), each_row AS (
            SELECT nr, grp, uuid_hash_extended({source.row or source.key}, 0)::numeric AS hash,
                   {", ".join(is_member)}
            FROM {source.table} WHERE {source.key} IS NOT NULL GROUP BY nr, grp, {row}
        ), marked AS (
            SELECT nr, grp, {", ".join(marks)} FROM each_row GROUP BY nr, grp
        )
        SELECT * FROM numbers LEFT JOIN marked USING (nr, grp)
        """  # noqa: S608 (our own text)


def read_members(
    reports: Sequence[Report], question: KeptQuestion
) -> dict[str, dict[UUID, list[tuple[bool, bool]]]]:
    """Return the records of each group, and whether each is in `n` and in `of` of these reports.

    The reports have the same source. Records that no report counts are left out.
    """
    source = reports[0].counts
    measures = dict.fromkeys(measure for report in reports for measure in report.measures)
    is_member = [
        f"{report.fields[name]} > 0 AS m{number}_{name}"
        for number, report in enumerate(reports)
        for name in ("n", "of")
    ]
    sql = f"""
        WITH {source.tables(By.DISTRICT, list(measures))}
        SELECT grp, {source.key} AS id, {", ".join(is_member)}
        FROM {source.table} WHERE {source.key} IS NOT NULL GROUP BY grp, {source.key}
        """  # noqa: S608 (our own text)
    parameters = {name: value for report in reports for name, value in report.parameters.items()}
    groups: dict[str, dict[UUID, list[tuple[bool, bool]]]] = defaultdict(dict)
    for record in fetch(sql, question, **parameters):
        marks = [
            (bool(record[f"m{number}_n"]), bool(record[f"m{number}_of"])) for number in range(len(reports))
        ]
        if any(is_counted or is_in_total for is_counted, is_in_total in marks):
            groups[record["grp"].removeprefix(OWN)][record["id"]] = marks
    return groups


def members_of(records: Mapping[UUID, Sequence[tuple[bool, bool]]], position: int) -> Members:
    """Return the members of the report at `position`."""
    return Members(
        frozenset(pk for pk, marks in records.items() if marks[position][0]),
        frozenset(pk for pk, marks in records.items() if marks[position][1]),
    )
