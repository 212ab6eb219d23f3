"""Benchmarks of background work: reminders, an import, and the start of the system."""

import csv
import os
import resource
import select
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import psycopg

from benchmarks import seeding
from benchmarks.stack import Stack
from benchmarks.table import Row
from crm.embedded.environment import ROOT
from crm.embedded.files import Unavailable
from crm.embedded.run import free_port
from crm.embedded.valkey import Valkey

MOST = {"reminders": 10_000, "import": 100_000}
PATIENCE_SECONDS = 600
MEMORY_MB = 256
FOR_REMINDERS = [
    "districts_district",
    "accounts_user",
    "accounts_user_districts",
    "contacts_organisation",
    "meetings_followup",
    "meetings_followuporganisation",
]
MAPPING = """
source = "bench"
identify = ["ID"]
region = "ES"
[fields]
name = "NAME"
address = "ADDRESS"
phone = "PHONE"
email = "EMAIL"
home_district = "DISTRICT"
kind = "KIND"
"""


# --- Reminders ------------------------------------------------------------------------------------


def reminders(stack: Stack, count: int) -> Iterator[Row]:
    """Measure due reminders, sent by a worker with two processes. The floor is smtplib in one process."""
    port = free_port()
    with stack.scratch() as (environment, database), _running(["-m", "benchmarks.sink", str(port)]):
        _make_due(database, count)
        floor = count / _seconds_of_smtplib(port, count)
        _flush_broker(stack)
        worker = ["-m", "celery", "-A", "crm", "worker", "--concurrency", "2", "--loglevel", "WARNING"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        variables = environment | {
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "CELERY_BROKER_URL": _broker(stack),
        }
        with _running([*worker, *quiet], variables):
            ours = count / _seconds_to_drain(database, count, environment)
    yield Row(f"Draining {count:,} reminders, 2 workers", ours, "/s", 0.5, floor, at_least=True)


def _make_due(database: psycopg.Connection, count: int) -> None:
    """Create follow-ups due on the day they were made, each with an urgent email.

    In-page reminders are off.
    """
    database.execute("SET session_replication_role = replica")
    seeding.seed_few(database, count, FOR_REMINDERS)
    database.execute("UPDATE accounts_user SET reminder_channels = '{email}'")
    database.execute(
        "UPDATE meetings_followup SET status = 'open', completed_at = NULL, due_on = CURRENT_DATE - 1, "
        "created_at = (CURRENT_DATE - 1 + time '10:00') AT TIME ZONE 'Europe/Madrid'"
    )
    now = datetime.now(UTC)
    # Made yesterday, as the rule requires, so that they are due at any time of day.
    database.execute(
        """
        INSERT INTO reminders_reminder (id, rule, subject_type, subject_id, recipient_id, channel, occurrence,
            attempts, message_id, last_error, created_at)
        SELECT gen_random_uuid(), 'follow_up_written', 'follow_up', id, owner_id, 'email',
            created_at, 0, '', '', %s
        FROM meetings_followup
        """,
        [now - timedelta(days=1)],
    )
    database.execute("VACUUM ANALYZE")


def _seconds_to_drain(database: psycopg.Connection, count: int, environment: dict[str, str]) -> float:
    """Measure from the first to the last sent reminder, so that the start of the worker does not count."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.25)
        sent, left, seconds = database.execute(
            "SELECT count(sent_at), count(*) - count(sent_at), "
            "extract(epoch FROM max(sent_at) - min(sent_at)) FROM reminders_reminder "
            "WHERE occurrence < now()"  # without those that the worker creates for the days ahead
        ).fetchone() or (0, count, 0)
        if not left:
            if sent != count:
                raise Unavailable(f"Only {sent} of {count} reminders were sent.")
            return float(seconds)
    raise Unavailable(f"Reminders were not sent in {PATIENCE_SECONDS} s.")


def _seconds_of_smtplib(port: int, count: int) -> float:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@bench.example", "b@bench.example", "A promise"
    message.set_content("A promise is due today.\n" * 8)
    message.add_alternative("<p>A promise is due today.</p>\n" * 8, subtype="html")
    text = message.as_bytes()
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for _ in range(count):
            connection.sendmail("a@bench.example", ["b@bench.example"], text)
    return time.perf_counter() - started


def _broker(stack: Stack) -> str:
    return _valkey(stack).broker_url()


def _flush_broker(stack: Stack) -> None:
    with _valkey(stack).client() as client:
        client.flushall()


def _valkey(stack: Stack) -> Valkey:
    return next(server for server in stack.copy.servers if isinstance(server, Valkey))


# --- Import ---------------------------------------------------------------------------------------


def import_rows(stack: Stack, count: int) -> Iterator[Row]:
    """Measure an import of a register. The floor is a bare COPY of its results, plus the index builds."""
    register, mapping = stack.folder / "register.csv", stack.folder / "mapping.toml"
    _write_register(register, count)
    mapping.write_text(MAPPING)
    with stack.scratch() as (environment, database):
        seeding.seed_few(database, 0, ["districts_district"])
        command = ["import_organisations", str(register), "--mapping", str(mapping), "--quiet"]
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = process.stdout.read() if process.stdout else ""
        _pid, status, usage = os.wait4(process.pid, 0)
        ours = time.perf_counter() - started
        if status or f"created {count}" not in said:
            raise Unavailable(f"The import ended with {status}: {said[-300:]}")
        floor = _seconds_of_copy(database)
    register.unlink()
    yield Row(f"Importing {count:,} rows", ours, "s", 10, floor)
    yield Row(f"Importing {count:,} rows: memory", _megabytes(usage), "MB", MEMORY_MB)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _write_register(path: Path, count: int) -> None:
    book = seeding.Book(datetime.now(UTC), count)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ID", "NAME", "KIND", "DISTRICT", "ADDRESS", "PHONE", "EMAIL"])
        for number, row in enumerate(book.organisations()):
            _id, name, kind, _home, address, phone, email, *_rest = row
            district = f"N{book.home(number)}"
            rows.writerow([f"R{number}", name, kind, district, address, phone, email])


def _seconds_of_copy(database: psycopg.Connection) -> float:
    """Copy the same organisations into a bare table and build every index of the real table."""
    copied = bytearray()
    with database.cursor().copy("COPY contacts_organisation TO STDOUT") as copy:
        for block in copy:
            copied += block
    indexes = database.execute(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'contacts_organisation'"
    ).fetchall()
    started = time.perf_counter()
    database.execute("CREATE TABLE bare (LIKE contacts_organisation INCLUDING DEFAULTS)")
    with database.cursor().copy("COPY bare FROM STDIN") as copy:
        copy.write(copied)
    for number, (definition,) in enumerate(indexes):
        head, _on, rest = definition.partition(" ON public.contacts_organisation ")
        unique = "UNIQUE " if "UNIQUE" in head else ""
        database.execute(f"CREATE {unique}INDEX bare_{number} ON bare {rest}")
    return time.perf_counter() - started


# --- Start ----------------------------------------------------------------------------------------


def start(folder: Path) -> Iterator[Row]:
    """Measure `run` from an empty folder until it reports that it is ready."""
    data = folder / "bench-start"
    shutil.rmtree(data, ignore_errors=True)
    arguments = ["-m", "crm.embedded", "run", "--data", str(data), "--port", str(free_port())]
    started = time.perf_counter()
    with _running(arguments, dict(os.environ), output=subprocess.PIPE) as process:
        _wait_until_said(process, b"Ready after")
        seconds = time.perf_counter() - started
    shutil.rmtree(data, ignore_errors=True)
    yield Row("Start of `run` from an empty folder", seconds, "s", 15)


def _wait_until_said(process: subprocess.Popen[bytes], words: bytes) -> None:
    assert process.stdout is not None  # noqa: S101 (opened as a pipe)
    said = b""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in said:
        ready, _, _ = select.select([process.stdout], [], [], 1)
        chunk = os.read(process.stdout.fileno(), 4096) if ready else None
        if chunk == b"" or time.monotonic() > deadline:
            raise Unavailable(f"It did not start: {said.decode()[-500:]}")
        said += chunk or b""


@contextmanager
def _running(
    arguments: list[str], environment: dict[str, str] | None = None, output: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
