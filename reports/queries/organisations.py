"""Source of the figures about organisations: active ones of the kinds that count, by home district.

Kind, status and home district are those at the end of the period. `OrganisationPeriod` has dated copies of
them, so a figure of last year stays the same. docs/method.md describes the population.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.queries.definitions import Fact, Filters, Source, Span
from reports.queries.questions import By, ByEach, Grouping
from reports.queries.statements import ASKED, REPRESENTED_COMMUNITIES, of_each

# Columns without history, read only if a measure needs them.
_NOW: Final = ("review_on", "night_calls", "night_agreed_on")

# Moments of an organisation, oldest first, read once for all periods if a measure needs them: when it was
# met, and when a lead officer left or was replaced. `met_at` is null if the meeting was not held, the
# organisation was absent or nothing was heard of it (meetings.models.MeetingOrganisation).
_MOMENTS: Final[Mapping[str, str]] = {
    "dated.met": """ARRAY(
        SELECT there.met_at FROM meetings_meetingorganisation there
        WHERE there.organisation_id = dated.organisation_id AND there.met_at IS NOT NULL ORDER BY there.met_at
    ) AS met""",
    # A row that is older than all periods had no change in any of them.
    "dated.left_lead": """CASE WHEN dated.since < (SELECT min(since) FROM asked) THEN '{}' ELSE ARRAY(
        SELECT ended.until FROM contacts_organisationperiod ended
        JOIN contacts_organisationperiod began
          ON began.organisation_id = ended.organisation_id AND began.since = ended.until
        WHERE ended.organisation_id = dated.organisation_id AND ended.lead_officer_id IS NOT NULL
          AND began.lead_officer_id IS DISTINCT FROM ended.lead_officer_id ORDER BY ended.until
    ) END AS left_lead""",
}


def _before(moment: str, moments: str) -> str:
    """Return SQL for the number of `moments` before `moment`.

    `width_bucket` also counts a moment equal to its argument, so the argument is a microsecond earlier.
    """
    return f"width_bucket({moment} - interval '1 microsecond', {moments})"


def _in_the_period(moments: str) -> str:
    return f"{_before('asked.until', moments)} - {_before('asked.since', moments)}"


# Measures of an organisation of the population.
TIMES_MET: Final = f"{_in_the_period('dated.met')} AS times_met"
TIMES_LEFT: Final = f"{_in_the_period('dated.left_lead')} AS times_left"
# The number of lead and deputy officers with an active account at the end of the period. An account is looked
# up in a hash of all of them, because a query for each organisation took five times as long.
_ACTIVE: Final = """SELECT account.id, ends.nr FROM accounts_user account
    JOIN asked ends ON account.is_active OR account.deactivated_at >= ends.until"""
OFFICERS_HERE: Final = f"""coalesce((dated.lead_officer_id, asked.nr) IN ({_ACTIVE}), false)::int
    + coalesce((dated.deputy_officer_id, asked.nr) IN ({_ACTIVE}), false)::int AS officers_here"""
# Days from the last meeting (a day of the city) to the end. 1 is the period's last day, null is never met.
DAYS_SINCE_MET: Final = f"""asked.until_on - (
    dated.met[{_before("asked.until", "dated.met")}] AT TIME ZONE %(zone)s
)::date AS days_since_met"""

# By grouping: the group of a row, and all groups. A district without organisations is 0 of 0.
_EVERY_GROUP: Final = (
    "SELECT asked.nr, found.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM somebody) found"
)
_SPOKEN: Final = "CROSS JOIN LATERAL unnest(population.focuses) AS spoken (focus)"
_GROUPED: Final[Mapping[Grouping, tuple[str, str]]] = {
    By.DISTRICT: (
        "ground.code AS grp, population.* FROM population JOIN ground USING (district_id)",
        "SELECT DISTINCT asked.nr, ground.code FROM asked CROSS JOIN ground",
    ),
    By.KIND: (
        "population.kind AS grp, population.* FROM population",
        _EVERY_GROUP,
    ),
    By.FOCUS: (
        f"spoken.focus AS grp, population.* FROM population {_SPOKEN}",
        _EVERY_GROUP,
    ),
    ByEach.KIND: (
        f"{of_each('population.kind')} AS grp, population.* FROM population JOIN ground USING (district_id)",
        _EVERY_GROUP,
    ),
    ByEach.FOCUS: (
        f"{of_each('spoken.focus')} AS grp, population.* "
        f"FROM population JOIN ground USING (district_id) {_SPOKEN}",
        _EVERY_GROUP,
    ),
}


def population(*measures: str) -> str:
    """Return the table expressions `asked`, `ground`, `dated` and `population`.

    `population` has one row for each period and organisation. `measures` are further columns, read from
    `asked`, `dated` (an OrganisationPeriod) and `organisation`. Home district and kind are read once for all
    periods.
    """
    extra_columns = "".join(f", {measure}" for measure in measures)
    moments = "".join(f", {look_up}" for name, look_up in _MOMENTS.items() if name in extra_columns)
    reads_current_columns = any(f"organisation.{name}" in extra_columns for name in _NOW)
    current_columns = "".join(f", organisation.{name}" for name in _NOW) if reads_current_columns else ""
    joined = "JOIN contacts_organisation organisation ON organisation.id = dated.organisation_id"
    return f"""{ASKED}, dated AS MATERIALIZED (
    SELECT dated.organisation_id, dated.home_district_id AS district_id, dated.since, dated.until,
           dated.cadence_days, dated.lead_officer_id, dated.deputy_officer_id, dated.verified_on,
           dated.kind{current_columns}{moments}
    FROM (SELECT DISTINCT district_id FROM ground) here
    JOIN contacts_organisationperiod dated ON dated.home_district_id = here.district_id
        AND dated.status = 'active' AND dated.since < (SELECT max(until) FROM asked)
    {joined if reads_current_columns else ""}
    WHERE dated.kind <> ALL(%(not_counted)s::text[])
), population AS MATERIALIZED (
    SELECT asked.nr AS of_nr, dated.organisation_id, dated.district_id, dated.kind, dated.cadence_days,
           dated.lead_officer_id, dated.deputy_officer_id{extra_columns}
    FROM asked
    JOIN dated ON dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
    CROSS JOIN LATERAL (
        SELECT dated.organisation_id AS id, dated.kind{current_columns.replace("organisation.", "dated.")}
    ) organisation
)"""  # noqa: S608 (our own text)


def grouped(grouping: Grouping, measures: Sequence[str]) -> str:
    """Return `population(*measures)` and `grouped`, with a row for each period, group and organisation.

    An organisation has a row for each district that contains its home district, or for each community that it
    represents. Each period and group also has a row of nulls, so that an empty group is 0 of 0. Count
    `organisation_id`, not `*`.
    """
    spoken = [f"ARRAY({REPRESENTED_COMMUNITIES}) AS focuses"] if grouping in (By.FOCUS, ByEach.FOCUS) else []
    groups, cells = _GROUPED[grouping]
    return f"""{population(*spoken, *measures)}, somebody AS (
    SELECT population.of_nr AS nr, {groups}
), cells (nr, grp) AS ({cells}), grouped AS (
    SELECT * FROM somebody
    UNION ALL
    SELECT cells.nr, cells.grp, nobody.* FROM cells LEFT JOIN population nobody ON false
)"""  # noqa: S608 (our own text)


def _as_they_were(span: Span) -> Filters:
    """Return filters for organisations with district, status and focus as they were when a day began.

    The figure is the same for every reader. Its list lacks organisations that have since moved to a district
    that the reader cannot see.
    """
    counted = {} if span.question.all_kinds else {"counted": "true"}
    return {"as_of": span.until, "status": "active", **counted}


ORGANISATIONS: Final = Source(
    table="grouped", key="organisation_id", tables=grouped, noun="organisations", listed=_as_they_were
)
# Facts about an organisation (reports.figures.counted_rows).
LAST_MET: Final = Fact("last_met_on", _("Last met"), "asked.until_on - days_since_met", [DAYS_SINCE_MET])
CADENCE: Final = Fact("agreed_every_days", _("Agreed every (days)"), "cadence_days")
