"""Numbers the trail's committed rows, one publisher at a time, so that a reader can go on from a number.

A sequence would not do: a transaction that takes 7 may commit after the one that takes 8, and who
read up to 8 would never see 7. So a row gets its number when every transaction of this database
that is older than its own has ended, in the order in which rows were recorded.
"""

from typing import Any, Final

from django.db import connections, transaction

LOCK: Final = 7_236_001
#: The connection whose role alone may add numbers and seals (docs/adr/0003).
PUBLISHER: Final = "audit"

# The oldest transaction still running, and the next one's number. Those known to work in another
# database of the same server are left out: they write nothing here, and may run for hours. It is
# asked before the rows are looked at, so that what ended before has rows to be seen.
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

# {bounds}: unless everything is asked for, rows at or past where the last run had read and below
# the horizon; those already numbered are left out (anti-join).
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
    """Number what can be; answers how many rows. Another publisher at work: nothing is done.

    `everything` also looks at rows outside the bounds: after a restore, whose transaction numbers
    are another cluster's. It runs before anything else starts (`manage.py prepare_database`).
    """
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_HORIZON)
        oldest, following, low = cursor.fetchone()
        # Past this cluster's own transactions: the rows were restored from another one.
        everything = everything or low > following
        bounds = {row: "" if everything else _BOUNDS.format(row=row[-1]) for row in ("bounds_e", "bounds_c")}
        reach: dict[str, Any] = {"low": low, "horizon": following if oldest is None else oldest}
        cursor.execute(_NUMBER.format(**bounds), reach)
        return int(cursor.rowcount)
