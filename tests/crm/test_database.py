"""A connection is reused between requests and checked before reuse."""

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DataError
from django.test.utils import CaptureQueriesContext

from lib.prepared import prepared_cursor
from tests.plugins import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    """Return the connection as the first request leaves it."""
    found: Any = connection.copy()
    found.health_check_enabled = True
    found.ensure_connection()
    yield found
    found.close()


def pid(of: BaseDatabaseWrapper) -> int:
    with of.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return int(number)


def test_a_connection_that_stands_is_used_again(kept: BaseDatabaseWrapper) -> None:
    before = pid(kept)
    kept.close_if_unusable_or_obsolete()
    assert kept.is_usable()
    assert pid(kept) == before


def test_one_that_the_server_ended_is_made_anew(kept: BaseDatabaseWrapper) -> None:
    before = pid(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    kept.close_if_unusable_or_obsolete()
    until = time.monotonic() + 5
    while kept.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not kept.is_usable()
    assert pid(kept) != before


def test_one_with_a_failed_transaction_is_not_used_again(kept: BaseDatabaseWrapper) -> None:
    with kept.cursor() as cursor:
        cursor.execute("BEGIN")
        assert kept.is_usable()
        with pytest.raises(DataError):
            cursor.execute("SELECT 1 / 0")
    assert not kept.is_usable()


def test_a_statement_is_planned_after_a_while_and_counted_as_before() -> None:
    asked = "SELECT %s::int + 1"
    with CaptureQueriesContext(connection) as captured:
        for number in range(10):
            with prepared_cursor() as cursor:
                cursor.execute(asked, [number])
                assert cursor.fetchone() == (number + 1,)
    assert len(captured) == 10
    assert all(query["sql"].startswith("SELECT ") for query in captured)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'")
        assert cursor.fetchone() == (1,)


def test_dbshell_reaches_a_server_on_a_socket() -> None:
    found: Any = connection
    command, _environment = found.client.settings_to_cmd_args_env(connection.settings_dict, [])
    assert command[command.index("-h") + 1] == str(services.postgres.sockets)
    answer = subprocess.run([*command, "-tAc", "SELECT 1"], capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == ("1\n", "")
