"""Slow requests occupy a thread only for a limited time, and slow but steady bodies are accepted."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread

import pytest

from tests.crm.test_serving import ask
from tests.plugins.workers import gunicorn

pytestmark = pytest.mark.long
SECONDS = 1.5
PIECES = 40  # in four seconds
POST = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve the application as in production: two processes with eight threads each."""
    with gunicorn("--config", "python:crm.serving", REQUEST_SECONDS=str(SECONDS)) as found:
        yield found


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def all_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "half",
    [POST + FORM + b"Content-Length: 100\r\n\r\nlogin=", POST + b"X-Half: ", b"POST /acc"],
    ids=["body", "headers", "line"],
)
def test_the_site_answers_again_after_the_deadline_of_half_sent_requests(port: int, half: bytes) -> None:
    with ExitStack() as held:
        connections = [held.enter_context(connect(port)) for _n in range(20)]
        for one in connections:
            one.sendall(half)
        time.sleep(SECONDS + 0.5)
        began = time.monotonic()
        assert ask(port, "GET /livez HTTP/1.1\r\n")[0] == 200
        assert time.monotonic() - began < SECONDS + 1.5  # the rest had to wait for a thread
        answers = [one.recv(65536) for one in connections]
        assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 408 Request Timeout"}
        assert all(b"X-Frame-Options: DENY" in answer for answer in answers)


def test_a_head_that_trickles_has_no_more_time_than_another(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(POST)
        sent: list[bytes] = []
        ends = Thread(target=_trickle, args=(connection, b"X-A: b\r\n", sent))
        ends.start()
        assert b" 408 " in connection.recv(65536)
        assert len(sent) < PIECES
        ends.join()


def _trickle(connection: socket.socket, piece: bytes, sent: list[bytes]) -> None:
    for _n in range(PIECES):
        try:
            connection.sendall(piece)
        except OSError:
            return
        sent.append(piece)
        time.sleep(0.1)


def test_a_body_that_trickles_is_refused(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(POST + FORM + b"Content-Length: 10000\r\n\r\n")
        sent: list[bytes] = []
        ends = Thread(target=_trickle, args=(connection, b"a", sent))
        ends.start()
        assert b" 408 " in connection.recv(65536)
        assert len(sent) < PIECES
        ends.join()


def test_a_body_that_takes_longer_is_taken_as_long_as_it_comes(port: int) -> None:
    body = b"login=" + b"a" * 60_000
    with connect(port) as connection:
        began = time.monotonic()
        connection.sendall(POST + FORM + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 3_000):
            connection.sendall(body[start : start + 3_000])
            time.sleep(0.15)
        assert time.monotonic() - began > SECONDS * 1.5
        assert all_of(connection).startswith(b"HTTP/1.1 403 ")  # read in full; no CSRF token


def test_two_requests_on_one_connection_have_their_own_time(port: int) -> None:
    get = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connect(port) as connection:
        for _n in range(4):
            connection.sendall(get[:20])
            time.sleep(SECONDS * 0.4)
            connection.sendall(get[20:])
            assert b"alive" in connection.recv(65536)


def test_clients_that_keep_their_end_open_stop_nobody(port: int) -> None:
    with ExitStack() as held:
        for _n in range(20):
            one = held.enter_context(connect(port))
            one.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert one.recv(65536).startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        assert ask(port, "GET /livez HTTP/1.1\r\n")[0] == 200
        assert time.monotonic() - began < 1
