"""Numbers the trail's committed rows, one publisher at a time, so that a reader can go on from a number.

A sequence would not do: a transaction that takes 7 may commit after the one that takes 8, and who
read up to 8 would never see 7. So a row gets its number when every transaction older than its own
has ended (`pg_snapshot_xmin`), in the order in which rows were recorded.
"""

from typing import Final

from django.db import connections, transaction

LOCK: Final = 7_236_001

# {bounds}: unless everything is asked for, rows at or past where the last run had read, and below
# the oldest running transaction; those already numbered are left out (anti-join).
_NUMBER = """
WITH reach AS (
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
           coalesce((SELECT below_xid FROM audit_numbered ORDER BY seq DESC LIMIT 1), 0) AS low,
           coalesce((SELECT max(seq) FROM audit_numbered), 0) AS last
), found AS (
    SELECT e.id, e.id AS event_id, NULL::uuid AS change_id FROM audit_event e, reach
     WHERE {bounds_e} NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.event_id = e.id)
    UNION ALL
    SELECT c.id, NULL::uuid, c.id FROM audit_change c, reach
     WHERE {bounds_c} NOT EXISTS (SELECT 1 FROM audit_numbered n WHERE n.change_id = c.id)
)
INSERT INTO audit_numbered (seq, event_id, change_id, below_xid)
SELECT reach.last + row_number() OVER (ORDER BY found.id), found.event_id, found.change_id, reach.xmin
  FROM found, reach
"""
_BOUNDS = "{row}.xid >= reach.low AND {row}.xid < reach.xmin AND"


def publish(*, everything: bool = False, using: str = "default") -> int:
    """Number what can be; answers how many rows. Another publisher at work: nothing is done.

    `everything` also looks at rows outside the bounds: after a restore, whose transaction numbers
    are another cluster's. It runs before anything else starts (`manage.py prepare_database`).
    """
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        if not everything:
            everything = _is_another_cluster(cursor)
        bounds = {row: "" if everything else _BOUNDS.format(row=row[-1]) for row in ("bounds_e", "bounds_c")}
        cursor.execute(_NUMBER.format(**bounds))
        return int(cursor.rowcount)


def _is_another_cluster(cursor: object) -> bool:
    """Whether the last run had read past this cluster's transactions: rows restored from elsewhere."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT coalesce((SELECT below_xid FROM audit_numbered ORDER BY seq DESC LIMIT 1), 0)"
        " > pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    )
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]
