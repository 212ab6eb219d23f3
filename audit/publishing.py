"""Numbering of committed activity log rows, so that a reader can resume at a number.

One publisher runs at a time. A sequence would not work: a transaction with number 7 may commit after the one
with number 8, and a reader who has read up to 8 would never see 7. A row therefore gets its number only when
all older transactions of this database have ended. Numbers follow the order in which rows were recorded.
"""

from typing import Any, Final

from django.db import connections, transaction

LOCK: Final = 7_236_001
#: The only database connection whose role may insert numbers and seals (docs/adr/0003).
PUBLISHER: Final = "audit"

# The oldest running transaction, and the number of the next one. Transactions that are known to run in
# another database of the same server are excluded: they write nothing here and may run for hours. This query
# runs before the rows are read, so that rows of ended transactions are visible.
_HORIZON = """
WITH now AS (SELECT pg_current_snapshot() AS snapshot),
elsewhere AS (
    SELECT locks.transactionid::text::bigint AS low
      FROM pg_locks locks JOIN pg_stat_activity sessions USING (pid)
     WHERE locks.locktype = 'transactionid' AND locks.mode = 'ExclusiveLock'
       AND sessions.datname <> current_database()
), running AS (SELECT pg_snapshot_xip(snapshot)::text::bigint AS xid FROM now)
SELECT (SELECT min(xid) FROM running WHERE (xid & 4294967295) NOT IN (SELECT low FROM elsewhere)),
       (SELECT pg_snapshot_xmax(snapshot)::text::bigint FROM now),
       coalesce((SELECT below_xid FROM audit_numbered ORDER BY seq DESC LIMIT 1), 0)
"""

# {bounds}: unless everything is requested, only rows at or above the last run's horizon and below the current
# one. Numbered rows are excluded (anti-join).
_NUMBER = """
WITH last AS (SELECT coalesce(max(seq), 0) AS seq FROM audit_numbered),
found AS (
    SELECT e.id, e.id AS event_id, NULL::uuid AS change_id FROM audit_event e
     WHERE {bounds_e} NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.event_id = e.id)
    UNION ALL
    SELECT c.id, NULL::uuid, c.id FROM audit_change c
     WHERE {bounds_c} NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.change_id = c.id)
)
INSERT INTO audit_numbered (seq, event_id, change_id, below_xid)
SELECT last.seq + row_number() OVER (ORDER BY found.id), found.event_id, found.change_id, %(horizon)s
  FROM found, last
"""
_BOUNDS = "{row}.xid >= %(low)s AND {row}.xid < %(horizon)s AND"


def publish(*, everything: bool = False, using: str = PUBLISHER) -> int:
    """Number all rows that can be numbered and return how many. Does nothing while another publisher runs.

    `everything` also covers rows outside the bounds. This is needed after a restore, because the transaction
    IDs are those of another cluster. It runs before anything else starts (`manage.py prepare_database`).
    """
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_HORIZON)
        oldest, following, low = cursor.fetchone()
        # Beyond this cluster's own transactions, so the rows were restored from another cluster.
        everything = everything or low > following
        bounds = {row: "" if everything else _BOUNDS.format(row=row[-1]) for row in ("bounds_e", "bounds_c")}
        reach: dict[str, Any] = {"low": low, "horizon": following if oldest is None else oldest}
        cursor.execute(_NUMBER.format(**bounds), reach)
        return int(cursor.rowcount)
