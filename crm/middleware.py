"""What stands around every request."""

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from lib.addresses import client_address


class RequestLogMiddleware(RequestMiddleware):
    """django-structlog's, with the caller's address as the rest of the site believes it.

    Its own takes the first word of X-Forwarded-For, which anybody may write.
    """

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request.META))
