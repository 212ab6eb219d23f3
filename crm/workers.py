"""`python -m crm.workers NAME…`: start and supervise a worker for each named queue, or beat.

This process imports the application once, forks, and then only listens: each child writes to a pipe as long
as it makes progress (crm.heartbeat). A child that ends or falls silent is killed with its descendants and
started again. A stop signal is passed on to the children, and this process waits for them.
"""

import argparse
import gc
import os
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

import structlog

from crm.celery import app
from crm.embedded.children import descendants, die_with_parent
from crm.heartbeat import BEAT, PULSE
from crm.processes import unacknowledged
from crm.queues import QUEUES
from crm.required_settings import refuse_to_start

SILENCE_SECONDS: Final = 20.0
START_SECONDS: Final = 120.0  # until the first byte, on a busy machine
LONGEST_PAUSE_SECONDS: Final = 30.0
STABLE_AFTER_SECONDS: Final = 60.0
PASSED_ON: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

# Beat only sends the names of tasks. Settings ask for these, and nothing is behind them.
NOTHING_BEHIND: Final = {
    "SECRET_KEY": "beat signs nothing",
    "DATABASE_URL": "postgres://nobody@localhost/nothing",
}

log = structlog.get_logger(__name__)


def command_of(name: str) -> list[str]:
    """Return the Celery arguments for a worker or beat."""
    if name == BEAT:
        return ["beat", "--loglevel", "INFO"]
    words = ["worker", "--queues", name, "--concurrency", str(QUEUES[name]), "--hostname", f"{name}@%h"]
    return [*words, "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]


@dataclass
class Kept:
    """A child and its current process."""

    name: str
    pid: int = 0
    pipe: int = -1
    started_at: float = 0.0
    heard_at: float | None = None
    failures: int = 0
    not_before: float = 0.0
    is_being_ended: bool = field(default=False)

    def is_silent(self, now: float) -> bool:
        if self.heard_at is None:
            return now - self.started_at > START_SECONDS
        return now - self.heard_at > SILENCE_SECONDS


class Keeper:
    """The supervisor of the children."""

    def __init__(self, names: list[str]) -> None:
        self.children = [Kept(name) for name in names]
        self.is_stopping = False

    def keep(self) -> None:
        """Run the children until this process is asked to stop and the last child has ended."""
        for number in PASSED_ON:
            signal.signal(number, self._pass_on)
        while not self.is_stopping or any(child.pid for child in self.children):
            now = time.monotonic()
            for child in self.children:
                if not child.pid and not self.is_stopping and now >= child.not_before:
                    self._begin(child)
            self._listen()
            self._bury()
            self._end_silent()

    def _begin(self, child: Kept) -> None:
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        pid = os.fork()
        if not pid:
            os.close(reading)
            self._become(child.name, writing)
        os.close(writing)
        child.pid, child.pipe = pid, reading
        child.started_at, child.heard_at, child.is_being_ended = time.monotonic(), None, False

    def _become(self, name: str, pipe: int) -> None:
        """Run the command in the new process. Never returns."""
        code = 1
        try:
            die_with_parent()
            for number in PASSED_ON:
                signal.signal(
                    number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler
                )
            for sibling in self.children:
                if sibling.pipe >= 0:
                    os.close(sibling.pipe)
            os.environ[PULSE] = str(pipe)
            if name in QUEUES:  # what it has not acknowledged is no other queue's to touch
                app.conf.broker_transport_options |= unacknowledged(name)
            app.start(command_of(name))
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            log.exception("worker_failed")
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _listen(self) -> None:
        pipes = {child.pipe: child for child in self.children if child.pipe >= 0}
        try:
            readable, _writable, _other = select.select(list(pipes), [], [], 0.5)
        except InterruptedError:
            return
        for pipe in readable:
            if os.read(pipe, 4096):
                pipes[pipe].heard_at = time.monotonic()
            else:
                time.sleep(0.05)  # closed: about to end

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for child in self.children:
                if child.pid == pid:
                    self._forget(child, status)

    def _forget(self, child: Kept, status: int) -> None:
        now = time.monotonic()
        os.close(child.pipe)
        child.pid, child.pipe = 0, -1
        child.failures = 0 if now - child.started_at > STABLE_AFTER_SECONDS else child.failures + 1
        child.not_before = now + min(2.0 ** max(child.failures - 1, 0) - 1, LONGEST_PAUSE_SECONDS)
        if not self.is_stopping:
            log.error("worker_ended", worker=child.name, code=os.waitstatus_to_exitcode(status))

    def _end_silent(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.pid and not child.is_being_ended and child.is_silent(now):
                log.error("worker_is_silent_and_begun_anew", worker=child.name)
                child.is_being_ended = True
                for pid in [*descendants(child.pid), child.pid]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True
        for child in self.children:
            if child.pid:
                with suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGQUIT if number == signal.SIGQUIT else signal.SIGTERM)


def main() -> None:
    names = [*QUEUES, BEAT]
    parser = argparse.ArgumentParser(prog="python -m crm.workers", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", choices=names, help=", ".join(names))
    chosen = parser.parse_args().names
    if chosen == [BEAT]:
        os.environ.update(NOTHING_BEHIND)
    app.loader.import_default_modules()
    app.finalize()
    refuse_to_start(name for name in chosen if name != BEAT)
    gc.freeze()  # so that garbage collection does not copy memory shared by the children
    Keeper(list(dict.fromkeys(chosen))).keep()


if __name__ == "__main__":
    main()
