"""Source of the figures about meetings: the meetings that begin in each period.

A meeting counts in its own district, and in each district of the question that contains this one. Later moves
of its organisations change nothing. By kind and by community, all districts are counted together, and a
meeting counts once in each of its communities.
"""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.queries.definitions import Fact, Source
from reports.queries.questions import By, ByEach, Grouping
from reports.queries.statements import (
    ASKED,
    DISTRICTS_TOGETHER,
    EACH_DISTRICT,
    REPRESENTED_COMMUNITIES,
    Groups,
    in_cells,
    of_each,
)

# The communities of the organisations that were present, without partners.
_COMMUNITIES_THERE: Final = f"""CROSS JOIN LATERAL (
    SELECT DISTINCT spoken.focus
    FROM meetings_meetingorganisation there
    JOIN contacts_organisation known ON known.id = there.organisation_id
    LEFT JOIN contacts_organisationperiod dated ON dated.organisation_id = known.id
        AND dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
    CROSS JOIN LATERAL (SELECT known.id, coalesce(dated.kind, known.kind) AS kind) organisation
    CROSS JOIN LATERAL ({REPRESENTED_COMMUNITIES}) spoken
    WHERE there.meeting_id = meeting.id AND there.present
      AND organisation.kind <> ALL(%(not_counted)s::text[])
) community"""  # noqa: S608 (our own text)

_MEETINGS: Final[Groups] = {
    By.DISTRICT: ("ground.code", EACH_DISTRICT, ""),
    By.KIND: ("meeting.kind", DISTRICTS_TOGETHER, ""),
    By.FOCUS: ("community.focus", DISTRICTS_TOGETHER, _COMMUNITIES_THERE),
    ByEach.KIND: (of_each("meeting.kind"), EACH_DISTRICT, ""),
    ByEach.FOCUS: (of_each("community.focus"), EACH_DISTRICT, _COMMUNITIES_THERE),
}


def meetings(grouping: Grouping, measures: Sequence[str]) -> str:
    """Return the tables `asked`, `ground` and `meetings`, with a row for each period, group and meeting.

    A period and group without meetings has one row, with a `status` of null.
    """
    group, places, joins = _MEETINGS[grouping]
    return f"""{ASKED}, found AS (
    SELECT asked.nr, {group} AS grp, meeting.id, meeting.status, meeting.level,
           meeting.initiated_by, meeting.starts_at, meeting.created_at
    FROM asked CROSS JOIN {places} JOIN meetings_meeting meeting ON meeting.district_id = ground.district_id
        AND meeting.starts_at >= asked.since AND meeting.starts_at < asked.until
    {joins}
), {in_cells(grouping, "meetings", measures)}"""  # noqa: S608 (our own text)


MEETINGS: Final = Source(
    table="meetings",
    key="id",
    tables=meetings,
    noun="meetings",
    listed=lambda span: {"starts_after": span.since, "starts_before": span.until},
    has_list_by_focus=False,
)
STARTS: Final = Fact("starts_at_utc", _("Begins"), "starts_at")
