"""A supervisor that restarts child processes and stops them in order."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from .children import die_with_parent
from .environment import ROOT

LONGEST_PAUSE_SECONDS = 30.0
MOST_LOG_BYTES = 10_000_000
STABLE_AFTER_SECONDS = 60.0


class Stopped(BaseException):
    """Raised when this process is asked to end."""


def stop_on_signals() -> None:
    """Make Ctrl+C, `kill` and a closed terminal raise Stopped once, so that the stack unwinds."""

    def stop(number: int, frame: FrameType | None) -> None:
        ignore_signals()
        raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """Ignore signals while stopping, so that a second Ctrl+C does not interrupt the clean-up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@dataclass
class Child:
    """A program that should always run. `patience`: the signals that stop it, each with seconds to wait.

    A program that `waits` reads a line from its standard input before it begins (`Supervisor.tell`).
    `environment` returns its variables at each start, if it needs other variables than all children.
    """

    name: str
    command: list[str]
    patience: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 3.0),)
    waits: bool = False
    environment: Callable[[], dict[str, str]] | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Child processes with a common environment.

    Each child has its own log file. Older text, from the previous run or from before the file became too
    long, is in `.log.1`.
    """

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self.environment = environment
        self.logs = logs
        self.children: list[Child] = []
        for log in logs.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def start(self, child: Child) -> subprocess.Popen[bytes]:
        if child not in self.children:
            self.children.append(child)
        with self.log_of(child.name).open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                cwd=ROOT,
                env=child.environment() if child.environment else self.environment,
                stdin=subprocess.PIPE if child.waits else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C reaches the supervisor only, which stops children in order.
                preexec_fn=die_with_parent,
            )
        child.started_at = time.monotonic()
        return child.process

    def shorten_logs(self) -> None:
        """Move the text of a long log to `.log.1`. Programs append to the emptied file."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > MOST_LOG_BYTES:
                shutil.copy2(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)

    def begin(self, name: str, command: list[str], *, waits: bool = False) -> Child:
        """Start a program that ends by itself. `stop` ends it like the other children."""
        child = Child(name, command, waits=waits)
        self.start(child)
        return child

    def tell(self, child: Child) -> None:
        """Let a program go on that waits for a line."""
        assert child.process is not None and child.process.stdin is not None  # noqa: S101 (`begin` set both)
        with suppress(BrokenPipeError), child.process.stdin as stdin:  # it ended: `finish` has its code
            stdin.write(b"\n")

    def finish(self, child: Child) -> int:
        """Wait for the end of a program that `begin` started, and return its exit code."""
        assert child.process is not None  # noqa: S101 (begun)
        code = child.process.wait()
        self.children.remove(child)
        return code

    def restart_dead(self) -> list[str]:
        """Restart dead children and return the names of those that died.

        The pause before a restart grows if a child keeps failing soon after its start.
        """
        now = time.monotonic()
        died = []
        for child in self.children:
            if child.is_running():
                continue
            if not child.not_before:
                died.append(child.name)
                child.failures = 0 if now - child.started_at > STABLE_AFTER_SECONDS else child.failures + 1
                child.not_before = now + min(2.0 ** (child.failures - 1) - 1, LONGEST_PAUSE_SECONDS)
            if now >= child.not_before:
                child.not_before = 0.0
                self.start(child)
        return died

    def stop(self, children: list[Child] | None = None) -> None:
        """Stop these children (else all) together: send their signals in order, then kill them."""
        stopping = list(self.children) if children is None else children
        for turn in range(max((len(child.patience) for child in stopping), default=0)):
            waiting = [child for child in stopping if child.is_running() and turn < len(child.patience)]
            for child in waiting:
                _signal(child, child.patience[turn][0])
            deadlines = {child.name: time.monotonic() + child.patience[turn][1] for child in waiting}
            while any(child.is_running() and time.monotonic() < deadlines[child.name] for child in waiting):
                time.sleep(0.02)
        for child in stopping:
            if child.process is not None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.process.pid, signal.SIGKILL)  # Includes the child's own children.
                child.process.wait()
        self.children = [child for child in self.children if child not in stopping]


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        with suppress(ProcessLookupError):
            child.process.send_signal(number)
