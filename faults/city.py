"""An installation whose parts can be killed: its own servers, programs, and a mail server that counts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.request import urlopen

import psycopg
import redis

from crm.embedded.children import die_with_parent
from crm.embedded.environment import ROOT, copy_in
from crm.embedded.files import Unavailable, private_folder
from crm.embedded.postgres import DATABASE, OWNER, SUPERUSER, Postgres
from crm.embedded.run import free_port
from crm.embedded.valkey import Valkey

SCRATCH = "faults"
PATIENCE_SECONDS = 400
WORKER = "celery -A crm worker --concurrency 2 --loglevel INFO --without-gossip --without-mingle"
BEAT = "celery -A crm beat --loglevel INFO"
# As in production: a worker for each queue, supervised by the process that starts them.
WORKERS, BEATS = "crm.workers trail mail hooks work", "crm.workers beat"


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the condition holds. Raises Unavailable after a timeout."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Unavailable(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.02)


class Taken(NamedTuple):
    """A message that the mail server accepted. `session` is the connection, and so the worker process."""

    message_id: str
    moment: float
    session: str


class Program:
    """A process in its own process group, which can be killed with its descendants and started again."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self) -> None:
        """Kill the process and its descendants with SIGKILL."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_children(self) -> int:
        """Kill the descendants and return their number."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        children = [int(line) for line in found.stdout.split()]
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(children)

    def end(self, seconds: float = 30) -> None:
        """Stop as an orchestrator does: SIGTERM, then SIGKILL after a timeout."""
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()


class City:
    """The servers of the experiments, with a fresh database for each: a copy of a migrated template."""

    def __init__(self, folder: Path) -> None:
        self.folder = private_folder(folder)
        self.logs = private_folder(folder / "logs")
        self.postgres = Postgres(self.folder)
        self.valkey = Valkey(self.folder)
        self.smtp_port, self.web_port = free_port(), free_port()
        self.book = self.folder / "taken.txt"
        self.programs: list[Program] = []
        ours = copy_in(self.folder).variables | {
            **self.postgres.urls(SCRATCH),
            "REDIS_URL": self.valkey.cache_url(),
            "REDIS_CACHE_URL": self.valkey.cache_url(),
            "CELERY_BROKER_URL": self.valkey.broker_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "SITE_URL": f"http://localhost:{self.web_port}",
            "DEMO": "0",
            "LOG_LEVEL": "INFO",
        }
        self.environment = dict(os.environ) | ours

    def __enter__(self) -> Self:
        self.postgres.start()
        self.valkey.start()
        self.prepare()
        return self

    def prepare(self) -> None:
        """Migrate the template database."""
        prepared = self.environment | self.postgres.urls(DATABASE)
        self._run(["manage.py", "prepare_database", "--verbosity", "0"], prepared)

    def __exit__(self, *_: object) -> None:
        self.end_programs()
        self.valkey.stop()
        self.postgres.stop()

    @contextmanager
    def experiment(self, **variables: str) -> Iterator[None]:
        """Run an experiment with an empty database and broker. `variables` are for its programs."""
        self.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", SCRATCH)
        self.postgres.execute("CREATE DATABASE {} OWNER {} TEMPLATE {}", SCRATCH, OWNER, DATABASE)
        self.flush()
        self.book.write_text("")
        before = self.environment
        self.environment = before | variables
        try:
            yield
        finally:
            self.end_programs()
            self.environment = before

    # --- Programs -----------------------------------------------------------------------------------

    def start(self, name: str, command: str, **variables: str) -> Program:
        words = [sys.executable, "-m", *command.split()]
        program = Program(name, words, self.environment | variables, self.logs / f"{name}.log")
        self.programs.append(program)
        return program

    def start_sink(self, stalls: int = 0, stall_seconds: float = 0.0) -> Program:
        stalling = f"--stalls {stalls} --stall-seconds {stall_seconds}"
        return self.start("sink", f"faults.sink --port {self.smtp_port} --book {self.book} {stalling}")

    def start_web(self) -> Program:
        """Start the web server as in production and wait until it is ready."""
        command = f"gunicorn crm.wsgi --config python:crm.serving --bind 127.0.0.1:{self.web_port}"
        program = self.start("web", command)
        wait_until(self._web_answers, "the web server", 180)
        return program

    def _web_answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.web_port}/livez", timeout=5):
                return True
        except OSError:
            return False

    def wait_for_life(self) -> None:
        """Wait until a worker and beat have sent their heartbeat (crm.heartbeat)."""
        with redis.Redis.from_url(self.valkey.cache_url()) as client:
            wait_until(
                lambda: client.exists("crm:2:heartbeat:worker", "crm:2:heartbeat:beat") == 2, "life", 60
            )

    def end_programs(self) -> None:
        for program in self.programs:
            program.kill()
        self.programs.clear()

    def inside(self, *arguments: str) -> dict[str, Any]:
        """Return what `faults.inside` printed."""
        found: dict[str, Any] = json.loads(self._run(["-m", "faults.inside", *arguments], self.environment))
        return found

    def _run(self, arguments: list[str], environment: dict[str, str]) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise Unavailable(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
        return done.stdout.splitlines()[-1] if done.stdout else ""

    # --- Faults -------------------------------------------------------------------------------------

    def stop_postgres_at_once(self) -> None:
        """Stop PostgreSQL without a goodbye, like a power cut (but writes already in the kernel survive)."""
        self.postgres.stop(at_once=True)

    def flush(self) -> None:
        with self.valkey.client() as client:
            client.flushall()

    # --- Results ------------------------------------------------------------------------------------

    def ask(self, statement: str, *parameters: object) -> Any:
        """Return the first column of the first row, or None."""
        with psycopg.connect(
            host=str(self.postgres.sockets), dbname=SCRATCH, user=SUPERUSER, autocommit=True
        ) as connection:
            row = connection.execute(statement, parameters).fetchone()
        return row[0] if row else None

    def taken(self) -> list[Taken]:
        """Return every message that the mail server accepted, in order."""
        lines = (line.split() for line in self.book.read_text().splitlines())
        return [Taken(message_id, float(moment), session) for message_id, moment, session in lines]
