"""A private PostgreSQL server on a Unix socket that only its user can reach."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from . import binaries
from .files import Unavailable, private_folder, socket_folder
from .launcher import launcher

SUPERUSER, OWNER, APPLICATION, DATABASE = "postgres", "proximity_owner", "proximity_app", "proximity"
PUBLISHER = "proximity_audit"  # numbers and seals the activity log
PUBLIC = "proximity_public"  # reads what is published
LOCALE = ("--locale=C.UTF-8", "--encoding=UTF8")
BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
BUILTIN_LOCALE_SINCE = 17
FIRST_START_MB = 200  # on disk: the cluster, its write-ahead log, and the demo
# Fast but not durable, for test databases only. Autovacuum is off: it would not count rows of a test's open
# transaction, and PostgreSQL would then choose plans that take minutes instead of milliseconds.
FORGETFUL = tuple(
    f"--{setting}=off" for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
)


class Postgres:
    """The cluster of one data folder. Any process that sees its socket can stop it."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.sockets = socket_folder(folder)
        self.log = private_folder(folder / "logs") / "postgres.log"
        self.durable = durable
        self.launcher = launcher(binaries.postgres_programs(), folder / "postgres")
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgres://{role}@/{database}?host={self.sockets}"

    def urls(self, database: str = DATABASE) -> dict[str, str]:
        """Return the variables with the database URL of each role."""
        return {
            "DATABASE_URL": self.url(APPLICATION, database),
            "DATABASE_AUDIT_URL": self.url(PUBLISHER, database),
            "DATABASE_OWNER_URL": self.url(OWNER, database),
            "PUBLIC_DATABASE_URL": self.url(PUBLIC, database),
        }

    @contextmanager
    def connect(self, database: str = "postgres", role: str = SUPERUSER) -> Iterator[psycopg.Connection]:
        """Connect in autocommit mode."""
        with psycopg.connect(
            host=str(self.sockets), dbname=database, user=role, autocommit=True, connect_timeout=5
        ) as connection:
            yield connection

    def execute(self, statement: LiteralString, *names: str) -> None:
        """Run a statement as the superuser. Each `{}` is replaced with a quoted name."""
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def is_up(self) -> bool:
        try:
            with self.connect():
                return True
        except psycopg.OperationalError:
            return False

    def is_made(self) -> bool:
        return (self.launcher.data / "PG_VERSION").exists()

    def start(self, timeout_seconds: float = 60) -> None:
        """Start the server, also after a crash: wait until all processes of the last run have ended."""
        self._make()
        deadline = time.monotonic() + timeout_seconds
        self._launch()
        while not self.is_up():
            if time.monotonic() > deadline:
                raise Unavailable(f"PostgreSQL did not start in {timeout_seconds:.0f} s; see {self.log}")
            if self.process and self.process.poll() is not None:
                time.sleep(0.3)
                self._launch()
            time.sleep(0.05)
        self._prepare()

    def stop(self, timeout_seconds: float = 4, *, at_once: bool = False) -> None:
        """Disconnect all clients and stop.

        Use stronger signals after each timeout, or immediately if `at_once`.
        """
        pid = self.pid() or (self.process.pid if self.process else None)
        gently = () if at_once else (signal.SIGINT,)
        for signal_number in (*gently, signal.SIGQUIT, signal.SIGKILL):
            if pid is None or not self._is_ours(pid):
                break
            os.kill(pid, signal_number)
            deadline = time.monotonic() + timeout_seconds
            while self._is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.02)

    def _make(self) -> None:
        """Create the cluster unless it exists.

        It gets its final name when it is complete, so that a killed start leaves nothing half-made.
        """
        if self.is_made():
            return
        data = self.launcher.data
        if (free := shutil.disk_usage(data.parent).free // 1024**2) < FIRST_START_MB:
            raise Unavailable(
                f"Only {free} MB are free in {data.parent}, and the first start needs {FIRST_START_MB} MB: "
                "free some space, or choose another folder (--data or CRM_DATA)."
            )
        draft = data.with_name(data.name + ".new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        self.launcher.give(draft)
        modern = (binaries.version_of(self.launcher.programs / "postgres") or 0) >= BUILTIN_LOCALE_SINCE
        arguments = ["-D", str(draft), "-U", SUPERUSER, "--auth=trust", "--no-instructions", *LOCALE]
        arguments += BUILTIN_LOCALE if modern else ()
        arguments += () if self.durable else ("--no-sync",)
        completed = subprocess.run(
            self.launcher.command("initdb", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **self.launcher.options(),
        )
        if completed.returncode:
            self.log.write_text(completed.stdout)
            raise Unavailable(f"PostgreSQL's initdb failed; see {self.log}")
        draft.rename(data)

    def _launch(self) -> None:
        self._forget_dead_pid()
        self.launcher.give(self.sockets)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            "max_connections": "100",
            # Keep values out of the log: neither the failed statement nor the rejected row is written.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        arguments = ["-D", str(self.launcher.data)]
        for setting, value in settings.items():
            arguments += ["-c", f"{setting}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.launcher.command("postgres", *arguments, *(() if self.durable else FORGETFUL)),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C in a terminal is for the supervisor.
                **self.launcher.options(),
            )

    def _prepare(self) -> None:
        with self.connect() as connection:
            has_role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
            has_database = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
        if not has_role:
            self.execute("CREATE ROLE {} LOGIN CREATEDB CREATEROLE", OWNER)
        if not has_database:
            self.execute("CREATE DATABASE {} OWNER {}", DATABASE, OWNER)

    def pid(self) -> int | None:
        try:
            return int((self.launcher.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is this cluster's server and not a later process with the same number."""
        if self.process and self.process.pid == pid:
            return self.process.poll() is None
        command = Path(f"/proc/{pid}/cmdline")
        if Path("/proc/self").exists():
            try:
                return str(self.launcher.data).encode() in command.read_bytes()
            except OSError:
                return False
        return subprocess.run(["/bin/kill", "-0", str(pid)], capture_output=True).returncode == 0

    def _forget_dead_pid(self) -> None:
        """Delete a stale pid file.

        PostgreSQL trusts its number even if another program has the number now.
        """
        pid = self.pid()
        if pid is not None and not self._is_ours(pid):
            (self.launcher.data / "postmaster.pid").unlink(missing_ok=True)
