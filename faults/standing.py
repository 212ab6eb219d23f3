"""Experiments with parts that hang, are slow or have a wrong clock.

All other parts must continue meanwhile, and nothing may be lost.
"""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import redis

from crm.embedded.children import descendants
from crm.embedded.files import Unavailable
from crm.embedded.postgres import SUPERUSER
from crm.progress import standing
from faults.city import BEATS, SCRATCH, WORKERS, City, wait_until
from faults.reminders import outcome_of
from faults.requests import IDS
from faults.table import Outcome
from faults.work import receiver
from faults.writers import Writers

SOON = 10.0  # seconds within which parts that are not affected must progress
UNNUMBERED = """
SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.event_id = e.id)
"""
LEFT = "SELECT count(*) FROM reminders_reminder WHERE occurrence <= now() AND sent_at IS NULL"


class Watch:
    """Records the longest wait of each kind of background work while it runs."""

    def __init__(self, city: City) -> None:
        self.city, self.worst = city, dict[str, float]()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        with psycopg.connect(
            host=str(self.city.postgres.sockets), dbname=SCRATCH, user=SUPERUSER, autocommit=True
        ) as connection:
            while not self._ended.wait(0.2):
                with connection.cursor() as cursor:
                    for part, seconds in standing(cursor).items():
                        self.worst[part] = max(seconds, self.worst.get(part, 0.0))

    def said(self, *parts: str) -> str:
        return ", ".join(f"{part} waited {self.worst.get(part, 0.0):.1f} s at most" for part in parts)

    def late(self, *parts: str) -> int:
        """Count the kinds of work that waited longer than allowed."""
        return sum(self.worst.get(part, 0.0) > SOON for part in parts)


@contextmanager
def _changes(city: City) -> Iterator[None]:
    """Create an organisation about every second during the block, each with activity log rows."""
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            with suppress(Unavailable):
                city.inside("organisations", "3", "1.0")

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def worker_hung(city: City, *, count: int = 40) -> Outcome:
    """Stop all processes that send mail (SIGSTOP). The activity log continues, and the mail is sent again."""
    with city.experiment():
        city.start_sink(stalls=count, stall_seconds=0.3)
        due = int(city.inside("promises", str(count))["due"])
        workers = city.start("workers", WORKERS)
        city.start("beat", BEATS)
        wait_until(lambda: len(city.taken()) > 3, "e-mails to flow", 120)
        with Watch(city) as watch, _changes(city):
            senders = {int(one.session) for one in city.taken()[-3:]}
            hung = [pid for pid in descendants(workers.process.pid) if senders & _ports_of(pid)]
            main = {pid for pid in descendants(workers.process.pid) if set(hung) & set(descendants(pid))}
            stopped = [pid for one in main for pid in [one, *descendants(one)]]
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            began = time.time()
            started = time.monotonic()
            wait_until(lambda: not city.ask(LEFT), "the last reminder")
            seconds = time.monotonic() - started
        said = f"{count} reminders, the {len(stopped)} processes that send them stopped (SIGSTOP); "
        said += watch.said("trail")
        found = outcome_of(city, "worker-hung", said, due, seconds, [(began, time.time())])
        return _and_late(found, watch.late("trail"))


def _ports_of(pid: int) -> set[int]:
    """Return the local ports of the process's connections to this machine's mail server."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):
            name = str(link.readlink())
            if name.startswith("socket:["):
                sockets.add(name[8:-1])
    ports = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in sockets:
            ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports


def _and_late(found: Outcome, late: int) -> Outcome:
    """Count work that should have continued and did not as lost."""
    return Outcome(
        found.name,
        found.done,
        found.acknowledged,
        found.lost + late,
        found.doubled,
        found.seconds,
        found.in_window,
    )


def database_hung(city: City, *, seconds: float = 30) -> Outcome:
    """Stop every PostgreSQL process. Responses take at most 20 s; /livez and static files always work."""
    with city.experiment():
        key = city.inside("key")
        city.start_web()
        writers = Writers(city.web_port, key["token"], key["district"])
        wait_until(lambda: writers.promised, "the first write", 60)
        pid = city.postgres.pid()
        if pid is None:
            raise Unavailable("PostgreSQL is not running.")
        stopped = [pid, *descendants(pid)]
        slowest: dict[str, float] = {}
        try:
            for one in stopped:
                os.kill(one, signal.SIGSTOP)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                for path in ("/livez", "/healthz", "/static/pages/app.css"):
                    slowest[path] = max(slowest.get(path, 0.0), _seconds_of(city, path))
                time.sleep(0.5)
        finally:
            for one in stopped:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)
        continued = time.time()
        wait_until(lambda: writers.promised_since(continued), "a write that is promised", 60)
        recovered = (writers.promised_since(continued) or continued) - continued
        writers.stop()
        there = set(city.ask(IDS) or ())
        answers = ", ".join(f"{n} {said}" for said, n in sorted(writers.answers.items()) if said != "201")
        times = ", ".join(f"{path} {took:.1f} s" for path, took in slowest.items())
        said = f"8 tools write, PostgreSQL stopped (SIGSTOP) for {seconds:.0f} s; {answers}; slowest {times}"
        late = sum(took > 2.5 for took in slowest.values())
        lost = len(set(writers.promised) - there) + late
        return Outcome("database-hung", said, len(writers.promised), lost, 0, recovered)


def _seconds_of(city: City, path: str) -> float:
    started = time.monotonic()
    with suppress(urllib.error.HTTPError), suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{city.web_port}{path}", timeout=60).close()
    return time.monotonic() - started


def faketime() -> Path | None:
    """Return the path of the library that fakes the clock, or None if it is not installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def beat_clock(city: City) -> Outcome:
    """Set beat's clock back by an hour, then ahead by a day, then right again (libfaketime)."""
    library = faketime()
    if library is None:
        raise Unavailable("libfaketime is not there (Debian: apt install faketime).")
    clock = city.folder / "clock"
    clock.write_text("+0")
    fake = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with city.experiment():
        city.start("workers", WORKERS)
        city.start("beat", BEATS, **fake)
        city.inside("organisations", "1")
        wait_until(lambda: not city.ask(UNNUMBERED), "numbers", 120)
        waits = []
        for shift in ("-3600", "+86400", "+0", "-10", "+10"):
            clock.write_text(shift)
            time.sleep(2)
            with Watch(city) as watch:
                city.inside("organisations", "5", "0.5")
                wait_until(lambda: not city.ask(UNNUMBERED), f"numbers while beat is {shift} s off", 60)
            waits.append(watch.worst.get("trail", 0.0))
        said = "beat's clock an hour back, a day ahead, right, 10 s back, 10 s ahead; the trail waited "
        said += ", ".join(f"{wait:.1f}" for wait in waits) + " s at most"
        return Outcome("beat-clock", said, 26, sum(wait > SOON for wait in waits), 0, max(waits))


def mail_slow(city: City, *, count: int = 14, stall: float = 9) -> Outcome:
    """Let the mail server take 9 seconds per message. Numbers, seals and webhooks continue."""
    with receiver() as (port, taken), city.experiment(**_may_call(port)):
        city.start_sink(stalls=count, stall_seconds=stall)
        city.inside("key")
        city.inside("webhook", f"http://127.0.0.1:{port}/")
        due = int(city.inside("promises", str(count))["due"])
        city.start("workers", WORKERS)
        city.start("beat", BEATS)
        wait_until(lambda: city.taken(), "the first e-mail", 120)
        with Watch(city) as watch, _changes(city):
            started = time.monotonic()
            wait_until(lambda: not city.ask(LEFT), "the last reminder")
            seconds = time.monotonic() - started
        parts = ("trail", "webhooks", "jobs")
        said = f"{count} reminders, {stall:.0f} s each; {len(taken)} deliveries; {watch.said(*parts)}"
        return _and_late(outcome_of(city, "mail-slow", said, due, seconds), watch.late(*parts))


def webhooks_hung(city: City, *, count: int = 60, seconds: float = 45) -> Outcome:
    """Let two receivers hang. A third receiver gets every change, and numbering continues."""
    with (
        receiver() as (port, taken),
        receiver(seconds=600) as (first, held_by_first),
        receiver(seconds=600) as (second, held_by_second),
        city.experiment(**_may_call(port, first, second)),
    ):
        city.inside("key")
        for one in (first, second, port):
            city.inside("webhook", f"http://127.0.0.1:{one}/")
        city.start("workers", WORKERS)
        city.start("beat", BEATS)
        wait_until(lambda: not city.ask(UNNUMBERED), "numbers", 180)
        city.inside("organisations", "2")
        wait_until(lambda: held_by_first and held_by_second, "both to hang", 180)
        with Watch(city) as watch:
            city.inside("organisations", str(count))
            started = time.monotonic()
            wait_until(
                lambda: len({changed for _id, changed in list(taken)}) >= count + 2, "the last delivery"
            )
            took = time.monotonic() - started
            time.sleep(max(0.0, seconds - took))
        said = f"{count} changes, two receivers that hang; the third was told after {took:.1f} s; "
        said += watch.said("trail")
        doubled = len(taken) - len({webhook_id for webhook_id, _changed in taken})
        late = watch.late("trail") + (took > SOON)
        return Outcome("webhooks-hung", said, count, late, doubled, took)


def _may_call(*ports: int) -> dict[str, str]:
    return {
        "WEBHOOK_ALLOWED_HOSTS": ",".join(f"127.0.0.1:{port}" for port in ports),
        "WEBHOOK_PORTS": ",".join(map(str, (443, *ports))),
    }


def disk_full(city: City, *, seconds: float = 15) -> Outcome:
    """Fill Valkey's disk (MISCONF). Writes continue, and everything continues once there is space."""
    with _small_disk(city) as filler, city.experiment():
        key = city.inside("key")
        city.start_web()
        city.start("workers", WORKERS)
        city.start("beat", BEATS)
        writers = Writers(city.web_port, key["token"], key["district"])
        wait_until(lambda: writers.promised, "the first write", 60)
        _fill(filler)
        full = time.time()
        wait_until(lambda: _refuses(city), "Valkey to refuse", 60)
        wait_until(lambda: writers.promised_since(full), "a write that is promised", 60)
        up = city.valkey.is_up() and bool(city.valkey.complaint())
        time.sleep(seconds)
        filler.unlink()
        wait_until(lambda: not _refuses(city), "Valkey to take writes again", 60)
        again = time.time()
        wait_until(lambda: writers.promised_since(again), "a write that is promised", 60)
        writers.stop()
        started = time.monotonic()
        wait_until(lambda: not city.ask(UNNUMBERED), "numbers", 120)
        took = time.monotonic() - started
        there = set(city.ask(IDS) or ())
        lost = len(set(writers.promised) - there) + (not up) + (took > SOON)
        answers = ", ".join(f"{n} {said}" for said, n in sorted(writers.answers.items()) if said != "201")
        said = f"8 tools write, Valkey's disk full for {seconds:.0f} s; {answers or 'nothing but 201'}"
        return Outcome("disk-full", said, len(writers.promised), lost, 0, took)


def _refuses(city: City) -> bool:
    try:
        with city.valkey.client() as client:
            client.set("room", "x" * 4096)
    except redis.RedisError:
        return True
    return False


@contextmanager
def _small_disk(city: City) -> Iterator[Path]:
    """Run Valkey on a file system of 8 MB. Yields a file that fills the rest (Linux, root)."""
    folder = city.valkey.folder
    city.valkey.stop()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", str(folder)])
    try:
        if mounted.returncode:
            raise Unavailable("No file system could be mounted: disk-full needs root on Linux.")
        city.valkey.start()
        yield folder / "filler"
        city.valkey.stop()
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        city.valkey.start()


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
