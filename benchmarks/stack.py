"""A seeded installation: its own servers, the application as in production, and the floor."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Self

import psycopg

from benchmarks import seeding
from crm.embedded.environment import ROOT, copy_in
from crm.embedded.files import Unavailable, private_folder
from crm.embedded.postgres import DATABASE, OWNER, SUPERUSER, Postgres
from crm.embedded.run import WEB, free_port
from crm.embedded.services import Services
from crm.embedded.supervisor import Child, Supervisor

SCRATCH, EMPTY, PLAIN = "scratch", "empty", "plain"
PATIENCE_SECONDS = 60


class Stack:
    """The installation, stored in a folder between runs so that the next run starts at once."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self.folder = private_folder(folder / f"bench-{size}")
        self.copy = copy_in(self.folder)
        self.services = Services(self.folder, self.copy.servers)
        self.environment = self.copy.environment() | {
            "SITE_URL": "http://127.0.0.1",
            "SECOND_FACTOR_FOR_ALL": "0",  # the reader has a password only
            # One reader asks for more pages than any person does in a day.
            "SESSION_PEOPLE_OFFICER": "1000000",
            "SESSION_PEOPLE_SUPERVISOR": "1000000",
        }
        self.supervisor = Supervisor(self.environment, private_folder(self.folder / "logs"))
        self.app_port, self.floor_port = free_port(), free_port()
        self.facts: dict[str, Any] = {}

    @property
    def postgres(self) -> Postgres:
        return next(server for server in self.copy.servers if isinstance(server, Postgres))

    def __enter__(self) -> Self:
        self.services.join()
        try:
            self._migrate()
            self._seed_once()
        except BaseException:
            self.services.leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
        self.services.leave()

    def _migrate(self) -> None:
        """Create the template of scratch databases, and the seeded database as a copy of the template."""
        with self.postgres.connect() as connection:
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [EMPTY]).fetchone()
        if not made:
            self.postgres.execute("CREATE DATABASE {} OWNER {}", EMPTY, OWNER)
        self.manage("prepare_database", "--verbosity", "0", **self.postgres.urls(EMPTY))
        with self.postgres.connect(DATABASE) as connection:
            found = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone()
        if found:
            for _ in range(2):  # where policies were off, the first notes that contexts are sent
                self.manage("prepare_database", "--verbosity", "0")
        else:
            self._copy_empty_to(DATABASE)

    def _copy_empty_to(self, database: str) -> None:
        self.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        self.postgres.execute("CREATE DATABASE {} OWNER {} TEMPLATE {}", database, OWNER, EMPTY)

    def _seed_once(self) -> None:
        stamp = self.folder / "seeded"
        if stamp.exists() and stamp.read_text() == seeding.VERSION:
            return
        started = time.monotonic()
        self._copy_empty_to(DATABASE)  # an older version of the data may be there
        with self.postgres.connect(DATABASE) as connection:
            seeding.seed(connection, self.size)
        stamp.write_text(seeding.VERSION)
        print(f"  seeded {self.size:,} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)

    @contextmanager
    def without_policies(self) -> Iterator[Self]:
        """The same installation on a copy of its data, without row-level policies (docs/adr/0046)."""
        self.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", PLAIN)
        self.postgres.execute("CREATE DATABASE {} OWNER {} TEMPLATE {}", PLAIN, OWNER, DATABASE)
        other = copy(self)
        other.environment = self.environment | self.postgres.urls(PLAIN) | {"ROW_SECURITY": "0"}
        other.supervisor = Supervisor(other.environment, private_folder(self.folder / "logs" / PLAIN))
        other.app_port, other.floor_port = free_port(), free_port()
        try:
            other.manage("prepare_database", "--verbosity", "0")
            with self.postgres.connect(PLAIN) as connection:
                connection.execute("VACUUM (ANALYZE)")
            yield other
        finally:
            other.supervisor.stop()
            self.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", PLAIN)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run the application and the floor, each with two workers."""
        self.facts = self.ask_inside()
        statements = self.folder / "floor.json"
        statements.write_text(json.dumps(self.facts["sql"]))
        self.supervisor.environment = self.environment | {"BENCH_FLOOR": str(statements)}
        children = [
            _gunicorn("web", WEB, self.app_port),
            _gunicorn("floor", WEB.replace("crm.wsgi", "benchmarks.floor"), self.floor_port),
        ]
        for child in children:
            self.supervisor.start(child)
        try:
            self._wait_for(f"http://127.0.0.1:{self.app_port}/livez")
            self._wait_for(f"http://127.0.0.1:{self.floor_port}/list")
            yield
        finally:
            self.supervisor.stop(children)

    def _wait_for(self, address: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(address, timeout=5):  # noqa: S310 (http by construction)
                    return
            except urllib.error.HTTPError as problem:
                raise Unavailable(f"{address} answered {problem.code}; see {self.supervisor.logs}") from None
            except OSError:
                time.sleep(0.1)
        raise Unavailable(f"{address} does not answer; see {self.supervisor.logs}")

    def ask_inside(self, module: str = "benchmarks.inside", *arguments: object) -> dict[str, Any]:
        """Run a module with the installation's variables and return its JSON output."""
        command = [sys.executable, "-m", module, *map(str, arguments)]
        found: dict[str, Any] = json.loads(_said(command, self.environment))
        return found

    def manage(self, *arguments: str, **variables: str) -> None:
        _said([sys.executable, str(ROOT / "manage.py"), *arguments], self.environment | variables)

    @contextmanager
    def scratch(self) -> Iterator[tuple[dict[str, str], psycopg.Connection]]:
        """Create an empty database beside the seeded one. Yields its variables and a superuser connection."""
        urls = self.postgres.urls(SCRATCH)
        self._copy_empty_to(SCRATCH)
        try:
            with self.postgres.connect(SCRATCH, SUPERUSER) as connection:
                yield self.environment | urls, connection
        finally:
            self.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", SCRATCH)


def _gunicorn(name: str, command: str, port: int) -> Child:
    options = ["--no-control-socket", "--bind", f"127.0.0.1:{port}"]
    return Child(name, [sys.executable, "-m", *command.split(), *options])


def _said(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{' '.join(command[1:])} failed:\n{done.stderr[-2000:]}")
    return done.stdout
