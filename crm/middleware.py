"""Middleware for every request."""

import re
from collections.abc import Callable
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware

from lib.addresses import client_address

REQUEST_ID: Final = "X-Request-Id"
# Also the form of IDs that proxies make. The activity log keeps it, so nothing else can be written with it.
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class RequestLogMiddleware(RequestMiddleware):
    """django-structlog's middleware, with the client address that the rest of the site uses.

    Its own code takes the first value of X-Forwarded-For, which any client can set, and any request ID. Here
    a request ID that the client or a proxy sends must be short and plain; otherwise it is replaced. Every
    response names the ID of its request.
    """

    def prepare(self, request: HttpRequest) -> None:
        if not _SANE_ID.fullmatch(request.META.get("HTTP_X_REQUEST_ID", "")):
            request.META.pop("HTTP_X_REQUEST_ID", None)
            request.__dict__.pop("headers", None)  # Django's copy, which somebody may have read before
        super().prepare(request)
        bound: dict[str, Any] = structlog.contextvars.get_contextvars()
        request.META[REQUEST_ID] = bound["request_id"]

    def handle_response(self, request: HttpRequest, response: Any) -> None:
        super().handle_response(request, response)
        response.headers[REQUEST_ID] = request.META[REQUEST_ID]

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request.META))


#: URLs for machines, whose responses do not depend on the user.
OF_NOBODY: Final = ("/livez", "/healthz", "/metrics", settings.BROWSER_REPORTS)


class NobodyMiddleware:
    """Removes the cookies of requests whose response is the same for everybody, before the session is read.

    A browser sends its cookies too, but the session is in the database, and `/livez` must work without the
    database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in OF_NOBODY:
            request.COOKIES = {}
        return self.get_response(request)
