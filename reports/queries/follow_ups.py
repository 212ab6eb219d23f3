"""Source of the figures about follow-ups.

A follow-up counts as it was at the end of the period (FollowUpPeriod), so later events change no figure.
Reporting back is the exception, because it has a day of its own.

A follow-up counts in the home districts of its organisations, all as they were at the end of the period.
Their kind and status do not matter: partners and closed organisations count, too. With organisations in two
districts it counts in each district, and once in the total of both. By kind and by community, all districts
are counted together. A follow-up without an organisation is in no figure.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.queries.definitions import Fact, Source
from reports.queries.follow_up_links import LINKS, is_linked
from reports.queries.questions import By, ByEach, Grouping
from reports.queries.statements import ASKED, REPRESENTED_COMMUNITIES, in_cells, of_each
from reports.queries.takeaways import TAKEAWAYS, TRY_BY

_COMMUNITIES: Final = f"""
    JOIN LATERAL (SELECT made.organisation_id AS id, made.kind_then AS kind) organisation
        ON organisation.kind <> ALL(%(not_counted)s::text[])
    CROSS JOIN LATERAL ({REPRESENTED_COMMUNITIES}) community"""

# By grouping: the group of a row, and further joins.
_GROUPS: Final[Mapping[Grouping, tuple[str, str]]] = {
    By.DISTRICT: ("made.code", ""),
    By.KIND: ("made.kind", ""),
    By.FOCUS: ("community.focus", _COMMUNITIES),
    ByEach.KIND: (of_each("made.kind", "made.code"), ""),
    ByEach.FOCUS: (of_each("community.focus", "made.code"), _COMMUNITIES),
}

# Whether an organisation heard the result in the period.
_IS_TOLD: Final = "made.reported_back_on >= asked.since_on AND made.reported_back_on < asked.until_on"
# Whether the follow-up was first due in the period, future days included, and whether it was open at its
# end.
_IS_DUE: Final = "made.first_due_on >= asked.since_on AND made.first_due_on < asked.ends_on"
_IS_OPEN: Final = "made.status IN ('open', 'in_progress') AND made.created_at < asked.until"


def follow_ups(grouping: Grouping, measures: Sequence[str]) -> str:
    """Return the table expression `promises`: a row for each period, group and follow-up.

    A follow-up has a row if `is_due` or `is_open` is true or `told_on` is set: the first day on which an
    organisation heard the result. Takeaways have rows of their own, with `try_by`, if a measure reads it.

    Follow-ups are read once for all periods. Those that were done before the first period ended, and were due
    and reported back outside all periods, are left out.
    """
    group, joins = _GROUPS[grouping]
    counts_takeaways = grouping == By.DISTRICT and any(TRY_BY in measure for measure in measures)
    takeaways = f"UNION ALL {TAKEAWAYS}" if counts_takeaways else ""
    return f"""{ASKED}, made AS MATERIALIZED (
    SELECT ground.code, dated.organisation_id, dated.kind AS kind_then, dated.since, dated.until,
           promise.id, promise.kind, link.reported_back_on,
           promise.first_due_on, promise.created_at, state.status, state.due_on, state.completed_at,
           state.since AS so_since, state.until AS so_until,
           link.since AS linked_since, link.until AS linked_until
    FROM ground
    JOIN contacts_organisationperiod dated ON dated.home_district_id = ground.district_id
    JOIN {LINKS} link ON link.organisation_id = dated.organisation_id
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
        AND {is_linked("made.linked_since", "made.linked_until")}
        AND (({_IS_DUE}) OR ({_IS_OPEN}) OR ({_IS_TOLD}))
    {joins}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    {takeaways}
), {in_cells(grouping, "promises", measures)}"""  # noqa: S608 (our own text)


FOLLOW_UPS: Final = Source(
    table="promises",
    key="id",
    tables=follow_ups,
    noun="follow-ups",
    listed=lambda span: {"as_of": span.until},
    has_list_by_focus=False,
)
COMPLETED: Final = Fact("completed_on", _("Done"), "(completed_at AT TIME ZONE %(zone)s)::date")
