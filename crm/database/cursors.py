"""Cursors that send the context of their statement (lib.row_context) in the same round trip.

The context is local to the transaction, so it is sent before each statement outside a transaction, and before
the first inside one or when it has changed. PostgreSQL runs a pipeline outside a transaction as one.
"""

from contextlib import nullcontext
from typing import Any, Final

from django.db.backends.postgresql import base
from psycopg import ClientCursor, Connection
from psycopg.pq import TransactionStatus

from lib.row_context import signed

_SET: Final = "SELECT set_config('crm.context', %s, true)"
# In a transaction, because it takes no snapshot: the isolation level can still be set after it.
_SET_LOCAL: Final = "SET LOCAL crm.context = %s"


def due_context(connection: Any) -> str | None:
    """The context to send before the next statement; None if the transaction has it or has failed."""
    status = connection.pgconn.transaction_status
    if status == TransactionStatus.IDLE:
        connection.context = ""
    elif status != TransactionStatus.INTRANS:
        return None
    context = signed()
    return None if context == connection.context else context


def send_context(connection: Any, context: str) -> None:
    """Set the context of the current transaction, or of the pipeline."""
    if connection.autocommit:
        ClientCursor(connection).execute(_SET, [context])
    else:
        ClientCursor(connection).execute(_SET_LOCAL, [context])
        connection.context = context


class _Sending:
    connection: Connection[Any]

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        context = due_context(self.connection)
        if context is None:
            return super().execute(query, params, **options)  # type: ignore[misc]  # of the cursor beside it
        with self.connection.pipeline():
            send_context(self.connection, context)
            super().execute(query, params, **options)  # type: ignore[misc]  # see above
        return self

    def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """A COPY cannot be in a pipeline; outside a transaction it has no context."""
        context = due_context(self.connection)
        if context is not None and not self.connection.autocommit:
            send_context(self.connection, context)
        return super().copy(statement, params, **options)  # type: ignore[misc]  # see above


class Cursor(_Sending, base.Cursor):
    """For statements that Django writes, whose values are merged on the client."""


class PreparedCursor(_Sending, base.ServerBindingCursor):
    """For statements that PostgreSQL plans once (lib.prepared)."""


class ChunkedCursor(base.ServerSideCursor):
    """For rows that are fetched in chunks. Declaring such a cursor cannot be in a pipeline."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        connection: Any = self.connection  # type: ignore[attr-defined]  # the stubs leave it out
        with connection.transaction() if connection.autocommit else nullcontext():
            if (context := due_context(connection)) is not None:
                send_context(connection, context)
            return super().execute(query, params, **options)  # type: ignore[misc]  # see above
