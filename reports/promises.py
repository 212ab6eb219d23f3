"""Promises and where they were made: what the statements of follow-ups and overdue start with.

A promise belongs to the home districts its organisations had at the period's end, whatever their kind and
status: a promise to a partner, or to one that closed since, is a promise. Made to two districts it counts
once in each and once in a total of both; by kind of promise and by community the districts asked for are
counted together. One without an organisation belongs to no district and is in no figure.
"""

from collections.abc import Mapping
from typing import Final

from reports.population import ASKED, SPOKEN_FOR
from reports.questions import By
from reports.reading import in_cells

_COMMUNITIES: Final = f"""
    JOIN contacts_organisation organisation ON organisation.id = link.organisation_id
        AND organisation.kind <> ALL(%(not_counted)s::text[])
    CROSS JOIN LATERAL ({SPOKEN_FOR}) community"""

# What a row is of, and what else is joined.
_GROUPS: Final[Mapping[By, tuple[str, str]]] = {
    By.DISTRICT: ("ground.code", ""),
    By.KIND: ("promise.kind", ""),
    By.FOCUS: ("community.focus", _COMMUNITIES),
}


def promises(by: By, condition: str) -> str:
    """`promises`, to stand behind WITH: one row a period, group and promise that meets `condition`.

    `condition` is SQL over `asked` and `promise`. Without any there is a row with an `id` of null.
    """
    group, more = _GROUPS[by]
    return f"""{ASKED}, found AS (
    SELECT DISTINCT asked.nr, {group} AS grp, promise.id, promise.status, promise.due_on,
           promise.first_due_on, promise.completed_at, asked.until_on
    FROM asked
    CROSS JOIN ground
    JOIN contacts_organisationperiod home ON home.home_district_id = ground.district_id
        AND home.since < asked.until AND (home.until IS NULL OR home.until >= asked.until)
    JOIN meetings_followuporganisation link ON link.organisation_id = home.organisation_id
    JOIN meetings_followup promise ON promise.id = link.follow_up_id AND {condition}
    {more}
), {in_cells(by, "promises")}"""  # noqa: S608 (our own text)
