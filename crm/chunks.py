"""Buffering for request bodies sent in chunks, because Django ignores a body without a length."""

import io
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def buffer_chunked_body(application: "WSGIApplication") -> "WSGIApplication":
    """Wrap `application` so that a chunked body has a length.

    If a body is too long, just enough of it is passed on for Django to reject it.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        if not environ.get("CONTENT_LENGTH") and environ.get("HTTP_TRANSFER_ENCODING"):
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        return application(environ, start_response)

    return answer  # type: ignore[return-value]  # the value comes from the application
