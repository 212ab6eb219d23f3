"""Middleware for every request."""

from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware

from lib.addresses import client_address


class RequestLogMiddleware(RequestMiddleware):
    """django-structlog's middleware, with the client address that the rest of the site uses.

    Its own code takes the first value of X-Forwarded-For, which any client can set.
    """

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request.META))


#: URLs for machines, whose responses do not depend on the user.
OF_NOBODY: Final = ("/livez", "/healthz", "/metrics")


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
