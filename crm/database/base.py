"""What settings.DATABASES names as its engine; Django looks for it in a module of this name."""

import select
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg.pq import TransactionStatus

ALIVE = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """For who counts statements: psycopg keeps none that is already planned (lib.planned)."""
        return super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

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
