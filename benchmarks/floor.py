"""The floor: the same SQL over a pool, dumped by orjson, without routing, permission or audit.

It reads as the owner of the tables, so that no policy asks on whose behalf.

BENCH_FLOOR names a JSON file that maps the first part of a path to a statement or a list of statements. The
second part of a path, if any, is the parameter.
"""

import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from crm.database.roles import SESSION_SETTINGS

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

STATEMENTS: dict[str, str | list[str]] = json.loads(Path(os.environ["BENCH_FLOOR"]).read_text())


@cache
def pool() -> ConnectionPool:
    """Return the connection pool, which each worker opens for itself."""
    return ConnectionPool(
        os.environ["DATABASE_OWNER_URL"],
        kwargs={"autocommit": True, "row_factory": dict_row},
        min_size=4,
        max_size=4,
        configure=_set_session,
        open=True,
    )


def _set_session(connection: Connection[Any]) -> None:
    """Search as the application's role does."""
    for name, value in SESSION_SETTINGS.items():
        connection.execute(f"SET {name} = '{value}'".encode())


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    _slash, name, *parameters = environ["PATH_INFO"].split("/")
    with pool().connection() as connection:
        asked = STATEMENTS[name]
        rows = [
            connection.execute(statement, parameters or None).fetchall()
            for statement in (asked if isinstance(asked, list) else [asked])
        ]
    body = orjson.dumps(rows)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
