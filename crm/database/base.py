"""What settings.DATABASES names as its engine; Django looks for it in a module of this name."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

ALIVE = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class DatabaseWrapper(base.DatabaseWrapper):
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
