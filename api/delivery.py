"""One POST to a checked address: no redirect is followed, no proxy asked, no body of an answer read."""

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
    """No answer came; `code` says why in a word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said; `retry_after` as its header has it, empty where there is none."""

    status: int
    retry_after: str = ""


def post(checked: Checked, body: bytes, headers: Mapping[str, str], *, limit_seconds: float) -> Answer:
    """What was answered. Raises NotDelivered; all of it takes `limit_seconds` at most."""
    connection = _Pinned(checked, limit_seconds)
    # A socket's timeout starts again with each byte: this one ends an answer that only drips, too.
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
    """Connects to the checked address; Host and the certificate's name stay the target's."""

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
    """Certificates are checked against those this machine trusts."""
    return ssl.create_default_context()
