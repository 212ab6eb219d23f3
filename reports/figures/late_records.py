"""Records of a figure that were entered or corrected after the figure was final, and so revised it.

These are records that the report counts, and meetings at which a counted organisation was met. Records of
later events belong to a later period. A record that a correction removed from the figure is not found,
because old values are not kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.days import city_zone, day_starts_at
from reports.figures.report import Report
from reports.queries.corrections import corrections_of
from reports.queries.definitions import Noun
from reports.queries.organisations import DAYS_SINCE_MET, TIMES_MET
from reports.queries.questions import By, Question
from reports.queries.statements import ASKED, fetch
from reports.queries.statuses import Status, final_on, status_of


@dataclass(frozen=True, slots=True)
class LateRecord:
    """Record of the list `noun`, and the day on which it was entered or corrected."""

    noun: Noun
    id: UUID
    entered_on: date


@dataclass(frozen=True, slots=True)
class LateRecords:
    """Latest records entered late, and the number of records of each list and day, latest days first.

    An imported history can have very many late records, so only the latest are read.
    """

    latest: Sequence[LateRecord] = ()
    days: Mapping[tuple[Noun, date], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(self.days.values())


LATEST: Final = 20
MOST_DAYS: Final = 10
LISTED: Final[Mapping[Noun, Promise]] = {
    "organisations": _("Organisations"),
    "meetings": _("Meetings"),
    "follow-ups": _("Follow-ups"),
    "concerns": _("Concerns"),
    "incidents": _("Incidents"),
}


# Meetings at which a counted organisation was met: in the period, or the last meeting before its end.
_MET: Final[Mapping[str, str]] = {
    TIMES_MET: """
        SELECT 'met', meeting.id FROM asked CROSS JOIN entered JOIN meetings_meeting meeting
            ON meeting.id = entered.id AND meeting.starts_at >= asked.since
        WHERE entered.of = 'met' AND EXISTS (
            SELECT FROM meetings_meetingorganisation there JOIN counted ON counted.id = there.organisation_id
            WHERE there.meeting_id = meeting.id AND there.met_at IS NOT NULL
        )""",
    DAYS_SINCE_MET: """
        SELECT 'met', last.meeting_id FROM asked CROSS JOIN counted CROSS JOIN LATERAL (
            SELECT there.meeting_id FROM meetings_meetingorganisation there
            WHERE there.organisation_id = counted.id AND there.met_at < asked.until
            ORDER BY there.met_at DESC LIMIT 1
        ) last WHERE counted.of = 'organisations'""",
}


def late_records(question: Question, reports: Iterable[Report]) -> LateRecords:
    """Return the late records of these reports in the question's only period, latest first.

    Before the figures are final there are none. A caller that has read the figures leaves out reports without
    a row that `is_touched`. The one statement counts the figures only if a record was entered since, because
    PostgreSQL evaluates `IN` only for an existing row.
    """
    [period] = question.periods
    all_reports = list(reports)
    if not all_reports or status_of(period, question.today) != Status.FINAL:
        return LateRecords()
    parameters: dict[str, Any] = {
        "final_at": day_starts_at(final_on(period)),
        "city": str(city_zone()),
        **{name: value for report in all_reports for name, value in report.parameters.items()},
    }
    records = fetch(
        f"""
        WITH {ASKED}, entered (of, id, at) AS MATERIALIZED ({corrections_of(all_reports, question.by)}
        ), counted (of, id) AS MATERIALIZED ({" UNION ALL ".join(_counted_records(all_reports, question.by))}
        ), late AS MATERIALIZED (
            SELECT replace(of, 'met', 'meetings') AS noun, id, max(at) AS at,
                   (max(at) AT TIME ZONE %(city)s)::date AS day
            FROM entered WHERE (of, id) IN ({" UNION ALL ".join(_deciding(all_reports))}) GROUP BY noun, id
        )
        (SELECT noun, id, day, NULL AS records FROM late ORDER BY at DESC, noun, id LIMIT {LATEST})
        UNION ALL
        (SELECT noun, NULL, day, count(*) FROM late GROUP BY noun, day ORDER BY day DESC, noun)
        """,  # noqa: S608 (our own text)
        question,
        **parameters,
    )
    return LateRecords(
        [LateRecord(record["noun"], record["id"], record["day"]) for record in records if record["id"]],
        {(record["noun"], record["day"]): record["records"] for record in records if not record["id"]},
    )


def _counted_records(reports: Sequence[Report], grouping: By) -> Iterator[str]:
    """Yield, for each source, SQL for the records in the total of one of these reports."""
    for source in dict.fromkeys(report.counts for report in reports):
        same_source_reports = [report for report in reports if report.counts == source]
        totals = dict.fromkeys(report.fields["of"] for report in same_source_reports)
        measures = [measure for report in same_source_reports for measure in report.measures]
        total_measures = [
            measure for measure in measures if any(measure.rpartition(" AS ")[2] in total for total in totals)
        ]
        yield f"""(
            WITH {source.tables(grouping, list(dict.fromkeys(total_measures)))}
            SELECT '{source.noun}', {source.key} FROM {source.table}
            WHERE {source.key} IS NOT NULL GROUP BY {source.key}
            HAVING {" OR ".join(f"{total} > 0" for total in totals)}
        )"""  # noqa: S608 (our own text)


def _deciding(reports: Sequence[Report]) -> Iterator[str]:
    """Yield SQL for the counted records and for the meetings that decide them."""
    yield "SELECT of, id FROM counted"
    yield from _meetings_met(reports)


def _meetings_met(reports: Sequence[Report]) -> list[str]:
    measures = {measure for report in reports for measure in report.measures}
    return [meetings for measure, meetings in _MET.items() if measure in measures]


def late_record_lines(late: LateRecords) -> Iterator[tuple[str, str]]:
    """Yield lines for a file: one of the last days, and the number of records entered on it."""
    for (noun, day), record_count in list(late.days.items())[:MOST_DAYS]:
        label = gettext("Entered on %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
        yield label, f"{LISTED[noun]}: {record_count}"


def status_with(late: LateRecords, question: Question) -> Status:
    """Return the status of the question's only period, with the result of `late_records`."""
    [period] = question.periods
    return Status.REVISED if late else status_of(period, question.today)
