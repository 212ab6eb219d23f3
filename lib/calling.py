"""Requests to checked addresses, without redirects or proxies: a POST whose response body is not read, and
a GET of a file.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from lib.targets import Checked

OK: Final = 200
_PIECE: Final = 64 * 1024


class NotDelivered(OSError):
    """No response arrived. `code` is the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver's response. `retry_after` is the header's text, or empty."""

    status: int
    retry_after: str = ""


def post(checked: Checked, body: bytes, headers: Mapping[str, str], *, limit_seconds: float) -> Answer:
    """Post the body and return the response within `limit_seconds` in total. Raises NotDelivered."""
    connection = _Pinned(checked, limit_seconds)
    with _answering(connection, limit_seconds, "POST", body, headers=headers) as answer:
        return Answer(answer.status, (answer.getheader("retry-after") or "")[:100])


def fetch(checked: Checked, headers: Mapping[str, str], *, limit_seconds: float, most_bytes: int) -> BinaryIO:
    """Get a file within `limit_seconds` in total; it is on disk once it is large. Raises NotDelivered."""
    connection = _Pinned(checked, limit_seconds)
    with _answering(connection, limit_seconds, "GET", headers=headers) as answer:
        if answer.status != OK:
            raise NotDelivered("redirect" if 300 <= answer.status < 400 else "status")
        content = SpooledTemporaryFile(max_size=_PIECE)  # noqa: SIM115  # the caller reads it
        while piece := answer.read(_PIECE):
            content.write(piece)
            if content.tell() > most_bytes:
                raise NotDelivered("too_large")
        if connection.hung_up or answer.length:  # cut off; what arrived may look whole
            raise NotDelivered("timeout" if connection.hung_up else "connection")
        content.seek(0)
        return cast(BinaryIO, content)


@contextmanager
def _answering(
    connection: "_Pinned",
    limit_seconds: float,
    method: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str],
) -> Iterator[http.client.HTTPResponse]:
    """Send the request and close the connection after the block. What fails on the way is NotDelivered."""
    # A socket's timeout restarts with each byte. This timer also ends a response that arrives byte by byte.
    watchdog = threading.Timer(limit_seconds, connection.hang_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(method, connection.checked.target.path, body, dict(headers))
        yield connection.getresponse()
    except NotDelivered:
        raise
    except TimeoutError:
        raise NotDelivered("timeout") from None
    except ssl.SSLError:
        raise NotDelivered("timeout" if connection.hung_up else "tls") from None
    except (OSError, http.client.HTTPException):
        raise NotDelivered("timeout" if connection.hung_up else "connection") from None
    finally:
        watchdog.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """Connect to the checked address, but keep the target's name for the Host header and the certificate."""

    def __init__(self, checked: Checked, limit_seconds: float) -> None:
        self.default_port = 443 if checked.target.scheme == "https" else 80
        super().__init__(checked.target.host, checked.target.port, timeout=limit_seconds)
        self.checked = checked
        self.hung_up = False

    def connect(self) -> None:
        target = self.checked.target
        family = socket.AF_INET6 if ":" in self.checked.address else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect((self.checked.address, target.port))
        if self.hung_up:  # before there was a connection to end
            raise TimeoutError
        if target.scheme == "https":
            secure = _context().wrap_socket(
                self.sock, server_hostname=target.host, do_handshake_on_connect=False
            )
            self.sock = secure
            secure.do_handshake()

    def hang_up(self) -> None:
        self.hung_up = True
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


@cache
def _context() -> ssl.SSLContext:
    """Trust the certificate authorities of this machine."""
    return ssl.create_default_context()
