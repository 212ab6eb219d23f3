"""How long anything may wait for the database where nobody has said otherwise (`connection.patient`).

A person waits before a page: what takes longer is cut and answered 503 (crm.errors).
"""

from typing import Any, Final

# Seconds for a statement, a lock, and a transaction in which nothing is asked.
STATEMENT_SECONDS: Final = 15
LOCK_SECONDS: Final = 5
IDLE_SECONDS: Final = 60
GRACE_SECONDS: Final = 3  # until this side gives up what the server should have cut
# What sessions of the application's role start with: a pooler passes on nothing that a client says.
SESSION_BOUNDS: Final = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
}
# libpq's own, over TCP: a machine that is gone without a goodbye is noticed.
CONNECTION_BOUNDS: Final[dict[str, Any]] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": STATEMENT_SECONDS * 1000,
}
