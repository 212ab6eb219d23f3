"""Statements that nearly every request repeats."""

from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def planned_cursor() -> Any:
    """A cursor whose statements PostgreSQL plans once for each connection, when they are often asked.

    For what finds its row by an id: the plan is made without the values, which a list needs.
    """
    database: Any = connection  # neither Django nor its types give such a cursor beside its own
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor: Any = ServerBindingCursor
        return database._prepare_cursor(cursor(database.connection))
