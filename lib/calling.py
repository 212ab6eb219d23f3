"""Send one POST to a checked address: without redirects or proxies, and without reading the response body."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from api.targets import Checked


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
    # A socket's timeout restarts with each byte. This timer also ends a response that arrives byte by byte.
    watchdog = threading.Timer(limit_seconds, connection.hang_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request("POST", checked.target.path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, (answer.getheader("retry-after") or "")[:100])
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
        self._checked = checked
        self.hung_up = False

    def connect(self) -> None:
        target = self._checked.target
        family = socket.AF_INET6 if ":" in self._checked.address else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect((self._checked.address, target.port))
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
