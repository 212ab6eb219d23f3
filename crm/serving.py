"""How gunicorn serves `crm.wsgi` (`--config python:crm.serving`); the command line may say otherwise."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import multiprocess


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn brings no types
    """Asked to stop it answers all that has reached it, and closes its door before it begins to.

    gunicorn's own leaves the door open until the last answer is written: whoever knocks meanwhile
    waits in the queue and is cut off without an answer.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._take_waiting(listener)
                listener.close()

    def _take_waiting(self, listener: Any) -> None:
        taken = -1
        while taken != self.nr_conns:  # `accept` counts those it takes, and returns where nobody waits
            taken = self.nr_conns
            self.accept(listener)


worker_class = Worker
workers = 2
threads = 4
graceful_timeout = 20
control_socket_disable = True
if Path("/dev/shm").is_dir():  # noqa: S108 (workers' heartbeats, in memory)
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Django writes a line for each request, without what was asked; gunicorn's own would repeat it with it.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "crm.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}

# Each worker counts in a file of its own; whichever is asked for metrics adds them up (crm.metrics).
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="proximity-metrics-")


def child_exit(server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it brings few types


def on_exit(server: Any) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
