"""What is answered when something of ours breaks or is away: a page to people, a problem to tools."""

import sys
from typing import Final

import kombu.exceptions
import redis.exceptions
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

from api.problems import Problem, answer

RETRY_SECONDS: Final = 10
# The database is away or cut a wait that had become too long; Valkey is needed and away.
AWAY: Final = (
    OperationalError,
    InterfaceError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.ResponseError,  # a full disk: it takes nothing any more
    kombu.exceptions.OperationalError,
)


def server_error(request: HttpRequest) -> HttpResponse:
    """RFC 9457 under /api/, and a page for everybody else; the log has the rest, by its request id.

    503 with Retry-After where the same may succeed in a moment, 500 where it is a fault of ours.
    """
    away = is_away(sys.exc_info()[1])
    if request.path.startswith("/api/v1/"):
        return answer(_problem(away=away))
    return too_busy() if away else defaults.server_error(request)


def is_away(error: BaseException | None) -> bool:
    """Whether it, or what it was made of, says that a server is missing rather than that we are wrong."""
    while error is not None:
        if isinstance(error, AWAY):
            return True
        error = error.__cause__
    return False


def too_busy() -> HttpResponse:
    """The page; asks nothing of the database, nor of the request."""
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
