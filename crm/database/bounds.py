"""Default limits for waiting for the database, unless a caller sets others (`connection.patient`).

A person waits for a page, so slower statements are cancelled and answered with 503 (crm.errors).
"""

from typing import Any, Final

# Seconds for a statement, for a lock, and for an idle transaction.
STATEMENT_SECONDS: Final = 15
LOCK_SECONDS: Final = 5
IDLE_SECONDS: Final = 60
GRACE_SECONDS: Final = 3  # extra seconds before the client gives up, after the server should have cancelled
# Session defaults of the application's role, because a pooler does not pass on client options.
SESSION_BOUNDS: Final = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
}
# TCP options of libpq that detect a machine that has gone without closing its connections.
CONNECTION_BOUNDS: Final[dict[str, Any]] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": STATEMENT_SECONDS * 1000,
}
