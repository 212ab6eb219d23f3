"""Database backups: a PostgreSQL dump and a manifest with the row count and checksum of each table.

Dump and manifest come from the same snapshot, so a restore can be proved to hold the same rows, including the
seals of the activity log.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, cast

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from psycopg import conninfo, sql

from crm.embedded.binaries import postgres_clients
from jobs.models import Job, JobStatus

OWNER: Final = "owner"
# The keys of contexts open every row to whoever also has the application's password. `prepare_database`
# derives them again from SECRET_KEY.
LEFT_OUT: Final = "guard.context_key"
# Sum of 60 bits of each row's MD5: independent of row order and computed in constant memory. It detects
# accidents, not forgery. The seals detect forgery (audit.services.verifying).
_SUM: Final = "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text"
# Name prefix by which a drill recognises the database that a killed drill has left.
_SCRATCH_NOTE: Final = "of a restore drill, dropped at its end"
_SCRATCH_OF: Final = """
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s
"""


# Kinds of jobs by which metrics know when the last backup was made, and the last drill passed.
BACKUP, DRILL = "backup", "restore_drill"


class BackupFailed(Exception):
    """A backup or restore failed. The message is written for a person.

    After a failed backup the database is unchanged. After a failed restore the database must not be used.
    """


@dataclass(frozen=True, slots=True)
class Table:
    rows: int
    digest: str


def manifest_of(dump: Path) -> Path:
    return dump.with_name(dump.name + ".json")


def back_up(dump: Path) -> dict[str, Table]:
    """Write `dump` and its manifest, both readable by the owner only, completely or not at all."""
    draft = dump.with_name(dump.name + ".part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run(
            "pg_dump",
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--exclude-table-data={LEFT_OUT}",
            f"--file={draft}",
        )
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


def remember(kind: str, at: datetime | None = None) -> None:
    """Record that a backup was made or a drill has passed (crm.metrics), now or at `at`."""
    Job.objects.using(OWNER).create(kind=kind, status=JobStatus.DONE, finished_at=at or timezone.now())


def made_at(dump: Path) -> datetime:
    """Return when the backup was made, as its manifest says."""
    return datetime.fromisoformat(json.loads(manifest_of(dump).read_text())["at"])


def read_manifest(dump: Path) -> dict[str, Table]:
    try:
        manifest: dict[str, Any] = json.loads(manifest_of(dump).read_text())
    except (OSError, ValueError) as problem:
        raise BackupFailed(f"{manifest_of(dump)} cannot be read: {problem}") from problem
    return {name: Table(*values) for name, values in manifest["tables"].items()}


def put_back(dump: Path) -> dict[str, Table]:
    """Restore `dump` into the owner's empty database, all or nothing, and check that it holds the same rows.

    The dump contains no owners or rights: `prepare_database` sets them and runs before anything else starts.
    """
    expected = read_manifest(dump)
    if _tables():
        raise BackupFailed("This database is not empty. Restore into a new one.")
    _fill_from(dump)
    restored = contents()
    for name in sorted(expected.keys() | restored.keys()):
        if expected.get(name) != restored.get(name):
            raise BackupFailed(
                f"{name} differs from the backup: {restored.get(name)}, expected {expected.get(name)}."
            )
    return restored


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Point the owner's connection to a new database, and drop that database at the end."""
    owner = connections[OWNER]
    real = owner.settings_dict["NAME"]
    with owner.cursor() as cursor:
        cursor.execute(_SCRATCH_OF, [name])
        database_comment = cursor.fetchone()
        if database_comment and database_comment[0] != _SCRATCH_NOTE:
            raise BackupFailed(f"There is a database {name} that no drill has left: drop or rename it first.")
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        # template0 contains nothing that somebody may have added to template1.
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
    """Row count and checksum of every table in the owner's database."""
    contents_by_table = {}
    with connections[OWNER].cursor() as cursor:
        for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO'", "extra_float_digits = 1"):
            cursor.execute(f"SET SESSION {setting}")
        for table in _tables():
            cursor.execute(sql.SQL(_SUM + " FROM {} AS t").format(sql.Identifier(table)))
            contents_by_table[table] = Table(*cursor.fetchone())
    return contents_by_table


def _tables() -> list[str]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def _point(connection: BaseDatabaseWrapper, database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def _run(program: str, *arguments: str) -> None:
    """Run a PostgreSQL program on the owner's database."""
    address, environment = _owner()
    done = subprocess.run(
        [postgres_clients() / program, address, *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()[-800:]}")


def _fill_from(dump: Path) -> None:
    """Let psql run what pg_restore writes, in one transaction.

    pg_restore itself would set parameters that an older server does not know, and stop there.
    """
    connection_parameters = _parameters()
    connections[OWNER].close()
    address, environment = _owner()
    clients = postgres_clients()
    read = [str(clients / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    run = [str(clients / "psql"), address, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    with (
        tempfile.TemporaryFile() as error_output,
        subprocess.Popen(read, stdout=subprocess.PIPE, stderr=error_output) as reader,
        subprocess.Popen(
            [*run, "--single-transaction", "--file=-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=error_output,
            env=environment,
        ) as writer,
    ):
        script, target = cast(IO[bytes], reader.stdout), cast(IO[bytes], writer.stdin)
        try:
            for line in _beginning(script):
                name = line.split()[1].decode() if line.startswith(b"SET ") else ""
                if not name or name in connection_parameters:
                    target.write(line)
            shutil.copyfileobj(script, target, 1024 * 1024)
            target.flush()
        except BrokenPipeError:  # psql has stopped, and says why
            reader.kill()
        if reader.wait():
            writer.kill()  # otherwise it would commit the first half
        writer.communicate()
        if reader.returncode or writer.returncode:
            error_output.seek(0)
            raise BackupFailed(f"The dump cannot be restored: {error_output.read().decode().strip()[-800:]}")


def _beginning(script: IO[bytes]) -> Iterator[bytes]:
    """Yield the first lines of what pg_restore writes, up to the last parameter that it sets."""
    for line in script:
        yield line
        if line.startswith(b"SET row_security"):
            return


def _parameters() -> set[str]:
    """Names of the parameters that the owner's server knows."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings")
        return {name for (name,) in cursor.fetchall()}


def _owner() -> tuple[str, dict[str, str]]:
    """Return the argument that names the owner's database, and an environment with the password.

    Everybody on the machine can read a program's arguments.
    """
    all_parameters = connections[OWNER].get_connection_params()
    parameters = {
        key: all_parameters[key]
        for key in ("dbname", "user", "host", "port", "sslmode")
        if all_parameters.get(key)
    }
    environment = dict(os.environ)
    if password := all_parameters.get("password"):
        environment["PGPASSWORD"] = password
    return f"--dbname={conninfo.make_conninfo(**parameters)}", environment
