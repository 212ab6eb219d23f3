"""Request bodies sent in chunks: buffered before Django reads them, as Django ignores a body of no length."""

import io
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def buffer_chunked_body(application: "WSGIApplication") -> "WSGIApplication":
    """`application`, told how long a body in chunks is; of one that is too long just enough to be refused."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> object:
        if not environ.get("CONTENT_LENGTH") and environ.get("HTTP_TRANSFER_ENCODING"):
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        return application(environ, start_response)

    return answer  # type: ignore[return-value]  # what is answered is the application's
