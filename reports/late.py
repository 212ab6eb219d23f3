"""Records about a period that were entered after its figures were final: what revised them.

What happens now is not among these: it belongs to the period in which it happens.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.days import city_zone, day_starts_at
from reports.figures import Noun
from reports.population import ASKED, fetch
from reports.questions import Question
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


def _corrected(record: str, *fields: str) -> str:
    """When one of these fields of a record was last corrected, by the activity log."""
    names = ", ".join(f"'{field}'" for field in fields)
    return f"""(
        SELECT max(change.at) FROM audit_change change JOIN audit_event event ON event.id = change.event_id
        WHERE change.object_id = {record}.id AND change.op = 'updated' AND change.at >= %(final_at)s
          AND event.field_names && ARRAY[{names}]::varchar[]
    )"""  # noqa: S608 (our own text)


_MEETING: Final = _corrected(
    *("meeting", "starts_at", "status", "organisations", "outcomes", "district", "kind", "level"),
    "initiated_by",
)
_CONCERN: Final = _corrected(
    *("concern", "received_at", "district", "kinds", "bias_grounds", "affected_focuses"),
    *("reassurance_offered_at", "reassurance_answer", "reported_back_on"),
)
_INCIDENT: Final = _corrected("incident", "concerns", "organisations")

# By list: what of it was entered when. `homes` are the organisations at home here at the end of the period.
_ENTERED: Final[Mapping[Noun, str]] = {
    "organisations": """
        SELECT 'organisations', organisation_id, entered_at FROM homes
        UNION ALL
        SELECT 'organisations', said.organisation_id, greatest(said.entered_at, said.superseded_at)
        FROM asked CROSS JOIN homes JOIN contacts_focusdeclaration said USING (organisation_id)
        WHERE said.declared_on < asked.until_on
          AND (said.withdrawn_on IS NULL OR said.withdrawn_on >= asked.until_on)
        UNION ALL
        SELECT 'organisations', merge.kept_id, merge.merged_at
        FROM homes JOIN contacts_merge merge ON merge.kept_id = homes.organisation_id
        WHERE merge.undone_at IS NULL""",
    "meetings": f"""
        SELECT 'meetings', meeting.id, greatest(meeting.created_at, {_MEETING})
        FROM asked JOIN meetings_meeting meeting
            ON meeting.starts_at >= asked.since AND meeting.starts_at < asked.until
        WHERE meeting.updated_at >= %(final_at)s AND (
            meeting.district_id IN (SELECT district_id FROM ground) OR EXISTS (
                SELECT FROM meetings_meetingorganisation there JOIN homes USING (organisation_id)
                WHERE there.meeting_id = meeting.id
            )
        )""",  # noqa: S608 (our own text)
    "follow-ups": """
        SELECT 'follow-ups', promise.id, state.entered_at
        FROM asked CROSS JOIN homes JOIN meetings_followuporganisation link USING (organisation_id)
        JOIN meetings_followup promise ON promise.id = link.follow_up_id
        JOIN meetings_followupperiod state ON state.follow_up_id = promise.id AND state.superseded_at IS NULL
        WHERE promise.updated_at >= %(final_at)s AND state.entered_at >= %(final_at)s
          AND state.since < asked.until AND (state.until IS NULL OR state.until >= asked.until)
          AND ((promise.first_due_on >= asked.since_on AND promise.first_due_on < asked.until_on)
               OR promise.created_at < asked.until)""",
    "concerns": f"""
        SELECT 'concerns', concern.id, greatest(concern.created_at, {_CONCERN})
        FROM asked CROSS JOIN (SELECT DISTINCT district_id FROM ground) ground
        JOIN meetings_concern concern USING (district_id)
        WHERE concern.updated_at >= %(final_at)s
          AND ((concern.received_at >= asked.since AND concern.received_at < asked.until)
               OR (concern.closed_at >= asked.since AND concern.closed_at < asked.until))""",  # noqa: S608 (our own text)
    # Calls and steps that were made then and entered since, and whoever was found to be affected since.
    "incidents": f"""
        SELECT 'incidents', incident.id, greatest(incident.created_at, {_INCIDENT}, (
            SELECT max(tried.recorded_at) FROM incidents_reassurance tried
            WHERE tried.incident_id = incident.id AND tried.at < asked.until
        ), (
            SELECT max(step.recorded_at) FROM incidents_incidentstep step
            WHERE step.incident_id = incident.id AND step.done_at < asked.until
        ))
        FROM asked CROSS JOIN (SELECT DISTINCT district_id FROM ground) ground
        JOIN incidents_incident incident USING (district_id)
        WHERE incident.updated_at >= %(final_at)s AND incident.started_at < asked.until
          AND (incident.started_at >= asked.since OR EXISTS (
              SELECT FROM incidents_incidentstep step
              WHERE step.incident_id = incident.id AND step.due_at >= asked.since
          ))""",  # noqa: S608 (our own text)
}


def late_records(question: Question, reports: Iterable[Report]) -> Late:
    """Those that revised figures of these reports in the question's one period, the latest first.

    There are none before the figures were final. One statement.
    """
    [period] = question.periods
    if status_of(period, question.today) != Status.FINAL:
        return Late()
    found = fetch(
        f"""
        WITH {ASKED}, homes AS (
            SELECT DISTINCT dated.organisation_id, dated.entered_at
            FROM asked CROSS JOIN ground
            JOIN contacts_organisationperiod dated ON dated.home_district_id = ground.district_id
                AND dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
        ), entered (noun, id, at) AS ({" UNION ALL ".join(map(_ENTERED.__getitem__, _read_by(reports)))}
        ), late AS MATERIALIZED (
            SELECT noun, id, max(at) AS at, (max(at) AT TIME ZONE %(city)s)::date AS day
            FROM entered WHERE at >= %(final_at)s GROUP BY noun, id
        )
        (SELECT noun, id, day, NULL AS records FROM late ORDER BY at DESC, noun, id LIMIT {LATEST})
        UNION ALL
        (SELECT noun, NULL, day, count(*) FROM late GROUP BY noun, day ORDER BY day DESC, noun)
        """,  # noqa: S608 (our own text)
        question,
        final_at=day_starts_at(final_on(period)),
        city=str(city_zone()),
    )
    return Late(
        [LateRecord(one["noun"], one["id"], one["day"]) for one in found if one["id"]],
        {(one["noun"], one["day"]): one["records"] for one in found if not one["id"]},
    )


def say_late(late: Late) -> Iterator[tuple[str, str]]:
    """Lines of a file: a day, and how many records of a list were entered on it. The last days."""
    for (noun, day), times in list(late.days.items())[:MOST_DAYS]:
        on = gettext("Entered on %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
        yield on, f"{LISTED[noun]}: {times}"


def status_with(late: Late, question: Question) -> Status:
    """The status of the question's one period, given what `late_records` found."""
    [period] = question.periods
    return Status.REVISED if late else status_of(period, question.today)


def _read_by(reports: Iterable[Report]) -> list[Noun]:
    """The lists that decide the figures: that of what is counted, and meetings of who was met."""
    nouns: dict[Noun, None] = {}
    for report in reports:
        nouns[report.counts.noun] = None
        if any("dated.met" in measure for measure in report.measures):
            nouns["meetings"] = None
    return list(nouns)
