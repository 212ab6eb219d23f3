"""Reserves threads of each web process for /livez, /healthz and static files while other requests hang.

If the database hangs, requests hold their threads until the wait is cut (crm.database). While most threads
are held, further requests get 503 immediately instead of taking the last threads.
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


def gated(application: "WSGIApplication", *, limit: int) -> "WSGIApplication":
    """Wrap `application` so that it returns 503 while `most` or more requests hang in this process."""
    under_way: dict[int, float] = {}
    lock, numbers = threading.Lock(), iter(range(1 << 62))

    def enter() -> int | None:
        now = time.monotonic()
        with lock:
            if sum(now - since > HANGS_AFTER_SECONDS for since in under_way.values()) >= limit:
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

    return answer  # type: ignore[return-value]  # the value comes from the application
