"""Real web servers and Celery processes on the test's database, Valkey and mail sink."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection

from django.db import connection

from . import services


def wait_until(condition: Callable[[], object], *, seconds: float = 20, what: str = "it") -> None:
    """Wait until `condition` holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} s in vain for {what}."
        time.sleep(0.05)


def kill(*pids: int) -> None:
    """Kill the processes, and return once PostgreSQL has ended the statements that they had begun.

    Otherwise a statement of a dead worker could still renew a lease after the test has ended all leases.
    """
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    wait_until(_nothing_runs, what="the statements of the stopped processes")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def _nothing_runs() -> bool:
    """Whether each session of others is idle, or waits for a lock or for its client."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
            " AND pid <> pg_backend_pid() AND COALESCE(wait_event_type, '') NOT IN ('Lock', 'Client')"
        )
        return bool(cursor.fetchone() == (0,))


@contextmanager
def gunicorn(*arguments: str, **variables: str) -> Iterator[int]:
    """Run the web server, wait until it answers, and yield its port.

    The port listens from the start, so that the first request is answered when the server has started, and
    fails if the server ends.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port, number = listening.getsockname()[1], listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "crm.wsgi", *arguments, "--bind", f"fd://{number}"],
            cwd=services.ROOT,
            env=os.environ | services.environment() | variables,
            pass_fds=[number],
        )
    with process:
        try:
            with closing(HTTPConnection("127.0.0.1", port)) as first:
                first.request("GET", "/livez")
                assert first.getresponse().status == 200
            yield port
        finally:
            process.terminate()


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
