"""No other role can keep the activity log from being numbered and sealed.

An advisory lock can be taken by any login, also by that of the public process. The locks are now those of two
tables that only the owner's functions can reach. An open transaction of a role that cannot write events no longer
holds back the rows of others.
"""

from django.db import migrations

ALONE = """
CREATE TABLE guard.numbering ();
CREATE TABLE guard.sealing ();
REVOKE ALL ON guard.numbering, guard.sealing FROM PUBLIC;

-- Whether this transaction is the only one that numbers, or seals, until its end.
CREATE FUNCTION audit_alone(what text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF what = 'numbering' THEN
        LOCK TABLE guard.numbering IN EXCLUSIVE MODE NOWAIT;
    ELSE
        LOCK TABLE guard.sealing IN EXCLUSIVE MODE NOWAIT;
    END IF;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;
REVOKE ALL ON FUNCTION audit_alone FROM PUBLIC;
"""

NOT_ALONE = """
DROP FUNCTION audit_alone;
DROP TABLE guard.sealing;
DROP TABLE guard.numbering;
"""

PUBLISH = """
-- The oldest running transaction, and the number of the next one. Transactions that are known to run in another
-- database of the same server, or of a role that cannot write events, are excluded: they write none here and may
-- run for hours. Each statement of this function has its own snapshot, so rows of transactions that ended before the first one are visible.
CREATE OR REPLACE FUNCTION audit_publish(everything boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    oldest bigint;
    following bigint;
    low bigint;
    bounds text := '';
    made bigint;
BEGIN
    -- Rows of a transaction that still runs would never get a number.
    IF everything AND session_user <> current_user THEN
        RAISE EXCEPTION 'only the owner numbers rows without bounds' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT public.audit_alone('numbering') THEN
        RETURN 0;
    END IF;
    WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
    elsewhere AS (
        SELECT locks.transactionid::text::bigint AS low
          FROM pg_locks locks JOIN pg_stat_activity sessions USING (pid)
         WHERE locks.locktype = 'transactionid' AND locks.mode = 'ExclusiveLock'
           AND (sessions.datname <> current_database() OR NOT (
               has_function_privilege(sessions.usesysid, 'public.audit_write'::regproc, 'EXECUTE')
               OR has_table_privilege(sessions.usesysid, 'public.audit_event', 'INSERT')
           ))
    ), running AS (SELECT pg_snapshot_xip(now.snapshot)::text::bigint AS xid FROM now)
    SELECT (SELECT min(running.xid) FROM running
             WHERE (running.xid & 4294967295) NOT IN (SELECT elsewhere.low FROM elsewhere)),
           (SELECT pg_snapshot_xmax(now.snapshot)::text::bigint FROM now),
           coalesce((SELECT numbered.below_xid FROM public.audit_numbered AS numbered
                      ORDER BY numbered.seq DESC LIMIT 1), 0)
      INTO oldest, following, low;
    -- Beyond this cluster's own transactions: the rows were restored from another cluster.
    IF NOT everything AND low <= following THEN
        bounds := 'one.xid >= $1 AND one.xid < $2 AND';
    END IF;
    EXECUTE format($sql$
        WITH last AS (SELECT coalesce(max(seq), 0) AS seq FROM public.audit_numbered),
        found AS (
            SELECT one.id, one.id AS event_id, NULL::uuid AS change_id FROM public.audit_event AS one
             WHERE %1$s NOT EXISTS (SELECT FROM public.audit_numbered AS n WHERE n.event_id = one.id)
            UNION ALL
            SELECT one.id, NULL::uuid, one.id FROM public.audit_change AS one
             WHERE %1$s NOT EXISTS (SELECT FROM public.audit_numbered AS n WHERE n.change_id = one.id)
        )
        INSERT INTO public.audit_numbered (seq, event_id, change_id, below_xid)
        SELECT last.seq + row_number() OVER (ORDER BY found.id), found.event_id, found.change_id, $2
          FROM found, last
    $sql$, bounds) USING low, coalesce(oldest, following);
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
"""

BEFORE = """
-- The oldest running transaction, and the number of the next one. Transactions that are known to run in another
-- database of the same server are excluded: they write nothing here and may run for hours. Each statement of
-- this function has its own snapshot, so rows of transactions that ended before the first one are visible.
CREATE OR REPLACE FUNCTION audit_publish(everything boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    oldest bigint;
    following bigint;
    low bigint;
    bounds text := '';
    made bigint;
BEGIN
    -- Rows of a transaction that still runs would never get a number.
    IF everything AND session_user <> current_user THEN
        RAISE EXCEPTION 'only the owner numbers rows without bounds' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT pg_try_advisory_xact_lock(7236001) THEN
        RETURN 0;
    END IF;
    WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
    elsewhere AS (
        SELECT locks.transactionid::text::bigint AS low
          FROM pg_locks locks JOIN pg_stat_activity sessions USING (pid)
         WHERE locks.locktype = 'transactionid' AND locks.mode = 'ExclusiveLock'
           AND sessions.datname <> current_database()
    ), running AS (SELECT pg_snapshot_xip(now.snapshot)::text::bigint AS xid FROM now)
    SELECT (SELECT min(running.xid) FROM running
             WHERE (running.xid & 4294967295) NOT IN (SELECT elsewhere.low FROM elsewhere)),
           (SELECT pg_snapshot_xmax(now.snapshot)::text::bigint FROM now),
           coalesce((SELECT numbered.below_xid FROM public.audit_numbered AS numbered
                      ORDER BY numbered.seq DESC LIMIT 1), 0)
      INTO oldest, following, low;
    -- Beyond this cluster's own transactions: the rows were restored from another cluster.
    IF NOT everything AND low <= following THEN
        bounds := 'one.xid >= $1 AND one.xid < $2 AND';
    END IF;
    EXECUTE format($sql$
        WITH last AS (SELECT coalesce(max(seq), 0) AS seq FROM public.audit_numbered),
        found AS (
            SELECT one.id, one.id AS event_id, NULL::uuid AS change_id FROM public.audit_event AS one
             WHERE %1$s NOT EXISTS (SELECT FROM public.audit_numbered AS n WHERE n.event_id = one.id)
            UNION ALL
            SELECT one.id, NULL::uuid, one.id FROM public.audit_change AS one
             WHERE %1$s NOT EXISTS (SELECT FROM public.audit_numbered AS n WHERE n.change_id = one.id)
        )
        INSERT INTO public.audit_numbered (seq, event_id, change_id, below_xid)
        SELECT last.seq + row_number() OVER (ORDER BY found.id), found.event_id, found.change_id, $2
          FROM found, last
    $sql$, bounds) USING low, coalesce(oldest, following);
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0018_ops_of_restriction"), ("accounts", "0014_row_context")]

    operations = [
        migrations.RunSQL(ALONE, NOT_ALONE),
        migrations.RunSQL(PUBLISH, BEFORE),
    ]
