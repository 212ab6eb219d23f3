"""SQL that every statement of a figure starts with, and the one function that runs such a statement.

A period is half-open, and so is its end: a change at the midnight that ends a period belongs to the next one.
The end of a running period is the end of today (`Period.so_far`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

from contacts.codes import FOCUS_OF_KIND
from lib.row_context import Opened, opened
from reports.queries.questions import By, Question

# asked: one row for each period. Counting ends at `until` and `until_on`, the period itself at `ends_on`.
# ground: each district of the question (`code`) with all districts in it. An empty code stands for the
# districts that are in no part.
ASKED: Final = """
asked (nr, since, until, since_on, until_on, ends_on) AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(since)s::timestamptz[], %(until)s::timestamptz[],
                         %(since_on)s::date[], %(until_on)s::date[], %(ends_on)s::date[])
), ground (code, district_id) AS (
    SELECT root.code, district.id
    FROM unnest(%(codes)s::text[], %(roots)s::uuid[]) AS root (code, id)
    JOIN districts_district district ON district.lineage @> ARRAY[root.id]
    WHERE root.code <> '' OR NOT district.lineage && %(parts)s::uuid[]
)"""

# The communities that `organisation` represents at the end of `asked`, each once, for a lateral join.
SPOKEN_FOR: Final = """
    SELECT said.focus FROM contacts_focusdeclaration said
    WHERE said.organisation_id = organisation.id AND said.superseded_at IS NULL
        AND said.declared_on < asked.until_on
        AND (said.withdrawn_on IS NULL OR said.withdrawn_on >= asked.until_on)
    UNION
    SELECT stands.focus FROM unnest(%(kinds_with_focus)s::text[], %(focuses_of_kinds)s::text[])
        AS stands (kind, focus)
    WHERE stands.kind = organisation.kind"""


# By grouping: what a row's group is, the districts it is joined with, and further joins.
Groups = Mapping[By, tuple[str, str, str]]
EACH_DISTRICT: Final = "ground"
DISTRICTS_TOGETHER: Final = "(SELECT DISTINCT district_id FROM ground) ground"

# All periods and groups that get a row. A group without records in a period is 0 of 0.
_CELLS: Final[Mapping[By, str]] = {
    By.DISTRICT: "SELECT DISTINCT asked.nr, ground.code FROM asked CROSS JOIN ground",
    By.KIND: "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named",
    By.FOCUS: "SELECT asked.nr, named.grp FROM asked CROSS JOIN (SELECT DISTINCT grp FROM found) named",
}


def in_cells(grouping: By, name: str, measures: Sequence[str]) -> str:
    """Return `cells` and the table `name`: the rows of `found`, or one row of nulls for an empty group.

    Each row has its period's `since_on` and `until_on`, and the columns in `measures`.
    """
    extra_columns = "".join(f", {measure}" for measure in measures)
    return f"""cells (nr, grp) AS ({_CELLS[grouping]}), {name} AS (
    SELECT *{extra_columns} FROM cells JOIN asked USING (nr) LEFT JOIN found USING (nr, grp)
)"""  # noqa: S608 (our own text)


@opened(Opened.FIGURES)
def fetch(sql: str, question: Question, **parameters: Any) -> list[dict[str, Any]]:
    """Run a statement and return its rows as dictionaries.

    The question provides parameters such as `%(numbers)s`.
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
