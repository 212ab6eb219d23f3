"""gunicorn, started as in production: its own responses have the headers of pages, and requests count."""

import os
import re
import socket
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.request import Request, urlopen

import pytest

from lib.ids import uuid7
from tests.plugins.workers import gunicorn

PROTECTING = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Cache-Control",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "X-Robots-Tag",
)
TOKEN = "for Prometheus"


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    """Serve the application as in production, with no other variable than a city sets. Yield the port."""
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
    with gunicorn("--config", "python:crm.serving", METRICS_TOKEN=TOKEN) as found:
        yield found


def ask(port: int, head: str) -> tuple[int, Message]:
    """Send a raw request and return status and headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"{head}Host: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (part := connection.recv(65536)):
            answer += part
    status, _end, headers = answer.partition(b"\r\n")
    return int(status.split()[1]), BytesHeaderParser().parsebytes(headers)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"GET /{'a' * 9_000} HTTP/1.1\r\n", 414),
        (f"GET / HTTP/1.1\r\nX-Long: {'a' * 70_000}\r\n", 431),
        ("GET / HTTP/9.9\r\n", 400),
        ("NONSENSE\r\n", 400),
        ("GET /livez HTTP/1.1\r\nTransfer-Encoding: nonsense\r\n", 501),
    ],
)
def test_what_is_refused_before_django_has_the_headers_of_a_page(port: int, head: str, status: int) -> None:
    page_status, page = ask(port, "GET /accounts/login/ HTTP/1.1\r\n")
    assert page_status == 200
    refused_status, refused = ask(port, head)
    assert refused_status == status
    assert all(page[name] for name in PROTECTING)
    assert {name: refused[name] for name in PROTECTING} == {name: page[name] for name in PROTECTING}
    assert [name for name, _value in refused.items() if len(refused.get_all(name, [])) > 1] == []
    assert refused["Location"] is None


def test_a_hundred_rows_that_are_ticked_in_a_list_fit_into_the_address(port: int) -> None:
    rows = "&".join(f"row={uuid7()}" for _n in range(100))
    assert ask(port, f"GET /organisations/selected/?list=&{rows} HTTP/1.1\r\n")[0] == 302  # to sign-in


def test_the_requests_of_all_workers_are_counted(port: int) -> None:
    before = counted(port)
    for _n in range(20):
        ask(port, "GET /livez HTTP/1.1\r\n")
    assert counted(port) == before + 20


def counted(port: int) -> int:
    """Number of answers of /livez that Prometheus is told of."""
    question = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urlopen(question, timeout=30) as answer:  # noqa: S310 (this test's own server)
        text = answer.read().decode()
    name = "django_http_responses_total_by_status_view_method_total"
    found = re.findall(rf'^{name}\{{.*health.livez"\}} (\S+)', text, re.MULTILINE)
    return sum(int(float(number)) for number in found)
