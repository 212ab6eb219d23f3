"""Source of the figures about concerns: the concerns received or closed in each period.

A concern counts in its own district and in each district of the question that contains this one. By kind and
by community, all districts are counted together. A concern then counts once in each of its kinds or
communities.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from meetings.codes import BiasGround
from meetings.rules import ANSWER_WITHIN
from reports.queries.definitions import Fact, Source
from reports.queries.questions import By, ByEach, Grouping
from reports.queries.statements import ASKED, DISTRICTS_TOGETHER, EACH_DISTRICT, Groups, in_cells, of_each

BIAS: Final = [code for code in BiasGround.values if code not in {BiasGround.UNKNOWN, BiasGround.NONE}]

# Concerns in their district since `since_on`, and in each earlier district until `until_on`, the day on which
# that was redrawn. Concerns closed before all periods are left out, because they were received before, too.
_OF_TIME: Final = """concern.received_at < (SELECT max(until) FROM asked)
        AND (concern.closed_at IS NULL OR concern.closed_at >= (SELECT min(since) FROM asked))"""
_PLACED: Final = f"""(
    SELECT concern.*, concern.earlier_district_ids = '{{}}' AS is_first, redrawn.closed_on AS since_on,
           NULL::date AS until_on
    FROM meetings_concern concern LEFT JOIN districts_district redrawn
        ON redrawn.id = concern.earlier_district_ids[cardinality(concern.earlier_district_ids)]
    WHERE concern.district_id = ground.district_id AND {_OF_TIME}
    UNION ALL
    SELECT concern.*, place.nr = 1, before.closed_on, here.closed_on
    FROM meetings_concern concern
    CROSS JOIN LATERAL array_position(concern.earlier_district_ids, ground.district_id) place (nr)
    JOIN districts_district here ON here.id = ground.district_id
    LEFT JOIN districts_district before ON before.id = concern.earlier_district_ids[place.nr - 1]
    WHERE concern.earlier_district_ids <> '{{}}'
        AND concern.earlier_district_ids @> ARRAY[ground.district_id] AND {_OF_TIME}
)"""  # noqa: S608 (our own text)
_IS_RECEIVED: Final = """(
    concern.is_first AND concern.received_at >= asked.since AND concern.received_at < asked.until
)"""
# Whether the concern is in this district at the end of `asked`.
_IS_HERE: Final = """(concern.since_on IS NULL OR concern.since_on < asked.until_on)
        AND (concern.until_on IS NULL OR concern.until_on >= asked.until_on)"""
_ANSWER_BY: Final = f"(concern.received_at + interval '{ANSWER_WITHIN // timedelta(hours=1)} hours')"
_HAPPENED: Final = "CROSS JOIN unnest(concern.kinds) AS happened (kind)"
_HIT: Final = "CROSS JOIN unnest(concern.affected_focuses) AS hit (focus)"
_CONCERNS: Final[Groups] = {
    By.DISTRICT: ("ground.code", EACH_DISTRICT, ""),
    By.KIND: ("happened.kind", DISTRICTS_TOGETHER, _HAPPENED),
    By.FOCUS: ("hit.focus", DISTRICTS_TOGETHER, _HIT),
    ByEach.KIND: (of_each("happened.kind"), EACH_DISTRICT, _HAPPENED),
    ByEach.FOCUS: (of_each("hit.focus"), EACH_DISTRICT, _HIT),
}


def concerns(grouping: Grouping, measures: Sequence[str]) -> str:
    """Return the tables `asked`, `ground` and `concerns`, with a row for each period, group and concern.

    `is_received`: received in the period. `is_closed`: closed in the period and still closed at its end.
    `answered_at` is the value at `answer_by`, when the time to answer was over, so later events change no
    figure. A period and group without concerns has one row of nulls.
    """
    group, places, joins = _CONCERNS[grouping]
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
    {joins}
    WHERE {_IS_RECEIVED} OR closed.id IS NOT NULL
), {in_cells(grouping, "concerns", measures)}"""  # noqa: S608 (our own text)


CONCERNS: Final = Source(
    table="concerns",
    key="id",
    tables=concerns,
    noun="concerns",
)
RECEIVED: Final = Fact("received_at_utc", _("Received"), "received_at")
