"""A chunked body is read like one with a length, and rejected if it is too long."""

import io
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import orjson
import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from contacts.models import Organisation
from crm.wsgi import application
from tests.api.clients import Tool
from tests.factories import make_district

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _same_connection() -> Iterator[None]:
    """Keep the database connection, as Django's own client does, so that the test's transaction is used."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


def send(tool: Tool, body: bytes, **environ: Any) -> tuple[int, Any]:
    """Send a POST without a length as a server would, and return status and body."""
    asked: dict[str, Any] = {
        "PATH_INFO": "/api/v1/organisations/",
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {tool.token}",
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    setup_testing_defaults(asked)
    said: list[str] = []

    def start(status: str, _headers: Any, _error: Any = None) -> Any:
        said.append(status)

    parts = application(asked, start)
    return int(said[0].split()[0]), orjson.loads(b"".join(parts))


def test_thirty_megabytes_in_chunks_are_too_many() -> None:
    tool = Tool(make_district(code="N1"))
    status, problem = send(tool, b'{"name": "' + b"x" * 30_000_000 + b'"}', HTTP_TRANSFER_ENCODING="chunked")
    assert (status, problem["code"]) == (413, "too_large")
    assert not Organisation.objects.exists()


def test_a_body_in_chunks_is_read_whole() -> None:
    tool = Tool(make_district(code="N1"))
    body = orjson.dumps({"name": "Casa", "kind": "ngo", "home_district": "N1"})
    status, row = send(tool, body, HTTP_TRANSFER_ENCODING="chunked")
    assert (status, row["name"]) == (201, "Casa")
    status, row = send(tool, body, CONTENT_LENGTH=str(len(body)))
    assert (status, row["name"]) == (201, "Casa")
    assert send(tool, body)[0] == 400
