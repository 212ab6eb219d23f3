"""Protection of records and the activity log in the database: owners, rights, triggers, policies and code.

`catalogue.txt` lists it, and `verify_audit` compares. A trigger that is off, a policy that shows other rows
or a right that was granted by hand is a finding. `manage.py verify_audit --catalogue` prints the list.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

ROW_SECURITY: Final = "row security of "
FILE: Final = Path(__file__).parents[1] / "catalogue.txt"
QUERY: Final = FILE.with_suffix(".sql")


def catalogue(using: str) -> list[str]:
    """Return the lines of this database. Each database role is named by its purpose."""
    names = _names_of_roles(using)
    with connections[using].cursor() as cursor:
        cursor.execute(QUERY.read_text())
        lines = [line for (line,) in cursor.fetchall()]
    for role, name in names.items():
        lines = [line.replace(f"<{role}>", name) for line in lines]
    return sorted(lines)


def differences(using: str) -> Iterator[str]:
    """Yield listed lines that the database lacks, and lines that are not listed."""
    listed, present = FILE.read_text().splitlines(), catalogue(using)
    shared = len(_names_of_roles(using)) == 1
    if shared:  # one role for everything: no rights to compare
        listed = [line for line in listed if not line.startswith("right ")]
    if shared or not settings.ROW_SECURITY:
        listed = [line for line in listed if not line.startswith(ROW_SECURITY)]
    yield from (f"missing: {line}" for line in listed if line not in present)
    yield from (f"not expected: {line}" for line in present if line not in listed)


def _names_of_roles(using: str) -> dict[str, str]:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'audit_event'::regclass")
        (owner,) = cursor.fetchone()
    purposes = {"audit": "the publisher", "default": "the application"}
    roles = {str(connections[alias].settings_dict["USER"]): name for alias, name in purposes.items()}
    return roles | {owner: "the owner"}
