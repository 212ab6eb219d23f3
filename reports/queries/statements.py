"""SQL with which the statements for figures start, and `fetch`, the one function that runs them.

A period excludes its end. A change at the midnight between two periods belongs to the later period. The end
of a running period is the end of today (`Period.so_far`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

from contacts.codes import FOCUS_OF_KIND
from lib.row_context import Opened, opened
from reports.queries.questions import OWN, By, ByEach, Grouping, Question

# asked: one row for each period. Counting ends at `until` and `until_on`, the period itself at `ends_on`.
# ground: one row for each district of the question (`code`) and each district in it. If the code is empty,
# the row is of a district that is in no part. If it begins with OWN, the row is of the district's
# own area: in none of the districts of the question that are in it.
ASKED: Final = f"""
asked (nr, since, until, since_on, until_on, ends_on) AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(since)s::timestamptz[], %(until)s::timestamptz[],
                         %(since_on)s::date[], %(until_on)s::date[], %(ends_on)s::date[])
), ground (code, district_id) AS (
    SELECT root.code, district.id
    FROM unnest(%(codes)s::text[], %(roots)s::uuid[]) AS root (code, id)
    JOIN districts_district district ON district.lineage @> ARRAY[root.id]
    WHERE CASE
        WHEN root.code = '' THEN NOT district.lineage && %(parts)s::uuid[]
        WHEN starts_with(root.code, '{OWN}') THEN NOT district.lineage && ARRAY(
            SELECT unnest(%(parts)s::uuid[]) EXCEPT
            SELECT unnest(outer_district.lineage) FROM districts_district outer_district
            WHERE outer_district.id = root.id
        )
        ELSE true
    END
)"""  # noqa: S608 (our own text)

# The communities that `organisation` represents at the end of `asked`, each once, for a lateral join.
REPRESENTED_COMMUNITIES: Final = """
    SELECT declaration.focus FROM contacts_focusdeclaration declaration
    WHERE declaration.organisation_id = organisation.id AND declaration.superseded_at IS NULL
        AND declaration.declared_on < asked.until_on
        AND (declaration.withdrawn_on IS NULL OR declaration.withdrawn_on >= asked.until_on)
    UNION
    SELECT implied.focus FROM unnest(%(kinds_with_focus)s::text[], %(focuses_of_kinds)s::text[])
        AS implied (kind, focus)
    WHERE implied.kind = organisation.kind"""


# By grouping, three pieces of SQL: a row's group, the districts it is joined with, and further joins.
Groups = Mapping[Grouping, tuple[str, str, str]]
EACH_DISTRICT: Final = "ground"
DISTRICTS_TOGETHER: Final = "(SELECT DISTINCT district_id FROM ground) ground"

# All periods and groups that get a row. A group without records in a period is 0 of 0.
_FOUND: Final = "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named"
_CELLS: Final[Mapping[Grouping, str]] = {
    By.DISTRICT: "SELECT DISTINCT asked.nr, ground.code FROM asked CROSS JOIN ground",
    **dict.fromkeys([By.KIND, By.FOCUS, *ByEach], _FOUND),
}


def of_each(group: str, code: str = "ground.code") -> str:
    """Return SQL for the group of a district and of a kind or community in it (ByEach)."""
    return f"{code} || ' ' || {group}"


def in_cells(grouping: Grouping, name: str, measures: Sequence[str]) -> str:
    """Return the tables `cells` and `name`: the rows of `found`, and one row of nulls for each empty cell.

    Each row has its period's `since_on` and `until_on`, and the columns in `measures`.
    """
    extra_columns = "".join(f", {measure}" for measure in measures)
    return f"""cells (nr, grp) AS ({_CELLS[grouping]}), {name} AS (
    SELECT *{extra_columns} FROM cells JOIN asked USING (nr) LEFT JOIN found USING (nr, grp)
)"""  # noqa: S608 (our own text)


@opened(Opened.FIGURES)
def fetch(sql: str, question: Question, **parameters: Any) -> list[dict[str, Any]]:
    """Run a statement and return its rows as dictionaries.

    The question provides parameters such as `%(numbers)s`, and `parameters` others.
    """
    parameter_values = question.parameters | {
        "by": question.by.value,
        "kinds_with_focus": [kind.value for kind in FOCUS_OF_KIND],
        "focuses_of_kinds": [focus.value for focus in FOCUS_OF_KIND.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameter_values | parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
