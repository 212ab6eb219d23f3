"""How long a request may take to arrive: the thread that reads it is one of few.

A head has `settings.REQUEST_SECONDS` in all, however it trickles. A body has as long again, and more for as
long as it comes in at `SLOWEST` or faster: 10 MB over a slow phone arrive. What is slower is answered 408.
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

SLOWEST: Final = 4 * 1024  # bytes a second, half of what a phone has at the edge of its network
LARGEST: Final = 64 * 1024 * 1024  # bytes; no form takes as many (exchange.imports.tables)
_IN_MEMORY: Final = 1024 * 1024
_PIECE: Final = 64 * 1024
_DRAINED: Final = 64 * 1024


class TooSlow(Exception):
    """The rest of a request did not arrive in time."""


class TimedUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn brings no types
    """Reads a connection until the request on it is late. Raises TooSlow then."""

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
        if self.sock.gettimeout() is not None:  # gunicorn throws a body away, in a time of its own
            return bytes(super().chunk(size_hint))
        earned = self._received / self._slowest if self._slowest else 0.0
        left = self._since + settings.REQUEST_SECONDS + earned - time.monotonic()
        if left <= 0:
            raise TooSlow
        self.sock.settimeout(left)
        try:
            received = bytes(super().chunk(size_hint))
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.sock.settimeout(None)
        self._received += len(received)
        return received


class Connection(TConn):  # type: ignore[misc]  # gunicorn brings no types
    """A connection on which requests are read in time, and that is closed without waiting for its client.

    gunicorn's own waits two seconds in the loop that takes all other connections.
    """

    def __init__(self, plain: Any, linger: Callable[["Connection"], None]) -> None:
        super().__init__(plain.cfg, plain.sock, plain.client, plain.server)
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
        """Throw away what the client still sends; whether it has closed, or sends too much."""
        try:
            received = self.sock.recv(_PIECE)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self._drained += len(received)
        return not received or self._drained > _DRAINED


def arrived(application: "WSGIApplication") -> "WSGIApplication":
    """`application`, called when all of the request is there: no lock waits for a phone."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        most = _most(environ)
        if not most:
            return application(environ, start_response)
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            while most > 0 and (piece := environ["wsgi.input"].read(min(most, _PIECE))):
                most -= len(piece)
                body.write(piece)
            body.seek(0)
            return application(environ | {"wsgi.input": body}, start_response)

    return answer  # type: ignore[return-value]  # what is answered is the application's


def _most(environ: "WSGIEnvironment") -> int:
    """How much of a body is read beforehand: of one in chunks just enough to be refused (crm.chunks)."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        return int(length) if int(length) <= LARGEST else 0
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1 if environ.get("HTTP_TRANSFER_ENCODING") else 0
