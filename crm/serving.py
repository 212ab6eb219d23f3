"""gunicorn configuration for `crm.wsgi` (`--config python:crm.serving`). Command line options override it."""

import gc
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

from crm.request_timeouts import Connection, TimedUnreader, TooSlow, arrived

LINGER_SECONDS: Final = 2.0  # for a client to close its end after the response
MOST_LINGERING: Final = 500


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn brings no types
    """A gunicorn worker that closes its socket when stopped and still serves all accepted connections.

    gunicorn's own worker keeps the socket open until the last response is written, and then drops the clients
    in the queue. It also rejects requests (such as a URL that is too long) without the security headers that
    all other responses have, and waits without limit for slow requests. This class adds the headers and a
    time limit (crm.request_timeouts).
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
        """Read what the client still sends, without using a thread, so that it can receive its response."""
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
        taken_count = -1
        # `accept` counts the connections that it takes, and returns if the queue is empty.
        while taken_count != self.nr_conns:
            taken_count = self.nr_conns
            self.accept(listener)


class _Protected:
    """A connection that adds the security headers of all responses to gunicorn's own error responses."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, content: bytes) -> None:
        status, end, body = content.partition(b"\r\n")
        self._client.sendall(status + end + protecting_headers() + body if end else content)


@cache
def protecting_headers() -> bytes:
    """Return the headers that settings.MIDDLEWARE adds to every response.

    Django is loaded at the first request.
    """
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
preload_app = True  # imported once and shared by the workers, which start at once
workers = 2
threads = 8  # the last two only while the others do not hang (crm.reserved_threads)
graceful_timeout = 20
control_socket_disable = True
limit_request_line = 8190  # 100 rows selected in a list take 4,100 characters
if Path("/dev/shm").is_dir():  # noqa: S108 (workers' heartbeats, in memory)
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Django logs each request without its query string. gunicorn's access log would include it.
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

# Each worker counts in its own file. The worker that is asked for metrics adds the files up (crm.metrics).
# prometheus_client reads the variable when it is imported, so nothing above may import it.
made_for_metrics: str | None = None
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    made_for_metrics = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="proximity-metrics-")


def pre_fork(server: Any, worker: Any) -> None:
    """Exclude what the workers share from garbage collection: it neither searches nor copies it."""
    gc.freeze()


def pre_request(worker: Any, req: Any) -> None:
    """Start the timer when the request head has arrived."""
    if isinstance(req.unreader, TimedUnreader):
        req.unreader.body_begins()


def child_exit(server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # it brings few types


def on_exit(server: Any) -> None:
    """Delete the metrics folder unless the user chose it."""
    if made_for_metrics:
        shutil.rmtree(made_for_metrics, ignore_errors=True)
