"""Keeps some threads of each web process free while requests hang: /livez, /healthz and static files go on.

Requests that wait for a database that hangs hold their threads until the wait is cut (crm.database). While
most threads are held like that, others are answered 503 at once instead of taking the last ones.
"""

import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HANGS_AFTER_SECONDS: Final = 2.0
RETRY_SECONDS: Final = "5"
ALWAYS: Final = ("/livez", "/healthz", "/static/")
TEXT: Final = b"The system does not answer at the moment. Try again in a few seconds.\n"


def gated(application: "WSGIApplication", *, most: int) -> "WSGIApplication":
    """`application`, closed while `most` requests or more hang in this process."""
    under_way: dict[int, float] = {}
    lock, numbers = threading.Lock(), iter(range(1 << 62))

    def enter() -> int | None:
        now = time.monotonic()
        with lock:
            if sum(now - since > HANGS_AFTER_SECONDS for since in under_way.values()) >= most:
                return None
            number = next(numbers)
            under_way[number] = now
            return number

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        if environ.get("PATH_INFO", "").startswith(ALWAYS):
            return application(environ, start_response)
        number = enter()
        if number is None:
            headers = [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(TEXT))),
                ("Retry-After", RETRY_SECONDS),
                ("Cache-Control", "no-store"),
            ]
            start_response("503 Service Unavailable", headers)
            return [TEXT]
        try:
            return application(environ, start_response)
        finally:
            with lock:
                del under_way[number]

    return answer  # type: ignore[return-value]  # what is answered is the application's
