"""Cursors that send the context of their statement (lib.row_context) in the same round trip.

The context is local to the transaction, so it is sent before each statement outside a transaction, and before
the first inside one or when it has changed. Statements that no policy and no function of the context can
concern are sent alone.
"""

import re
from contextlib import nullcontext
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg.pq import TransactionStatus

from lib.row_context import CONTEXT, GUARDED, signed, signed_for_nobody

# What can read the context: its functions, and tables with policies and their views if they are on
# (tests/crm/test_row_context.py compares with the catalogue).
_READS_CONTEXT: Final = re.compile(r"\b(?:context_|audit_(?:write|remove_re|prune))")
_MEETS_POLICIES: Final = re.compile(rf"\b(?:{'|'.join(GUARDED)}|guard\b)|{_READS_CONTEXT.pattern}")
# What may write: triggers refuse it without a genuine context if policies are on (crm.database.roles).
_MAY_WRITE: Final = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|COPY|WITH)\b")
# Needs no context, and some of it may be in no transaction.
_IS_STRUCTURE: Final = re.compile(r"\s*(?:CREATE|ALTER|DROP|REINDEX|VACUUM)\b")
# A parameter, because the text of a statement is shown to every session of the same role (pg_stat_activity):
# whoever has the application's password could otherwise use the context of someone else.
_SET: Final = "SELECT set_config('crm.context', %s, true)"


def due_context(connection: Any, query: Any) -> str | None:
    """The context to send before `query`; None if it needs none, or its transaction has it or has failed."""
    status = connection.pgconn.transaction_status
    if status == TransactionStatus.IDLE:
        connection.context = ""
    elif status != TransactionStatus.INTRANS:
        return None
    text = query if isinstance(query, str) else str(query)
    readers = _MEETS_POLICIES if settings.ROW_SECURITY else _READS_CONTEXT
    if settings.ROW_SECURITY and _MAY_WRITE.match(text):
        context = signed() or signed_for_nobody()
    elif not readers.search(text) or _IS_STRUCTURE.match(text):
        return None
    else:
        context = signed()
    return None if context == connection.context else context


def send_context(connection: Any, context: str) -> None:
    """Set the context of the current transaction, or of the pipeline."""
    psycopg.Cursor(connection).execute(_SET, [context])
    note_sent(connection, context)


def note_sent(connection: Any, context: str) -> None:
    if not connection.autocommit:
        connection.context = context


class WithContext:
    connection: Connection[Any]

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        context = due_context(self.connection, query)
        if context is None:
            return super().execute(query, params, **options)  # type: ignore[misc]  # of the cursor beside it
        with self.connection.pipeline():
            send_context(self.connection, context)
            super().execute(query, params, **options)  # type: ignore[misc]  # of the cursor beside it
        return self

    def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """A COPY can be sent with nothing else; outside a transaction it has no context."""
        if not self.connection.autocommit:
            context = due_context(self.connection, statement)
            if context is not None:
                send_context(self.connection, context)
        return super().copy(statement, params, **options)  # type: ignore[misc]  # of the cursor beside it


class Cursor(WithContext, base.Cursor):
    """For statements that Django writes, whose values are merged on the client."""


class PreparedCursor(WithContext, base.ServerBindingCursor):
    """For statements that PostgreSQL plans once (lib.prepared)."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if CONTEXT not in query:
            return super().execute(query, params, **options)
        base.ServerBindingCursor.execute(self, query, params, **options)  # type: ignore[attr-defined]  # left out by the stubs
        note_sent(self.connection, params["context"])
        return self


class ChunkedCursor(base.ServerSideCursor):
    """For rows that are fetched in chunks."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        connection: Any = self.connection  # type: ignore[attr-defined]  # the stubs leave it out
        with connection.transaction() if connection.autocommit else nullcontext():
            if connection.autocommit:
                connection.context = ""
            if (context := due_context(connection, query)) is not None:
                send_context(connection, context)
            return super().execute(query, params, **options)  # type: ignore[misc]  # see above
