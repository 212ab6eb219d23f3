"""Real Celery processes on the test's database, Valkey and mail sink."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from crm import heartbeat

from . import services


def wait_until(condition: Callable[[], object], *, seconds: float = 20, what: str = "it") -> None:
    """Wait until `condition` holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} s in vain for {what}."
        time.sleep(0.05)


@contextmanager
def celery_process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Celery program in its own process group, so that its children end with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "crm", *arguments],
        cwd=services.ROOT,
        env=os.environ | services.environment(),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, how)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


@pytest.fixture
def celery_worker_process(committed_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with two children, and wait until it is ready."""
    with celery_process("worker", "--concurrency", "2", "--loglevel", "warning") as process:
        wait_until(lambda: heartbeat.is_alive(heartbeat.WORKER), seconds=60, what="the Celery worker")
        yield process


@pytest.fixture
def celery_beat_process(committed_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """Run beat with the real timetable, and wait until it is ready."""
    with celery_process("beat", "--loglevel", "warning") as process:
        wait_until(lambda: heartbeat.is_alive(heartbeat.BEAT), seconds=60, what="Celery beat")
        yield process
