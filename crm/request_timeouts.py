"""Time limits for receiving a request, so that slow clients cannot occupy the few threads that read requests.

The request head must arrive within `settings.REQUEST_SECONDS` in total. The body gets the same time again,
extended for as long as it arrives at `SLOWEST` or faster (enough for 10 MB over a slow phone). Slower
requests are answered with 408.
"""

import socket
import time
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLOWEST: Final = 4 * 1024  # bytes per second, half of what a phone gets at the edge of its network
LARGEST: Final = 64 * 1024 * 1024  # bytes; no form accepts more (exchange.imports.tables)
_IN_MEMORY: Final = 1024 * 1024
_PIECE: Final = 64 * 1024
_DRAINED: Final = 64 * 1024


class TooSlow(Exception):
    """The request did not arrive in full in time."""


class TimedUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn brings no types
    """Reader of a connection that raises TooSlow when the current request is late."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.head_begins()

    def head_begins(self) -> None:
        self._begin(slowest=None)

    def body_begins(self) -> None:
        self._begin(slowest=SLOWEST)

    def _begin(self, *, slowest: int | None) -> None:
        self._since, self._received, self._slowest = time.monotonic(), 0, slowest

    def chunk(self, size_hint: int | None = None) -> bytes:
        if self.sock.gettimeout() is not None:  # gunicorn is discarding a body, with its own timeout
            return bytes(super().chunk(size_hint))
        earned = self._received / self._slowest if self._slowest else 0.0
        seconds_left = self._since + settings.REQUEST_SECONDS + earned - time.monotonic()
        if seconds_left <= 0:
            raise TooSlow
        self.sock.settimeout(seconds_left)
        try:
            received = bytes(super().chunk(size_hint))
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.sock.settimeout(None)
        self._received += len(received)
        return received


class Connection(TConn):  # type: ignore[misc]  # gunicorn brings no types
    """A connection that reads requests within the time limit and closes without waiting for the client.

    gunicorn's own class waits two seconds, and blocks the loop that accepts all other connections.
    """

    def __init__(self, accepted: Any, linger: Callable[["Connection"], None]) -> None:
        super().__init__(accepted.cfg, accepted.sock, accepted.client, accepted.server)
        self._linger = linger
        self._drained = 0

    def init(self) -> None:
        super().init()
        if self.is_http2:
            return
        if isinstance(self.parser.unreader, TimedUnreader):
            self.parser.unreader.head_begins()
        else:
            held = self.parser.unreader.take_buffered()
            self.parser.unreader = TimedUnreader(self.sock)
            self.parser.unreader.unread(held)

    def close(self, graceful: bool = False) -> None:
        if not graceful:
            super().close()
            return
        try:
            self.sock.shutdown(socket.SHUT_WR)
            self.sock.setblocking(False)
        except OSError:
            super().close()
        else:
            self._linger(self)

    def has_ended(self) -> bool:
        """Discard what the client still sends. Return whether the client has closed or sends too much."""
        try:
            received = self.sock.recv(_PIECE)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self._drained += len(received)
        return not received or self._drained > _DRAINED


def arrived(application: "WSGIApplication") -> "WSGIApplication":
    """Wrap `application` so that it is called only after the whole request has arrived.

    Otherwise the application could hold database locks while it waits for a slow client.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        bytes_left = _body_limit(environ)
        if not bytes_left:
            return application(environ, start_response)
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            while bytes_left > 0 and (piece := environ["wsgi.input"].read(min(bytes_left, _PIECE))):
                bytes_left -= len(piece)
                body.write(piece)
            body.seek(0)
            return application(environ | {"wsgi.input": body}, start_response)

    return answer  # type: ignore[return-value]  # the value comes from the application


def _body_limit(environ: "WSGIEnvironment") -> int:
    """Number of body bytes to read in advance.

    For a chunked body: just enough for crm.chunks to reject it.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        return int(length) if int(length) <= LARGEST else 0
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1 if environ.get("HTTP_TRANSFER_ENCODING") else 0
