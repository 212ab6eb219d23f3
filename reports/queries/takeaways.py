"""Takeaways of workshops, as further rows of the source of follow-ups.

A takeaway is a follow-up of the kind `try_out`, as it was at the end of the period. It counts in the home
districts of its organisations at that time or, without an organisation, in the district of its meeting.
"""

from typing import Final

from practices.rules import COUNTED_DAYS
from reports.queries.follow_up_links import LINKS, is_linked

# The day on which a takeaway was taken home. After COUNTED_DAYS a result is too late.
_TAKEN_ON: Final = "coalesce(takeaway.taken_on, (promise.created_at AT TIME ZONE %(zone)s)::date)"

_IS_LINKED: Final = is_linked("link.since", "link.until")
# A row for each period, district and takeaway that was first due in the period.
TAKEAWAYS: Final = f"""
    SELECT DISTINCT asked.nr, ground.code, promise.id, state.status, state.due_on, promise.first_due_on,
           state.completed_at, false, false, NULL::date,
           {_TAKEN_ON}, {_TAKEN_ON} + {COUNTED_DAYS}, adoption.written_on
    FROM asked
    JOIN meetings_followup promise ON promise.kind = 'try_out'
        AND promise.first_due_on >= asked.since_on AND promise.first_due_on < asked.ends_on
    JOIN meetings_followupperiod state ON state.follow_up_id = promise.id AND state.superseded_at IS NULL
        AND state.since < asked.until AND (state.until IS NULL OR state.until >= asked.until)
    LEFT JOIN practices_takeaway takeaway ON takeaway.follow_up_id = promise.id
    LEFT JOIN practices_adoption adoption ON adoption.follow_up_id = promise.id
    CROSS JOIN LATERAL (
        SELECT dated.home_district_id AS district_id FROM {LINKS} link
        JOIN contacts_organisationperiod dated ON dated.organisation_id = link.organisation_id
            AND dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
        WHERE link.follow_up_id = promise.id AND {_IS_LINKED}
        UNION ALL
        SELECT meeting.district_id FROM meetings_meeting meeting
        WHERE meeting.id = promise.meeting_id AND NOT EXISTS (
            SELECT FROM {LINKS} link WHERE link.follow_up_id = promise.id AND {_IS_LINKED})
    ) place
    JOIN ground ON ground.district_id = place.district_id"""  # noqa: S608 (our own text)
TRY_BY: Final = "try_by"
