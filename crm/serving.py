"""How gunicorn serves `crm.wsgi` (`--config python:crm.serving`); the command line may say otherwise."""

import io
import os
import selectors
import shutil
import tempfile
import time
from collections import deque
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import multiprocess

from crm.arriving import Connection, TimedUnreader, TooSlow, arrived

LINGER_SECONDS: Final = 2.0  # until a client that was answered has closed its end
MOST_LINGERING: Final = 500


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn brings no types
    """Asked to stop it answers all that has reached it, and closes its door before it begins to.

    gunicorn's own leaves the door open until the last answer is written: whoever knocks meanwhile
    waits in the queue and is cut off without an answer. What gunicorn refuses by itself, such as an address
    that is too long, it answers without the headers of all other answers: here they are added. And it waits
    as long as a client likes for the rest of a request: here for a while (crm.arriving).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lingering: deque[tuple[float, Connection]] = deque()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi: Any = arrived(self.wsgi)

    def enqueue_req(self, conn: Any) -> None:
        super().enqueue_req(conn if isinstance(conn, Connection) else Connection(conn, self._linger))

    def _linger(self, conn: Connection) -> None:
        """Read what the client still sends, so that it is not cut off from its answer, in no thread."""
        self._lingering.append((time.monotonic() + LINGER_SECONDS, conn))
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))
        if len(self._lingering) > MOST_LINGERING:
            self._end(self._lingering.popleft()[1])

    def _drain(self, conn: Connection, _client: Any) -> None:
        if conn.has_ended():
            self._end(conn)

    def _end(self, conn: Connection) -> None:
        if conn.sock.fileno() >= 0:
            self.poller.unregister(conn.sock)
            conn.close()

    def murder_pending(self) -> None:
        super().murder_pending()
        now = time.monotonic()
        while self._lingering and self._lingering[0][0] < now:
            self._end(self._lingering.popleft()[1])

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        if isinstance(exc, TooSlow):
            text = "The request did not arrive in time. Send it again."
            util.write_error(_Protected(client), 408, "Request Timeout", text)
        else:
            super().handle_error(req, _Protected(client), addr, exc)

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


class _Protected:
    """A connection on which an answer begins with the headers every answer has."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, content: bytes) -> None:
        status, end, rest = content.partition(b"\r\n")
        self._client.sendall(status + end + protecting_headers() + rest if end else content)


@cache
def protecting_headers() -> bytes:
    """What settings.MIDDLEWARE puts on an answer, whatever is in it. Django is up by the first request."""
    from csp.middleware import CSPMiddleware
    from django.core.handlers.wsgi import WSGIRequest
    from django.http import HttpResponse
    from django.middleware.clickjacking import XFrameOptionsMiddleware
    from django.middleware.security import SecurityMiddleware

    from pages.middleware import HeadersMiddleware

    answer: Any = lambda _request: HttpResponse()  # noqa: E731 (wrapped at once, as middleware is)
    for middleware in (XFrameOptionsMiddleware, HeadersMiddleware, CSPMiddleware, SecurityMiddleware):
        answer = middleware(answer)
    secure = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "https", "HTTP_X_FORWARDED_PROTO": "https"}
    headers = answer(WSGIRequest(secure | {"wsgi.input": io.BytesIO()})).headers
    del headers["Content-Type"]
    return b"".join(f"{name}: {value}\r\n".encode("latin1") for name, value in headers.items())


worker_class = Worker
workers = 2
threads = 8  # the last two only as long as the others do not hang (crm.gate)
graceful_timeout = 20
control_socket_disable = True
limit_request_line = 8190  # a hundred rows that are ticked in a list are 4,100 letters
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
made_for_metrics: str | None = None
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    made_for_metrics = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="proximity-metrics-")


def pre_request(worker: Any, req: Any) -> None:
    """The head of a request has arrived."""
    if isinstance(req.unreader, TimedUnreader):
        req.unreader.body_begins()


def child_exit(server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it brings few types


def on_exit(server: Any) -> None:
    """A folder that somebody named is theirs, with all that is in it."""
    if made_for_metrics:
        shutil.rmtree(made_for_metrics, ignore_errors=True)
