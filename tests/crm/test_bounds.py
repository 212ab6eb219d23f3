"""Every wait for the database has a limit. Whoever waited gets a 503, and other requests are served."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import kombu.exceptions
import pytest
import redis.exceptions
from django.db import OperationalError, ProgrammingError, connection, connections, transaction
from django.test import Client
from psycopg.errors import LockNotAvailable, QueryCanceled

from crm import reserved_threads
from crm.database.bounds import LOCK_SECONDS, STATEMENT_SECONDS
from crm.errors import is_away
from crm.reserved_threads import gated
from lib.patience import patience
from tests.api.clients import Tool
from tests.factories import make_district, make_officer


def setting(name: str, using: str = "default") -> str:
    with connections[using].cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


# --- Limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("using", ["default", "audit"])
def test_sessions_start_with_bounds_of_their_role(committed_db: None, using: str) -> None:
    """The limits belong to the role, so that a pooler cannot lose them. The owner, who migrates, has none."""
    assert setting("statement_timeout", using) == f"{STATEMENT_SECONDS}s"
    assert setting("lock_timeout", using) == f"{LOCK_SECONDS}s"
    assert setting("idle_in_transaction_session_timeout", using) == "1min"
    assert setting("statement_timeout", "owner") == "0"
    connections["owner"].close()


@pytest.mark.django_db(transaction=False)
def test_long_work_sets_its_own_for_its_transactions_only() -> None:
    with patience(600), transaction.atomic():
        assert setting("lock_timeout") == f"{LOCK_SECONDS}s", "the test's own transaction began before"


def test_long_work_has_patience_and_then_none_again(committed_db: None) -> None:
    with patience(600):
        with transaction.atomic():
            assert [setting(name) for name in ("statement_timeout", "lock_timeout")] == ["10min", "10min"]
        with transaction.atomic():
            assert setting("idle_in_transaction_session_timeout") == "10min"
        assert connection.connection.seconds > 600
    assert setting("statement_timeout") == f"{STATEMENT_SECONDS}s"
    assert connection.connection.seconds < 20
    with (
        patience(0.2),
        pytest.raises(OperationalError) as cut,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(5)")
    assert isinstance(cut.value.__cause__, QueryCanceled)
    assert is_away(cut.value)


def test_a_server_that_hangs_is_given_up(committed_db: None) -> None:
    own = connection.copy()
    with closing(own):
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        own.connection.seconds = 0.5
        os.kill(pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            with pytest.raises(OperationalError, match="no answer") as silence, own.cursor() as cursor:
                cursor.execute("SELECT 1")
            assert time.monotonic() - started < 2
            assert is_away(silence.value)
            own.close_if_unusable_or_obsolete()
            with own.cursor() as cursor:  # another session
                cursor.execute("SELECT pg_backend_pid()")
                assert cursor.fetchone()[0] != pid
        finally:
            os.kill(pid, signal.SIGCONT)


# --- Responses --------------------------------------------------------------------------------------


@pytest.fixture
def without_database(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call the view while the database is down."""

    def take_away() -> None:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "host", "/nowhere")
        connection.close()

    yield take_away
    monkeypatch.undo()
    connection.close()


def test_a_page_says_that_the_system_is_away(without_database: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_officer(make_district()))
    assert client.get("/").status_code == 200
    without_database()
    for answer in (client.get("/"), client.post("/organisations/new", {"name": "x"}), client.get("/nothing")):
        assert answer.status_code == 503
        assert answer["Retry-After"] == "10"
        assert answer["Content-Type"].startswith("text/html")
        assert "The system is temporarily unavailable" in answer.content.decode()
        assert answer["Content-Security-Policy"]


def test_a_tool_gets_a_problem(without_database: Any) -> None:
    tool = Tool()
    tool.client.raise_request_exception = False
    assert tool.get("/organisations/").status_code == 200
    without_database()
    for answer in (tool.get("/organisations/"), tool.post("/organisations/", {"name": "x"})):
        assert answer.status_code == 503
        assert answer["Retry-After"] == "10"
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "unavailable"


def test_what_is_away_and_what_is_a_fault_of_ours() -> None:
    for error in (
        OperationalError(),
        redis.exceptions.ConnectionError(),
        redis.exceptions.TimeoutError(),
        redis.exceptions.ResponseError("MISCONF"),
        kombu.exceptions.OperationalError(),
    ):
        assert is_away(error)
    try:
        raise OperationalError from LockNotAvailable()
    except OperationalError as error:
        assert is_away(error)
    for ours in (ProgrammingError(), ValueError(), KeyError("x"), None):
        assert not is_away(ours)


# --- The gate ---------------------------------------------------------------------------------------


class Site:
    """An application that responds when told to, but at once to /livez and static files."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.under_way = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/":
            self.under_way.release()
            assert self.go_on.wait(10)
        start_response("200 OK", [])
        return [b"here"]


def ask(application: Any, path: str = "/") -> tuple[str, dict[str, str]]:
    said: list[tuple[str, dict[str, str]]] = []
    list(application({"PATH_INFO": path}, lambda status, headers: said.append((status, dict(headers)))))
    return said[0]


def test_while_most_threads_hang_the_rest_is_left_to_health_and_static_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reserved_threads, "HANGS_AFTER_SECONDS", 0.1)
    site = Site()
    application = gated(site, limit=3)
    hanging = [threading.Thread(target=ask, args=[application]) for _ in range(3)]
    for thread in hanging:
        thread.start()
    for _ in hanging:
        assert site.under_way.acquire(timeout=10)
    time.sleep(0.2)
    status, headers = ask(application)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "5")
    for path in ("/livez", "/healthz", "/static/pages/app.css"):
        assert ask(application, path)[0] == "200 OK"
    site.go_on.set()
    for thread in hanging:
        thread.join()
    assert ask(application)[0] == "200 OK"


def test_many_requests_that_are_answered_soon_meet_no_gate() -> None:
    site = Site()
    application = gated(site, limit=2)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(application)[0])) for _ in range(20)]
    for thread in threads:
        thread.start()
    site.go_on.set()
    for thread in threads:
        thread.join()
    assert answers == ["200 OK"] * 20


def test_a_request_that_breaks_is_no_longer_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserved_threads, "HANGS_AFTER_SECONDS", -1.0)

    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise ValueError

    application = gated(broken, limit=1)
    for _ in range(3):
        with pytest.raises(ValueError):
            ask(application)


def test_a_socket_that_nobody_reads_is_a_hung_server_too(db: None) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        own = connection.copy()
        own.settings_dict["OPTIONS"] = own.settings_dict["OPTIONS"] | {"host": "127.0.0.1"}
        own.settings_dict["PORT"] = server.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(OperationalError):
            own.ensure_connection()
        assert time.monotonic() - started < 5
