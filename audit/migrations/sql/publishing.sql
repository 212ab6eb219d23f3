-- Rows are numbered and sealed by functions of the owner, which the publisher's role may run
-- (docs/adr/0044). Numbers follow one another by construction, and the leaves of a seal are those of its
-- rows. Any login can take an advisory lock, also that of the public process, so the locks are those of two
-- tables that only these functions reach. An open transaction of a role that cannot write events does not
-- hold back the rows of others.

CREATE TABLE IF NOT EXISTS guard.numbering ();
CREATE TABLE IF NOT EXISTS guard.sealing ();
REVOKE ALL ON guard.numbering, guard.sealing FROM PUBLIC;

-- Whether this transaction is the only one that numbers, or seals, until its end.
CREATE OR REPLACE FUNCTION audit_alone(what text) RETURNS boolean
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

-- The oldest running transaction, and the number of the next one. Transactions that are known to run in another
-- database of the same server, or of a role that cannot write events, are excluded: they write none here and may
-- run for hours. Each statement of this function has its own snapshot, so rows of
-- transactions that ended before the first one are visible.
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

CREATE OR REPLACE FUNCTION audit_seal(
    number bigint, at timestamptz, first_seq bigint, last_seq bigint, leaves bytea, previous_root bytea,
    root bytea, key_id text, public_key bytea, signature bytea
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before record;
    sealed bytea;
BEGIN
    SELECT seal.number, seal.last_seq, seal.root INTO before
      FROM public.audit_seal AS seal ORDER BY seal.number DESC LIMIT 1;
    IF audit_seal.number IS DISTINCT FROM coalesce(before.number, 0) + 1
       OR audit_seal.previous_root IS DISTINCT FROM coalesce(before.root, decode(repeat('00', 32), 'hex'))
       OR audit_seal.first_seq <= coalesce(before.last_seq, 0) THEN
        RAISE EXCEPTION 'the seal does not follow seal %', coalesce(before.number, 0)
            USING ERRCODE = 'check_violation';
    END IF;
    IF abs(extract(epoch FROM clock_timestamp() - audit_seal.at)) > 600 THEN
        RAISE EXCEPTION 'the clock of the publisher differs from the clock of the database by more than 10 minutes'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT string_agg(
               sha256(
                   '\x00'::bytea
                   || convert_to(format(
                       '%s %s %s %s ', numbered.seq, numbered.below_xid,
                       coalesce((coalesce(event.xid, change.xid))::text, 'None'),
                       CASE WHEN event.id IS NULL THEN 'change' ELSE 'event' END
                   ), 'UTF8')
                   || coalesce(event.content_hash, change.content_hash, ''::bytea)
               ),
               ''::bytea ORDER BY numbered.seq
           ) INTO sealed
      FROM public.audit_numbered AS numbered
      LEFT JOIN public.audit_event AS event ON event.id = numbered.event_id
      LEFT JOIN public.audit_change AS change ON change.id = numbered.change_id
     WHERE numbered.seq BETWEEN audit_seal.first_seq AND audit_seal.last_seq;
    IF sealed IS DISTINCT FROM audit_seal.leaves THEN
        RAISE EXCEPTION 'the seal is not that of its rows' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO public.audit_seal (
        number, at, first_seq, last_seq, leaves, previous_root, root, key_id, public_key, signature
    ) VALUES (
        audit_seal.number, audit_seal.at, audit_seal.first_seq, audit_seal.last_seq, audit_seal.leaves,
        audit_seal.previous_root, audit_seal.root, audit_seal.key_id, audit_seal.public_key,
        audit_seal.signature
    );
END $$;

REVOKE ALL ON FUNCTION audit_alone FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_publish FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_seal FROM PUBLIC;
