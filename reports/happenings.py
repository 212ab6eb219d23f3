"""Meetings and concerns of periods, where they were: what the statements of such figures start with.

They count in the district written on them, whatever became of the organisations since: once in every
district asked for that it lies in. By kind and by community the districts asked for are counted together,
and each meeting or concern once in each of its kinds and communities.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from meetings.codes import BiasGround
from meetings.rules import ANSWER_WITHIN
from reports.figures import Fact, Source
from reports.population import ASKED, SPOKEN_FOR, in_cells
from reports.questions import By

BIAS: Final = [code for code in BiasGround.values if code not in {BiasGround.UNKNOWN, BiasGround.NONE}]

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

# What a row is of, where, and what else is joined.
_EACH: Final = "ground"
_TOGETHER: Final = "(SELECT DISTINCT district_id FROM ground) ground"
_MEETINGS: Final[Mapping[By, tuple[str, str, str]]] = {
    By.DISTRICT: ("ground.code", _EACH, ""),
    By.KIND: ("meeting.kind", _TOGETHER, ""),
    By.FOCUS: ("community.focus", _TOGETHER, _COMMUNITIES_THERE),
}
# Concerns where they are and, if their district has been redrawn since on the day `moved_on`, where they were
# received. Those closed before all periods began are left out: they were received before, too.
_OF_TIME: Final = """concern.received_at < (SELECT max(until) FROM asked)
        AND (concern.closed_at IS NULL OR concern.closed_at >= (SELECT min(since) FROM asked))"""
_PLACED: Final = f"""(
    SELECT concern.*, redrawn.id IS NULL AS is_first, redrawn.closed_on AS moved_on
    FROM meetings_concern concern LEFT JOIN districts_district redrawn
        ON redrawn.id = concern.received_in_id AND concern.received_in_id <> concern.district_id
    WHERE concern.district_id = ground.district_id AND {_OF_TIME}
    UNION ALL
    SELECT concern.*, true, redrawn.closed_on
    FROM meetings_concern concern JOIN districts_district redrawn ON redrawn.id = concern.received_in_id
    WHERE concern.received_in_id = ground.district_id AND concern.received_in_id <> concern.district_id
        AND {_OF_TIME}
)"""  # noqa: S608 (our own text)
_IS_RECEIVED: Final = """(
    concern.is_first AND concern.received_at >= asked.since AND concern.received_at < asked.until
)"""
# Whether it is in that place at the end of `asked`.
_IS_HERE: Final = "coalesce(concern.moved_on < asked.until_on, false) <> concern.is_first"
_ANSWER_BY: Final = f"(concern.received_at + interval '{ANSWER_WITHIN // timedelta(hours=1)} hours')"
_CONCERNS: Final[Mapping[By, tuple[str, str, str]]] = {
    By.DISTRICT: ("ground.code", _EACH, ""),
    By.KIND: ("happened.kind", _TOGETHER, "CROSS JOIN unnest(concern.kinds) AS happened (kind)"),
    By.FOCUS: ("hit.focus", _TOGETHER, "CROSS JOIN unnest(concern.affected_focuses) AS hit (focus)"),
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


def concerns(by: By, measures: Sequence[str]) -> str:
    """`asked`, `ground` and `concerns`, to stand behind WITH: those received or closed in each period.

    `is_received` and `is_closed` (at its end too) say which. `answered_at` is as it was when the time to
    answer was over, at `answer_by`: what becomes of a concern later changes no figure of then. A period and
    group without any has a row of nulls.
    """
    group, places, more = _CONCERNS[by]
    return f"""{ASKED}, found AS (
    SELECT asked.nr, {group} AS grp, concern.id, concern.received_at, {_ANSWER_BY} AS answer_by,
           known.answered_at, concern.reported_back_on, concern.bias_grounds,
           concern.reassurance_offered_at, concern.reassurance_answer, concern.created_at,
           {_IS_RECEIVED} AS is_received, closed.id IS NOT NULL AS is_closed
    FROM asked CROSS JOIN {places} CROSS JOIN LATERAL {_PLACED} concern
    LEFT JOIN meetings_concernperiod known ON known.concern_id = concern.id AND known.superseded_at IS NULL
        AND known.since <= {_ANSWER_BY} AND (known.until IS NULL OR known.until > {_ANSWER_BY})
    LEFT JOIN meetings_concernperiod closed ON closed.concern_id = concern.id
        AND closed.superseded_at IS NULL AND closed.status = 'closed'
        AND closed.closed_at >= asked.since AND closed.closed_at < asked.until
        AND closed.since < asked.until AND (closed.until IS NULL OR closed.until >= asked.until)
        AND {_IS_HERE}
    {more}
    WHERE {_IS_RECEIVED} OR closed.id IS NOT NULL
), {in_cells(by, "concerns", measures)}"""  # noqa: S608 (our own text)


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
CONCERNS: Final = Source(
    table="concerns",
    key="id",
    tables=concerns,
    noun="concerns",
    decided_by=("received_at",),
    decide_group={By.KIND: ("kinds",), By.FOCUS: ("affected_focuses",)},
)
STARTS: Final = Fact("starts_at_utc", _("Begins"), "starts_at")
RECEIVED: Final = Fact("received_at_utc", _("Received"), "received_at")
