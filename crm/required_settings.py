"""Required settings: without them, production does not start, and health checks report it.

Each process checks the settings that it reads (crm.processes). Rows tell whether the work behind a setting is
done: erasures that are not in their ledger, and rows that are not sealed (crm.progress).
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from crm.processes import WEB
from lib.encryption import KeysNotRead, data_keys

#: Files and keys of the process `trail`, and what breaks without them.
OF_TRAIL: Final = {
    "ERASURE_LEDGER": "A restored backup would bring back people who were erased.",
    "AUDIT_SEAL_FILE": "Nobody outside the database could prove that the activity log was cut off.",
    "AUDIT_SIGNING_KEY_FILE": "The activity log would not be sealed.",
}
_NO_KEYS: Final = (
    "Private phones and addresses, assessments and facts of concerns are not encrypted. Set FIELD_SECRET, "
    "run `manage.py rewrap_keys --new`, and set FIELD_KEYS to what it prints."
)
_NO_CONTROL_ROOM: Final = (
    "CONTROL_ROOM is not set. Organisations that are called at night could not check that the caller is an "
    "officer."
)
_NO_POLICIES: Final = "The database has no second fence. Remove ROW_SECURITY=0 and run prepare_database."


def is_production() -> bool:
    """Whether this is no demo, and not on one's own machine."""
    return settings.HTTPS and not (settings.DEBUG or settings.DEMO)


def broken_promises(process: str) -> Iterator[str]:
    """Yield what is missing in the settings of a process, and what to do."""
    try:
        if data_keys() is None:
            yield _NO_KEYS
    except KeysNotRead as problem:
        yield f"{problem} Restore FIELD_KEYS and FIELD_SECRET from where you keep them outside the database."
    if not settings.ROW_SECURITY:
        yield _NO_POLICIES
    if process == WEB and not settings.CONTROL_ROOM:
        yield _NO_CONTROL_ROOM
    if process == "trail":
        yield from _broken_files()


def _broken_files() -> Iterator[str]:
    for name, consequence in OF_TRAIL.items():
        path = getattr(settings, name)
        if not path:
            yield f"{name} is not set. {consequence}"
        elif name == "AUDIT_SIGNING_KEY_FILE":
            if not os.access(path, os.R_OK):
                yield f"{name} ({path}) cannot be read. {consequence}"
        elif not _is_writable(Path(path)):
            yield f"{name} ({path}) cannot be written. {consequence}"


def _is_writable(file: Path) -> bool:
    return os.access(file if file.exists() else file.parent, os.W_OK)


def refuse_to_start(processes: Iterable[str]) -> None:
    """Raise ImproperlyConfigured in production if a setting of one of these processes is missing."""
    if not is_production():
        return
    broken = dict.fromkeys(text for process in processes for text in broken_promises(process))
    if broken:
        raise ImproperlyConfigured("\n".join(["This process does not start.", *broken]))


ARCHIVING: Final = """
SELECT current_setting('archive_mode') <> 'off', last_archived_time, last_failed_time,
       EXISTS (SELECT FROM pg_stat_replication)
  FROM pg_stat_archiver
"""


def broken_archiving(cursor: Any) -> str:
    """Return what is wrong with the archive of changes, or nothing. A replica is an archive too."""
    cursor.execute(ARCHIVING)
    return archiving_problem(*cursor.fetchone())


def archiving_problem(is_on: bool, archived_at: Any, failed_at: Any, has_replica: bool) -> str:
    if has_replica:
        return ""
    if not is_on:
        return (
            "Changes since the last backup are lost with this machine. Archive them (docs/operations.md, "
            "“Recovery to a moment”)."
        )
    if failed_at and (archived_at is None or failed_at > archived_at):
        return (
            f"PostgreSQL has not archived its changes since {failed_at:%Y-%m-%d %H:%M} UTC. Look for "
            "archive_command in its log."
        )
    return ""


POLICIES_OFF: Final = """
SELECT count(*) FILTER (WHERE NOT relrowsecurity) FROM pg_class WHERE oid IN (SELECT polrelid FROM pg_policy)
"""


def tables_without_policies(cursor: Any) -> int:
    """Return for how many tables the policies are switched off."""
    cursor.execute(POLICIES_OFF)
    return int(cursor.fetchone()[0])
