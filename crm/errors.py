"""Responses when the application or a server it needs fails: a page for people, a problem for API clients."""

import sys
from typing import Final

import kombu.exceptions
import redis.exceptions
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

from api.http.problems import Problem, answer

RETRY_SECONDS: Final = 10
# The database is unavailable or cancelled a slow statement, or Valkey is needed and unavailable.
AWAY: Final = (
    OperationalError,
    InterfaceError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.ResponseError,  # a full disk: Valkey rejects writes
    kombu.exceptions.OperationalError,
)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return RFC 9457 JSON under /api/ and an HTML page elsewhere. The log has the details by request ID.

    503 with Retry-After if a retry can succeed soon; 500 if the fault is in our code.
    """
    away = is_away(sys.exc_info()[1])
    if request.path.startswith("/api/v1/"):
        return answer(_problem(away=away))
    return too_busy() if away else defaults.server_error(request)


def is_away(error: BaseException | None) -> bool:
    """Whether the error or one of its causes means that a server is unavailable (not a fault in our code)."""
    while error is not None:
        if isinstance(error, AWAY):
            return True
        error = error.__cause__
    return False


def too_busy() -> HttpResponse:
    """Return the 503 page without using the database or the request."""
    text = loader.get_template("away.html").render()
    return HttpResponse(text, status=503, headers=_headers())


def _problem(*, away: bool) -> Problem:
    if not away:
        return Problem(
            500, "fault", _("Something went wrong on our side. Quote the request ID if you contact support.")
        )
    text = _("Part of the system is temporarily unavailable. Send the same request again in a few seconds.")
    return Problem(503, "unavailable", text, headers=_headers())


def _headers() -> dict[str, str]:
    return {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
