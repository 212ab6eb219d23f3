"""Compression of responses, where no secret can be guessed from their length (docs/adr/0033)."""

from typing import Any

from django.http import HttpRequest
from django.middleware.gzip import GZipMiddleware


def compress(request: HttpRequest, response: Any) -> None:
    """Compress a response with gzip if the caller accepts it, and make its ETag weak.

    Only for responses to keys and for public ones. A browser sends its session with requests that another
    site starts, so that the lengths of compressed responses can be compared (BREACH); it sends no key.
    """
    if getattr(response, "is_rendered", True) and not response.streaming:
        GZipMiddleware(lambda _request: response).process_response(request, response)
