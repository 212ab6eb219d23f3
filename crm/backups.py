"""A backup is PostgreSQL's own dump and, beside it, what was in it: rows and a sum over each table.

Both are of one snapshot, so that a restore can be proved to hold the same, seals of the trail included.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import conninfo, sql

from crm.embedded.binaries import postgres_programs

OWNER: Final = "owner"
# Sixty bits of each row's MD5, summed: the order of rows does not matter, and nothing is kept in memory.
# Against accidents, not against forgers: for those are the seals (audit.verifying).
_SUM: Final = "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text"
# How a drill knows the database that a killed one has left.
_SCRATCH_NOTE: Final = "of a restore drill, dropped at its end"
_SCRATCH_OF: Final = """
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s
"""


class BackupFailed(Exception):
    """Said for a person; the database is as it was, or what was restored is not to be used."""


@dataclass(frozen=True, slots=True)
class Table:
    rows: int
    digest: str


def manifest_of(dump: Path) -> Path:
    return dump.with_name(dump.name + ".json")


def back_up(dump: Path) -> dict[str, Table]:
    """Write `dump` and its manifest, both readable by their owner only, whole or not at all."""
    draft = dump.with_name(dump.name + ".part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={draft}")
        tables = contents()
    described = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tables": {name: [table.rows, table.digest] for name, table in tables.items()},
    }
    manifest = manifest_of(dump)
    manifest.touch(mode=0o600)
    manifest.write_text(json.dumps(described, indent=1))
    draft.rename(dump)
    return tables


def read_manifest(dump: Path) -> dict[str, Table]:
    try:
        kept: dict[str, Any] = json.loads(manifest_of(dump).read_text())
    except (OSError, ValueError) as problem:
        raise BackupFailed(f"{manifest_of(dump)} cannot be read: {problem}") from problem
    return {name: Table(*values) for name, values in kept["tables"].items()}


def put_back(dump: Path) -> dict[str, Table]:
    """Fill the owner's empty database from `dump`, all or nothing, and prove that it holds the same.

    Owners and rights are not the dump's: `prepare_database` gives them, and runs before anything starts.
    """
    expected = read_manifest(dump)
    if _tables():
        raise BackupFailed("This database is not empty. Restore into a new one.")
    connections[OWNER].close()
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        str(dump),
    )
    found = contents()
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise BackupFailed(
                f"{name} differs from the backup: {found.get(name)}, expected {expected.get(name)}."
            )
    return found


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """The owner's connection leads to a new database until the end, when it is dropped."""
    owner = connections[OWNER]
    real = owner.settings_dict["NAME"]
    with owner.cursor() as cursor:
        cursor.execute(_SCRATCH_OF, [name])
        left = cursor.fetchone()
        if left and left[0] != _SCRATCH_NOTE:
            raise BackupFailed(f"There is a database {name} that no drill has left: drop or rename it first.")
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        # template0: nothing that somebody has put into template1.
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        note = sql.SQL("COMMENT ON DATABASE {} IS {}")
        cursor.execute(note.format(sql.Identifier(name), sql.Literal(_SCRATCH_NOTE)))
    _point(owner, name)
    try:
        yield
    finally:
        _point(owner, real)
        with owner.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def contents() -> dict[str, Table]:
    """Every table of the owner's database: how many rows, and a sum over them."""
    found = {}
    with connections[OWNER].cursor() as cursor:
        for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO'", "extra_float_digits = 1"):
            cursor.execute(f"SET SESSION {setting}")
        for table in _tables():
            cursor.execute(sql.SQL(_SUM + " FROM {} AS t").format(sql.Identifier(table)))
            found[table] = Table(*cursor.fetchone())
    return found


def _tables() -> list[str]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def _point(connection: BaseDatabaseWrapper, database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def _run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL on the owner's database; the password is in no list of processes."""
    given = connections[OWNER].get_connection_params()
    known = {key: given[key] for key in ("dbname", "user", "host", "port", "sslmode") if given.get(key)}
    address = conninfo.make_conninfo(**known)
    environment = dict(os.environ)
    if password := given.get("password"):
        environment["PGPASSWORD"] = password
    done = subprocess.run(
        [str(postgres_programs() / program), f"--dbname={address}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()[-800:]}")
