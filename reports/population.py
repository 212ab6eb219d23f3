"""Organisations a figure is of: of the kinds that count, active at the period's end, at home there then.

Common table expressions that a report's statement starts with. Source: domain.md, "Indicators";
`OrganisationPeriod` is the dated copy that makes a figure of last year say what was so last year.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from contacts.codes import FOCUS_OF_KIND
from reports.questions import By, Question

# asked: one row a period. ground: each district asked for (`root`) with every district that lies in it.
ASKED: Final = """
asked (nr, since, until, since_on, until_on) AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(since)s::timestamptz[], %(until)s::timestamptz[],
                         %(since_on)s::date[], %(until_on)s::date[])
), ground (code, district_id) AS (
    SELECT root.code, district.id
    FROM districts_district root
    JOIN districts_district district ON district.lineage @> ARRAY[root.id]
    WHERE root.id = ANY(%(roots)s::uuid[])
)"""

# population: one row a period, district asked for and organisation, as at the period's end.
POPULATION: Final = f"""{ASKED}, population AS (
    SELECT asked.nr, asked.since, asked.until, asked.since_on, asked.until_on, ground.code,
           dated.organisation_id, organisation.kind,
           dated.cadence_days, dated.lead_officer_id, dated.deputy_officer_id
    FROM asked
    CROSS JOIN ground
    JOIN contacts_organisationperiod dated ON dated.home_district_id = ground.district_id
        AND dated.since < asked.until AND (dated.until IS NULL OR dated.until >= asked.until)
        AND dated.status = 'active'
    JOIN contacts_organisation organisation ON organisation.id = dated.organisation_id
    WHERE organisation.kind <> ALL(%(not_counted)s::text[])
)"""  # noqa: S608 (our own text)

# grouped: the population with `grp`, what a row is of. An organisation may stand for several communities.
_GROUPED: Final[Mapping[By, str]] = {
    By.DISTRICT: "SELECT population.*, code AS grp FROM population",
    By.KIND: "SELECT DISTINCT ON (nr, organisation_id) population.*, kind AS grp FROM population",
    By.FOCUS: """
    SELECT DISTINCT ON (nr, spoken.focus, organisation_id) population.*, spoken.focus AS grp
    FROM population
    CROSS JOIN LATERAL (
        SELECT said.focus FROM contacts_focusdeclaration said
        WHERE said.organisation_id = population.organisation_id AND said.declared_on < population.until_on
        UNION
        SELECT stands.focus FROM unnest(%(kinds_with_focus)s::text[], %(focuses_of_kinds)s::text[])
            AS stands (kind, focus)
        WHERE stands.kind = population.kind
    ) spoken""",
}


def grouped(by: By) -> str:
    """`asked`, `ground`, `population` and `grouped`, to stand behind WITH."""
    return f"{POPULATION}, grouped AS ({_GROUPED[by]})"


def fetch(sql: str, question: Question, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of one statement, by column. `%(numbers)s` and its like come from the question."""
    known: dict[str, Any] = question.parameters | {
        "kinds_with_focus": [kind.value for kind in FOCUS_OF_KIND],
        "focuses_of_kinds": [focus.value for focus in FOCUS_OF_KIND.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, known | parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
