"""Records of a figure that were entered or corrected after it was final: what revised it.

They are in its n or in what n is out of, as the report itself counts, or they are the meetings at which an
organisation of these was met. What happens now is not among them: it belongs to the period in which it
happens. Nor is a record that a correction took out of the figure: nothing remembers what it was.
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
from reports.figures import Noun
from reports.population import ASKED, DAYS_SINCE_MET, TIMES_MET, fetch
from reports.questions import By, Question
from reports.reading import Report
from reports.statuses import Status, final_on, status_of


@dataclass(frozen=True, slots=True)
class LateRecord:
    """A record of the list `noun`, and the day it was entered or corrected."""

    noun: Noun
    id: UUID
    entered_on: date


@dataclass(frozen=True, slots=True)
class Late:
    """The latest of the records entered late, and how many of each list were entered on each day.

    The latest days come first. An imported history has many such records: they are counted, not read.
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


# What may have been entered since the figure was final, by list, in whichever district: its ID, when it was
# entered, and the fields ({decide}) whose later correction counts as much.
_TOUCHED: Final[Mapping[Noun, str]] = {
    "organisations": """
        SELECT dated.organisation_id, dated.entered_at, '{{}}'
        FROM asked JOIN contacts_organisationperiod dated ON dated.entered_at >= %(final_at)s
            AND dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
        UNION ALL
        SELECT merge.kept_id, merge.merged_at, '{{}}' FROM contacts_merge merge
        WHERE merge.merged_at >= %(final_at)s AND merge.undone_at IS NULL""",
    "meetings": """
        SELECT meeting.id, meeting.created_at, {decide}
        FROM asked JOIN meetings_meeting meeting ON meeting.updated_at >= %(final_at)s
            AND meeting.starts_at >= asked.since AND meeting.starts_at < asked.until""",
    "follow-ups": """
        SELECT promise.id, state.entered_at, '{{}}'
        FROM asked JOIN meetings_followup promise ON promise.updated_at >= %(final_at)s
        JOIN meetings_followupperiod state ON state.follow_up_id = promise.id AND state.superseded_at IS NULL
            AND state.since < asked.until AND (state.until IS NULL OR state.until >= asked.until)""",
    # That its district was redrawn is no correction: it counts where it was received.
    "concerns": """
        SELECT concern.id, concern.created_at,
               {decide} || CASE WHEN concern.received_in_id IS NULL THEN 'district' END
        FROM asked JOIN meetings_concern concern ON concern.updated_at >= %(final_at)s
            AND concern.received_at < asked.until""",
    # Calls and steps that were made then and entered since, and whoever was found to be affected since.
    "incidents": """
        SELECT incident.id, greatest(incident.created_at, (
            SELECT max(tried.recorded_at) FROM incidents_reassurance tried
            WHERE tried.incident_id = incident.id AND tried.at < asked.until
        ), (
            SELECT max(step.recorded_at) FROM incidents_incidentstep step
            WHERE step.incident_id = incident.id AND step.done_at < asked.until
        )), {decide}
        FROM asked JOIN incidents_incident incident ON incident.updated_at >= %(final_at)s
            AND incident.started_at < asked.until""",
}
_SPOKEN_FOR: Final = """
    SELECT said.organisation_id, greatest(said.entered_at, said.superseded_at), '{{}}'
    FROM asked JOIN contacts_focusdeclaration said ON said.declared_on < asked.until_on
        AND (said.withdrawn_on IS NULL OR said.withdrawn_on >= asked.until_on)"""
# What decides whether an organisation was met at a meeting.
_MEET: Final = ("starts_at", "status", "organisations", "outcomes")
_MEETINGS: Final = """
    SELECT meeting.id, meeting.created_at, {decide}
    FROM asked JOIN meetings_meeting meeting
        ON meeting.updated_at >= %(final_at)s AND meeting.starts_at < asked.until"""
# Meetings at which an organisation that is counted was met: in the period, or the last before its end.
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


def late_records(question: Question, reports: Iterable[Report]) -> Late:
    """Those that figures of these reports count in the question's one period, the latest first.

    There are none before the figures were final. One statement, which reads what the figures count only if
    something was entered since: PostgreSQL does not begin with `IN` before there is a row to look for.
    """
    [period] = question.periods
    if status_of(period, question.today) != Status.FINAL:
        return Late()
    asked = list(reports)
    parameters: dict[str, Any] = {
        "final_at": day_starts_at(final_on(period)),
        "city": str(city_zone()),
        **{name: value for report in asked for name, value in report.parameters.items()},
    }
    entered = f"""{ASKED}, touched (of, id, at, fields) AS MATERIALIZED (
        {" UNION ALL ".join(_touched(asked, question.by))}
    ), dated (of, id, at) AS MATERIALIZED (
        SELECT of, id, greatest(at, CASE WHEN fields <> '{{}}' THEN (
            SELECT max(change.at)
            FROM audit_change change JOIN audit_event event ON event.id = change.event_id
            WHERE change.object_id = touched.id AND change.op = 'updated' AND change.at >= %(final_at)s
              AND event.field_names && touched.fields
        ) END) FROM touched
    ), entered AS MATERIALIZED (SELECT * FROM dated WHERE at >= %(final_at)s)"""  # noqa: S608 (our own text)
    found = fetch(
        f"""
        WITH {entered}, counted (of, id) AS MATERIALIZED ({" UNION ALL ".join(_counted(asked, question.by))}
        ), late AS MATERIALIZED (
            SELECT replace(of, 'met', 'meetings') AS noun, id, max(at) AS at,
                   (max(at) AT TIME ZONE %(city)s)::date AS day
            FROM entered WHERE (of, id) IN ({" UNION ALL ".join(_deciding(asked))}) GROUP BY noun, id
        )
        (SELECT noun, id, day, NULL AS records FROM late ORDER BY at DESC, noun, id LIMIT {LATEST})
        UNION ALL
        (SELECT noun, NULL, day, count(*) FROM late GROUP BY noun, day ORDER BY day DESC, noun)
        """,  # noqa: S608 (see above)
        question,
        **parameters,
    )
    return Late(
        [LateRecord(one["noun"], one["id"], one["day"]) for one in found if one["id"]],
        {(one["noun"], one["day"]): one["records"] for one in found if not one["id"]},
    )


def _counted(reports: Sequence[Report], by: By) -> Iterator[str]:
    """By what they count: all that is in the total of one of these reports, read as the report reads it."""
    for source in dict.fromkeys(report.counts for report in reports):
        same = [report for report in reports if report.counts == source]
        totals = dict.fromkeys(report.fields["of"] for report in same)
        measures = [measure for report in same for measure in report.measures]
        named = [one for one in measures if any(one.rpartition(" AS ")[2] in total for total in totals)]
        yield f"""(
            WITH {source.tables(by, list(dict.fromkeys(named)))}
            SELECT '{source.noun}', {source.key} FROM {source.table}
            WHERE {source.key} IS NOT NULL GROUP BY {source.key}
            HAVING {" OR ".join(f"{total} > 0" for total in totals)}
        )"""  # noqa: S608 (our own text)


def _touched(reports: Sequence[Report], by: By) -> Iterator[str]:
    """What can decide their figures, and when it was entered."""
    for source in dict.fromkeys(report.counts for report in reports):
        fields = [field for report in reports if report.counts == source for field in report.decided_by]
        yield _of(
            source.noun, _TOUCHED[source.noun], *source.decided_by, *source.decide_group.get(by, ()), *fields
        )
        if source.noun == "organisations" and by == By.FOCUS:
            yield _of(source.noun, _SPOKEN_FOR)
    if _met(reports):
        yield _of("met", _MEETINGS, *_MEET)


def _of(noun: str, rows: str, *fields: str) -> str:
    decide = ", ".join(f"'{field}'" for field in dict.fromkeys(fields))
    return f"""SELECT '{noun}', id, at, fields::varchar[]
        FROM ({rows.format(decide=f"ARRAY[{decide}]::varchar[]")}) rows (id, at, fields)"""  # noqa: S608 (our own text)


def _deciding(reports: Sequence[Report]) -> Iterator[str]:
    """What these figures count, and the meetings that decide them."""
    yield "SELECT of, id FROM counted"
    yield from _met(reports)


def _met(reports: Sequence[Report]) -> list[str]:
    measures = {measure for report in reports for measure in report.measures}
    return [meetings for measure, meetings in _MET.items() if measure in measures]


def say_late(late: Late) -> Iterator[tuple[str, str]]:
    """Lines of a file: a day, and how many records of a list were entered on it. The last days."""
    for (noun, day), times in list(late.days.items())[:MOST_DAYS]:
        on = gettext("Entered on %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
        yield on, f"{LISTED[noun]}: {times}"


def status_with(late: Late, question: Question) -> Status:
    """The status of the question's one period, given what `late_records` found."""
    [period] = question.periods
    return Status.REVISED if late else status_of(period, question.today)
