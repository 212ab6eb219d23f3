"""Promises and where they were made: what the statements of follow-ups and overdue start with.

A promise is as it was at the period's end (FollowUpPeriod): what becomes of it later changes no figure of
then. That an organisation was told is the exception: it has its own day. It belongs to the home districts
its organisations had at the period's end, whatever their kind and status: a promise to a partner, or to one
that closed since, is a promise. Made to two districts it counts once in each and once in a total of both;
by kind of promise and by community the districts asked for are counted together. One without an
organisation belongs to no district and is in no figure.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.queries.definitions import Fact, Source
from reports.queries.questions import By
from reports.queries.statements import ASKED, SPOKEN_FOR, in_cells
from reports.queries.takeaways import TAKEN_HOME, TRY_BY

_COMMUNITIES: Final = f"""
    JOIN LATERAL (SELECT made.organisation_id AS id, made.kind_then AS kind) organisation
        ON organisation.kind <> ALL(%(not_counted)s::text[])
    CROSS JOIN LATERAL ({SPOKEN_FOR}) community"""

# What a row is of, and what else is joined.
_GROUPS: Final[Mapping[By, tuple[str, str]]] = {
    By.DISTRICT: ("made.code", ""),
    By.KIND: ("made.kind", ""),
    By.FOCUS: ("community.focus", _COMMUNITIES),
}

# Which organisations were told of the result in a period.
_IS_TOLD: Final = "made.reported_back_on >= asked.since_on AND made.reported_back_on < asked.until_on"
# Which promises were first due in a period, to its last day even while it runs (those to come have time
# left), and which were open at its end: one that is not over ends now.
_IS_DUE: Final = "made.first_due_on >= asked.since_on AND made.first_due_on < asked.ends_on"
_IS_OPEN: Final = "made.status IN ('open', 'in_progress') AND made.created_at < asked.until"


def promises(by: By, measures: Sequence[str]) -> str:
    """`promises`, to stand behind WITH: one row a period, group and promise.

    `is_due`, `is_open` and `told_on` say why; the last is the first day on which an organisation was told.
    Takeaways have rows of their own, with `try_by`, if a measure asks for it.
    Those of each home are looked up once for all periods, without those that were done before the first
    period's end, and due and told outside all periods.
    """
    group, more = _GROUPS[by]
    asks_tried = by == By.DISTRICT and any(TRY_BY in measure for measure in measures)
    tried = f"UNION ALL {TAKEN_HOME}" if asks_tried else ""
    return f"""{ASKED}, made AS MATERIALIZED (
    SELECT ground.code, dated.organisation_id, dated.kind AS kind_then, dated.since, dated.until,
           promise.id, promise.kind, link.reported_back_on,
           promise.first_due_on, promise.created_at, state.status, state.due_on, state.completed_at,
           state.since AS so_since, state.until AS so_until
    FROM ground
    JOIN contacts_organisationperiod dated ON dated.home_district_id = ground.district_id
    JOIN meetings_followuporganisation link ON link.organisation_id = dated.organisation_id
    JOIN meetings_followup promise ON promise.id = link.follow_up_id
        AND (promise.completed_at IS NULL OR promise.completed_at >= (SELECT min(until) FROM asked)
             OR (promise.first_due_on >= (SELECT min(since_on) FROM asked)
                 AND promise.first_due_on < (SELECT max(ends_on) FROM asked))
             OR (link.reported_back_on >= (SELECT min(since_on) FROM asked)
                 AND link.reported_back_on < (SELECT max(ends_on) FROM asked)))
    JOIN meetings_followupperiod state ON state.follow_up_id = promise.id AND state.superseded_at IS NULL
        AND state.since < (SELECT max(until) FROM asked)
        AND (state.until IS NULL OR state.until >= (SELECT min(until) FROM asked))
), found AS (
    SELECT asked.nr, {group} AS grp, made.id, made.status, made.due_on, made.first_due_on,
           made.completed_at, {_IS_DUE} AS is_due, {_IS_OPEN} AS is_open,
           min(made.reported_back_on) FILTER (WHERE {_IS_TOLD}) AS told_on,
           NULL::date AS taken_on, NULL::date AS {TRY_BY}, NULL::date AS tried_on
    FROM asked
    JOIN made ON made.since < asked.until AND (made.until IS NULL OR made.until >= asked.until)
        AND made.so_since < asked.until AND (made.so_until IS NULL OR made.so_until >= asked.until)
        AND (({_IS_DUE}) OR ({_IS_OPEN}) OR ({_IS_TOLD}))
    {more}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    {tried}
), {in_cells(by, "promises", measures)}"""  # noqa: S608 (our own text)


PROMISES: Final = Source(
    table="promises",
    key="id",
    tables=promises,
    noun="follow-ups",
    listed=lambda span: {"as_of": span.until},
    has_list_by_focus=False,
)
COMPLETED: Final = Fact("completed_on", _("Done"), "(completed_at AT TIME ZONE %(zone)s)::date")
