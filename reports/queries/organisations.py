"""Organisations a figure is of: of the kinds that count, active at the period's end, at home there then.

Common table expressions that a report's statement starts with. Source: docs/method.md;
`OrganisationPeriod` is the dated copy that makes a figure of last year say what was so last year. A period
is half-open, and so is its end: what changed at the very midnight it ends with belongs to the next one.
A period that runs ends with today (`Period.so_far`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.queries.definitions import Fact, Filters, Source, Span
from reports.queries.questions import By
from reports.queries.statements import ASKED, SPOKEN_FOR

# What an organisation has now; it is read only where a measure asks for it.
_NOW: Final = ("review_on", "night_calls", "night_agreed_on")

# Moments in an organisation's life, oldest first: looked up once for all periods, where a measure asks for
# them. When it was met: meetings that were not held, or at which it was not, or at which nothing was heard,
# have no `met_at` (meetings.models.MeetingOrganisation). And when a lead officer was replaced or left.
_MOMENTS: Final[Mapping[str, str]] = {
    "dated.met": """ARRAY(
        SELECT there.met_at FROM meetings_meetingorganisation there
        WHERE there.organisation_id = dated.organisation_id AND there.met_at IS NOT NULL ORDER BY there.met_at
    ) AS met""",
    # What has been as it is since before all periods had no change in any.
    "dated.left_lead": """CASE WHEN dated.since < (SELECT min(since) FROM asked) THEN '{}' ELSE ARRAY(
        SELECT ended.until FROM contacts_organisationperiod ended
        JOIN contacts_organisationperiod began
          ON began.organisation_id = ended.organisation_id AND began.since = ended.until
        WHERE ended.organisation_id = dated.organisation_id AND ended.lead_officer_id IS NOT NULL
          AND began.lead_officer_id IS DISTINCT FROM ended.lead_officer_id ORDER BY ended.until
    ) END AS left_lead""",
}


def _before(moment: str, moments: str) -> str:
    """How many were before it. `width_bucket` counts those up to it, and a microsecond is the least."""
    return f"width_bucket({moment} - interval '1 microsecond', {moments})"


def _in_the_period(moments: str) -> str:
    return f"{_before('asked.until', moments)} - {_before('asked.since', moments)}"


# What may be measured of each organisation of the population.
TIMES_MET: Final = f"{_in_the_period('dated.met')} AS times_met"
TIMES_LEFT: Final = f"{_in_the_period('dated.left_lead')} AS times_left"
# How many of its lead and deputy officer still have an active account. An account is looked up in a hash of
# all active accounts, because a query for each organisation took five times as long.
_ACTIVE: Final = "SELECT id FROM accounts_user WHERE is_active"
OFFICERS_HERE: Final = f"""coalesce(dated.lead_officer_id IN ({_ACTIVE}), false)::int
    + coalesce(dated.deputy_officer_id IN ({_ACTIVE}), false)::int AS officers_here"""
# Days from the city's day it was last met to the end: 1 is the period's last day. Null: never met.
DAYS_SINCE_MET: Final = f"""asked.until_on - (
    dated.met[{_before("asked.until", "dated.met")}] AT TIME ZONE %(zone)s
)::date AS days_since_met"""

# What a row is of, and the rows there are. A district without organisations has one: 0 of 0.
_GROUPED: Final[Mapping[By, tuple[str, str]]] = {
    By.DISTRICT: (
        "ground.code AS grp, population.* FROM population JOIN ground USING (district_id)",
        "SELECT DISTINCT asked.nr, ground.code FROM asked CROSS JOIN ground",
    ),
    By.KIND: (
        "population.kind AS grp, population.* FROM population",
        "SELECT asked.nr, found.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM somebody) found",
    ),
    By.FOCUS: (
        "spoken.focus AS grp, population.* FROM population "
        "CROSS JOIN LATERAL unnest(population.focuses) AS spoken (focus)",
        "SELECT asked.nr, found.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM somebody) found",
    ),
}


def population(*measures: str) -> str:
    """`asked`, `ground`, `dated` and `population`: one row a period and organisation, to stand behind WITH.

    `measures` are columns more, of `asked`, `dated` (its OrganisationPeriod) and `organisation`. Whose home
    it was and of which kind it is, is looked up once for all periods.
    """
    more = "".join(f", {measure}" for measure in measures)
    moments = "".join(f", {look_up}" for name, look_up in _MOMENTS.items() if name in more)
    is_of_now = any(f"organisation.{name}" in more for name in _NOW)
    now = "".join(f", organisation.{name}" for name in _NOW) if is_of_now else ""
    joined = "JOIN contacts_organisation organisation ON organisation.id = dated.organisation_id"
    return f"""{ASKED}, dated AS MATERIALIZED (
    SELECT dated.organisation_id, dated.home_district_id AS district_id, dated.since, dated.until,
           dated.cadence_days, dated.lead_officer_id, dated.deputy_officer_id, dated.verified_on,
           dated.kind{now}{moments}
    FROM (SELECT DISTINCT district_id FROM ground) here
    JOIN contacts_organisationperiod dated ON dated.home_district_id = here.district_id
        AND dated.status = 'active' AND dated.since < (SELECT max(until) FROM asked)
    {joined if is_of_now else ""}
    WHERE dated.kind <> ALL(%(not_counted)s::text[])
), population AS MATERIALIZED (
    SELECT asked.nr AS of_nr, dated.organisation_id, dated.district_id, dated.kind, dated.cadence_days,
           dated.lead_officer_id, dated.deputy_officer_id{more}
    FROM asked
    JOIN dated ON dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
    CROSS JOIN LATERAL (
        SELECT dated.organisation_id AS id, dated.kind{now.replace("organisation.", "dated.")}
    ) organisation
)"""  # noqa: S608 (our own text)


def grouped(by: By, measures: Sequence[str]) -> str:
    """`population(*measures)`, then `grouped`, of which `nr` and `grp` are what a row is of.

    An organisation is in it once for each district asked for that it lies in, or each community it speaks
    for. Every row there is to answer has one more without an organisation, so that what nobody is of in
    one period is 0 of 0 there: count `organisation_id`, not `*`.
    """
    spoken = [f"ARRAY({SPOKEN_FOR}) AS focuses"] if by == By.FOCUS else []
    groups, cells = _GROUPED[by]
    return f"""{population(*spoken, *measures)}, somebody AS (
    SELECT population.of_nr AS nr, {groups}
), cells (nr, grp) AS ({cells}), grouped AS (
    SELECT * FROM somebody
    UNION ALL
    SELECT cells.nr, cells.grp, nobody.* FROM cells LEFT JOIN population nobody ON false
)"""  # noqa: S608 (our own text)


def _as_they_were(span: Span) -> Filters:
    """With `as_of` a list reads district, status, focus and the like as they were when that day began.

    What has since moved where the reader does not see it is in the figure, which is the same for every
    reader, and not in the list.
    """
    counted = {} if span.question.all_kinds else {"counted": "true"}
    return {"as_of": span.until, "status": "active", **counted}


ORGANISATIONS: Final = Source(
    table="grouped", key="organisation_id", tables=grouped, noun="organisations", listed=_as_they_were
)
# Facts about an organisation (reports.figures.counted_rows).
LAST_MET: Final = Fact("last_met_on", _("Last met"), "asked.until_on - days_since_met", [DAYS_SINCE_MET])
CADENCE: Final = Fact("agreed_every_days", _("Agreed every (days)"), "cadence_days")
