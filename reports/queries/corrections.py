"""Records entered or corrected since a figure was final, in all districts for most lists.

`reports.figures.late_records` selects those that the figure counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from reports.queries.definitions import Noun, Source
from reports.queries.organisations import DAYS_SINCE_MET, TIMES_MET
from reports.queries.questions import By


class Counting(Protocol):
    """The attributes of a report (reports.figures.report.Report) that decide which corrections matter."""

    @property
    def counts(self) -> Source: ...
    @property
    def measures(self) -> Sequence[str]: ...
    @property
    def decided_by(self) -> Sequence[str]: ...


# By list: the ID of a record, the time of its entry, and the fields ({decide}) whose correction matters.
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
    # A redrawn district is no correction, because a concern counts where it was received.
    "concerns": """
        SELECT concern.id, concern.created_at,
               {decide} || CASE WHEN concern.received_in_id IS NULL THEN 'district' END
        FROM asked JOIN meetings_concern concern ON concern.updated_at >= %(final_at)s
            AND concern.received_at < asked.until
            AND (concern.district_id = ANY (ARRAY(SELECT district_id FROM ground))
                OR concern.received_in_id = ANY (ARRAY(SELECT district_id FROM ground)))""",
    # Calls and steps that were entered later than they were made.
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
_CORRECTED: Final = """
    SELECT max(change.at) FROM audit_change change JOIN audit_event event ON event.id = change.event_id
    WHERE change.object_id = rows.id AND change.op = 'updated' AND change.at >= %(final_at)s
        AND event.field_names && rows.fields::varchar[]"""
# The fields that decide whether an organisation was met at a meeting.
_MEET: Final = ("starts_at", "status", "organisations", "outcomes")
_MEETINGS: Final = """
    SELECT meeting.id, meeting.created_at, {decide}
    FROM asked JOIN meetings_meeting meeting
        ON meeting.updated_at >= %(final_at)s AND meeting.starts_at < asked.until"""


def corrections_of(reports: Sequence[Counting], grouping: By) -> str:
    """Return SQL for records that can decide these figures: list, ID and time of entry or correction.

    The list `met` has the meetings that decide whether an organisation was met.
    """
    return " UNION ALL ".join(_corrections_by_source(reports, grouping))


def has_corrections(reports: Sequence[Counting], grouping: By) -> str:
    """Return the SQL column `is_touched`: whether the first period has such records."""
    conditions = " OR ".join(f"EXISTS ({rows})" for rows in _corrections_by_source(reports, grouping))
    return f"(WITH asked AS (SELECT * FROM asked WHERE nr = 0) SELECT {conditions}) AS is_touched"  # noqa: S608 (our own text)


def measures_meetings(reports: Sequence[Counting]) -> bool:
    measures = {measure for report in reports for measure in report.measures}
    return bool(measures & {TIMES_MET, DAYS_SINCE_MET})


def _corrections_by_source(reports: Sequence[Counting], grouping: By) -> Iterator[str]:
    for source in dict.fromkeys(report.counts for report in reports):
        fields = [field for report in reports if report.counts == source for field in report.decided_by]
        yield _correction_rows(
            source.noun,
            _TOUCHED[source.noun],
            *source.decided_by,
            *source.decide_group.get(grouping, ()),
            *fields,
        )
        if source.noun == "organisations" and grouping == By.FOCUS:
            yield _correction_rows(source.noun, _SPOKEN_FOR)
    if measures_meetings(reports):
        yield _correction_rows("met", _MEETINGS, *_MEET)


def _correction_rows(noun: str, rows: str, *fields: str) -> str:
    decide = ", ".join(f"'{field}'" for field in dict.fromkeys(fields))
    return f"""
        SELECT '{noun}', id, entered_at FROM (
            SELECT id, greatest(at, CASE WHEN fields <> '{{}}' THEN ({_CORRECTED}) END) AS entered_at
            FROM ({rows.format(decide=f"ARRAY[{decide}]::varchar[]")}) rows (id, at, fields)
        ) dated WHERE entered_at >= %(final_at)s"""  # noqa: S608 (our own text)
