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


#: Whoever asks these is a machine: what it is told depends on nobody who may be signed in beside it.
OF_NOBODY: Final = ("/livez", "/healthz", "/metrics")


class NobodyMiddleware:
    """Forgets the cookies of a request that is answered alike for all, before a session is looked up.

    A browser sends its cookies along. The session is in the database, and `/livez` must answer without it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in OF_NOBODY:
            request.COOKIES = {}
        return self.get_response(request)
