"""The database engine named in settings.DATABASES; Django requires this module name.

Every wait for the database has a limit. The server cancels slow statements (crm.database.bounds). A server
that hangs cannot cancel anything, so the client gives up slightly later and drops the connection.
"""

import select
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base, client, operations
from psycopg import errors
from psycopg.pq import TransactionStatus

from crm.database import cursors
from crm.database.bounds import GRACE_SECONDS, SESSION_BOUNDS, STATEMENT_SECONDS
from crm.database.policies import refuse_without_context
from crm.embedded.binaries import postgres_clients

ALIVE = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class NoAnswer(psycopg.OperationalError):
    """The server did not answer within the time limit."""


class Connection(psycopg.Connection[Any]):
    """A psycopg connection that does not wait forever."""

    seconds: float = STATEMENT_SECONDS + GRACE_SECONDS
    context: str | None = ""  # what this transaction was sent (crm.database.cursors)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.seconds if timeout is None else timeout)
        except errors._WaitTimeout as silence:
            if timeout is not None:
                raise
            self.pgconn.finish()  # the state of the server is unknown
            raise NoAnswer(f"no answer from the database in {self.seconds:.0f} s") from silence


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the SQL for callers that count statements.

        psycopg keeps no text of a statement that is already prepared (lib.prepared).
        """
        sent_query: str = super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        return sent_query


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, also with a socket in the URL (`?host=`) and without a psql on the path."""

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict: Any, parameters: Any) -> Any:
        host = settings_dict["HOST"] or settings_dict["OPTIONS"].get("host", "")
        args, env = super().settings_to_cmd_args_env({**settings_dict, "HOST": host}, parameters)
        args[0] = shutil.which(args[0]) or str(postgres_clients() / args[0])
        return args, env


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient
    ops_class = DatabaseOperations
    patience: float | None = None
    prepared_cursor_class = cursors.PreparedCursor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.__class__ = Connection
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        cursor.__class__ = cursors.ChunkedCursor if name else cursors.Cursor
        return cursor

    def _savepoint_rollback(self, sid: str) -> None:
        """A context that was sent after the savepoint is gone with it."""
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs leave it out
        if self.connection is not None:
            self.connection.context = None

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Raise the limits for statements, locks and idle time of transactions begun inside."""
        before, self.patience = self.patience, seconds
        self._give_up_after(seconds)
        try:
            yield
        finally:
            self.patience = before
            self._give_up_after(before or STATEMENT_SECONDS)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self.alias == DEFAULT_DB_ALIAS and not settings.ROW_SECURITY:
            refuse_without_context(self)

    def connect(self) -> None:
        super().connect()
        # If the whole process is patient, raise the limits outside transactions too, except behind a pooler.
        if type(self).patience and not self.settings_dict.get("POOLED"):
            self._let_wait("SESSION")

    def _give_up_after(self, seconds: float) -> None:
        if self.connection is not None:
            self.connection.seconds = seconds + GRACE_SECONDS

    def _set_autocommit(self, autocommit: bool) -> None:
        """Set the limits per transaction, because a pooler gives the session to other clients."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        if self.connection is not None:
            self.connection.context = ""  # the limits below may begin the next transaction
        if self.patience and not autocommit:
            self._let_wait("LOCAL")

    def _let_wait(self, scope: str) -> None:
        if self.patience is None or self.connection is None:
            return
        self._give_up_after(self.patience)
        wait = max(1, round(self.patience * 1000))
        self.connection.execute("; ".join(f"SET {scope} {name} = '{wait}ms'" for name in SESSION_BOUNDS))

    def chunked_cursor(self) -> Any:
        """Return a server-side cursor, except behind a pooler and outside a transaction.

        Behind a pooler a server-side cursor ends with its transaction, so the rows are read in one go
        instead.
        """
        if self.settings_dict.get("POOLED") and not self.in_atomic_block:
            return self.cursor()
        return super().chunked_cursor()

    def is_usable(self) -> bool:
        """Whether the connection is still open, judged from the socket without a round trip.

        A server that ends a connection sends a message first. Unread data on an idle connection therefore
        means that the connection has ended.
        """
        if self.connection is None or self.connection.info.transaction_status not in ALIVE:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0)
