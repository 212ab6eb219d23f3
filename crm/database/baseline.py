"""The tables of a released version in one file, so that an empty database needs no hundred migrations.

`baseline.sql` is what the migrations of that version make, as pg_dump writes it, and their names. Later
migrations run as usual. `python -m tests.architecture.baseline` writes the file; tests/crm/test_upgrade.py
compares it with the migrations (docs/adr/0036).
"""

import re
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

FILE: Final = Path(__file__).with_name("baseline.sql")
HEAD: Final = """\
-- Written by `python -m tests.architecture.baseline`: change migrations, not this file.
SET LOCAL search_path = '';
SET LOCAL check_function_bodies = off;
"""
# Each server has its own settings and roles, and the extensions bring their own comments. Rights that
# migrations take from all roles (PUBLIC) stay.
_LEFT_OUT: Final = re.compile(
    r"^(--|\\|SET |SELECT pg_catalog\.set_config|COMMENT ON EXTENSION|$"
    r"|GRANT |ALTER DEFAULT PRIVILEGES |REVOKE (?!.* ON FUNCTION .* FROM PUBLIC;))"
)
_EMPTY: Final = """
SELECT current_schema() = 'public' AND NOT EXISTS (
    SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""


def lay_baseline(owner: BaseDatabaseWrapper) -> bool:
    """Create the tables and record their migrations. Return False, and do nothing, unless it is empty."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(_EMPTY)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(FILE.read_text())
        return True


def without_noise(dump: str) -> str:
    """Return the statements of `pg_dump --schema-only` without comments, settings and rights of roles."""
    code, body = [], False
    for line in dump.splitlines():
        if body or not _LEFT_OUT.match(line):
            code.append(line)
        body ^= line.count("$$") % 2 == 1 or line.count("$_$") % 2 == 1
    return "\n".join(code) + "\n"
