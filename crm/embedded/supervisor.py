"""Keeps child processes alive, and ends them in order."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from .children import die_with_parent
from .environment import ROOT

LONGEST_PAUSE_SECONDS = 30.0
STABLE_AFTER_SECONDS = 60.0


class Stopped(BaseException):
    """Somebody asked this process to end."""


def stop_on_signals() -> None:
    """Let Ctrl+C, `kill` and a closed terminal unwind the stack once."""

    def stop(number: int, frame: FrameType | None) -> None:
        ignore_signals()
        raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """While stopping, a second Ctrl+C must not leave half behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@dataclass
class Child:
    """A program that should always run. `patience` holds signals and seconds, for stopping it."""

    name: str
    command: list[str]
    patience: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 3.0),)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Children with one environment; each one's output goes to its own file, the last run's beside it."""

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
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C reaches the supervisor only, which stops them in order.
                preexec_fn=die_with_parent,
            )
        child.started_at = time.monotonic()
        return child.process

    def run_once(self, name: str, *arguments: str) -> int:
        """Run a program to its end; one that does not end is stopped with the others."""
        child = Child(name, [sys.executable, *arguments])
        code = self.start(child).wait()
        self.children.remove(child)
        return code

    def restart_dead(self) -> list[str]:
        """Start again what has died, later and later while it dies at once; return the names that died."""
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
        """Stop these (else all) together: each signal in its turn, then without mercy."""
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
                    os.killpg(child.process.pid, signal.SIGKILL)  # The child's own children too.
                child.process.wait()
        self.children = [child for child in self.children if child not in stopping]


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        with suppress(ProcessLookupError):
            child.process.send_signal(number)
