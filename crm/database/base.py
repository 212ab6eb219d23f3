"""What settings.DATABASES names as its engine; Django looks for it in a module of this name.

No wait for the database is without end. The server cuts what takes long (crm.database.bounds); one that hangs
cuts nothing, so this side gives up a little later, and lets the connection go.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from psycopg import errors
from psycopg.pq import TransactionStatus

from crm.database.bounds import GRACE_SECONDS, SESSION_BOUNDS, STATEMENT_SECONDS

ALIVE = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class NoAnswer(psycopg.OperationalError):
    """The server said nothing for longer than it may."""


class Connection(psycopg.Connection[Any]):
    """psycopg's, which does not wait for ever."""

    seconds: float = STATEMENT_SECONDS + GRACE_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.seconds if timeout is None else timeout)
        except errors._WaitTimeout as silence:
            if timeout is not None:
                raise
            self.pgconn.finish()  # nobody knows what the server still does with it
            raise NoAnswer(f"no answer from the database in {self.seconds:.0f} s") from silence


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """For who counts statements: psycopg keeps none that is already planned (lib.prepared)."""
        return super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    patience: float | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.__class__ = Connection
        return connection

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Let statements, locks and pauses of each transaction begun within take so long: for long work."""
        before, self.patience = self.patience, seconds
        self._give_up_after(seconds)
        try:
            yield
        finally:
            self.patience = before
            self._give_up_after(before or STATEMENT_SECONDS)

    def connect(self) -> None:
        super().connect()
        # Where the whole process is patient, statements outside of transactions are too, but for a pooler's.
        if type(self).patience and not self.settings_dict.get("POOLED"):
            self._let_wait("SESSION")

    def _give_up_after(self, seconds: float) -> None:
        if self.connection is not None:
            self.connection.seconds = seconds + GRACE_SECONDS

    def _set_autocommit(self, autocommit: bool) -> None:
        """Of the transaction, not of the session: a pooler gives that to somebody else."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        if self.patience and not autocommit:
            self._let_wait("LOCAL")

    def _let_wait(self, scope: str) -> None:
        if self.patience is None or self.connection is None:
            return
        self._give_up_after(self.patience)
        wait = max(1, round(self.patience * 1000))
        self.connection.execute("; ".join(f"SET {scope} {name} = '{wait}ms'" for name in SESSION_BOUNDS))

    def chunked_cursor(self) -> Any:
        """A cursor of the server's, but where its next rows would be asked of another connection.

        Behind a pooler one outlives no transaction: what is read outside of one is read whole.
        """
        if self.settings_dict.get("POOLED") and not self.in_atomic_block:
            return self.cursor()
        return super().chunked_cursor()

    def is_usable(self) -> bool:
        """Whether the connection still stands: asked of the socket, which costs no round trip.

        A server that ends a connection says so in it: where there is something to read though nothing was
        asked, it is over.
        """
        if self.connection is None or self.connection.info.transaction_status not in ALIVE:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0)
