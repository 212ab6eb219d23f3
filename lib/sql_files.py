"""SQL beside a migration, in files that are named for what they do."""

from pathlib import Path

from django.db.migrations import RunSQL


def run_files(migration: str, *names: str) -> list[RunSQL]:
    """Return operations that run `sql/<name>.sql` beside a migration, in this order.

    `migration` is the migration's `__file__`. Going back drops the tables, and their triggers, policies and
    views with them. Functions stay, so the files replace functions that exist.
    """
    folder = Path(migration).parent / "sql"
    return [RunSQL((folder / f"{name}.sql").read_text(), RunSQL.noop) for name in names]
