"""Meetings and concerns of periods, where they were: what the statements of such figures start with.

They count in the district written on them, whatever became of the organisations since: once in every
district asked for that it lies in. By kind and by community the districts asked for are counted together,
and each meeting or concern once in each of its kinds and communities.
"""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.queries.definitions import Fact, Source
from reports.queries.questions import By
from reports.queries.statements import ASKED, DISTRICTS_TOGETHER, EACH_DISTRICT, SPOKEN_FOR, Groups, in_cells

# Of the organisations that were there, partners left out as everywhere.
_COMMUNITIES_THERE: Final = f"""CROSS JOIN LATERAL (
    SELECT DISTINCT spoken.focus
    FROM meetings_meetingorganisation there
    JOIN contacts_organisation known ON known.id = there.organisation_id
    LEFT JOIN contacts_organisationperiod dated ON dated.organisation_id = known.id
        AND dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
    CROSS JOIN LATERAL (SELECT known.id, coalesce(dated.kind, known.kind) AS kind) organisation
    CROSS JOIN LATERAL ({SPOKEN_FOR}) spoken
    WHERE there.meeting_id = meeting.id AND there.present
      AND organisation.kind <> ALL(%(not_counted)s::text[])
) community"""  # noqa: S608 (our own text)

_MEETINGS: Final[Groups] = {
    By.DISTRICT: ("ground.code", EACH_DISTRICT, ""),
    By.KIND: ("meeting.kind", DISTRICTS_TOGETHER, ""),
    By.FOCUS: ("community.focus", DISTRICTS_TOGETHER, _COMMUNITIES_THERE),
}


def meetings(by: By, measures: Sequence[str]) -> str:
    """`asked`, `ground` and `meetings`, to stand behind WITH: those that begin in each period, by group.

    A period and group without any has a row, with a `status` of null.
    """
    group, places, more = _MEETINGS[by]
    return f"""{ASKED}, found AS (
    SELECT asked.nr, {group} AS grp, meeting.id, meeting.status, meeting.level,
           meeting.initiated_by, meeting.starts_at
    FROM asked CROSS JOIN {places} JOIN meetings_meeting meeting ON meeting.district_id = ground.district_id
        AND meeting.starts_at >= asked.since AND meeting.starts_at < asked.until
    {more}
), {in_cells(by, "meetings", measures)}"""  # noqa: S608 (our own text)


MEETINGS: Final = Source(
    table="meetings",
    key="id",
    tables=meetings,
    noun="meetings",
    listed=lambda span: {"starts_after": span.since, "starts_before": span.until},
    has_list_by_focus=False,
    decided_by=("starts_at", "status", "district"),
    decide_group={By.KIND: ("kind",), By.FOCUS: ("organisations",)},
)
STARTS: Final = Fact("starts_at_utc", _("Begins"), "starts_at")
