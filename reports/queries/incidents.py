"""Source of the figures about incidents: incidents that began or were closed, calls and steps.

The column `what` has the type of a row. `began` and `closed` are incidents that began or were closed in the
period. `withdrawn` is an incident that began in the period and is withdrawn, so no figure counts it. `call`
is an organisation to call in an incident that began in the period, also if it was called in an incident that
was merged into this one. `step` is a required step that was due in the period. A row counts in the district
of the incident at that time. By kind and by community, it counts once in each kind and community of the
incident's concerns.

Later decisions change no earlier figure. A step counts as not needed only if it was marked so before it was
due. An incident counts as closed until it is reopened. A time that is entered late does change the figure.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from incidents.codes import Proof, Result
from reports.queries.definitions import Column, Fact, Revision, Source
from reports.queries.questions import By, ByEach, Grouping
from reports.queries.statements import ASKED, DISTRICTS_TOGETHER, EACH_DISTRICT, Groups, in_cells, of_each

FIRST: Final = Revision(date(2026, 11, 27), _("First definition."))
# Whether a call or step was entered more than an hour after it was done.
ENTERED_LATE: Final = "recorded_at - done_at > interval '60 minutes'"

_CALLS: Final = f"('{Proof.REASSURANCE}', '{Proof.VISIT}')"
_SPOKEN: Final = f"('{Result.REACHED}', '{Result.DECLINED}')"


def _in_the_period(moment: str) -> str:
    """Return SQL for whether `moment` is in the period and the incident was in this district on that day."""
    return f"""{moment} >= asked.since AND {moment} < asked.until
        AND ({moment} AT TIME ZONE %(zone)s)::date >= here.since_on
        AND ({moment} AT TIME ZONE %(zone)s)::date < here.until_on"""


_BEGAN: Final = _in_the_period("here.started_at")
_SPARED: Final = "step.status = 'not_needed' AND step.recorded_at <= step.due_at"

# Calls of the incident, and of those of the same event that were merged into it.
_TRIED_IN_IT: Final = """tried.incident_id IN (
        SELECT here.id UNION ALL SELECT twin.id FROM incidents_incident twin
        WHERE twin.same_as_id = here.id AND twin.status = 'withdrawn')"""
# The affected place, an organisation or not: when its call was due, when it was first reached, whether it
# declined.
_PLACE: Final = f"""
    SELECT min(step.due_at) AS due_at,
           min(tried.at) FILTER (WHERE tried.result = '{Result.REACHED}') AS done_at,
           bool_or(tried.result = '{Result.DECLINED}') AS has_declined
    FROM incidents_incidentstep step
    JOIN incidents_protocolstep planned ON planned.id = step.step_id
        AND planned.each = 'the_place' AND planned.proof IN {_CALLS}
    LEFT JOIN incidents_reassurance tried ON {_TRIED_IN_IT}
        AND tried.organisation_id IS NOT DISTINCT FROM step.organisation_id
    WHERE step.incident_id = here.id AND step.status <> 'withdrawn'"""  # noqa: S608 (our own text)
# Each organisation to call or visit, with its earliest due call. Other places are left out.
_TO_CALL: Final = f"""
    SELECT step.organisation_id, min(step.due_at) AS due_at,
           (array_agg(step.id ORDER BY step.due_at, step.id))[1] AS row_id, bool_and({_SPARED}) AS not_needed
    FROM incidents_incidentstep step
    JOIN incidents_protocolstep planned ON planned.id = step.step_id AND planned.proof IN {_CALLS}
    WHERE step.incident_id = here.id AND step.organisation_id IS NOT NULL AND step.status <> 'withdrawn'
    GROUP BY step.organisation_id"""  # noqa: S608 (our own text)
# The first try that someone answered.
_SPOKEN_TO: Final = f"""
    SELECT tried.at, tried.recorded_at, tried.result FROM incidents_reassurance tried
    WHERE {_TRIED_IN_IT} AND tried.organisation_id = call.organisation_id
      AND tried.result IN {_SPOKEN}
    ORDER BY tried.at, tried.id LIMIT 1"""  # noqa: S608 (our own text)
_VOICES: Final = "SELECT count(*) FROM incidents_debriefvoice voice WHERE voice.debrief_id = debrief.id"

# One SELECT for each value of `what`, all with the same columns.
_EACH: Final = f"""
    SELECT asked.nr, here.grp, here.id, here.started_at, 'began' AS what, here.id AS row_id,
           place.due_at, place.done_at, NULL::timestamptz AS recorded_at,
           CASE WHEN place.done_at IS NOT NULL THEN 'reached'
                WHEN place.has_declined THEN 'declined' END AS became,
           here.refused, here.place_refused, 0 AS voices, 0 AS voices_in_time, '' AS text
    FROM asked JOIN here ON {_BEGAN} CROSS JOIN LATERAL ({_PLACE}) place
    UNION ALL
    SELECT asked.nr, here.grp, here.id, here.started_at, 'call', call.row_id,
           call.due_at, spoken.at, spoken.recorded_at,
           coalesce(spoken.result, CASE WHEN call.not_needed THEN 'not_needed' END), 0, false, 0, 0, ''
    FROM asked JOIN here ON {_BEGAN} CROSS JOIN LATERAL ({_TO_CALL}) call
    LEFT JOIN LATERAL ({_SPOKEN_TO}) spoken ON true
    UNION ALL
    SELECT asked.nr, here.grp, here.id, here.started_at, 'step', step.id,
           step.due_at, step.done_at, step.recorded_at,
           CASE WHEN {_SPARED} THEN 'not_needed' WHEN step.status = 'done' THEN 'done' ELSE 'open' END,
           0, false, 0, 0, planned.text
    FROM here JOIN incidents_incidentstep step ON step.incident_id = here.id AND step.status <> 'withdrawn'
    JOIN incidents_protocolstep planned ON planned.id = step.step_id AND planned.required
    JOIN asked ON {_in_the_period("step.due_at")}
    UNION ALL
    SELECT asked.nr, here.grp, here.id, here.started_at, 'closed', here.id, NULL, closing.closed_at, NULL,
           CASE WHEN debrief.waived_reason = '' THEN 'signed' WHEN debrief.id IS NOT NULL THEN 'waived' END,
           0, false, ({_VOICES}), ({_VOICES} AND voice.in_time = 'yes'), ''
    FROM here JOIN incidents_incidentclosing closing ON closing.incident_id = here.id
    JOIN asked ON {_in_the_period("closing.closed_at")}
        AND (closing.reopened_at IS NULL OR closing.reopened_at >= asked.until)
    LEFT JOIN incidents_debrief debrief ON debrief.incident_id = here.id
        AND debrief.signed_at <= closing.closed_at
    UNION ALL
    SELECT asked.nr, withdrawn.grp, withdrawn.id, withdrawn.started_at, 'withdrawn', withdrawn.id,
           NULL, NULL, NULL, NULL, 0, false, 0, 0, ''
    FROM asked JOIN withdrawn ON {_BEGAN.replace("here.", "withdrawn.")}
"""  # noqa: S608 (our own text)


def _of_concerns(codes: str) -> str:
    """Return SQL for each code in the column `codes` of the incident's concerns, once."""
    return f"""CROSS JOIN LATERAL (
        SELECT DISTINCT unnest(concern.{codes}) AS code FROM incidents_incidentconcern link
        JOIN meetings_concern concern ON concern.id = link.concern_id WHERE link.incident_id = incident.id
    ) of_concern"""  # noqa: S608 (our own text)


# Each incident in its district, and in each earlier district until the day on which that was redrawn.
_PLACED: Final = """(
    SELECT incident.*, place.id AS place_id, place.since_on, place.until_on
    FROM incidents_incident incident
    CROSS JOIN LATERAL (
        SELECT place.id, coalesce(lag(redrawn.closed_on) OVER (ORDER BY place.nr), '-infinity'),
               coalesce(redrawn.closed_on, 'infinity')
        FROM unnest(incident.earlier_district_ids || incident.district_id) WITH ORDINALITY place (id, nr)
        LEFT JOIN districts_district redrawn
            ON redrawn.id = place.id AND place.nr <= cardinality(incident.earlier_district_ids)
    ) place (id, since_on, until_on)
)"""

_GROUPS: Final[Groups] = {
    By.DISTRICT: ("ground.code", EACH_DISTRICT, ""),
    By.KIND: ("of_concern.code", DISTRICTS_TOGETHER, _of_concerns("kinds")),
    By.FOCUS: ("of_concern.code", DISTRICTS_TOGETHER, _of_concerns("affected_focuses")),
    ByEach.KIND: (of_each("of_concern.code"), EACH_DISTRICT, _of_concerns("kinds")),
    ByEach.FOCUS: (of_each("of_concern.code"), EACH_DISTRICT, _of_concerns("affected_focuses")),
}


def incidents(grouping: Grouping, measures: Sequence[str]) -> str:
    """Return the table expressions `asked`, `ground` and `incidents`: a row for each thing that is counted.

    `became` is the outcome of the row, and `done_at` its time. A period and group without incidents has one
    row of nulls.
    """
    group, places, joins = _GROUPS[grouping]
    return f"""{ASKED}, recorded AS MATERIALIZED (
    SELECT {group} AS grp, incident.id, incident.started_at, incident.refused, incident.place_refused,
           incident.since_on, incident.until_on, incident.status
    FROM {places} JOIN {_PLACED} incident ON incident.place_id = ground.district_id
        AND incident.started_at < (SELECT max(until) FROM asked)
    {joins}
), here AS (SELECT * FROM recorded WHERE status <> 'withdrawn'),
withdrawn AS (SELECT * FROM recorded WHERE status = 'withdrawn'),
found AS ({_EACH}), {in_cells(grouping, "incidents", measures)}"""  # noqa: S608 (our own text)


INCIDENTS: Final = Source(
    table="incidents",
    key="id",
    tables=incidents,
    noun="incidents",
    row="row_id",
)
#: The number of incidents that no figure counts, for each report.
WITHDRAWN: Final = "count(*) FILTER (WHERE what = 'withdrawn')"
WITHDRAWN_COLUMN: Final = Column("withdrawn", _("Withdrawn incidents"), "count")
STARTED: Final = Fact("started_at_utc", _("Began"), "started_at")
DUE: Final = Fact("due_at_utc", _("Due"), "due_at")
ENTERED: Final = Fact("entered_at_utc", _("Entered"), "recorded_at")
