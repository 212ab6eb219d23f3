"""Districts whose kept figures a change in the activity log can concern."""

from typing import Final
from uuid import UUID

from django.db import connection

from audit.models import Action
from lib.row_context import Opened, opened
from reports.queries.follow_up_links import LINKS
from reports.queries.kept import OBJECT_TYPE

CHANGES: Final = (Action.CREATE, Action.UPDATE, Action.ARCHIVE, Action.ERASE, Action.MERGE, Action.IMPORT)

# Changed objects, with the districts that their events name: those of today.
_WRITTEN: Final = """
    SELECT change.object_type AS noun, change.object_id AS id, change.district_ids, event.action,
           event.field_names
    FROM audit_numbered numbered
    JOIN audit_change change ON change.id = numbered.change_id AND change.object_type <> %(own)s
    JOIN audit_event event ON event.id = change.event_id
    WHERE numbered.seq > %(after)s AND numbered.seq <= %(last)s
    UNION ALL
    SELECT event.object_type, object.id, event.district_ids, event.action, event.field_names
    FROM audit_numbered numbered
    JOIN audit_event event ON event.id = numbered.event_id AND event.action = ANY (%(changes)s)
        AND event.object_type <> %(own)s
    LEFT JOIN LATERAL unnest(event.object_ids) AS object (id) ON true
    WHERE numbered.seq > %(after)s AND numbered.seq <= %(last)s"""

# Organisations of the changed objects: past figures count them in the districts where they were then. The
# event of a practice does not say which takeaway has a result, so it concerns each takeaway.
_ORGANISATIONS: Final = f"""
    SELECT id FROM written WHERE noun = 'organisation'
    UNION
    SELECT link.organisation_id FROM written
    JOIN meetings_meetingorganisation link ON link.meeting_id = written.id WHERE noun = 'meeting'
    UNION
    SELECT link.organisation_id FROM written
    JOIN {LINKS} link ON link.follow_up_id = written.id WHERE noun = 'follow_up'
    UNION
    SELECT link.organisation_id FROM written
    JOIN publishing_publicentry entry ON entry.id = written.id AND noun = 'public_entry'
    JOIN {LINKS} link ON link.follow_up_id = entry.follow_up_id
    UNION
    SELECT link.organisation_id FROM tried JOIN {LINKS} link ON link.follow_up_id = tried.id
    UNION
    -- an organisation that was taken out of a meeting, or whose meeting was erased, is no longer linked
    SELECT organisation.id FROM written
    JOIN contacts_organisation organisation ON organisation.home_district_id = ANY (written.district_ids)
    WHERE noun = 'meeting' AND (action = 'erase' OR 'organisations' = ANY (field_names))"""  # noqa: S608

_DISTRICTS: Final = f"""
WITH RECURSIVE written AS MATERIALIZED ({_WRITTEN}), tried AS (
    SELECT promise.id, meeting.district_id FROM meetings_followup promise
    LEFT JOIN meetings_meeting meeting ON meeting.id = promise.meeting_id
    WHERE promise.kind = 'try_out' AND EXISTS (
        SELECT FROM written WHERE noun = 'practice' AND 'adoptions' = ANY (field_names))
), concerned AS ({_ORGANISATIONS}), marked AS (
    SELECT unnest(district_ids) AS id FROM written
    UNION
    SELECT dated.home_district_id FROM concerned
    JOIN contacts_organisationperiod dated ON dated.organisation_id = concerned.id
    UNION
    SELECT district_id FROM tried WHERE district_id IS NOT NULL
    UNION
    -- meetings by community count the communities of those who were there
    SELECT meeting.district_id FROM written
    JOIN meetings_meetingorganisation link ON link.organisation_id = written.id AND noun = 'organisation'
    JOIN meetings_meeting meeting ON meeting.id = link.meeting_id
    UNION
    SELECT incident.district_id FROM written
    JOIN incidents_incidentconcern link ON link.concern_id = written.id AND noun = 'concern'
    JOIN incidents_incident incident ON incident.id = link.incident_id
    UNION
    -- an organisation that is merged or erased has no home any more: those who counted it
    SELECT period.district_id FROM written
    JOIN reports_keptmembers members ON members.noun = 'organisations'
        AND position(uuid_send(written.id) IN members.ids) > 0
    JOIN reports_keptperiod period ON period.id = members.kept_period_id
    WHERE written.noun = 'organisation' AND action IN ('merge', 'erase')
), redrawn AS (
    SELECT id FROM marked
    UNION
    SELECT succeeded.to_district_id FROM redrawn
    JOIN districts_district_succeeds succeeded ON succeeded.from_district_id = redrawn.id
)
SELECT id FROM redrawn"""  # noqa: S608 (our own text)


@opened(Opened.FIGURES)
def marked_districts(after: int, last_seq: int) -> set[UUID]:
    """Return the districts of changes with numbers after `after` up to `last_seq`, except of kept figures.

    An event names districts of today. A past figure counts a record where it was then. So these are marked
    too: former homes of the organisations of a changed record, districts of the meetings of a changed
    organisation, districts that were redrawn into a named one, and the district of an incident whose concern
    was received elsewhere.
    """
    parameters: dict[str, int | str | list[str]] = {
        "after": after,
        "last": last_seq,
        "changes": [action.value for action in CHANGES],
        "own": OBJECT_TYPE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DISTRICTS, parameters)
        return {district_id for (district_id,) in cursor.fetchall()}
