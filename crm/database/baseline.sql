-- Written by `python -m tests.architecture.baseline`: change migrations, not this file.
SET LOCAL search_path = '';
SET LOCAL check_function_bodies = off;
CREATE SCHEMA guard;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE FUNCTION guard.cover_keys(keys uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM guard.coverage WHERE actor = ANY (keys);
    INSERT INTO guard.coverage
    SELECT id, '-infinity', expires_at, ARRAY(
        SELECT district.id FROM districts_district district
        WHERE key.is_citywide
           OR lineage && ARRAY(SELECT district_id FROM api_apikey_districts WHERE apikey_id = key.id)
    )
    FROM api_apikey key WHERE id = ANY (keys) AND status = 'active';
END $$;
CREATE FUNCTION guard.cover_users(users uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM guard.coverage WHERE actor = ANY (users);
    INSERT INTO guard.coverage
    SELECT id, '-infinity', 'infinity', CASE role WHEN 'privacy_officer' THEN ARRAY['00000000-0000-0000-0000-000000000000'::uuid] ELSE ARRAY(
        SELECT district.id FROM districts_district district
        WHERE lineage && ARRAY(SELECT district_id FROM accounts_user_districts WHERE user_id = person.id)
    ) END
    FROM accounts_user person
    WHERE id = ANY (users) AND is_active AND role IN ('officer', 'supervisor', 'privacy_officer');
    INSERT INTO guard.coverage
    SELECT person.id, starts_at, least(ends_at, ended_at), ARRAY(
        SELECT district.id FROM districts_district district WHERE lineage @> ARRAY[relief.district_id]
    )
    FROM accounts_relief relief JOIN accounts_user person ON person.id = relief.officer_id
    WHERE person.id = ANY (users) AND is_active AND role = 'officer'
      AND least(ends_at, ended_at) > statement_timestamp();
END $$;
CREATE FUNCTION guard.follow_districts_of_keys() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    above uuid[] := ARRAY(SELECT DISTINCT unnest(lineage) FROM changed);
BEGIN
    PERFORM guard.cover_keys(ARRAY(
        SELECT id FROM api_apikey WHERE is_citywide
        UNION SELECT apikey_id FROM api_apikey_districts WHERE district_id = ANY (above)
    ));
    RETURN NULL;
END $$;
CREATE FUNCTION guard.follow_districts_of_users() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    above uuid[] := ARRAY(SELECT DISTINCT unnest(lineage) FROM changed);
BEGIN
    PERFORM guard.cover_users(ARRAY(
        SELECT user_id FROM accounts_user_districts WHERE district_id = ANY (above)
        UNION SELECT officer_id FROM accounts_relief WHERE district_id = ANY (above)
    ));
    RETURN NULL;
END $$;
CREATE FUNCTION guard.follow_key() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM guard.cover_keys(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION guard.follow_keys() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    keys uuid[];
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT %I) FROM changed', TG_ARGV[0]) INTO keys;
    IF keys IS NOT NULL THEN
        PERFORM guard.cover_keys(keys);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION guard.follow_user() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM guard.cover_users(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION guard.follow_users() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    users uuid[];
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT %I) FROM changed', TG_ARGV[0]) INTO users;
    IF users IS NOT NULL THEN
        PERFORM guard.cover_users(users);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION guard.refuse_without_context() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF (SELECT is_guarded FROM guard.city)
        AND NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
        AND NOT EXISTS (SELECT FROM guard.verified_context())
    THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is written by the application only', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION guard.verified_context() RETURNS TABLE(actor uuid, opened text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    said text := current_setting('crm.context', true);
    message text := substr(said, 66);
BEGIN
    IF said IS NULL OR length(said) < 66 OR NOT EXISTS (
        SELECT FROM guard.context_key WHERE left(said, 64) = encode(
            sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))), 'hex')
    ) THEN
        RETURN;
    END IF;
    -- A long transaction keeps what it was given at its start.
    IF split_part(message, '|', 2)::bigint NOT BETWEEN extract(epoch FROM now()) - 600
                                               AND extract(epoch FROM clock_timestamp()) + 600 THEN
        RETURN;
    END IF;
    actor := nullif(split_part(message, '|', 1), '')::uuid;
    opened := split_part(message, '|', 3);
    RETURN NEXT;
END $$;
CREATE FUNCTION public.audit_alone(what text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
CREATE FUNCTION public.audit_field(value bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(int4send(octet_length(value)) || value, '\xffffffff'::bytea) $$;
CREATE FUNCTION public.audit_id(ticks bigint) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    random text := gen_random_uuid();
BEGIN
    RETURN (lpad(to_hex(ticks >> 12), 12, '0') || to_hex(28672 | (ticks & 4095)::int)
            || substr(random, 20, 4) || substr(random, 25, 12))::uuid;
END $$;
CREATE FUNCTION public.audit_ids(ids uuid[]) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT public.audit_field(decode(replace(array_to_string(ids, ''), '-', ''), 'hex')) $$;
CREATE FUNCTION public.audit_next_in_row() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    lowest bigint;
    highest bigint;
    many bigint;
    before bigint;
    after bigint;
BEGIN
    EXECUTE format('SELECT min(%1$I), max(%1$I), count(*) FROM added', TG_ARGV[0]) INTO lowest, highest, many;
    EXECUTE format('SELECT max(%1$I) FROM %2$I WHERE %1$I < $1', TG_ARGV[0], TG_TABLE_NAME) INTO before USING lowest;
    EXECUTE format('SELECT min(%1$I) FROM %2$I WHERE %1$I > $1', TG_ARGV[0], TG_TABLE_NAME) INTO after USING highest;
    IF lowest::numeric <> coalesce(before, 0)::numeric + 1
       OR highest::numeric - lowest + 1 <> many
       OR after IS NOT NULL THEN
        RAISE EXCEPTION 'the next % of % is %', TG_ARGV[0], TG_TABLE_NAME, coalesce(before, 0)::numeric + 1
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $_$;
CREATE FUNCTION public.audit_only_moved() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    before record := OLD;
BEGIN
    before.purpose := '';
    IF NEW IS NOT DISTINCT FROM before AND EXISTS (
        SELECT FROM public.audit_reason AS reason WHERE reason.event_id = OLD.id AND reason.text = OLD.purpose
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.audit_only_pruned() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    place bigint;
BEGIN
    IF TG_TABLE_NAME = 'audit_numbered' THEN
        place := OLD.seq;
    ELSIF TG_TABLE_NAME = 'audit_change' THEN
        SELECT numbered.seq INTO place FROM public.audit_numbered AS numbered WHERE numbered.change_id = OLD.id;
    ELSIF TG_TABLE_NAME = 'audit_reason' THEN
        SELECT numbered.seq INTO place FROM public.audit_numbered AS numbered WHERE numbered.event_id = OLD.event_id;
    ELSE
        SELECT numbered.seq INTO place FROM public.audit_numbered AS numbered WHERE numbered.event_id = OLD.id;
    END IF;
    IF place <= (SELECT max(pruned.last_seq) FROM public.audit_pruned AS pruned) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.audit_only_removed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.removed_at IS NULL AND NEW.event_id = OLD.event_id AND NEW.text = '' AND NEW.salt = ''
       AND NEW.removed_at IS NOT NULL AND NEW.removed_by IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the text of a reason is removed or stays as it is' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.audit_prune(request_id text, OUT seal bigint, OUT removed bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    whose uuid;
    in_force record;
    first_at timestamptz;
    until timestamptz;
    latest record;
    written record;
    leaving uuid[];
    numbers bigint[];
BEGIN
    SELECT context.actor INTO whose FROM guard.verified_context() AS context;
    IF NOT FOUND OR whose IS NOT NULL THEN
        RAISE EXCEPTION 'only the system prunes the activity log' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT pg_try_advisory_xact_lock(7236003) THEN
        RETURN;
    END IF;
    -- The log itself says for a day which rule a person put in force, and for how many days. A moment in the rule can
    -- lie, and who has a database password alone can write events that name no one.
    SELECT rule.number, rule.days INTO in_force FROM public.privacy_retentionrule AS rule
     WHERE rule.code = 'trail' AND rule.ended_at IS NULL AND rule.days >= 400 AND EXISTS (
        SELECT FROM public.audit_event AS event JOIN public.audit_reason AS reason ON reason.event_id = event.id
         WHERE event.object_type = 'retention_rule' AND event.action = 'create'
           AND event.object_ids = ARRAY[rule.id] AND event.at < now() - interval '1 day'
           AND event.actor_id IS NOT NULL
           AND reason.text = format('trail %s, %s days', rule.number, rule.days)
     )
       FOR SHARE OF rule;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT pruned.seal AS number, pruned.last_seq INTO latest
      FROM public.audit_pruned AS pruned ORDER BY pruned.seal DESC LIMIT 1;
    FOR turn IN 1..2 LOOP
        -- Signed audits are checked with their digests, and decisions about the log stay in it.
        -- An event with a change under a later seal leaves with that seal.
        leaving := ARRAY(
            SELECT event.id FROM public.audit_numbered AS numbered
              JOIN public.audit_event AS event ON event.id = numbered.event_id
             WHERE numbered.seq <= latest.last_seq
               AND event.object_type NOT IN ('review', 'retention_rule', 'trail')
               AND NOT EXISTS (
                   SELECT FROM public.audit_change AS change
                     LEFT JOIN public.audit_numbered AS later ON later.change_id = change.id
                    WHERE change.event_id = event.id AND (later.seq IS NULL OR later.seq > latest.last_seq)
               )
             ORDER BY numbered.seq LIMIT 5000
        );
        EXIT WHEN cardinality(leaving) > 0;
        IF turn = 2 THEN
            seal := latest.number;
            removed := 0;
            RETURN;
        END IF;
        until := date_trunc('month', now() - make_interval(days => in_force.days));
        SELECT one.at INTO first_at FROM public.audit_seal AS one
         WHERE one.number > coalesce(latest.number, 0) ORDER BY one.number LIMIT 1;
        IF first_at IS NULL OR first_at >= until THEN
            RETURN;
        END IF;
        until := least(until, date_trunc('month', first_at) + interval '1 month');
        -- New numbers follow the last one, so the last seal keeps its rows.
        SELECT one.number, one.last_seq, one.root INTO latest FROM public.audit_seal AS one
         WHERE one.number > coalesce(latest.number, 0) AND one.at < until
           AND one.number < (SELECT max(final.number) FROM public.audit_seal AS final)
         ORDER BY one.number DESC LIMIT 1;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT * INTO written FROM public.audit_write(
            'erase', 'trail', '{}', '{}', '{}', '',
            format(
                'Retention rule trail %s, %s days; up to seal %s; root %s', in_force.number, in_force.days,
                latest.number, encode(latest.root, 'hex')
            ),
            audit_prune.request_id, '', true, NULL
        );
        INSERT INTO public.audit_pruned (seal, last_seq, root, rule, days, at, event_id)
        VALUES (
            latest.number, latest.last_seq, latest.root, in_force.number, in_force.days, written.at, written.id
        );
    END LOOP;
    numbers := ARRAY(
        SELECT numbered.seq FROM public.audit_numbered AS numbered WHERE numbered.event_id = ANY (leaving)
        UNION ALL
        SELECT numbered.seq FROM public.audit_numbered AS numbered
          JOIN public.audit_change AS change ON change.id = numbered.change_id
         WHERE change.event_id = ANY (leaving)
    );
    DELETE FROM public.audit_change AS change WHERE change.event_id = ANY (leaving);
    DELETE FROM public.audit_reason AS reason WHERE reason.event_id = ANY (leaving);
    DELETE FROM public.audit_event AS event WHERE event.id = ANY (leaving);
    DELETE FROM public.audit_numbered AS numbered WHERE numbered.seq = ANY (numbers);
    removed := cardinality(numbers);
    seal := latest.number;
END $$;
CREATE FUNCTION public.audit_publish(everything boolean DEFAULT false) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
END $_$;
CREATE FUNCTION public.audit_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.audit_refuse_xid() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a row of % has the number of the transaction that writes it', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.audit_remove_reasons(events uuid[], reason text, request_id text, OUT id uuid, OUT removed integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    whose uuid;
    found_ids uuid[];
    written record;
BEGIN
    SELECT context.actor INTO whose FROM guard.verified_context() AS context;
    IF NOT FOUND OR (whose IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.accounts_user AS account
         WHERE account.id = whose AND account.is_active AND account.role = 'privacy_officer'
    )) THEN
        RAISE EXCEPTION 'only a privacy officer removes reasons' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The digest of a signed audit is not a reason: its signature is checked with it.
    found_ids := ARRAY(
        SELECT kept.event_id FROM public.audit_reason AS kept JOIN public.audit_event AS event ON event.id = kept.event_id
         WHERE kept.event_id = ANY (events) AND kept.removed_at IS NULL AND event.object_type <> 'review'
         ORDER BY kept.event_id FOR UPDATE OF kept
    );
    removed := cardinality(found_ids);
    IF removed = 0 THEN
        RETURN;
    END IF;
    SELECT * INTO written FROM public.audit_write(
        'erase', 'reason', found_ids, '{}', '{}', '', reason, request_id, '', true, NULL
    );
    id := written.id;
    UPDATE public.audit_reason SET text = '', salt = '', removed_at = written.at, removed_by = written.id
     WHERE event_id = ANY (found_ids);
END $$;
CREATE FUNCTION public.audit_seal(number bigint, at timestamp with time zone, first_seq bigint, last_seq bigint, leaves bytea, previous_root bytea, root bytea, key_id text, public_key bytea, signature bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
CREATE FUNCTION public.audit_text(value text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT public.audit_field(convert_to(value, 'UTF8')) $$;
CREATE FUNCTION public.audit_write(action text, object_type text, object_ids uuid[], field_names text[], district_ids uuid[], reason_code text, reason text, request_id text, recipient text, allowed boolean, search_hash bytea, changed_types text[] DEFAULT '{}'::text[], changed_ids uuid[] DEFAULT '{}'::uuid[], changed_ops text[] DEFAULT '{}'::text[], changed_versions integer[] DEFAULT '{}'::integer[], changed_into uuid[] DEFAULT '{}'::uuid[], changed_districts text[] DEFAULT '{}'::text[], OUT id uuid, OUT at timestamp with time zone, OUT actor_kind text, OUT actor_id uuid, OUT actor_role text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_variable
DECLARE
    ticks bigint;
    salt bytea;
    digest bytea;
    names bytea := '';
BEGIN
    IF array_position(object_ids, NULL) IS NOT NULL OR array_position(district_ids, NULL) IS NOT NULL
       OR array_position(field_names, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'an event names no record without an ID' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    at := clock_timestamp();
    ticks := (extract(epoch FROM at) * 4096000)::bigint;
    id := public.audit_id(ticks);

    -- Who: the verified context, never an argument. Without a context: a user without an ID.
    actor_kind := 'user';
    actor_role := '';
    SELECT context.actor INTO actor_id FROM guard.verified_context() AS context;
    IF FOUND AND actor_id IS NULL THEN
        actor_kind := 'system';
    ELSIF actor_id IS NOT NULL THEN
        SELECT CASE WHEN account.is_active THEN account.role ELSE '' END INTO actor_role
          FROM public.accounts_user AS account WHERE account.id = actor_id;
        IF NOT FOUND THEN
            actor_role := '';
            IF EXISTS (SELECT FROM public.api_apikey AS key WHERE key.id = actor_id) THEN
                actor_kind := 'key';
            END IF;
        END IF;
    END IF;

    IF reason <> '' THEN
        salt := uuid_send(gen_random_uuid());
        digest := sha256(salt || convert_to(reason, 'UTF8'));
    END IF;
    IF cardinality(field_names) > 0 THEN
        SELECT string_agg(public.audit_text(name), '' ORDER BY place) INTO names
          FROM unnest(field_names) WITH ORDINALITY AS named (name, place);
    END IF;
    INSERT INTO public.audit_event (
        id, at, actor_kind, actor_id, actor_role, login, action, object_type, object_ids, field_names,
        district_ids, purpose, reason_code, reason_digest, request_id, recipient, allowed, search_hash, form,
        content_hash
    ) VALUES (
        id, at, actor_kind, actor_id, actor_role, session_user, action, object_type, object_ids, field_names,
        district_ids, '', reason_code, digest, request_id, recipient, allowed, search_hash, 2,
        sha256(
            'proximity audit event 2'::bytea
            || public.audit_field(uuid_send(id))
            || public.audit_field(int8send((extract(epoch FROM at) * 1000000)::bigint))
            || public.audit_text(actor_kind) || public.audit_field(uuid_send(actor_id))
            || public.audit_text(actor_role) || public.audit_text(session_user)
            || public.audit_text(action) || public.audit_text(object_type)
            || public.audit_ids(object_ids) || public.audit_field(names) || public.audit_ids(district_ids)
            || public.audit_text(reason_code) || public.audit_field(digest)
            || public.audit_text(request_id) || public.audit_text(recipient)
            || public.audit_field(boolsend(allowed)) || public.audit_field(search_hash)
        )
    );
    IF digest IS NOT NULL THEN
        INSERT INTO public.audit_reason (event_id, salt, text) VALUES (id, salt, reason);
    END IF;
    IF cardinality(changed_ids) > 0 THEN
        WITH made AS MATERIALIZED (
            SELECT public.audit_id(ticks + place) AS change_id, what, which, op, version, into_id,
                   places::uuid[] AS places
              FROM unnest(changed_types, changed_ids, changed_ops, changed_versions, changed_into,
                          changed_districts)
                   WITH ORDINALITY AS one (what, which, op, version, into_id, places, place)
        )
        INSERT INTO public.audit_change (
            id, event_id, at, object_type, object_id, op, version, into_id, district_ids, form, content_hash
        )
        SELECT change_id, id, at, what, which, op, version, into_id, places, 2,
               sha256(
                   'proximity audit change 2'::bytea
                   || public.audit_field(uuid_send(change_id)) || public.audit_field(uuid_send(id))
                   || public.audit_field(int8send((extract(epoch FROM at) * 1000000)::bigint))
                   || public.audit_text(what) || public.audit_field(uuid_send(which))
                   || public.audit_text(op) || public.audit_field(int4send(version))
                   || public.audit_field(uuid_send(into_id)) || public.audit_ids(places)
               )
          FROM made;
    END IF;
END $$;
CREATE FUNCTION public.context_actor() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ SELECT actor FROM guard.verified_context() $$;
CREATE FUNCTION public.context_candidates(of_table text, likes text[], similar_to text[], sharing text[]) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $_$
DECLARE
    policy text;
BEGIN
    SELECT pg_get_expr(polqual, polrelid) INTO policy FROM pg_policy
    WHERE polrelid = to_regclass(format('public.%I', of_table)) AND polname = 'rows_in_context';
    IF policy IS NULL THEN
        RETURN;
    END IF;
    policy := replace(policy, '( SELECT context_districts() AS context_districts)', '$1');

    RETURN QUERY EXECUTE format('SELECT id FROM %I WHERE (%s) AND (%s)', of_table, concat_ws(' OR ',
        (SELECT string_agg(format('folded LIKE %L', one), ' OR ') FROM unnest(likes) AS one),
        (SELECT string_agg(format('folded %%> %L', one), ' OR ') FROM unnest(similar_to) AS one),
        CASE WHEN cardinality(sharing) > 0 THEN format('clues && %L', sharing) ELSE 'false' END
    ), policy) USING context_districts();
END $_$;
CREATE FUNCTION public.context_districts() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    whose uuid;
    what text;
    part uuid[];
    whole uuid[] := '{}';
BEGIN
    SELECT actor, opened INTO whose, what FROM guard.verified_context();
    IF what <> '' OR (FOUND AND whose IS NULL) THEN
        RETURN ARRAY['00000000-0000-0000-0000-000000000000'::uuid];
    END IF;
    FOR part IN
        SELECT districts FROM guard.coverage
        WHERE coverage.actor = whose AND since <= statement_timestamp() AND until > statement_timestamp()
    LOOP
        whole := whole || part;
    END LOOP;
    RETURN whole;
END $$;
CREATE FUNCTION public.context_planned(of_user uuid, since timestamp with time zone, until timestamp with time zone, latest_first boolean, most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    policy text;
BEGIN
    SELECT pg_get_expr(polqual, polrelid) INTO policy FROM pg_policy
    WHERE polrelid = 'meetings_meeting'::regclass AND polname = 'rows_in_context';
    IF policy IS NULL THEN
        RETURN;
    END IF;
    policy := replace(policy, '( SELECT context_districts() AS context_districts)', '$4');
    -- COALESCE keeps the question from becoming a join, and the cheapest condition is asked first.
    RETURN QUERY EXECUTE format(
        'SELECT id FROM meetings_meeting WHERE status = ''planned'' AND starts_at >= $1 AND starts_at < $2'
        ' AND coalesce(EXISTS (SELECT FROM meetings_meeting_officers taking_part'
        ' WHERE taking_part.meeting_id = meetings_meeting.id AND taking_part.user_id = $5), false)'
        ' AND (%s) ORDER BY starts_at %s, id LIMIT $3',
        policy, CASE WHEN latest_first THEN 'DESC' ELSE 'ASC' END
    ) USING since, until, most, context_districts(), of_user;
END $_$;
CREATE FUNCTION public.context_today() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ SELECT (statement_timestamp() AT TIME ZONE time_zone)::date FROM guard.city $$;
CREATE FUNCTION public.incidents_keep_protocol() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status IN (OLD.status, 'replaced')
        AND to_jsonb(NEW) - '{status,version,updated_at}'::text[]
          = to_jsonb(OLD) - '{status,version,updated_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a protocol in force stays as it is: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.incidents_keep_protocol_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        ids := array_append(ids, OLD.protocol_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ids := array_append(ids, NEW.protocol_id);
    END IF;
    IF EXISTS (SELECT FROM incidents_protocol WHERE id = ANY (ids) AND status <> 'draft') THEN
        RAISE EXCEPTION 'a protocol in force stays as it is: % of a step refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION public.meetings_link_met_at() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.met_at := (SELECT starts_at FROM meetings_meeting
                   WHERE id = NEW.meeting_id AND NEW.present AND status = 'held' AND NOT outcomes <@ ARRAY['information_shared', 'no_change', 'declined', 'relationship_paused']::varchar[]);
    RETURN NEW;
END $$;
CREATE FUNCTION public.meetings_meeting_met_at() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE meetings_meetingorganisation link
    SET met_at = CASE WHEN link.present AND heard.heard THEN NEW.starts_at END
    FROM (SELECT NEW.status = 'held' AND NOT NEW.outcomes <@ ARRAY['information_shared', 'no_change', 'declined', 'relationship_paused']::varchar[] AS heard) heard
    WHERE link.meeting_id = NEW.id
      AND link.met_at IS DISTINCT FROM CASE WHEN link.present AND heard.heard THEN NEW.starts_at END;
    RETURN NULL;
END $$;
CREATE FUNCTION public.plans_keep_value() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM plans_indicator
                 JOIN plans_goal ON plans_goal.id = plans_indicator.goal_id
                 JOIN plans_plan ON plans_plan.id = plans_goal.plan_id
                WHERE plans_indicator.id = OLD.indicator_id AND plans_plan.status <> 'draft') THEN
        RAISE EXCEPTION 'a value of an adopted plan stays as it is: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION public.plans_keep_voice() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'organisation_id' = to_jsonb(OLD) - 'organisation_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        ids := array_append(ids, OLD.review_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ids := array_append(ids, NEW.review_id);
    END IF;
    IF EXISTS (SELECT FROM plans_planreview WHERE id = ANY (ids) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a signed review stays as it is: % of a voice refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION public.public_confirm(token bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    UPDATE public.publishing_registration
    SET state = 'confirmed', confirmed_at = now(), token_hash = NULL
    WHERE token_hash = token AND state = 'unconfirmed'
      AND coalesce(mailed_at, created_at) > now() - interval '48 hours'
$$;
CREATE FUNCTION public.public_register(given jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    place uuid;
BEGIN
    SELECT page.district_id INTO place
    FROM public.publishing_publicdistrict page
    JOIN public.districts_district district ON district.id = page.district_id
    WHERE district.code = given->>'district' AND page.is_on AND district.is_active;
    IF place IS NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(7497062);
    IF (SELECT count(*) FROM public.publishing_registration
        WHERE created_at > now() - interval '1 day') >= 200 THEN
        RETURN false;
    END IF;
    -- No more than three a day to one address, and no word about it.
    IF (SELECT count(*) FROM public.publishing_registration
        WHERE lower(person_email) = lower(given->>'person_email')
          AND created_at > now() - interval '1 day') >= 3 THEN
        RETURN true;
    END IF;
    INSERT INTO public.publishing_registration (
        id, district_id, language, name, kind, summary, website, email, phone, address, is_home, languages,
        person_name, person_role, person_email, person_phone, wants, fields, text_version, state, created_at,
        reason, revision
    ) VALUES (
        gen_random_uuid(), place, left(given->>'language', 35), left(given->>'name', 200), given->>'kind',
        left(coalesce(given->>'summary', ''), 1000), left(coalesce(given->>'website', ''), 300),
        left(coalesce(given->>'email', ''), 254), left(coalesce(given->>'phone', ''), 30),
        left(coalesce(given->>'address', ''), 300), coalesce((given->>'is_home')::boolean, false),
        ARRAY(SELECT jsonb_array_elements_text(coalesce(given->'languages', '[]'))),
        left(coalesce(given->>'person_name', ''), 160), left(coalesce(given->>'person_role', ''), 120),
        left(given->>'person_email', 254), left(coalesce(given->>'person_phone', ''), 30),
        given->>'wants', ARRAY(SELECT jsonb_array_elements_text(coalesce(given->'fields', '[]'))),
        coalesce((given->>'text_version')::integer, 0), 'unconfirmed', now(), '', 1
    );
    RETURN true;
END $$;
CREATE FUNCTION public.publishing_keep() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'what is published stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.reviews_keep_addendum() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    waiting reviews_addendum;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.signature = '' AND OLD.statement <> '' THEN
        waiting := NEW;
        waiting.key_id := OLD.key_id;
        waiting.public_key := OLD.public_key;
        waiting.signature := OLD.signature;
        IF waiting IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an addendum stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.reviews_keep_name() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM reviews_review
                WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a name in a signed audit stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.reviews_keep_part() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ids uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        ids := array_append(ids, OLD.review_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ids := array_append(ids, NEW.review_id);
    END IF;
    IF EXISTS (SELECT FROM reviews_review WHERE id = ANY (ids) AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a signed audit stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.reviews_keep_review() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    erased reviews_review;
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        IF TG_OP = 'UPDATE' THEN
            erased := OLD;
            erased.signed_by_name := '';
            IF NEW IS NOT DISTINCT FROM erased THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'a signed audit stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.district_id, NEW.since, NEW.until, NEW.as_of, NEW.meetings_held, NEW.organisations_met,
        NEW.district_code, NEW.district_name, NEW.definitions, NEW.parts, NEW.made_with, NEW.blind_spots)
        IS DISTINCT FROM
       (OLD.id, OLD.district_id, OLD.since, OLD.until, OLD.as_of, OLD.meetings_held, OLD.organisations_met,
        OLD.district_code, OLD.district_name, OLD.definitions, OLD.parts, OLD.made_with, OLD.blind_spots) THEN
        RAISE EXCEPTION 'what an audit is of stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.reviews_keep_signature() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    waiting reviews_signature;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.signature = '' THEN
        waiting := NEW;
        waiting.key_id := OLD.key_id;
        waiting.public_key := OLD.public_key;
        waiting.signature := OLD.signature;
        IF waiting IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a signature stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.reviews_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'this stays as it is: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TABLE guard.city (
    is_one boolean DEFAULT true NOT NULL,
    time_zone text NOT NULL,
    contexts_sent boolean DEFAULT false NOT NULL,
    is_guarded boolean DEFAULT false NOT NULL,
    CONSTRAINT city_is_one_check CHECK (is_one)
);
CREATE TABLE public.contacts_contact (
    id uuid NOT NULL,
    given_name character varying(80) NOT NULL,
    family_name character varying(120) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(128) NOT NULL,
    languages character varying(8)[] NOT NULL,
    preferred_channel character varying(10) NOT NULL,
    lawful_basis character varying(20) NOT NULL,
    purpose character varying(20) NOT NULL,
    notice_given_on date,
    notice_version character varying(20) NOT NULL,
    agreement_how character varying(10) NOT NULL,
    agreement_on date,
    withdrawn_on date,
    review_on date NOT NULL,
    folded text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    agreement_recorded_by_id uuid,
    home_district_id uuid NOT NULL,
    clues text[] NOT NULL,
    is_restricted boolean DEFAULT false NOT NULL,
    CONSTRAINT contact_agreement_is_whole CHECK (((((agreement_how)::text = ''::text) AND (agreement_on IS NULL) AND (agreement_recorded_by_id IS NULL)) OR (((agreement_how)::text = ANY ((ARRAY['spoken'::character varying, 'written'::character varying, 'email'::character varying])::text[])) AND (agreement_on IS NOT NULL) AND (agreement_recorded_by_id IS NOT NULL)))),
    CONSTRAINT contact_channel_is_known CHECK (((preferred_channel)::text = ANY ((ARRAY[''::character varying, 'phone'::character varying, 'message'::character varying, 'email'::character varying, 'in_person'::character varying])::text[]))),
    CONSTRAINT contact_has_lawful_basis CHECK (((lawful_basis)::text = ANY ((ARRAY['public_task'::character varying, 'legal_obligation'::character varying, 'consent'::character varying, 'vital_interests'::character varying, 'police_law'::character varying])::text[]))),
    CONSTRAINT contact_has_purpose CHECK (((purpose)::text = ANY ((ARRAY['community_liaison'::character varying, 'incident_response'::character varying, 'safety_planning'::character varying, 'event_planning'::character varying, 'training'::character varying])::text[]))),
    CONSTRAINT contacts_contact_version_check CHECK ((version >= 0))
);
CREATE VIEW guard.contact_home AS
 SELECT id AS contact_id,
    home_district_id AS district_id,
    is_restricted
   FROM public.contacts_contact;
CREATE TABLE guard.context_key (
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
CREATE TABLE guard.coverage (
    actor uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    districts uuid[] NOT NULL
);
CREATE TABLE public.contacts_organisation (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    short_name character varying(60) NOT NULL,
    kind character varying(30) NOT NULL,
    summary text NOT NULL,
    website character varying(300) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(128) NOT NULL,
    address character varying(300) NOT NULL,
    postcode character varying(12) NOT NULL,
    languages character varying(8)[] NOT NULL,
    access_needs character varying(300) NOT NULL,
    cadence_days smallint,
    status character varying(10) NOT NULL,
    is_listed_publicly boolean NOT NULL,
    last_met_at timestamp with time zone,
    meet_by date,
    is_reporting_centre boolean NOT NULL,
    reporting_tested_on date,
    verified_on date,
    review_on date,
    folded text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deputy_officer_id uuid,
    home_district_id uuid NOT NULL,
    lead_officer_id uuid,
    clues text[] NOT NULL,
    contact_wish character varying(16) DEFAULT 'welcome'::character varying NOT NULL,
    contact_wish_by character varying(120) DEFAULT ''::character varying NOT NULL,
    contact_wish_on date,
    night_agreed_on date,
    night_calls character varying(12) DEFAULT 'not_asked'::character varying NOT NULL,
    known_since date,
    location_protected boolean DEFAULT false NOT NULL,
    CONSTRAINT contacts_organisation_cadence_days_check CHECK ((cadence_days >= 0)),
    CONSTRAINT contacts_organisation_version_check CHECK ((version >= 0)),
    CONSTRAINT organisation_cadence_is_days CHECK (((cadence_days IS NULL) OR ((cadence_days >= 1) AND (cadence_days <= 730)))),
    CONSTRAINT organisation_deputy_is_another CHECK (((deputy_officer_id IS NULL) OR (lead_officer_id IS NULL) OR (NOT ((deputy_officer_id = lead_officer_id) AND (deputy_officer_id IS NOT NULL) AND (lead_officer_id IS NOT NULL))))),
    CONSTRAINT organisation_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['community_group'::character varying, 'residents_association'::character varying, 'minority_association'::character varying, 'womens_organisation'::character varying, 'lgbt_organisation'::character varying, 'ngo'::character varying, 'religious_community'::character varying, 'youth_organisation'::character varying, 'parents_association'::character varying, 'disability_organisation'::character varying, 'older_people_organisation'::character varying, 'victim_support'::character varying, 'shelter'::character varying, 'reception_centre'::character varying, 'law_advocacy'::character varying, 'trade_union'::character varying, 'housing_tenants'::character varying, 'environment'::character varying, 'culture_sport'::character varying, 'business_association'::character varying, 'school'::character varying, 'health_service'::character varying, 'municipal_service'::character varying, 'other_police'::character varying, 'prosecution'::character varying, 'equality_body'::character varying, 'academic'::character varying, 'media'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT organisation_night_calls_known CHECK (((night_calls)::text = ANY ((ARRAY['not_asked'::character varying, 'never'::character varying, 'if_our_place'::character varying, 'always'::character varying])::text[]))),
    CONSTRAINT organisation_shelter_is_hidden CHECK ((NOT (is_listed_publicly AND ((kind)::text = 'shelter'::text)))),
    CONSTRAINT organisation_status_is_known CHECK (((status)::text = ANY ((ARRAY['active'::character varying, 'dormant'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT organisation_wish_was_said CHECK ((((contact_wish)::text = 'welcome'::text) OR (((contact_wish)::text = ANY ((ARRAY['welcome'::character varying, 'only_if_they_ask'::character varying, 'none'::character varying])::text[])) AND (contact_wish_on IS NOT NULL) AND (NOT ((contact_wish_by)::text = ''::text)))))
);
CREATE TABLE public.meetings_followuporganisation (
    id bigint NOT NULL,
    reported_back_on date,
    follow_up_id uuid NOT NULL,
    organisation_id uuid NOT NULL
);
CREATE VIEW guard.follow_up_home AS
 SELECT meetings_followuporganisation.follow_up_id,
    organisation.home_district_id AS district_id
   FROM (public.meetings_followuporganisation
     JOIN public.contacts_organisation organisation ON ((organisation.id = meetings_followuporganisation.organisation_id)));
CREATE TABLE public.meetings_meetingorganisation (
    id bigint NOT NULL,
    present boolean NOT NULL,
    meeting_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    met_at timestamp with time zone
);
CREATE VIEW guard.meeting_home AS
 SELECT meetings_meetingorganisation.meeting_id,
    organisation.home_district_id AS district_id
   FROM (public.meetings_meetingorganisation
     JOIN public.contacts_organisation organisation ON ((organisation.id = meetings_meetingorganisation.organisation_id)));
CREATE TABLE public.meetings_meeting (
    id uuid NOT NULL,
    subject character varying(200) NOT NULL,
    kind character varying(30) NOT NULL,
    level character varying(12) NOT NULL,
    status character varying(12) NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    duration_minutes smallint,
    place character varying(200) NOT NULL,
    initiated_by character varying(10) NOT NULL,
    other_participants text NOT NULL,
    headcount integer,
    agenda text NOT NULL,
    facts text NOT NULL,
    assessment text NOT NULL,
    outcomes character varying(30)[] NOT NULL,
    folded text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    logged_by_id uuid,
    departs boolean NOT NULL,
    series_on date,
    series_id uuid,
    CONSTRAINT meeting_has_duration CHECK (((duration_minutes > 0) AND (duration_minutes <= 1440))),
    CONSTRAINT meeting_initiator_is_known CHECK (((initiated_by)::text = ANY ((ARRAY[''::character varying, 'police'::character varying, 'community'::character varying])::text[]))),
    CONSTRAINT meeting_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['foot_patrol'::character varying, 'drop_in'::character varying, 'visit'::character varying, 'phone'::character varying, 'email'::character varying, 'message'::character varying, 'video'::character varying, 'partnership_meeting'::character varying, 'key_individuals_meeting'::character varying, 'public_meeting'::character varying, 'advisory_group'::character varying, 'training'::character varying, 'mutual_learning_workshop'::character varying, 'school_session'::character varying, 'community_event'::character varying, 'reassurance_visit'::character varying, 'mediation'::character varying, 'reporting_session'::character varying])::text[]))),
    CONSTRAINT meeting_level_is_known CHECK (((level)::text = ANY ((ARRAY[''::character varying, 'inform'::character varying, 'consult'::character varying, 'involve'::character varying, 'collaborate'::character varying, 'empower'::character varying])::text[]))),
    CONSTRAINT meeting_outcomes_are_known CHECK ((outcomes <@ ARRAY['information_shared'::character varying(30), 'concern_raised'::character varying(30), 'concern_resolved'::character varying(30), 'priority_agreed'::character varying(30), 'action_agreed'::character varying(30), 'joint_activity_agreed'::character varying(30), 'report_facilitated'::character varying(30), 'referral_made'::character varying(30), 'introduction_made'::character varying(30), 'feedback_given'::character varying(30), 'reassurance_given'::character varying(30), 'advice_received'::character varying(30), 'no_change'::character varying(30), 'declined'::character varying(30), 'relationship_paused'::character varying(30)])),
    CONSTRAINT meeting_status_is_known CHECK (((status)::text = ANY ((ARRAY['planned'::character varying, 'held'::character varying, 'cancelled'::character varying, 'not_reached'::character varying])::text[]))),
    CONSTRAINT meetings_meeting_duration_minutes_check CHECK ((duration_minutes >= 0)),
    CONSTRAINT meetings_meeting_headcount_check CHECK ((headcount >= 0)),
    CONSTRAINT meetings_meeting_version_check CHECK ((version >= 0))
);
CREATE VIEW guard.meeting_ground AS
 SELECT meetings_meeting.id AS meeting_id,
    meetings_meeting.district_id
   FROM public.meetings_meeting
UNION ALL
 SELECT meeting_home.meeting_id,
    meeting_home.district_id
   FROM guard.meeting_home;
CREATE TABLE guard.numbering (
);
CREATE TABLE public.contacts_organisation_also_in (
    id bigint NOT NULL,
    organisation_id uuid NOT NULL,
    district_id uuid NOT NULL
);
CREATE VIEW guard.organisation_place AS
 SELECT organisation_id,
    district_id
   FROM public.contacts_organisation_also_in;
CREATE TABLE public.contacts_affiliation (
    id uuid NOT NULL,
    role_title character varying(80) NOT NULL,
    is_primary boolean NOT NULL,
    since date,
    until date,
    contact_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    told_until date,
    CONSTRAINT affiliation_ends_after_start CHECK (((until IS NULL) OR (since IS NULL) OR (until >= since)))
);
CREATE VIEW guard.represented AS
 SELECT contacts_affiliation.contact_id,
    contacts_affiliation.organisation_id,
    organisation.home_district_id AS district_id,
    contacts_affiliation.until
   FROM (public.contacts_affiliation
     JOIN public.contacts_organisation organisation ON ((organisation.id = contacts_affiliation.organisation_id)));
CREATE TABLE guard.sealing (
);
CREATE TABLE public.account_emailaddress (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id uuid NOT NULL
);
ALTER TABLE public.account_emailaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.account_emailconfirmation (
    id integer NOT NULL,
    created timestamp with time zone NOT NULL,
    sent timestamp with time zone,
    key character varying(64) NOT NULL,
    email_address_id integer NOT NULL
);
ALTER TABLE public.account_emailconfirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailconfirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_accountrequest (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    email character varying(254) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    is_confirmed boolean NOT NULL,
    asked_by_id uuid,
    decided_by_id uuid,
    user_id uuid,
    subject uuid,
    mailed_at timestamp with time zone,
    CONSTRAINT pending_act_is_about_one CHECK ((((user_id IS NOT NULL) OR (subject IS NOT NULL)) AND (1 = (
CASE
    WHEN (user_id IS NOT NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (subject IS NOT NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT pending_act_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['role'::character varying, 'districts'::character varying, 'email'::character varying, 'second_factor'::character varying, 'reactivation'::character varying, 'api_key'::character varying, 'archive'::character varying, 'export'::character varying, 'exclusion'::character varying, 'protocol'::character varying, 'erasure'::character varying, 'public_entry'::character varying, 'erasing'::character varying])::text[])))
);
CREATE TABLE public.accounts_accountrequest_districts (
    id bigint NOT NULL,
    accountrequest_id uuid NOT NULL,
    district_id uuid NOT NULL
);
ALTER TABLE public.accounts_accountrequest_districts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_accountrequest_districts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_browserreport (
    id bigint NOT NULL,
    directive character varying(40) NOT NULL,
    blocked character varying(120) NOT NULL,
    page character varying(60) NOT NULL,
    count integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_browserreport_count_check CHECK ((count >= 0))
);
ALTER TABLE public.accounts_browserreport ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_browserreport_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_relief (
    id uuid NOT NULL,
    reason character varying(20) NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    version integer NOT NULL,
    district_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    CONSTRAINT accounts_relief_version_check CHECK ((version >= 0)),
    CONSTRAINT relief_ends_in_time CHECK (((ends_at > starts_at) AND (ends_at <= (starts_at + '12:00:00'::interval)))),
    CONSTRAINT relief_reason_is_known CHECK (((reason)::text = ANY ((ARRAY['night_duty'::character varying, 'colleague_away'::character varying, 'incident'::character varying, 'event'::character varying])::text[])))
);
CREATE TABLE public.accounts_savedview (
    id uuid NOT NULL,
    list_name character varying(20) NOT NULL,
    name character varying(60) NOT NULL,
    query character varying(1000) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    owner_id uuid NOT NULL,
    shared_with_id uuid
);
CREATE TABLE public.accounts_sentform (
    id uuid NOT NULL,
    form uuid NOT NULL,
    digest bytea NOT NULL,
    led_to text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid NOT NULL,
    made text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.accounts_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL,
    device character varying(200) NOT NULL,
    started_at timestamp with time zone,
    seen_at timestamp with time zone,
    user_id uuid
);
CREATE TABLE public.accounts_user (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    name character varying(120) NOT NULL,
    role character varying(20) NOT NULL,
    language character varying(5) NOT NULL,
    time_zone character varying(40) NOT NULL,
    theme character varying(5) NOT NULL,
    reminder_channels character varying(10)[] NOT NULL,
    uses_shortcuts boolean NOT NULL,
    is_active boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    asked_role character varying(20) NOT NULL,
    phone character varying(128) DEFAULT ''::character varying NOT NULL,
    absent_until date,
    deactivated_at timestamp with time zone,
    public_name character varying(40) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT accounts_user_version_check CHECK ((version >= 0)),
    CONSTRAINT user_asked_role_waits CHECK ((((asked_role)::text = ''::text) OR (((asked_role)::text = ANY ((ARRAY['administrator'::character varying, 'confirmer'::character varying, 'privacy_officer'::character varying, 'supervisor'::character varying])::text[])) AND ((role)::text = 'officer'::text)))),
    CONSTRAINT user_channels_are_known CHECK ((reminder_channels <@ ARRAY['email'::character varying(10), 'in_page'::character varying(10)])),
    CONSTRAINT user_role_is_known CHECK (((role)::text = ANY ((ARRAY['officer'::character varying, 'supervisor'::character varying, 'privacy_officer'::character varying, 'administrator'::character varying, 'confirmer'::character varying])::text[])))
);
CREATE TABLE public.accounts_user_districts (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    district_id uuid NOT NULL
);
ALTER TABLE public.accounts_user_districts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_user_districts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_apikey (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    scopes character varying(30)[] NOT NULL,
    is_citywide boolean NOT NULL,
    purpose character varying(200) NOT NULL,
    source character varying(60) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    cidrs character varying(49)[] NOT NULL,
    daily_contacts integer NOT NULL,
    requests_per_minute integer NOT NULL,
    status character varying(10) NOT NULL,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    confirmed_by_id uuid,
    created_by_id uuid,
    renewed_at timestamp with time zone,
    last_network character varying(49) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT api_apikey_daily_contacts_check CHECK ((daily_contacts >= 0)),
    CONSTRAINT api_apikey_requests_per_minute_check CHECK ((requests_per_minute >= 0)),
    CONSTRAINT key_expires_in_a_year CHECK ((expires_at <= (COALESCE(renewed_at, created_at) + '365 days 01:00:00'::interval))),
    CONSTRAINT key_scopes_are_known CHECK (((scopes <@ ARRAY['organisations:read'::character varying(30), 'organisations:write'::character varying(30), 'contacts:read'::character varying(30), 'contacts:write'::character varying(30), 'contacts:private'::character varying(30), 'contacts:erase'::character varying(30), 'meetings:read'::character varying(30), 'meetings:write'::character varying(30), 'follow-ups:read'::character varying(30), 'follow-ups:write'::character varying(30), 'concerns:read'::character varying(30), 'concerns:write'::character varying(30), 'reports:read'::character varying(30), 'changes:read'::character varying(30), 'webhooks:write'::character varying(30)]) AND (
CASE
    WHEN (scopes IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(scopes, 1), 0)
END > 0))),
    CONSTRAINT key_status_is_known CHECK (((status)::text = ANY ((ARRAY['waiting'::character varying, 'active'::character varying, 'revoked'::character varying])::text[])))
);
CREATE TABLE public.api_apikey_districts (
    id bigint NOT NULL,
    apikey_id uuid NOT NULL,
    district_id uuid NOT NULL
);
ALTER TABLE public.api_apikey_districts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_apikey_districts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_apisecret (
    id bigint NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    key_id uuid NOT NULL
);
ALTER TABLE public.api_apisecret ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_apisecret_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_bulkagreement (
    id uuid NOT NULL,
    rows integer NOT NULL,
    rows_read integer DEFAULT 0 NOT NULL,
    reason character varying(200) NOT NULL,
    agreed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    agreed_by_id uuid NOT NULL,
    key_id uuid NOT NULL,
    CONSTRAINT api_bulkagreement_rows_check CHECK ((rows >= 0)),
    CONSTRAINT api_bulkagreement_rows_read_check CHECK ((rows_read >= 0)),
    CONSTRAINT bulk_agreement_is_kept CHECK ((rows_read <= rows))
);
CREATE TABLE public.api_calendarfeed (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    with_subjects boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid NOT NULL,
    with_follow_ups boolean DEFAULT false NOT NULL
);
CREATE TABLE public.api_contactread (
    id bigint NOT NULL,
    day date NOT NULL,
    contact_id uuid NOT NULL,
    key_id uuid NOT NULL
);
ALTER TABLE public.api_contactread ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_contactread_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_idempotentrequest (
    id bigint NOT NULL,
    actor_id uuid NOT NULL,
    key character varying(255) NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    answer jsonb,
    CONSTRAINT api_idempotentrequest_status_check CHECK ((status >= 0))
);
ALTER TABLE public.api_idempotentrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_idempotentrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_keynetwork (
    id bigint NOT NULL,
    network character varying(49) NOT NULL,
    first_at timestamp with time zone NOT NULL,
    is_expected boolean NOT NULL,
    key_id uuid NOT NULL
);
ALTER TABLE public.api_keynetwork ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_keynetwork_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_keywarning (
    id uuid NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    attempts smallint NOT NULL,
    sent_at timestamp with time zone,
    failed_at timestamp with time zone,
    last_error character varying(500) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    key_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    CONSTRAINT api_keywarning_attempts_check CHECK ((attempts >= 0))
);
CREATE TABLE public.api_personread (
    id bigint NOT NULL,
    day date NOT NULL,
    contact_id uuid NOT NULL,
    user_id uuid NOT NULL,
    is_outside boolean DEFAULT false NOT NULL
);
ALTER TABLE public.api_personread ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_personread_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_readingday (
    id bigint NOT NULL,
    day date NOT NULL,
    contacts integer NOT NULL,
    explained_at timestamp with time zone,
    user_id uuid NOT NULL,
    CONSTRAINT api_readingday_contacts_check CHECK ((contacts >= 0))
);
ALTER TABLE public.api_readingday ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.api_readingday_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.api_webhook (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    url character varying(2000) NOT NULL,
    types character varying(20)[] NOT NULL,
    is_active boolean NOT NULL,
    disabled_reason character varying(20) NOT NULL,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_until timestamp with time zone,
    last_seq bigint NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    key_id uuid NOT NULL,
    between_secrets bytea[] DEFAULT '{}'::bytea[] NOT NULL,
    failing_since timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    lease_until timestamp with time zone,
    resume_at timestamp with time zone,
    served_at timestamp with time zone,
    CONSTRAINT api_webhook_failures_check CHECK ((failures >= 0)),
    CONSTRAINT api_webhook_version_check CHECK ((version >= 0)),
    CONSTRAINT webhook_has_types CHECK ((
CASE
    WHEN (types IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(types, 1), 0)
END > 0)),
    CONSTRAINT webhook_previous_secret_ends CHECK ((((previous_secret IS NULL) AND (previous_until IS NULL)) OR ((previous_secret IS NOT NULL) AND (previous_until IS NOT NULL))))
);
CREATE TABLE public.api_webhookdelivery (
    id uuid NOT NULL,
    seq bigint NOT NULL,
    payload jsonb NOT NULL,
    attempts smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    failed_at timestamp with time zone,
    last_status smallint,
    last_error character varying(60) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    webhook_id uuid NOT NULL,
    CONSTRAINT api_webhookdelivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT api_webhookdelivery_last_status_check CHECK ((last_status >= 0)),
    CONSTRAINT webhook_delivery_ends_once CHECK (((delivered_at IS NULL) OR (failed_at IS NULL)))
);
CREATE TABLE public.audit_change (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    object_type character varying(30) NOT NULL,
    object_id uuid NOT NULL,
    op character varying(10) NOT NULL,
    version integer NOT NULL,
    into_id uuid,
    district_ids uuid[] NOT NULL,
    content_hash bytea NOT NULL,
    event_id uuid NOT NULL,
    xid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    form smallint DEFAULT 1 NOT NULL,
    CONSTRAINT audit_change_version_check CHECK ((version >= 0))
);
CREATE TABLE public.audit_event (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_kind character varying(6) NOT NULL,
    actor_id uuid,
    actor_role character varying(20) NOT NULL,
    action character varying(20) NOT NULL,
    object_type character varying(30) NOT NULL,
    object_ids uuid[] NOT NULL,
    field_names character varying(60)[] NOT NULL,
    district_ids uuid[] NOT NULL,
    purpose character varying(500) NOT NULL,
    request_id character varying(64) NOT NULL,
    recipient character varying(400) NOT NULL,
    allowed boolean NOT NULL,
    content_hash bytea NOT NULL,
    search_hash bytea,
    xid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    login character varying(63) DEFAULT ''::character varying NOT NULL,
    reason_code character varying(200) DEFAULT ''::character varying NOT NULL,
    reason_digest bytea,
    form smallint DEFAULT 1 NOT NULL
);
CREATE TABLE public.audit_numbered (
    seq bigint NOT NULL,
    below_xid bigint NOT NULL,
    change_id uuid,
    event_id uuid,
    CONSTRAINT numbered_is_one_row CHECK ((((event_id IS NULL) OR (change_id IS NULL)) AND (1 = (
CASE
    WHEN (event_id IS NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (change_id IS NULL) THEN 1
    ELSE 0
END))))
);
CREATE TABLE public.audit_pruned (
    seal bigint NOT NULL,
    last_seq bigint NOT NULL,
    root bytea NOT NULL,
    rule integer NOT NULL,
    days integer NOT NULL,
    at timestamp with time zone NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT audit_pruned_days_check CHECK ((days >= 0)),
    CONSTRAINT audit_pruned_rule_check CHECK ((rule >= 0))
);
CREATE TABLE public.audit_reason (
    event_id uuid NOT NULL,
    salt bytea NOT NULL,
    text character varying(500) NOT NULL,
    removed_at timestamp with time zone,
    removed_by uuid
);
CREATE TABLE public.audit_seal (
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    leaves bytea NOT NULL,
    previous_root bytea NOT NULL,
    root bytea NOT NULL,
    key_id character varying(16) NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT seal_is_not_empty CHECK ((last_seq >= first_seq))
);
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_contactdetail (
    id uuid NOT NULL,
    channel character varying(10) NOT NULL,
    value character varying(300) NOT NULL,
    use character varying(20) NOT NULL,
    owner_id uuid NOT NULL,
    CONSTRAINT contactdetail_channel_is_known CHECK (((channel)::text = ANY ((ARRAY['phone'::character varying, 'email'::character varying, 'website'::character varying, 'social'::character varying])::text[]))),
    CONSTRAINT contactdetail_is_something CHECK ((NOT ((value)::text = ''::text))),
    CONSTRAINT contactdetail_use_is_known CHECK (((use)::text = ANY ((ARRAY[''::character varying, 'office'::character varying, 'mobile'::character varying, 'reception'::character varying, 'secretary'::character varying, 'press'::character varying, 'out_of_hours'::character varying, 'fax'::character varying])::text[])))
);
CREATE TABLE public.contacts_contactexternalid (
    id bigint NOT NULL,
    source character varying(60) NOT NULL,
    external_id character varying(200) NOT NULL,
    contact_id uuid NOT NULL
);
ALTER TABLE public.contacts_contactexternalid ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_contactexternalid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_focusdeclaration (
    id uuid NOT NULL,
    focus character varying(30) NOT NULL,
    declared_by character varying(120) NOT NULL,
    declared_on date NOT NULL,
    evidence_url character varying(300) NOT NULL,
    organisation_id uuid NOT NULL,
    entered_at timestamp with time zone,
    superseded_at timestamp with time zone,
    withdrawn_on date,
    CONSTRAINT focus_is_known CHECK (((focus)::text = ANY ((ARRAY['ethnic_minority'::character varying, 'african_descent'::character varying, 'language_minority'::character varying, 'migrants'::character varying, 'refugees'::character varying, 'stateless'::character varying, 'roma'::character varying, 'travellers'::character varying, 'sami'::character varying, 'jewish'::character varying, 'muslim'::character varying, 'christian'::character varying, 'sikh'::character varying, 'hindu'::character varying, 'other_religion_belief'::character varying, 'women'::character varying, 'lgbti'::character varying, 'trans'::character varying, 'disability'::character varying, 'youth'::character varying, 'older_people'::character varying, 'homelessness'::character varying])::text[])))
);
CREATE TABLE public.contacts_importdraft (
    id uuid NOT NULL,
    started_by uuid NOT NULL,
    what character varying(20) NOT NULL,
    state character varying(10) NOT NULL,
    source character varying(60) NOT NULL,
    file_name character varying(200) NOT NULL,
    digest character varying(64) NOT NULL,
    purpose character varying(200) NOT NULL,
    content bytea,
    encoding character varying(20) NOT NULL,
    delimiter character varying(1) NOT NULL,
    headings jsonb NOT NULL,
    sample jsonb NOT NULL,
    columns jsonb NOT NULL,
    identify jsonb NOT NULL,
    fixed jsonb NOT NULL,
    "values" jsonb NOT NULL,
    job_id uuid,
    report jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    imported_at timestamp with time zone,
    first_rows jsonb DEFAULT '[]'::jsonb NOT NULL,
    heading_row smallint DEFAULT 1 NOT NULL,
    counted jsonb DEFAULT '{}'::jsonb NOT NULL,
    joins jsonb DEFAULT '{}'::jsonb NOT NULL,
    encodings jsonb DEFAULT '[]'::jsonb NOT NULL,
    also jsonb DEFAULT '{}'::jsonb NOT NULL,
    left_out jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT contacts_importdraft_heading_row_check CHECK ((heading_row >= 0)),
    CONSTRAINT import_state_is_known CHECK (((state)::text = ANY ((ARRAY['mapping'::character varying, 'trying'::character varying, 'tried'::character varying, 'importing'::character varying, 'imported'::character varying, 'undoing'::character varying, 'undone'::character varying, 'failed'::character varying])::text[])))
);
CREATE TABLE public.contacts_importedfields (
    id bigint NOT NULL,
    source character varying(60) NOT NULL,
    fingerprints jsonb NOT NULL,
    organisation_id uuid NOT NULL,
    said_on date
);
ALTER TABLE public.contacts_importedfields ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_importedfields_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_importedrow (
    id bigint NOT NULL,
    object_type character varying(30) NOT NULL,
    source character varying(60) NOT NULL,
    external_id character varying(200) NOT NULL,
    fingerprints jsonb NOT NULL
);
ALTER TABLE public.contacts_importedrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_importedrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_importstep (
    id bigint NOT NULL,
    rows jsonb NOT NULL,
    draft_id uuid NOT NULL
);
ALTER TABLE public.contacts_importstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_importstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_merge (
    id uuid NOT NULL,
    object_type character varying(30) NOT NULL,
    kept_id uuid NOT NULL,
    gone_ids uuid[] NOT NULL,
    kept_version integer NOT NULL,
    memory jsonb,
    merged_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT contacts_merge_kept_version_check CHECK ((kept_version >= 0))
);
CREATE TABLE public.contacts_notaduplicate (
    id bigint NOT NULL,
    object_type character varying(30) NOT NULL,
    one uuid NOT NULL,
    other uuid NOT NULL,
    said_at timestamp with time zone NOT NULL,
    said_by uuid,
    CONSTRAINT not_a_duplicate_in_order CHECK ((one < other))
);
ALTER TABLE public.contacts_notaduplicate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_notaduplicate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.contacts_organisation_also_in ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_organisation_also_in_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_organisationdetail (
    id uuid NOT NULL,
    channel character varying(10) NOT NULL,
    value character varying(300) NOT NULL,
    use character varying(20) NOT NULL,
    owner_id uuid NOT NULL,
    CONSTRAINT organisationdetail_channel_is_known CHECK (((channel)::text = ANY ((ARRAY['phone'::character varying, 'email'::character varying, 'website'::character varying, 'social'::character varying])::text[]))),
    CONSTRAINT organisationdetail_is_something CHECK ((NOT ((value)::text = ''::text))),
    CONSTRAINT organisationdetail_use_is_known CHECK (((use)::text = ANY ((ARRAY[''::character varying, 'office'::character varying, 'mobile'::character varying, 'reception'::character varying, 'secretary'::character varying, 'press'::character varying, 'out_of_hours'::character varying, 'fax'::character varying])::text[])))
);
CREATE TABLE public.contacts_organisationexternalid (
    id bigint NOT NULL,
    source character varying(60) NOT NULL,
    external_id character varying(200) NOT NULL,
    organisation_id uuid NOT NULL
);
ALTER TABLE public.contacts_organisationexternalid ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_organisationexternalid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.contacts_organisationperiod (
    id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    status character varying(10) NOT NULL,
    cadence_days smallint,
    deputy_officer_id uuid,
    home_district_id uuid NOT NULL,
    lead_officer_id uuid,
    organisation_id uuid NOT NULL,
    verified_on date,
    entered_at timestamp with time zone,
    kind character varying(30),
    CONSTRAINT contacts_organisationperiod_cadence_days_check CHECK ((cadence_days >= 0)),
    CONSTRAINT period_ends_after_start CHECK (((until IS NULL) OR (until > since)))
);
CREATE TABLE public.contacts_organisationprivatechannel (
    organisation_id uuid NOT NULL,
    night_phone text NOT NULL,
    address text NOT NULL,
    CONSTRAINT organisation_private_channel_is_something CHECK ((NOT ((address = ''::text) AND (night_phone = ''::text))))
);
CREATE TABLE public.contacts_privatechannel (
    contact_id uuid NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    CONSTRAINT private_channel_is_something CHECK ((NOT ((email = ''::text) AND (phone = ''::text))))
);
CREATE TABLE public.contacts_savedmapping (
    id uuid NOT NULL,
    owner uuid NOT NULL,
    what character varying(20) NOT NULL,
    source character varying(60) NOT NULL,
    columns jsonb NOT NULL,
    identify jsonb NOT NULL,
    fixed jsonb NOT NULL,
    "values" jsonb NOT NULL,
    saved_at timestamp with time zone NOT NULL,
    also jsonb DEFAULT '{}'::jsonb NOT NULL,
    district_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL
);
CREATE TABLE public.districts_district (
    id uuid NOT NULL,
    code character varying(20) NOT NULL,
    name character varying(120) NOT NULL,
    lineage uuid[] NOT NULL,
    boundary jsonb,
    population integer,
    is_active boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    parent_id uuid,
    closed_on date,
    opened_on date,
    recorded_since date,
    redraw jsonb,
    redraw_on date,
    CONSTRAINT district_code_is_plain CHECK (((code)::text ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$'::text)),
    CONSTRAINT districts_district_population_check CHECK ((population >= 0)),
    CONSTRAINT districts_district_version_check CHECK ((version >= 0))
);
CREATE TABLE public.districts_district_succeeds (
    id bigint NOT NULL,
    from_district_id uuid NOT NULL,
    to_district_id uuid NOT NULL
);
ALTER TABLE public.districts_district_succeeds ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.districts_district_succeeds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.districts_expectedcommunity (
    id uuid NOT NULL,
    focus character varying(30) NOT NULL,
    evidence character varying(300) NOT NULL,
    source_url character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    CONSTRAINT expected_focus_is_known CHECK (((focus)::text = ANY ((ARRAY['ethnic_minority'::character varying, 'african_descent'::character varying, 'language_minority'::character varying, 'migrants'::character varying, 'refugees'::character varying, 'stateless'::character varying, 'roma'::character varying, 'travellers'::character varying, 'sami'::character varying, 'jewish'::character varying, 'muslim'::character varying, 'christian'::character varying, 'sikh'::character varying, 'hindu'::character varying, 'other_religion_belief'::character varying, 'women'::character varying, 'lgbti'::character varying, 'trans'::character varying, 'disability'::character varying, 'youth'::character varying, 'older_people'::character varying, 'homelessness'::character varying])::text[])))
);
CREATE TABLE public.districts_move (
    id uuid NOT NULL,
    part_ids uuid[] NOT NULL,
    lost_ids uuid[] NOT NULL,
    gained_ids uuid[] NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    step smallint NOT NULL,
    after uuid,
    told_at timestamp with time zone,
    CONSTRAINT districts_move_step_check CHECK ((step >= 0))
);
CREATE TABLE public.districts_periodnote (
    id uuid NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    text character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    CONSTRAINT period_note_has_days CHECK ((until > since))
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE public.exchange_watchedregister (
    id uuid NOT NULL,
    owner uuid NOT NULL,
    what character varying(20) NOT NULL,
    source character varying(60) NOT NULL,
    purpose character varying(200) NOT NULL,
    url character varying(500) NOT NULL,
    every_days smallint NOT NULL,
    next_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    read_at timestamp with time zone,
    digest character varying(64) NOT NULL,
    problem character varying(12) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    draft_id uuid,
    CONSTRAINT exchange_watchedregister_every_days_check CHECK ((every_days >= 0)),
    CONSTRAINT watched_register_rhythm_is_known CHECK ((every_days = ANY (ARRAY[1, 7, 30])))
);
CREATE TABLE public.incidents_debrief (
    id uuid NOT NULL,
    held_on date,
    intended text NOT NULL,
    why text NOT NULL,
    keep text NOT NULL,
    change text NOT NULL,
    waived_reason character varying(500) NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    signed_by_id uuid,
    incident_id uuid NOT NULL,
    CONSTRAINT debrief_was_held_or_waived CHECK ((((held_on IS NOT NULL) AND ((waived_reason)::text = ''::text)) OR ((NOT ((waived_reason)::text = ''::text)) AND (held_on IS NULL))))
);
CREATE TABLE public.incidents_debriefvoice (
    id bigint NOT NULL,
    in_time character varying(6) NOT NULL,
    knew_whom_to_call boolean NOT NULL,
    next_time character varying(500) NOT NULL,
    debrief_id uuid NOT NULL,
    organisation_id uuid,
    CONSTRAINT debrief_voice_is_known CHECK (((in_time)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unsure'::character varying])::text[])))
);
ALTER TABLE public.incidents_debriefvoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_debriefvoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_exclusionrequest (
    id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    is_confirmed boolean NOT NULL,
    asked_by_id uuid,
    decided_by_id uuid,
    district_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    user_id uuid NOT NULL
);
CREATE TABLE public.incidents_incident (
    id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    status character varying(10) NOT NULL,
    words text NOT NULL,
    words_agreed_at timestamp with time zone,
    closed_at timestamp with time zone,
    reopened_at timestamp with time zone,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    duty_id uuid,
    words_agreed_by_id uuid,
    protocol_id uuid NOT NULL,
    place_refused boolean DEFAULT false NOT NULL,
    refused smallint DEFAULT 0 NOT NULL,
    began_in_id uuid,
    left_out smallint DEFAULT 0 NOT NULL,
    CONSTRAINT incident_status_has_moment CHECK ((((closed_at IS NOT NULL) AND ((status)::text = 'closed'::text)) OR ((closed_at IS NULL) AND ((status)::text = ANY ((ARRAY['open'::character varying, 'watching'::character varying])::text[]))))),
    CONSTRAINT incidents_incident_left_out_check CHECK ((left_out >= 0)),
    CONSTRAINT incidents_incident_refused_check CHECK ((refused >= 0)),
    CONSTRAINT incidents_incident_version_check CHECK ((version >= 0))
);
CREATE TABLE public.incidents_incident_also_in (
    id bigint NOT NULL,
    incident_id uuid NOT NULL,
    district_id uuid NOT NULL
);
ALTER TABLE public.incidents_incident_also_in ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_incident_also_in_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_incident_excluded (
    id bigint NOT NULL,
    incident_id uuid NOT NULL,
    user_id uuid NOT NULL
);
ALTER TABLE public.incidents_incident_excluded ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_incident_excluded_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_incidentclosing (
    id bigint NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    reopened_at timestamp with time zone,
    incident_id uuid NOT NULL,
    CONSTRAINT incident_reopened_after CHECK (((reopened_at IS NULL) OR (reopened_at >= closed_at)))
);
ALTER TABLE public.incidents_incidentclosing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_incidentclosing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_incidentconcern (
    id bigint NOT NULL,
    concern_id uuid NOT NULL,
    incident_id uuid NOT NULL
);
ALTER TABLE public.incidents_incidentconcern ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_incidentconcern_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_incidentstep (
    id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    escalate_at timestamp with time zone,
    status character varying(10) NOT NULL,
    done_at timestamp with time zone,
    recorded_at timestamp with time zone,
    note character varying(500) NOT NULL,
    done_by_id uuid,
    incident_id uuid NOT NULL,
    organisation_id uuid,
    owner_id uuid,
    step_id uuid NOT NULL,
    given_at timestamp with time zone,
    CONSTRAINT incident_step_has_moment CHECK ((((done_at IS NULL) AND ((status)::text = 'open'::text)) OR ((done_at IS NOT NULL) AND (recorded_at IS NOT NULL) AND ((status)::text = ANY ((ARRAY['done'::character varying, 'not_needed'::character varying])::text[])))))
);
CREATE TABLE public.incidents_protocol (
    id uuid NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    about text NOT NULL,
    number integer NOT NULL,
    kinds character varying(30)[] NOT NULL,
    needs_bias boolean NOT NULL,
    opens_itself boolean NOT NULL,
    holding_statement text NOT NULL,
    review_on date,
    status character varying(10) NOT NULL,
    in_force_since timestamp with time zone,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    approved_by_id uuid,
    author_id uuid,
    district_id uuid,
    CONSTRAINT incidents_protocol_number_check CHECK ((number >= 0)),
    CONSTRAINT incidents_protocol_version_check CHECK ((version >= 0)),
    CONSTRAINT protocol_in_force_since CHECK ((((in_force_since IS NULL) AND ((status)::text = 'draft'::text)) OR ((in_force_since IS NOT NULL) AND ((status)::text = ANY ((ARRAY['in_force'::character varying, 'replaced'::character varying])::text[]))))),
    CONSTRAINT protocol_kinds_are_known CHECK (((kinds <@ ARRAY['hate_crime_reported'::character varying(30), 'hate_incident'::character varying(30), 'hate_speech_offline'::character varying(30), 'hate_speech_online'::character varying(30), 'threat'::character varying(30), 'harassment'::character varying(30), 'assault'::character varying(30), 'property_damage'::character varying(30), 'attack_on_community_site'::character varying(30), 'graffiti_symbol'::character varying(30), 'discrimination'::character varying(30), 'tension'::character varying(30), 'rumour'::character varying(30), 'fear_of_crime'::character varying(30), 'antisocial_behaviour'::character varying(30), 'event_security'::character varying(30), 'bullying'::character varying(30), 'reporting_barrier'::character varying(30), 'victim_need'::character varying(30), 'other'::character varying(30)]) AND (
CASE
    WHEN (kinds IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(kinds, 1), 0)
END > 0)))
);
CREATE TABLE public.incidents_protocolagreement (
    id bigint NOT NULL,
    agreed_on date NOT NULL,
    organisation_id uuid NOT NULL,
    protocol_id uuid NOT NULL
);
ALTER TABLE public.incidents_protocolagreement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_protocolagreement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_protocolstep (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    text character varying(120) NOT NULL,
    hint character varying(500) NOT NULL,
    who character varying(16) NOT NULL,
    each character varying(18) NOT NULL,
    due_minutes integer NOT NULL,
    may_wait boolean NOT NULL,
    proof character varying(16) NOT NULL,
    escalate_after_minutes integer,
    required boolean NOT NULL,
    protocol_id uuid NOT NULL,
    CONSTRAINT incidents_protocolstep_due_minutes_check CHECK ((due_minutes >= 0)),
    CONSTRAINT incidents_protocolstep_escalate_after_minutes_check CHECK ((escalate_after_minutes >= 0)),
    CONSTRAINT incidents_protocolstep_position_check CHECK (("position" >= 0)),
    CONSTRAINT protocol_step_codes_are_known CHECK ((((who)::text = ANY ((ARRAY['duty'::character varying, 'place_lead'::character varying, 'each_lead'::character varying, 'supervisor'::character varying, 'city_supervisor'::character varying])::text[])) AND ((each)::text = ANY ((ARRAY['once'::character varying, 'the_place'::character varying, 'each_organisation'::character varying])::text[])) AND ((proof)::text = ANY ((ARRAY['tick'::character varying, 'case_reference'::character varying, 'reassurance'::character varying, 'visit'::character varying, 'words'::character varying, 'assessment'::character varying, 'debrief'::character varying])::text[])))),
    CONSTRAINT protocol_step_due_in_time CHECK (((due_minutes >= 1) AND (due_minutes <= 43200)))
);
CREATE TABLE public.incidents_reassurance (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    channel character varying(12) NOT NULL,
    result character varying(12) NOT NULL,
    needs character varying(24)[] NOT NULL,
    note character varying(500) NOT NULL,
    by_id uuid,
    incident_id uuid NOT NULL,
    meeting_id uuid,
    organisation_id uuid NOT NULL,
    call_again_on date,
    follow_up_id uuid,
    told character varying(24)[] DEFAULT '{}'::character varying(24)[] NOT NULL,
    CONSTRAINT reassurance_codes_are_known CHECK ((((channel)::text = ANY ((ARRAY['phone'::character varying, 'message'::character varying, 'email'::character varying, 'video'::character varying, 'visit'::character varying, 'foot_patrol'::character varying])::text[])) AND ((result)::text = ANY ((ARRAY['reached'::character varying, 'left_message'::character varying, 'no_answer'::character varying, 'declined'::character varying])::text[])))),
    CONSTRAINT reassurance_needs_are_known CHECK ((needs <@ ARRAY['patrol'::character varying(24), 'site_security_advice'::character varying(24), 'victim_support'::character varying(24), 'interpreter'::character varying(24), 'cleaning'::character varying(24), 'public_statement'::character varying(24)])),
    CONSTRAINT reassurance_told_is_known CHECK ((told <@ ARRAY['what_happened'::character varying(24), 'patrols'::character varying(24), 'whom_to_call'::character varying(24), 'how_to_report'::character varying(24), 'victim_support'::character varying(24), 'when_we_call_again'::character varying(24)])),
    CONSTRAINT reassurance_was_before CHECK ((recorded_at >= at))
);
CREATE TABLE public.incidents_stephandover (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    after_id uuid,
    before_id uuid,
    by_id uuid,
    step_id uuid NOT NULL
);
ALTER TABLE public.incidents_stephandover ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_stephandover_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.incidents_tensionassessment (
    id uuid NOT NULL,
    number smallint NOT NULL,
    as_of timestamp with time zone NOT NULL,
    level smallint NOT NULL,
    trend character varying(8) NOT NULL,
    experienced text NOT NULL,
    evidenced text NOT NULL,
    potential text NOT NULL,
    not_consulted_reason character varying(200) NOT NULL,
    measures text NOT NULL,
    incident_id uuid NOT NULL,
    made_by_id uuid,
    look_again_at timestamp with time zone,
    CONSTRAINT assessment_codes_are_known CHECK (((level = ANY (ARRAY[1, 2, 3, 4])) AND ((trend)::text = ANY ((ARRAY['falling'::character varying, 'steady'::character varying, 'rising'::character varying])::text[])))),
    CONSTRAINT incidents_tensionassessment_level_check CHECK ((level >= 0)),
    CONSTRAINT incidents_tensionassessment_number_check CHECK ((number >= 0))
);
CREATE TABLE public.incidents_tensionassessment_consulted (
    id bigint NOT NULL,
    tensionassessment_id uuid CONSTRAINT incidents_tensionassessment_consu_tensionassessment_id_not_null NOT NULL,
    organisation_id uuid NOT NULL
);
ALTER TABLE public.incidents_tensionassessment_consulted ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incidents_tensionassessment_consulted_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.jobs_job (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    status character varying(10) NOT NULL,
    started_by uuid,
    parameters jsonb NOT NULL,
    result jsonb NOT NULL,
    done integer NOT NULL,
    total integer,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    attempts smallint NOT NULL,
    cancel_asked_at timestamp with time zone,
    lease_until timestamp with time zone,
    message text NOT NULL,
    needs jsonb NOT NULL,
    released_at timestamp with time zone,
    released_by uuid,
    CONSTRAINT job_status_is_known CHECK (((status)::text = ANY ((ARRAY['waiting'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT jobs_job_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT jobs_job_done_check CHECK ((done >= 0)),
    CONSTRAINT jobs_job_total_check CHECK ((total >= 0))
);
CREATE TABLE public.jobs_jobfile (
    id uuid NOT NULL,
    is_input boolean NOT NULL,
    name character varying(200) NOT NULL,
    media_type character varying(100) NOT NULL,
    size bigint NOT NULL,
    digest character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    job_id uuid NOT NULL,
    district_ids uuid[],
    CONSTRAINT jobs_jobfile_size_check CHECK ((size >= 0))
);
CREATE TABLE public.jobs_jobfilechunk (
    id bigint NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL,
    file_id uuid NOT NULL,
    CONSTRAINT jobs_jobfilechunk_number_check CHECK ((number >= 0))
);
ALTER TABLE public.jobs_jobfilechunk ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.jobs_jobfilechunk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.jobs_lease (
    name character varying(40) NOT NULL,
    holder uuid NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.meetings_concern (
    id uuid NOT NULL,
    kinds character varying(30)[] NOT NULL,
    bias_grounds character varying(30)[] NOT NULL,
    bias_indicators character varying(30)[] NOT NULL,
    perceived_by character varying(12) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    occurred_on date,
    place character varying(200) NOT NULL,
    affected_focuses character varying(30)[] NOT NULL,
    facts text NOT NULL,
    case_reference character varying(60) NOT NULL,
    status character varying(10) NOT NULL,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    reported_back_on date,
    reassurance_offered_at timestamp with time zone,
    reassurance_answer character varying(10) NOT NULL,
    folded text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    raised_by_organisation_id uuid,
    site_organisation_id uuid,
    meeting_id uuid,
    received_in_id uuid,
    CONSTRAINT concern_answer_follows_offer CHECK ((((reassurance_answer)::text = ''::text) OR (((reassurance_answer)::text = ANY ((ARRAY['accepted'::character varying, 'declined'::character varying])::text[])) AND (reassurance_offered_at IS NOT NULL)))),
    CONSTRAINT concern_focuses_are_known CHECK ((affected_focuses <@ ARRAY['ethnic_minority'::character varying(30), 'african_descent'::character varying(30), 'language_minority'::character varying(30), 'migrants'::character varying(30), 'refugees'::character varying(30), 'stateless'::character varying(30), 'roma'::character varying(30), 'travellers'::character varying(30), 'sami'::character varying(30), 'jewish'::character varying(30), 'muslim'::character varying(30), 'christian'::character varying(30), 'sikh'::character varying(30), 'hindu'::character varying(30), 'other_religion_belief'::character varying(30), 'women'::character varying(30), 'lgbti'::character varying(30), 'trans'::character varying(30), 'disability'::character varying(30), 'youth'::character varying(30), 'older_people'::character varying(30), 'homelessness'::character varying(30)])),
    CONSTRAINT concern_grounds_are_known CHECK ((bias_grounds <@ ARRAY['racist_xenophobic'::character varying(30), 'anti_black'::character varying(30), 'anti_roma'::character varying(30), 'antisemitic'::character varying(30), 'anti_muslim'::character varying(30), 'anti_christian'::character varying(30), 'other_religion_belief'::character varying(30), 'gender_based'::character varying(30), 'anti_lgbti'::character varying(30), 'anti_trans'::character varying(30), 'disability'::character varying(30), 'poverty'::character varying(30), 'ideology'::character varying(30), 'language'::character varying(30), 'age'::character varying(30), 'unknown'::character varying(30), 'none'::character varying(30)])),
    CONSTRAINT concern_indicators_are_known CHECK ((bias_indicators <@ ARRAY['victim_perception'::character varying(30), 'witness_perception'::character varying(30), 'words_gestures'::character varying(30), 'symbols'::character varying(30), 'location_timing'::character varying(30), 'group_difference'::character varying(30), 'hate_group'::character varying(30), 'pattern'::character varying(30), 'brutality'::character varying(30), 'no_other_motive'::character varying(30)])),
    CONSTRAINT concern_kinds_are_known CHECK (((kinds <@ ARRAY['hate_crime_reported'::character varying(30), 'hate_incident'::character varying(30), 'hate_speech_offline'::character varying(30), 'hate_speech_online'::character varying(30), 'threat'::character varying(30), 'harassment'::character varying(30), 'assault'::character varying(30), 'property_damage'::character varying(30), 'attack_on_community_site'::character varying(30), 'graffiti_symbol'::character varying(30), 'discrimination'::character varying(30), 'tension'::character varying(30), 'rumour'::character varying(30), 'fear_of_crime'::character varying(30), 'antisocial_behaviour'::character varying(30), 'event_security'::character varying(30), 'bullying'::character varying(30), 'reporting_barrier'::character varying(30), 'victim_need'::character varying(30), 'other'::character varying(30)]) AND (
CASE
    WHEN (kinds IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(kinds, 1), 0)
END > 0))),
    CONSTRAINT concern_perceiver_is_known CHECK (((perceived_by)::text = ANY ((ARRAY[''::character varying, 'victim'::character varying, 'witness'::character varying, 'officer'::character varying, 'organisation'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT concern_status_has_moment CHECK ((((answered_at IS NULL) AND (closed_at IS NULL) AND ((status)::text = 'open'::text)) OR ((answered_at IS NOT NULL) AND (closed_at IS NULL) AND ((status)::text = 'answered'::text)) OR ((closed_at IS NOT NULL) AND ((status)::text = 'closed'::text)))),
    CONSTRAINT meetings_concern_version_check CHECK ((version >= 0))
);
CREATE TABLE public.meetings_concernexternalid (
    id bigint NOT NULL,
    source character varying(60) NOT NULL,
    external_id character varying(200) NOT NULL,
    concern_id uuid NOT NULL
);
ALTER TABLE public.meetings_concernexternalid ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_concernexternalid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.meetings_concernperiod (
    id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    entered_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    superseded_at timestamp with time zone,
    status character varying(10) NOT NULL,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    concern_id uuid NOT NULL,
    CONSTRAINT concern_period_ends_after_start CHECK (((until IS NULL) OR (until > since)))
);
CREATE TABLE public.meetings_followup (
    id uuid NOT NULL,
    title character varying(200) NOT NULL,
    kind character varying(30) NOT NULL,
    due_on date NOT NULL,
    first_due_on date NOT NULL,
    status character varying(12) NOT NULL,
    cancel_reason character varying(300) NOT NULL,
    result text NOT NULL,
    completed_at timestamp with time zone,
    folded text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    concern_id uuid,
    contact_id uuid,
    owner_id uuid NOT NULL,
    meeting_id uuid,
    series_on date,
    series_id uuid,
    departs boolean NOT NULL,
    CONSTRAINT follow_up_cancelled_has_reason CHECK (((NOT ((status)::text = 'cancelled'::text)) OR (NOT ((cancel_reason)::text = ''::text)))),
    CONSTRAINT follow_up_done_has_moment CHECK ((((completed_at IS NOT NULL) AND ((status)::text = 'done'::text)) OR ((NOT ((status)::text = 'done'::text)) AND (completed_at IS NULL)))),
    CONSTRAINT follow_up_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['call_back'::character varying, 'send_information'::character varying, 'visit'::character varying, 'reassurance_patrol'::character varying, 'arrange_meeting'::character varying, 'report_back'::character varying, 'refer_victim_support'::character varying, 'refer_municipal'::character varying, 'pass_to_investigation'::character varying, 'problem_solving'::character varying, 'joint_activity'::character varying, 'translate_accessible'::character varying, 'verify_details'::character varying, 'give_notice'::character varying, 'record_agreement'::character varying, 'escalate'::character varying, 'try_out'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT follow_up_status_is_known CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'in_progress'::character varying, 'done'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT meetings_followup_version_check CHECK ((version >= 0))
);
CREATE TABLE public.meetings_followupexternalid (
    id bigint NOT NULL,
    source character varying(60) NOT NULL,
    external_id character varying(200) NOT NULL,
    follow_up_id uuid NOT NULL
);
ALTER TABLE public.meetings_followupexternalid ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_followupexternalid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.meetings_followuporganisation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_followuporganisation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.meetings_followupperiod (
    id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    entered_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    superseded_at timestamp with time zone,
    status character varying(12) NOT NULL,
    due_on date NOT NULL,
    completed_at timestamp with time zone,
    follow_up_id uuid NOT NULL,
    CONSTRAINT follow_up_period_ends_after_start CHECK (((until IS NULL) OR (until > since)))
);
CREATE TABLE public.meetings_handover (
    id uuid NOT NULL,
    recipient_ids uuid[] NOT NULL,
    moves jsonb NOT NULL,
    undone_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    made_by_id uuid,
    officer_id uuid NOT NULL
);
CREATE TABLE public.meetings_meeting_officers (
    id bigint NOT NULL,
    meeting_id uuid NOT NULL,
    user_id uuid NOT NULL
);
ALTER TABLE public.meetings_meeting_officers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_meeting_officers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.meetings_meetingcontact (
    id bigint NOT NULL,
    attendance character varying(10) NOT NULL,
    contact_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    CONSTRAINT meeting_attendance_is_known CHECK (((attendance)::text = ANY ((ARRAY['invited'::character varying, 'attended'::character varying, 'apologies'::character varying])::text[])))
);
ALTER TABLE public.meetings_meetingcontact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_meetingcontact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.meetings_meetingexternalid (
    id bigint NOT NULL,
    source character varying(60) NOT NULL,
    external_id character varying(200) NOT NULL,
    meeting_id uuid NOT NULL
);
ALTER TABLE public.meetings_meetingexternalid ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_meetingexternalid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.meetings_meetingorganisation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.meetings_meetingorganisation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.meetings_reminder (
    id uuid NOT NULL,
    rule character varying(30) NOT NULL,
    subject_type character varying(10) NOT NULL,
    subject_id uuid NOT NULL,
    channel character varying(10) NOT NULL,
    occurrence timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    attempts smallint NOT NULL,
    sent_at timestamp with time zone,
    read_at timestamp with time zone,
    failed_at timestamp with time zone,
    message_id character varying(200) NOT NULL,
    last_error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    recipient_id uuid NOT NULL,
    CONSTRAINT meetings_reminder_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT reminder_channel_is_known CHECK (((channel)::text = ANY ((ARRAY['email'::character varying, 'in_page'::character varying])::text[]))),
    CONSTRAINT reminder_rule_is_a_code CHECK (((rule)::text ~ '^[a-z][a-z_]*$'::text))
);
CREATE TABLE public.meetings_series (
    id uuid NOT NULL,
    rule character varying(120) NOT NULL,
    first_on date NOT NULL,
    made_until date NOT NULL,
    is_ended boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    clock time without time zone,
    CONSTRAINT series_is_made_from_its_start CHECK ((made_until >= first_on))
);
CREATE TABLE public.mfa_authenticator (
    id bigint NOT NULL,
    type character varying(20) NOT NULL,
    data jsonb NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);
ALTER TABLE public.mfa_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mfa_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.oversight_alert (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    key_id uuid,
    day date NOT NULL,
    seen integer NOT NULL,
    usual integer,
    raised_at timestamp with time zone NOT NULL,
    mailed_at timestamp with time zone,
    answer character varying(500) NOT NULL,
    answered_at timestamp with time zone,
    conclusion character varying(20) NOT NULL,
    closed_at timestamp with time zone,
    closed_by_id uuid,
    user_id uuid,
    CONSTRAINT alert_is_closed_with_a_conclusion CHECK (((closed_at IS NULL) OR ((conclusion)::text = ANY ((ARRAY['explained'::character varying, 'discussed'::character varying, 'passed_on'::character varying])::text[])))),
    CONSTRAINT alert_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['past_limit'::character varying, 'unusual_day'::character varying, 'outside'::character varying, 'community'::character varying, 'network'::character varying])::text[]))),
    CONSTRAINT oversight_alert_seen_check CHECK ((seen >= 0)),
    CONSTRAINT oversight_alert_usual_check CHECK ((usual >= 0))
);
CREATE TABLE public.oversight_watchedrecord (
    id uuid NOT NULL,
    object_type character varying(30) NOT NULL,
    object_id uuid NOT NULL,
    reason character varying(200) NOT NULL,
    marked_at timestamp with time zone NOT NULL,
    reviewed_until timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by_id uuid,
    marked_by_id uuid NOT NULL,
    reviewed_by_id uuid,
    CONSTRAINT watched_type_is_known CHECK (((object_type)::text = ANY ((ARRAY['organisation'::character varying, 'contact'::character varying])::text[])))
);
CREATE TABLE public.plans_action (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    title character varying(160) NOT NULL,
    description text NOT NULL,
    status character varying(10) NOT NULL,
    reason character varying(500) NOT NULL,
    starts_on date,
    ends_on date,
    owner_id uuid,
    goal_id uuid NOT NULL,
    practice_id uuid,
    CONSTRAINT action_dropped_for_a_reason CHECK (((NOT ((status)::text = 'dropped'::text)) OR (NOT ((reason)::text = ''::text)))),
    CONSTRAINT action_has_days CHECK (((starts_on IS NULL) OR (ends_on IS NULL) OR (ends_on > starts_on))),
    CONSTRAINT action_status_is_known CHECK (((status)::text = ANY ((ARRAY['planned'::character varying, 'under_way'::character varying, 'done'::character varying, 'paused'::character varying, 'dropped'::character varying])::text[]))),
    CONSTRAINT plans_action_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.plans_city (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    country character varying(2) NOT NULL,
    key character varying(64) NOT NULL,
    trusted_at timestamp with time zone,
    note character varying(500) NOT NULL,
    version integer NOT NULL,
    trusted_by_id uuid,
    CONSTRAINT city_trust_is_whole CHECK ((((trusted_at IS NULL) AND (trusted_by_id IS NULL)) OR ((trusted_at IS NOT NULL) AND (trusted_by_id IS NOT NULL) AND (NOT ((key)::text = ''::text))))),
    CONSTRAINT plans_city_version_check CHECK ((version >= 0))
);
CREATE TABLE public.plans_cityfile (
    id uuid NOT NULL,
    digest character varying(64) NOT NULL,
    content jsonb NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_signed boolean NOT NULL,
    received_at timestamp with time zone NOT NULL,
    accepted_by_id uuid,
    city_id uuid NOT NULL,
    CONSTRAINT city_file_has_days CHECK ((period_end > period_start))
);
CREATE TABLE public.plans_comparisonfile (
    id uuid NOT NULL,
    number integer NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    recipient character varying(120) NOT NULL,
    contact character varying(254) NOT NULL,
    document jsonb NOT NULL,
    counted jsonb NOT NULL,
    key character varying(64) NOT NULL,
    signature character varying(128) NOT NULL,
    confirmed_at timestamp with time zone NOT NULL,
    confirmed_by_id uuid,
    plan_id uuid NOT NULL,
    CONSTRAINT comparison_file_has_days CHECK ((period_end > period_start)),
    CONSTRAINT comparison_file_signature_is_whole CHECK (((((key)::text = ''::text) AND ((signature)::text = ''::text)) OR ((NOT ((key)::text = ''::text)) AND (NOT ((signature)::text = ''::text))))),
    CONSTRAINT plans_comparisonfile_number_check CHECK ((number >= 0))
);
CREATE TABLE public.plans_evidence (
    id uuid NOT NULL,
    url character varying(500) NOT NULL,
    note character varying(200) NOT NULL,
    action_id uuid NOT NULL,
    follow_up_id uuid,
    meeting_id uuid,
    CONSTRAINT evidence_is_one_thing CHECK ((((follow_up_id IS NULL) AND (meeting_id IS NOT NULL) AND ((url)::text = ''::text)) OR ((follow_up_id IS NOT NULL) AND (meeting_id IS NULL) AND ((url)::text = ''::text)) OR ((follow_up_id IS NULL) AND (meeting_id IS NULL) AND (NOT ((url)::text = ''::text)))))
);
CREATE TABLE public.plans_goal (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    title character varying(160) NOT NULL,
    problem text NOT NULL,
    strand character varying(20) NOT NULL,
    eccar_point smallint,
    plan_id uuid NOT NULL,
    CONSTRAINT goal_point_is_known CHECK (((eccar_point IS NULL) OR ((eccar_point >= 1) AND (eccar_point <= 10)))),
    CONSTRAINT goal_strand_is_known CHECK (((strand)::text = ANY ((ARRAY['prevent'::character varying, 'identify_report_act'::character varying, 'coordinate_services'::character varying, 'victims'::character varying, 'civil_society'::character varying, 'capacity'::character varying])::text[]))),
    CONSTRAINT plans_goal_eccar_point_check CHECK ((eccar_point >= 0)),
    CONSTRAINT plans_goal_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.plans_indicator (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    title character varying(160) NOT NULL,
    source character varying(10) NOT NULL,
    direction character varying(10) NOT NULL,
    unit character varying(10) NOT NULL,
    slug character varying(40) NOT NULL,
    measure character varying(10) NOT NULL,
    where_from character varying(200) NOT NULL,
    frequency_months smallint,
    target double precision,
    target_on date,
    target_reason character varying(500) NOT NULL,
    recorded_since date,
    note character varying(500) NOT NULL,
    district_id uuid,
    goal_id uuid NOT NULL,
    CONSTRAINT indicator_has_one_source CHECK ((((district_id IS NOT NULL) AND ((source)::text = 'book'::text) AND ((where_from)::text = ''::text) AND (NOT ((slug)::text = ''::text)) AND (NOT ((measure)::text = ''::text))) OR ((district_id IS NULL) AND ((measure)::text = ''::text) AND ((slug)::text = ''::text) AND ((source)::text = 'hand'::text) AND (NOT ((where_from)::text = ''::text))))),
    CONSTRAINT indicator_target_can_be CHECK (((target IS NULL) OR ((target >= (0.0)::double precision) AND ((NOT ((unit)::text = 'share'::text)) OR (target <= (1.0)::double precision))))),
    CONSTRAINT indicator_without_target CHECK (((NOT ((direction)::text = 'no_target'::text)) OR ((target IS NULL) AND (target_on IS NULL)))),
    CONSTRAINT plans_indicator_frequency_months_check CHECK ((frequency_months >= 0)),
    CONSTRAINT plans_indicator_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.plans_indicatorvalue (
    id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    is_baseline boolean NOT NULL,
    n double precision,
    of double precision,
    value double precision,
    definition jsonb NOT NULL,
    ids_digest character varying(64) NOT NULL,
    as_of timestamp with time zone NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    where_from character varying(200) NOT NULL,
    corrects_id uuid,
    entered_by_id uuid,
    indicator_id uuid NOT NULL,
    CONSTRAINT indicator_value_has_days CHECK ((period_end > period_start))
);
CREATE TABLE public.plans_milestone (
    id uuid NOT NULL,
    title character varying(160) NOT NULL,
    due_on date NOT NULL,
    first_due_on date NOT NULL,
    done_on date,
    note character varying(200) NOT NULL,
    dropped_on date,
    dropped_reason character varying(500) NOT NULL,
    action_id uuid NOT NULL,
    CONSTRAINT milestone_is_done_or_dropped CHECK (((dropped_on IS NULL) OR ((done_on IS NULL) AND (NOT ((dropped_reason)::text = ''::text)))))
);
CREATE TABLE public.plans_partner (
    id uuid NOT NULL,
    role character varying(10) NOT NULL,
    contribution character varying(120) NOT NULL,
    agreed_on date,
    agreed_by character varying(80) NOT NULL,
    action_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT partner_agreement_is_whole CHECK (((((agreed_by)::text = ''::text) AND (agreed_on IS NULL)) OR ((agreed_on IS NOT NULL) AND (NOT ((agreed_by)::text = ''::text))))),
    CONSTRAINT partner_role_is_known CHECK (((role)::text = ANY ((ARRAY['does'::character varying, 'advises'::character varying, 'funds'::character varying, 'checks'::character varying])::text[])))
);
CREATE TABLE public.plans_plan (
    id uuid NOT NULL,
    title character varying(160) NOT NULL,
    summary text NOT NULL,
    language character varying(10) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    status character varying(10) NOT NULL,
    adopted_on date,
    adopted_by character varying(120) NOT NULL,
    review_months smallint NOT NULL,
    is_public boolean NOT NULL,
    changes integer NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    keeper_id uuid,
    closed_on date,
    CONSTRAINT plan_adoption_is_whole CHECK ((((adopted_on IS NULL) AND ((status)::text = 'draft'::text)) OR ((adopted_on IS NOT NULL) AND ((status)::text = ANY ((ARRAY['adopted'::character varying, 'closed'::character varying])::text[])) AND (NOT ((adopted_by)::text = ''::text))))),
    CONSTRAINT plan_has_days CHECK ((ends_on > starts_on)),
    CONSTRAINT plan_is_reviewed CHECK (((review_months >= 3) AND (review_months <= 12))),
    CONSTRAINT plans_plan_changes_check CHECK ((changes >= 0)),
    CONSTRAINT plans_plan_review_months_check CHECK ((review_months >= 0)),
    CONSTRAINT plans_plan_version_check CHECK ((version >= 0))
);
CREATE TABLE public.plans_planreview (
    id uuid NOT NULL,
    held_on date NOT NULL,
    conclusion text NOT NULL,
    plan_changes text NOT NULL,
    "values" jsonb NOT NULL,
    actions jsonb NOT NULL,
    signed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    meeting_id uuid,
    plan_id uuid NOT NULL,
    signed_by_id uuid,
    started_by_id uuid,
    CONSTRAINT plan_review_signature_is_whole CHECK ((((signed_at IS NULL) AND (signed_by_id IS NULL)) OR ((signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL))))
);
CREATE TABLE public.plans_planvoice (
    id uuid NOT NULL,
    says character varying(10) NOT NULL,
    text character varying(500) NOT NULL,
    may_be_quoted boolean NOT NULL,
    organisation_id uuid,
    review_id uuid NOT NULL,
    CONSTRAINT plan_voice_is_known CHECK (((says)::text = ANY ((ARRAY['better'::character varying, 'same'::character varying, 'worse'::character varying, 'cannot_say'::character varying])::text[])))
);
CREATE TABLE public.practices_adoption (
    id uuid NOT NULL,
    city character varying(120) NOT NULL,
    started_on date NOT NULL,
    what_we_changed text NOT NULL,
    came_of_it character varying(15) NOT NULL,
    asked_communities boolean NOT NULL,
    asked_how character varying(300) NOT NULL,
    would_again character varying(12) NOT NULL,
    written_on date NOT NULL,
    district_id uuid,
    follow_up_id uuid,
    written_by_id uuid,
    practice_id uuid NOT NULL,
    CONSTRAINT adoption_is_known CHECK ((((came_of_it)::text = ANY ((ARRAY['helped'::character varying, 'no_difference'::character varying, 'made_worse'::character varying, 'too_early'::character varying])::text[])) AND ((would_again)::text = ANY ((ARRAY['yes'::character varying, 'with_changes'::character varying, 'no'::character varying])::text[])))),
    CONSTRAINT adoption_is_somewhere CHECK (((((city)::text = ''::text) AND (district_id IS NOT NULL)) OR ((NOT ((city)::text = ''::text)) AND (district_id IS NULL))))
);
CREATE TABLE public.practices_editorialreview (
    id uuid NOT NULL,
    edition integer NOT NULL,
    problem_is_clear character varying(6) NOT NULL,
    mechanism_is_clear character varying(6) NOT NULL,
    has_evidence character varying(6) NOT NULL,
    can_be_repeated character varying(6) NOT NULL,
    level character varying(12) NOT NULL,
    note character varying(500) NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    reviewer_id uuid,
    practice_id uuid NOT NULL,
    CONSTRAINT editorial_review_is_known CHECK ((((can_be_repeated)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unsure'::character varying])::text[])) AND ((has_evidence)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unsure'::character varying])::text[])) AND ((level)::text = ANY ((ARRAY['described'::character varying, 'plausible'::character varying, 'tested_here'::character varying, 'evaluated'::character varying, 'reviewed'::character varying])::text[])) AND ((mechanism_is_clear)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unsure'::character varying])::text[])) AND ((problem_is_clear)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unsure'::character varying])::text[])))),
    CONSTRAINT practices_editorialreview_edition_check CHECK ((edition >= 0))
);
CREATE TABLE public.practices_offeredfile (
    id uuid NOT NULL,
    city character varying(120) NOT NULL,
    key character varying(64) NOT NULL,
    digest character varying(64) NOT NULL,
    document jsonb NOT NULL,
    received_at timestamp with time zone NOT NULL,
    received_by_id uuid
);
CREATE TABLE public.practices_practice (
    id uuid NOT NULL,
    folded text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    code character varying(60) NOT NULL,
    origin character varying(120) NOT NULL,
    origin_key character varying(64) NOT NULL,
    edition integer NOT NULL,
    phases character varying(10)[] NOT NULL,
    strands character varying(20)[] NOT NULL,
    kinds character varying(30)[] NOT NULL,
    grounds character varying(30)[] NOT NULL,
    size character varying(120) NOT NULL,
    people_needed character varying(120) NOT NULL,
    cost_note character varying(200) NOT NULL,
    since smallint,
    status character varying(10) NOT NULL,
    retired_reason character varying(300) NOT NULL,
    level character varying(12) NOT NULL,
    level_note character varying(300) NOT NULL,
    contact character varying(254) NOT NULL,
    licence character varying(12) NOT NULL,
    submitted_on date,
    confirmed_on date,
    confirm_by date,
    retired_on date,
    author_id uuid,
    edited_by_id uuid,
    CONSTRAINT practice_codes_are_known CHECK ((((level)::text = ANY ((ARRAY['described'::character varying, 'plausible'::character varying, 'tested_here'::character varying, 'evaluated'::character varying, 'reviewed'::character varying])::text[])) AND ((status)::text = ANY ((ARRAY['draft'::character varying, 'in_review'::character varying, 'published'::character varying, 'retired'::character varying])::text[])))),
    CONSTRAINT practice_is_confirmed CHECK ((((status)::text = ANY ((ARRAY['draft'::character varying, 'in_review'::character varying])::text[])) OR (confirm_by IS NOT NULL))),
    CONSTRAINT practice_is_for_known_codes CHECK (((grounds <@ ARRAY['racist_xenophobic'::character varying(30), 'anti_black'::character varying(30), 'anti_roma'::character varying(30), 'antisemitic'::character varying(30), 'anti_muslim'::character varying(30), 'anti_christian'::character varying(30), 'other_religion_belief'::character varying(30), 'gender_based'::character varying(30), 'anti_lgbti'::character varying(30), 'anti_trans'::character varying(30), 'disability'::character varying(30), 'poverty'::character varying(30), 'ideology'::character varying(30), 'language'::character varying(30), 'age'::character varying(30), 'unknown'::character varying(30), 'none'::character varying(30)]) AND (kinds <@ ARRAY['hate_crime_reported'::character varying(30), 'hate_incident'::character varying(30), 'hate_speech_offline'::character varying(30), 'hate_speech_online'::character varying(30), 'threat'::character varying(30), 'harassment'::character varying(30), 'assault'::character varying(30), 'property_damage'::character varying(30), 'attack_on_community_site'::character varying(30), 'graffiti_symbol'::character varying(30), 'discrimination'::character varying(30), 'tension'::character varying(30), 'rumour'::character varying(30), 'fear_of_crime'::character varying(30), 'antisocial_behaviour'::character varying(30), 'event_security'::character varying(30), 'bullying'::character varying(30), 'reporting_barrier'::character varying(30), 'victim_need'::character varying(30), 'other'::character varying(30)]))),
    CONSTRAINT practice_phases_are_known CHECK (((phases <@ ARRAY['prevent'::character varying(10), 'detect'::character varying(10), 'manage'::character varying(10)]) AND (
CASE
    WHEN (phases IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(phases, 1), 0)
END > 0))),
    CONSTRAINT practice_retired_for_a_reason CHECK (((NOT ((status)::text = 'retired'::text)) OR (NOT ((retired_reason)::text = ''::text)))),
    CONSTRAINT practice_strands_are_known CHECK (((strands <@ ARRAY['prevent'::character varying(20), 'identify_report_act'::character varying(20), 'coordinate_services'::character varying(20), 'victims'::character varying(20), 'civil_society'::character varying(20), 'capacity'::character varying(20)]) AND (
CASE
    WHEN (strands IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(strands, 1), 0)
END > 0))),
    CONSTRAINT practices_practice_edition_check CHECK ((edition >= 0)),
    CONSTRAINT practices_practice_since_check CHECK ((since >= 0)),
    CONSTRAINT practices_practice_version_check CHECK ((version >= 0))
);
CREATE TABLE public.practices_practicefile (
    id uuid NOT NULL,
    recipient character varying(120) NOT NULL,
    practices uuid[] NOT NULL,
    document jsonb NOT NULL,
    key character varying(64) NOT NULL,
    signature character varying(128) NOT NULL,
    confirmed_at timestamp with time zone NOT NULL,
    confirmed_by_id uuid,
    CONSTRAINT practice_file_signature_is_whole CHECK (((((key)::text = ''::text) AND ((signature)::text = ''::text)) OR ((NOT ((key)::text = ''::text)) AND (NOT ((signature)::text = ''::text)))))
);
CREATE TABLE public.practices_practicetext (
    id bigint NOT NULL,
    language character varying(12) NOT NULL,
    title character varying(120) NOT NULL,
    problem text NOT NULL,
    how_it_works text NOT NULL,
    why text NOT NULL,
    steps text NOT NULL,
    where_it_works text NOT NULL,
    went_wrong text NOT NULL,
    results text NOT NULL,
    sources jsonb NOT NULL,
    translated character varying(10) NOT NULL,
    practice_id uuid NOT NULL,
    CONSTRAINT practice_text_is_known CHECK (((translated)::text = ANY ((ARRAY['original'::character varying, 'by_person'::character varying, 'by_machine'::character varying])::text[])))
);
ALTER TABLE public.practices_practicetext ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.practices_practicetext_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.practices_takeaway (
    follow_up_id uuid NOT NULL,
    taken_on date NOT NULL,
    practice_id uuid
);
CREATE TABLE public.privacy_breach (
    id uuid NOT NULL,
    number character varying(14) NOT NULL,
    scenario character varying(20) NOT NULL,
    noticed_at timestamp with time zone NOT NULL,
    aware_at timestamp with time zone NOT NULL,
    what text NOT NULL,
    kinds character varying(20)[] NOT NULL,
    people integer,
    records integer,
    consequences text NOT NULL,
    measures text NOT NULL,
    risk character varying(10) NOT NULL,
    told_authority_at timestamp with time zone,
    delay_reason character varying(500) NOT NULL,
    told_people_at timestamp with time zone,
    told_people character varying(500) NOT NULL,
    closed_at timestamp with time zone,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    recorded_by_id uuid,
    CONSTRAINT breach_codes_are_known CHECK ((((scenario)::text = ANY ((ARRAY['stolen_phone'::character varying, 'lost_export'::character varying, 'wrong_recipient'::character varying, 'account_misused'::character varying, 'other'::character varying])::text[])) AND ((risk)::text = ANY ((ARRAY[''::character varying, 'unlikely'::character varying, 'risk'::character varying, 'high'::character varying])::text[])))),
    CONSTRAINT breach_has_a_kind CHECK ((
CASE
    WHEN (kinds IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(kinds, 1), 0)
END >= 1)),
    CONSTRAINT breach_known_after_it_was_noticed CHECK ((aware_at >= noticed_at)),
    CONSTRAINT privacy_breach_people_check CHECK ((people >= 0)),
    CONSTRAINT privacy_breach_records_check CHECK ((records >= 0)),
    CONSTRAINT privacy_breach_version_check CHECK ((version >= 0))
);
CREATE TABLE public.privacy_breachphase (
    id uuid NOT NULL,
    number integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    lines jsonb NOT NULL,
    breach_id uuid NOT NULL,
    made_by_id uuid,
    CONSTRAINT privacy_breachphase_number_check CHECK ((number >= 0))
);
CREATE TABLE public.privacy_datarequest (
    id uuid NOT NULL,
    number character varying(12) NOT NULL,
    kind character varying(20) NOT NULL,
    regimes character varying(4)[] NOT NULL,
    channel character varying(10) NOT NULL,
    received_on date NOT NULL,
    stated bytea,
    contact_id uuid,
    identity character varying(20) NOT NULL,
    identity_asked_on date,
    identity_on date,
    due_on date NOT NULL,
    extended_to date,
    extension_reason character varying(300) NOT NULL,
    status character varying(20) NOT NULL,
    search_job uuid,
    searched_at timestamp with time zone,
    decision character varying(20) NOT NULL,
    grounds character varying(30)[] NOT NULL,
    neither_confirm boolean NOT NULL,
    late_reason character varying(300) NOT NULL,
    answered_on date,
    purge_on date,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    answered_by_id uuid,
    received_by_id uuid,
    organisation_id uuid,
    correct_by date,
    corrected_on date,
    CONSTRAINT data_request_answered_on_a_day CHECK (((((status)::text = 'answered'::text) OR (answered_on IS NULL)) AND (1 = (
CASE
    WHEN ((status)::text = 'answered'::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (answered_on IS NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT data_request_codes_are_known CHECK ((((kind)::text = ANY ((ARRAY['access'::character varying, 'rectify'::character varying, 'restrict'::character varying, 'object'::character varying, 'erase'::character varying, 'organisation_copy'::character varying])::text[])) AND ((channel)::text = ANY ((ARRAY['letter'::character varying, 'email'::character varying, 'in_person'::character varying, 'phone'::character varying, 'authority'::character varying, 'api'::character varying])::text[])) AND ((identity)::text = ANY ((ARRAY['not_yet'::character varying, 'known_channel'::character varying, 'in_person'::character varying, 'eid'::character varying, 'representative'::character varying, 'authority'::character varying])::text[])) AND ((status)::text = ANY ((ARRAY['open'::character varying, 'identity_asked'::character varying, 'searching'::character varying, 'deciding'::character varying, 'answered'::character varying, 'withdrawn'::character varying])::text[])) AND ((decision)::text = ANY ((ARRAY[''::character varying, 'granted'::character varying, 'partly'::character varying, 'refused'::character varying, 'nothing_held'::character varying])::text[])))),
    CONSTRAINT data_request_confirms_under_gdpr CHECK (((NOT neither_confirm) OR (regimes @> ARRAY['led'::character varying(4)]))),
    CONSTRAINT data_request_corrected_after_its_answer CHECK (((correct_by IS NULL) OR (((kind)::text = 'organisation_copy'::text) AND ((status)::text = 'answered'::text)))),
    CONSTRAINT data_request_has_a_regime CHECK ((
CASE
    WHEN (regimes IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(regimes, 1), 0)
END >= 1)),
    CONSTRAINT data_request_identity_has_a_day CHECK (((((identity)::text = 'not_yet'::text) OR (identity_on IS NOT NULL)) AND (1 = (
CASE
    WHEN ((identity)::text = 'not_yet'::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (identity_on IS NOT NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT privacy_datarequest_version_check CHECK ((version >= 0))
);
CREATE TABLE public.privacy_erasure (
    id uuid NOT NULL,
    contact_ids uuid[] NOT NULL,
    places jsonb,
    asked_at timestamp with time zone NOT NULL,
    job uuid,
    done_at timestamp with time zone,
    asked_by_id uuid,
    request_id uuid NOT NULL
);
CREATE TABLE public.privacy_finding (
    id uuid NOT NULL,
    "position" integer NOT NULL,
    model character varying(60) NOT NULL,
    object_id character varying(64) NOT NULL,
    field character varying(60) NOT NULL,
    matched character varying(10) NOT NULL,
    passages jsonb NOT NULL,
    verdict character varying(20) NOT NULL,
    cuts jsonb NOT NULL,
    grounds character varying(30)[] NOT NULL,
    decided_at timestamp with time zone,
    decided_by_id uuid,
    read_again_by_id uuid,
    request_id uuid NOT NULL,
    CONSTRAINT finding_codes_are_known CHECK ((((verdict)::text = ANY ((ARRAY[''::character varying, 'theirs'::character varying, 'somebody_else'::character varying, 'unsure'::character varying])::text[])) AND ((matched)::text = ANY ((ARRAY['exact'::character varying, 'similar'::character varying, 'phone'::character varying, 'email'::character varying, 'linked'::character varying])::text[])))),
    CONSTRAINT privacy_finding_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.privacy_ledgerentry (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    contact_ids uuid[] NOT NULL,
    places jsonb NOT NULL,
    written_at timestamp with time zone
);
CREATE TABLE public.privacy_notice (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    object_ids uuid[] NOT NULL,
    field_names character varying(60)[] NOT NULL,
    recipient character varying(200) NOT NULL,
    key_id uuid,
    made_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    answer character varying(10) NOT NULL,
    answered_at timestamp with time zone,
    made_by_id uuid,
    request_id uuid,
    CONSTRAINT notice_answered_at_a_moment CHECK (((((answer)::text = ''::text) OR (answered_at IS NOT NULL)) AND (1 = (
CASE
    WHEN ((answer)::text = ''::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (answered_at IS NOT NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT notice_codes_are_known CHECK ((((kind)::text = ANY ((ARRAY['corrected'::character varying, 'restricted'::character varying, 'erased'::character varying])::text[])) AND ((answer)::text = ANY ((ARRAY[''::character varying, 'done'::character varying, 'refused'::character varying, 'none'::character varying])::text[])))),
    CONSTRAINT notice_is_about_something CHECK ((
CASE
    WHEN (object_ids IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(object_ids, 1), 0)
END >= 1))
);
CREATE TABLE public.privacy_package (
    id uuid NOT NULL,
    language character varying(16) NOT NULL,
    identity_essential boolean NOT NULL,
    naming_reason character varying(300) NOT NULL,
    officer_heard boolean NOT NULL,
    job uuid,
    made_at timestamp with time zone,
    digest character varying(64) NOT NULL,
    delivered_on date,
    delivery character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id uuid,
    request_id uuid NOT NULL,
    CONSTRAINT package_delivery_has_a_day CHECK ((((delivery)::text = ANY ((ARRAY[''::character varying, 'letter'::character varying, 'in_person'::character varying, 'encrypted_email'::character varying, 'authority'::character varying])::text[])) AND ((((delivery)::text = ''::text) OR (delivered_on IS NOT NULL)) AND (1 = (
CASE
    WHEN ((delivery)::text = ''::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (delivered_on IS NOT NULL) THEN 1
    ELSE 0
END))))),
    CONSTRAINT package_names_officers_for_a_reason CHECK (((NOT identity_essential) OR ((naming_reason)::text ~ '^.{50,}$'::text)))
);
CREATE TABLE public.privacy_registerstate (
    day date NOT NULL,
    content jsonb NOT NULL
);
CREATE TABLE public.privacy_registertext (
    part character varying(20) NOT NULL,
    text character varying(1000) NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by_id uuid,
    CONSTRAINT register_part_is_known CHECK (((part)::text = ANY ((ARRAY['controller'::character varying, 'dpo'::character varying, 'joint_controllers'::character varying, 'processors'::character varying, 'transfers'::character varying, 'authority'::character varying, 'court'::character varying])::text[])))
);
CREATE TABLE public.privacy_restriction (
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    ground character varying(30) NOT NULL,
    since timestamp with time zone NOT NULL,
    until date,
    lifted_at timestamp with time zone,
    lifted_by_id uuid,
    request_id uuid,
    set_by_id uuid,
    CONSTRAINT restriction_ground_is_known CHECK (((ground)::text = ANY ((ARRAY['accuracy_contested'::character varying, 'unlawful_but_kept'::character varying, 'needed_by_person'::character varying, 'objection_pending'::character varying, 'evidence'::character varying])::text[])))
);
CREATE TABLE public.privacy_retentiondecision (
    id uuid NOT NULL,
    object_type character varying(20) NOT NULL,
    object_id uuid NOT NULL,
    decision character varying(10) NOT NULL,
    reason character varying(20) NOT NULL,
    sentence character varying(300) NOT NULL,
    due_on date NOT NULL,
    until date,
    decided_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    decided_by_id uuid,
    rule_id uuid NOT NULL,
    CONSTRAINT retention_decision_is_known CHECK ((((decision)::text = ANY ((ARRAY['keep'::character varying, 'blank'::character varying, 'erase'::character varying])::text[])) AND ((reason)::text = ANY ((ARRAY[''::character varying, 'in_touch'::character varying, 'open_matter'::character varying, 'asked_to_stay'::character varying, 'complaint'::character varying, 'law'::character varying])::text[])))),
    CONSTRAINT retention_keep_has_reason_and_end CHECK (((((decision)::text = 'keep'::text) AND (until IS NOT NULL) AND (NOT ((reason)::text = ''::text))) OR ((NOT ((decision)::text = 'keep'::text)) AND ((reason)::text = ''::text) AND (until IS NULL))))
);
CREATE TABLE public.privacy_retentionrule (
    id uuid NOT NULL,
    code character varying(20) NOT NULL,
    number integer NOT NULL,
    days integer NOT NULL,
    basis character varying(300) NOT NULL,
    in_force_since timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    approved_by_id uuid,
    ended_by_id uuid,
    CONSTRAINT privacy_retentionrule_days_check CHECK ((days >= 0)),
    CONSTRAINT privacy_retentionrule_number_check CHECK ((number >= 0)),
    CONSTRAINT retention_rule_ends_after_it_began CHECK (((ended_at IS NULL) OR (ended_at >= in_force_since))),
    CONSTRAINT retention_rule_is_known CHECK (((code)::text = ANY ((ARRAY['contact'::character varying, 'ended_role'::character varying, 'attendance'::character varying, 'meeting_texts'::character varying, 'concern_texts'::character varying, 'follow_up_texts'::character varying, 'incident_texts'::character varying, 'declaration'::character varying, 'request'::character varying, 'breach_texts'::character varying, 'trail'::character varying])::text[]))),
    CONSTRAINT retention_rule_is_whole CHECK (((days >= 30) AND (days <= 36500) AND (NOT ((basis)::text = ''::text))))
);
CREATE TABLE public.publishing_councilpaper (
    id uuid NOT NULL,
    version integer NOT NULL,
    title character varying(120) NOT NULL,
    introduction text NOT NULL,
    not_done text NOT NULL,
    heard text NOT NULL,
    decisions text NOT NULL,
    figures jsonb NOT NULL,
    pdf bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by_id uuid,
    release_id uuid NOT NULL,
    CONSTRAINT publishing_councilpaper_version_check CHECK ((version >= 0))
);
CREATE TABLE public.publishing_entrytranslation (
    id uuid NOT NULL,
    language character varying(35) NOT NULL,
    said text NOT NULL,
    did text NOT NULL,
    why text NOT NULL,
    entry_id uuid NOT NULL
);
CREATE TABLE public.publishing_publication (
    id uuid NOT NULL,
    number integer NOT NULL,
    as_of date NOT NULL,
    made_at timestamp with time zone NOT NULL,
    files jsonb NOT NULL,
    error character varying(200) NOT NULL,
    CONSTRAINT publication_failed_or_has_files CHECK ((((error)::text = ''::text) OR (files = '{}'::jsonb))),
    CONSTRAINT publishing_publication_number_check CHECK ((number >= 0))
);
CREATE TABLE public.publishing_publicdistrict (
    district_id uuid NOT NULL,
    is_on boolean NOT NULL,
    language character varying(35) NOT NULL,
    languages character varying(35)[] NOT NULL,
    intro text NOT NULL,
    contact_line character varying(128) NOT NULL,
    contact_email character varying(254) NOT NULL,
    hours character varying(200) NOT NULL,
    officer_names character varying(12) NOT NULL,
    next_review_on date,
    revision integer NOT NULL,
    CONSTRAINT public_district_has_a_language CHECK (((NOT is_on) OR (
CASE
    WHEN (languages IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(languages, 1), 0)
END > 0))),
    CONSTRAINT public_district_names_are_known CHECK (((officer_names)::text = ANY ((ARRAY['none'::character varying, 'first_names'::character varying])::text[]))),
    CONSTRAINT publishing_publicdistrict_revision_check CHECK ((revision >= 0))
);
CREATE TABLE public.publishing_publicentry (
    id uuid NOT NULL,
    language character varying(35) NOT NULL,
    said text NOT NULL,
    did text NOT NULL,
    state character varying(10) NOT NULL,
    why text NOT NULL,
    month character varying(7) NOT NULL,
    agreed_by character varying(120) NOT NULL,
    agreed_on date,
    not_before date,
    flags jsonb NOT NULL,
    flag_reason character varying(300) NOT NULL,
    written_at timestamp with time zone NOT NULL,
    approved_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    revision integer NOT NULL,
    approved_by_id uuid,
    district_id uuid NOT NULL,
    follow_up_id uuid,
    written_by_id uuid,
    CONSTRAINT public_entry_has_two_people CHECK (((approved_at IS NULL) OR (written_by_id IS NULL) OR (approved_by_id IS NULL) OR (NOT ((approved_by_id = written_by_id) AND (approved_by_id IS NOT NULL) AND (written_by_id IS NOT NULL))))),
    CONSTRAINT public_entry_month_is_plain CHECK (((month)::text ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
    CONSTRAINT public_entry_says_what_became CHECK (((((state)::text = 'cannot'::text) AND (NOT (why = ''::text))) OR ((NOT ((state)::text = 'cannot'::text)) AND (NOT (did = ''::text))))),
    CONSTRAINT public_entry_state_is_known CHECK (((state)::text = ANY ((ARRAY['done'::character varying, 'under_way'::character varying, 'cannot'::character varying])::text[]))),
    CONSTRAINT publishing_publicentry_revision_check CHECK ((revision >= 0))
);
CREATE TABLE public.publishing_publicentry_concerns (
    id bigint NOT NULL,
    publicentry_id uuid NOT NULL,
    concern_id uuid NOT NULL
);
ALTER TABLE public.publishing_publicentry_concerns ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_publicentry_concerns_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.publishing_publicfile (
    digest character varying(64) NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE public.publishing_publiclisting (
    id uuid NOT NULL,
    public_id uuid NOT NULL,
    agreed_by character varying(120) NOT NULL,
    agreed_on date NOT NULL,
    how character varying(8) NOT NULL,
    fields character varying(10)[] NOT NULL,
    focus_words character varying(200) NOT NULL,
    language character varying(35) NOT NULL,
    summary text NOT NULL,
    review_on date NOT NULL,
    withdrawn_on date,
    is_in_force boolean NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT listing_has_a_name CHECK (((fields <@ ARRAY['name'::character varying(10), 'summary'::character varying(10), 'website'::character varying(10), 'email'::character varying(10), 'phone'::character varying(10), 'address'::character varying(10), 'languages'::character varying(10), 'kind'::character varying(10), 'focus'::character varying(10)]) AND (fields @> ARRAY['name'::character varying(10)]))),
    CONSTRAINT listing_how_is_known CHECK (((how)::text = ANY ((ARRAY['form'::character varying, 'letter'::character varying, 'email'::character varying, 'on_site'::character varying])::text[]))),
    CONSTRAINT publishing_publiclisting_revision_check CHECK ((revision >= 0))
);
CREATE TABLE public.publishing_publicmeeting (
    meeting_id uuid NOT NULL,
    is_public boolean NOT NULL,
    language character varying(35) NOT NULL,
    title character varying(120) NOT NULL,
    text text NOT NULL,
    place character varying(200) NOT NULL,
    revision integer NOT NULL,
    CONSTRAINT publishing_publicmeeting_revision_check CHECK ((revision >= 0))
);
CREATE TABLE public.publishing_publictext (
    id uuid NOT NULL,
    slug character varying(30) NOT NULL,
    language character varying(35) NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    in_force_since date NOT NULL,
    CONSTRAINT public_text_is_known CHECK (((slug)::text = ANY ((ARRAY['privacy_notice'::character varying, 'registration_consent'::character varying, 'accessibility_statement'::character varying, 'imprint'::character varying])::text[]))),
    CONSTRAINT publishing_publictext_version_check CHECK ((version >= 0))
);
CREATE TABLE public.publishing_registration (
    id uuid NOT NULL,
    language character varying(35) NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(30) NOT NULL,
    summary text NOT NULL,
    website character varying(300) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(30) NOT NULL,
    address character varying(300) NOT NULL,
    is_home boolean NOT NULL,
    languages character varying(35)[] NOT NULL,
    person_name character varying(160) NOT NULL,
    person_role character varying(120) NOT NULL,
    person_email character varying(254) NOT NULL,
    person_phone character varying(30) NOT NULL,
    wants character varying(8) NOT NULL,
    fields character varying(10)[] NOT NULL,
    text_version integer NOT NULL,
    state character varying(12) NOT NULL,
    token_hash bytea,
    created_at timestamp with time zone NOT NULL,
    mailed_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    reason character varying(300) NOT NULL,
    decided_at timestamp with time zone,
    revision integer NOT NULL,
    decided_by_id uuid,
    district_id uuid NOT NULL,
    organisation_id uuid,
    CONSTRAINT publishing_registration_revision_check CHECK ((revision >= 0)),
    CONSTRAINT publishing_registration_text_version_check CHECK ((text_version >= 0)),
    CONSTRAINT registration_codes_are_known CHECK ((((kind)::text = ANY ((ARRAY['community_group'::character varying, 'residents_association'::character varying, 'minority_association'::character varying, 'womens_organisation'::character varying, 'lgbt_organisation'::character varying, 'ngo'::character varying, 'religious_community'::character varying, 'youth_organisation'::character varying, 'parents_association'::character varying, 'disability_organisation'::character varying, 'older_people_organisation'::character varying, 'victim_support'::character varying, 'shelter'::character varying, 'reception_centre'::character varying, 'law_advocacy'::character varying, 'trade_union'::character varying, 'housing_tenants'::character varying, 'environment'::character varying, 'culture_sport'::character varying, 'business_association'::character varying, 'school'::character varying, 'health_service'::character varying, 'municipal_service'::character varying, 'other_police'::character varying, 'prosecution'::character varying, 'equality_body'::character varying, 'academic'::character varying, 'media'::character varying, 'other'::character varying])::text[])) AND ((wants)::text = ANY ((ARRAY['contact'::character varying, 'listed'::character varying])::text[])))),
    CONSTRAINT registration_state_is_known CHECK (((state)::text = ANY ((ARRAY['unconfirmed'::character varying, 'confirmed'::character varying, 'accepted'::character varying, 'joined'::character varying, 'refused'::character varying, 'expired'::character varying])::text[])))
);
CREATE TABLE public.publishing_release (
    id uuid NOT NULL,
    number integer NOT NULL,
    quarter_since date NOT NULL,
    released_on date NOT NULL,
    document jsonb NOT NULL,
    counted jsonb NOT NULL,
    released_by_id uuid,
    CONSTRAINT publishing_release_number_check CHECK ((number >= 0)),
    CONSTRAINT release_is_numbered CHECK ((number >= 1))
);
CREATE TABLE public.publishing_releasegrid (
    id uuid NOT NULL,
    since date NOT NULL,
    level smallint NOT NULL,
    splits jsonb NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    version integer NOT NULL,
    confirmed_by_id uuid,
    proposed_by_id uuid,
    CONSTRAINT publishing_releasegrid_level_check CHECK ((level >= 0)),
    CONSTRAINT publishing_releasegrid_version_check CHECK ((version >= 0)),
    CONSTRAINT release_grid_has_a_level CHECK ((level >= 1)),
    CONSTRAINT release_grid_has_two_people CHECK ((((confirmed_at IS NULL) AND (confirmed_by_id IS NULL)) OR ((confirmed_at IS NOT NULL) AND (confirmed_by_id IS NOT NULL) AND (NOT ((confirmed_by_id = proposed_by_id) AND (confirmed_by_id IS NOT NULL) AND (proposed_by_id IS NOT NULL))))))
);
CREATE TABLE public.publishing_reportingroute (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    language character varying(35) NOT NULL,
    kind character varying(20) NOT NULL,
    url character varying(300) NOT NULL,
    phone character varying(30) NOT NULL,
    address character varying(200) NOT NULL,
    hours character varying(300) NOT NULL,
    languages character varying(35)[] NOT NULL,
    anonymous character varying(8) NOT NULL,
    step_free character varying(8) NOT NULL,
    note character varying(300) NOT NULL,
    agreed_to_tests boolean NOT NULL,
    is_public boolean NOT NULL,
    sort smallint NOT NULL,
    tested_on date,
    test_result character varying(12) NOT NULL,
    answered_on date,
    failed_on date,
    revision integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    district_id uuid,
    organisation_id uuid,
    CONSTRAINT publishing_reportingroute_revision_check CHECK ((revision >= 0)),
    CONSTRAINT publishing_reportingroute_sort_check CHECK ((sort >= 0)),
    CONSTRAINT route_can_be_reached CHECK (((NOT ((url)::text = ''::text)) OR (NOT ((phone)::text = ''::text)) OR (NOT ((address)::text = ''::text)))),
    CONSTRAINT route_codes_are_known CHECK ((((anonymous)::text = ANY ((ARRAY['yes'::character varying, 'partly'::character varying, 'no'::character varying])::text[])) AND ((step_free)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unknown'::character varying])::text[])))),
    CONSTRAINT route_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['emergency'::character varying, 'police_online'::character varying, 'police_desk'::character varying, 'reporting_centre'::character varying, 'pathway'::character varying, 'third_party_online'::character varying, 'victim_support'::character varying, 'equality_body'::character varying, 'anonymous_line'::character varying])::text[])))
);
CREATE TABLE public.publishing_routetest (
    id uuid NOT NULL,
    tested_on date NOT NULL,
    result character varying(12) NOT NULL,
    route_id uuid NOT NULL,
    tested_by_id uuid,
    CONSTRAINT route_test_result_is_known CHECK (((result)::text = ANY ((ARRAY['answered'::character varying, 'not_answered'::character varying, 'wrong'::character varying])::text[])))
);
CREATE TABLE public.reviews_actioncheck (
    id uuid NOT NULL,
    answer character varying(20) NOT NULL,
    note character varying(500) NOT NULL,
    action_id uuid NOT NULL,
    review_id uuid NOT NULL,
    CONSTRAINT check_answer_is_known CHECK (((answer)::text = ANY ((ARRAY['done'::character varying, 'partly'::character varying, 'not_done'::character varying, 'no_longer_needed'::character varying])::text[])))
);
CREATE TABLE public.reviews_addendum (
    id uuid NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    written_by_id uuid,
    review_id uuid NOT NULL,
    key_id character varying(16) DEFAULT ''::character varying NOT NULL,
    public_key character varying(64) DEFAULT ''::character varying NOT NULL,
    signature character varying(128) DEFAULT ''::character varying NOT NULL,
    statement text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.reviews_agreedaction (
    id uuid NOT NULL,
    text character varying(500) NOT NULL,
    due_on date NOT NULL,
    owner_id uuid,
    review_id uuid NOT NULL
);
CREATE TABLE public.reviews_delivery (
    id uuid NOT NULL,
    day date NOT NULL,
    lease_until timestamp with time zone,
    attempts smallint NOT NULL,
    sent_at timestamp with time zone,
    failed_at timestamp with time zone,
    last_error character varying(500) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    subscription_id uuid NOT NULL,
    CONSTRAINT reviews_delivery_attempts_check CHECK ((attempts >= 0))
);
CREATE TABLE public.reviews_figurecomment (
    id uuid NOT NULL,
    slug character varying(40) NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    written_by_id uuid,
    review_id uuid NOT NULL
);
CREATE TABLE public.reviews_frozenfigure (
    id uuid NOT NULL,
    "position" integer NOT NULL,
    slug character varying(40) NOT NULL,
    by character varying(10) NOT NULL,
    "group" character varying(40) NOT NULL,
    n double precision NOT NULL,
    of double precision NOT NULL,
    ratio double precision,
    columns jsonb NOT NULL,
    noun character varying(20) NOT NULL,
    ids uuid[],
    review_id uuid NOT NULL,
    name character varying(200) DEFAULT ''::character varying NOT NULL,
    rest uuid[],
    CONSTRAINT reviews_frozenfigure_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.reviews_keptname (
    id uuid NOT NULL,
    object_type character varying(30) NOT NULL,
    object_id uuid NOT NULL,
    name character varying(200) NOT NULL,
    salt character varying(32) NOT NULL,
    review_id uuid NOT NULL
);
CREATE TABLE public.reviews_review (
    id uuid NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    as_of timestamp with time zone NOT NULL,
    meetings_held integer NOT NULL,
    organisations_met integer NOT NULL,
    conclusion text NOT NULL,
    signed_at timestamp with time zone,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    signed_by_id uuid,
    started_by_id uuid,
    district_code character varying(20) DEFAULT ''::character varying NOT NULL,
    district_name character varying(120) DEFAULT ''::character varying NOT NULL,
    signed_by_name character varying(200) DEFAULT ''::character varying NOT NULL,
    definitions jsonb DEFAULT '{}'::jsonb NOT NULL,
    blind_spots jsonb DEFAULT '[]'::jsonb NOT NULL,
    made_with jsonb DEFAULT '{}'::jsonb NOT NULL,
    parts jsonb DEFAULT '[]'::jsonb NOT NULL,
    supersedes_id uuid,
    superseding_reason character varying(500) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT review_period_has_days CHECK ((until > since)),
    CONSTRAINT review_signature_is_whole CHECK ((((signed_at IS NULL) AND (signed_by_id IS NULL)) OR ((signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL)))),
    CONSTRAINT reviews_review_meetings_held_check CHECK ((meetings_held >= 0)),
    CONSTRAINT reviews_review_organisations_met_check CHECK ((organisations_met >= 0)),
    CONSTRAINT reviews_review_version_check CHECK ((version >= 0))
);
CREATE TABLE public.reviews_rungorganisation (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    organisation_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    answer character varying(20) NOT NULL,
    note text NOT NULL,
    rung_at timestamp with time zone,
    review_id uuid NOT NULL,
    rung_by_id uuid,
    CONSTRAINT call_answer_is_known CHECK (((rung_at IS NULL) OR ((answer)::text = ANY ((ARRAY['yes'::character varying, 'partly'::character varying, 'no'::character varying, 'not_reached'::character varying])::text[])))),
    CONSTRAINT reviews_rungorganisation_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.reviews_sampledmeeting (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    meeting_id uuid NOT NULL,
    facts_apart character varying(20) NOT NULL,
    follow_up_recorded character varying(20) NOT NULL,
    note text NOT NULL,
    marked_at timestamp with time zone,
    marked_by_id uuid,
    review_id uuid NOT NULL,
    starts_at timestamp with time zone,
    CONSTRAINT reviews_sampledmeeting_position_check CHECK (("position" >= 0)),
    CONSTRAINT sample_marks_are_known CHECK (((marked_at IS NULL) OR (((facts_apart)::text = ANY ((ARRAY['yes'::character varying, 'partly'::character varying, 'no'::character varying, 'no_opinion'::character varying])::text[])) AND ((follow_up_recorded)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'nothing_promised'::character varying])::text[])))))
);
CREATE TABLE public.reviews_signature (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    statement text DEFAULT ''::text NOT NULL,
    key_id character varying(16) DEFAULT ''::character varying NOT NULL,
    public_key character varying(64) DEFAULT ''::character varying NOT NULL,
    signature character varying(128) DEFAULT ''::character varying NOT NULL,
    review_id uuid NOT NULL,
    signed_by_id uuid NOT NULL,
    CONSTRAINT reviews_signature_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.reviews_signedrecord (
    review_id uuid NOT NULL,
    record text NOT NULL,
    inside text NOT NULL
);
CREATE TABLE public.reviews_subscription (
    id uuid NOT NULL,
    report character varying(40) NOT NULL,
    rhythm character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    district_id uuid NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT subscription_rhythm_is_known CHECK (((rhythm)::text = ANY ((ARRAY['weekly'::character varying, 'monthly'::character varying, 'quarterly'::character varying])::text[])))
);
CREATE TABLE public.socialaccount_socialaccount (
    id integer NOT NULL,
    provider character varying(200) NOT NULL,
    uid character varying(191) NOT NULL,
    last_login timestamp with time zone NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    extra_data jsonb NOT NULL,
    user_id uuid NOT NULL
);
ALTER TABLE public.socialaccount_socialaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.socialaccount_socialaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.socialaccount_socialapp (
    id integer NOT NULL,
    provider character varying(30) NOT NULL,
    name character varying(40) NOT NULL,
    client_id character varying(191) NOT NULL,
    secret character varying(191) NOT NULL,
    key character varying(191) NOT NULL,
    provider_id character varying(200) NOT NULL,
    settings jsonb NOT NULL
);
ALTER TABLE public.socialaccount_socialapp ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.socialaccount_socialapp_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.socialaccount_socialtoken (
    id integer NOT NULL,
    token text NOT NULL,
    token_secret text NOT NULL,
    expires_at timestamp with time zone,
    account_id integer NOT NULL,
    app_id integer
);
ALTER TABLE public.socialaccount_socialtoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.socialaccount_socialtoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY guard.city
    ADD CONSTRAINT city_pkey PRIMARY KEY (is_one);
ALTER TABLE ONLY guard.context_key
    ADD CONSTRAINT context_key_pkey PRIMARY KEY (inner_pad);
ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_email_987c8728_uniq UNIQUE (user_id, email);
ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_key_key UNIQUE (key);
ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_accountrequest_districts
    ADD CONSTRAINT accounts_accountrequest__accountrequest_id_distri_dddeb5e9_uniq UNIQUE (accountrequest_id, district_id);
ALTER TABLE ONLY public.accounts_accountrequest_districts
    ADD CONSTRAINT accounts_accountrequest_districts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_accountrequest
    ADD CONSTRAINT accounts_accountrequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_browserreport
    ADD CONSTRAINT accounts_browserreport_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_relief
    ADD CONSTRAINT accounts_relief_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_savedview
    ADD CONSTRAINT accounts_savedview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_sentform
    ADD CONSTRAINT accounts_sentform_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_session
    ADD CONSTRAINT accounts_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.accounts_user_districts
    ADD CONSTRAINT accounts_user_districts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_user_districts
    ADD CONSTRAINT accounts_user_districts_user_id_district_id_df186320_uniq UNIQUE (user_id, district_id);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_email_key UNIQUE (email);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_action
    ADD CONSTRAINT action_position_once UNIQUE (goal_id, "position");
ALTER TABLE ONLY public.oversight_alert
    ADD CONSTRAINT alert_once_a_day UNIQUE NULLS NOT DISTINCT (kind, day, user_id, key_id);
ALTER TABLE ONLY public.api_apikey_districts
    ADD CONSTRAINT api_apikey_districts_apikey_id_district_id_3bca2a50_uniq UNIQUE (apikey_id, district_id);
ALTER TABLE ONLY public.api_apikey_districts
    ADD CONSTRAINT api_apikey_districts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_apikey
    ADD CONSTRAINT api_apikey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_apisecret
    ADD CONSTRAINT api_apisecret_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_bulkagreement
    ADD CONSTRAINT api_bulkagreement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_calendarfeed
    ADD CONSTRAINT api_calendarfeed_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_calendarfeed
    ADD CONSTRAINT api_calendarfeed_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.api_calendarfeed
    ADD CONSTRAINT api_calendarfeed_user_id_key UNIQUE (user_id);
ALTER TABLE ONLY public.api_contactread
    ADD CONSTRAINT api_contactread_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_idempotentrequest
    ADD CONSTRAINT api_idempotentrequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keynetwork
    ADD CONSTRAINT api_keynetwork_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keywarning
    ADD CONSTRAINT api_keywarning_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_personread
    ADD CONSTRAINT api_personread_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_readingday
    ADD CONSTRAINT api_readingday_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_webhook
    ADD CONSTRAINT api_webhook_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_webhookdelivery
    ADD CONSTRAINT api_webhookdelivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_tensionassessment
    ADD CONSTRAINT assessment_number_once UNIQUE (incident_id, number);
ALTER TABLE ONLY public.audit_change
    ADD CONSTRAINT audit_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_event
    ADD CONSTRAINT audit_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_numbered
    ADD CONSTRAINT audit_numbered_change_id_key UNIQUE (change_id);
ALTER TABLE ONLY public.audit_numbered
    ADD CONSTRAINT audit_numbered_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY public.audit_numbered
    ADD CONSTRAINT audit_numbered_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.audit_pruned
    ADD CONSTRAINT audit_pruned_pkey PRIMARY KEY (seal);
ALTER TABLE ONLY public.audit_reason
    ADD CONSTRAINT audit_reason_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_breachphase
    ADD CONSTRAINT breach_phase_has_a_number UNIQUE (breach_id, number);
ALTER TABLE ONLY public.accounts_browserreport
    ADD CONSTRAINT browser_report_once UNIQUE (directive, blocked, page);
ALTER TABLE ONLY public.reviews_rungorganisation
    ADD CONSTRAINT call_once UNIQUE (review_id, organisation_id);
ALTER TABLE ONLY public.reviews_actioncheck
    ADD CONSTRAINT check_once UNIQUE (review_id, action_id);
ALTER TABLE ONLY public.reviews_figurecomment
    ADD CONSTRAINT comment_once UNIQUE (review_id, slug);
ALTER TABLE ONLY public.meetings_concernexternalid
    ADD CONSTRAINT concern_external_id_once UNIQUE (source, external_id);
ALTER TABLE ONLY public.meetings_concernperiod
    ADD CONSTRAINT concern_period_one_at_a_time EXCLUDE USING gist (concern_id WITH =, tstzrange(since, until, '[)'::text) WITH &&) WHERE ((superseded_at IS NULL));
ALTER TABLE ONLY public.contacts_contactexternalid
    ADD CONSTRAINT contact_external_id_once UNIQUE (source, external_id);
ALTER TABLE ONLY public.api_contactread
    ADD CONSTRAINT contact_read_once UNIQUE (key_id, day, contact_id);
ALTER TABLE ONLY public.contacts_contactdetail
    ADD CONSTRAINT contactdetail_once UNIQUE (owner_id, channel, value);
ALTER TABLE ONLY public.contacts_affiliation
    ADD CONSTRAINT contacts_affiliation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contacts_contact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_contactdetail
    ADD CONSTRAINT contacts_contactdetail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_contactexternalid
    ADD CONSTRAINT contacts_contactexternalid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_focusdeclaration
    ADD CONSTRAINT contacts_focusdeclaration_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_importdraft
    ADD CONSTRAINT contacts_importdraft_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_importedfields
    ADD CONSTRAINT contacts_importedfields_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_importedrow
    ADD CONSTRAINT contacts_importedrow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_importstep
    ADD CONSTRAINT contacts_importstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_merge
    ADD CONSTRAINT contacts_merge_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_notaduplicate
    ADD CONSTRAINT contacts_notaduplicate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_organisation_also_in
    ADD CONSTRAINT contacts_organisation_al_organisation_id_district_3515b3bf_uniq UNIQUE (organisation_id, district_id);
ALTER TABLE ONLY public.contacts_organisation_also_in
    ADD CONSTRAINT contacts_organisation_also_in_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_organisation
    ADD CONSTRAINT contacts_organisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_organisationdetail
    ADD CONSTRAINT contacts_organisationdetail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_organisationexternalid
    ADD CONSTRAINT contacts_organisationexternalid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_organisationperiod
    ADD CONSTRAINT contacts_organisationperiod_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_organisationprivatechannel
    ADD CONSTRAINT contacts_organisationprivatechannel_pkey PRIMARY KEY (organisation_id);
ALTER TABLE ONLY public.contacts_privatechannel
    ADD CONSTRAINT contacts_privatechannel_pkey PRIMARY KEY (contact_id);
ALTER TABLE ONLY public.contacts_savedmapping
    ADD CONSTRAINT contacts_savedmapping_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_councilpaper
    ADD CONSTRAINT council_paper_version_once UNIQUE (release_id, version);
ALTER TABLE ONLY public.reviews_delivery
    ADD CONSTRAINT delivery_once UNIQUE (subscription_id, day);
ALTER TABLE ONLY public.districts_district
    ADD CONSTRAINT districts_district_code_key UNIQUE (code);
ALTER TABLE ONLY public.districts_district
    ADD CONSTRAINT districts_district_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.districts_district_succeeds
    ADD CONSTRAINT districts_district_succe_from_district_id_to_dist_3c6b5ab3_uniq UNIQUE (from_district_id, to_district_id);
ALTER TABLE ONLY public.districts_district_succeeds
    ADD CONSTRAINT districts_district_succeeds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.districts_expectedcommunity
    ADD CONSTRAINT districts_expectedcommunity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.districts_move
    ADD CONSTRAINT districts_move_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.districts_periodnote
    ADD CONSTRAINT districts_periodnote_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.publishing_entrytranslation
    ADD CONSTRAINT entry_translation_once UNIQUE (entry_id, language);
ALTER TABLE ONLY public.exchange_watchedregister
    ADD CONSTRAINT exchange_watchedregister_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.districts_expectedcommunity
    ADD CONSTRAINT expected_once UNIQUE (district_id, focus);
ALTER TABLE ONLY public.reviews_frozenfigure
    ADD CONSTRAINT figure_once UNIQUE (review_id, slug, by, "group");
ALTER TABLE ONLY public.privacy_finding
    ADD CONSTRAINT finding_once_in_a_request UNIQUE (request_id, model, object_id, field);
ALTER TABLE ONLY public.contacts_focusdeclaration
    ADD CONSTRAINT focus_declared_once_at_a_time EXCLUDE USING gist (organisation_id WITH =, focus WITH =, daterange(declared_on, withdrawn_on, '[)'::text) WITH &&) WHERE ((superseded_at IS NULL));
ALTER TABLE ONLY public.meetings_followupexternalid
    ADD CONSTRAINT follow_up_external_id_once UNIQUE (source, external_id);
ALTER TABLE ONLY public.meetings_followuporganisation
    ADD CONSTRAINT follow_up_organisation_once UNIQUE (follow_up_id, organisation_id);
ALTER TABLE ONLY public.meetings_followupperiod
    ADD CONSTRAINT follow_up_period_one_at_a_time EXCLUDE USING gist (follow_up_id WITH =, tstzrange(since, until, '[)'::text) WITH &&) WHERE ((superseded_at IS NULL));
ALTER TABLE ONLY public.plans_goal
    ADD CONSTRAINT goal_position_once UNIQUE (plan_id, "position");
ALTER TABLE ONLY public.api_idempotentrequest
    ADD CONSTRAINT idempotency_key_once UNIQUE (actor_id, key);
ALTER TABLE ONLY public.contacts_importedfields
    ADD CONSTRAINT imported_fields_once UNIQUE (organisation_id, source);
ALTER TABLE ONLY public.contacts_importedrow
    ADD CONSTRAINT imported_row_once UNIQUE (object_type, source, external_id);
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incident_step_once UNIQUE NULLS NOT DISTINCT (incident_id, step_id, organisation_id);
ALTER TABLE ONLY public.incidents_debrief
    ADD CONSTRAINT incidents_debrief_incident_id_key UNIQUE (incident_id);
ALTER TABLE ONLY public.incidents_debrief
    ADD CONSTRAINT incidents_debrief_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_debriefvoice
    ADD CONSTRAINT incidents_debriefvoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_exclusionrequest
    ADD CONSTRAINT incidents_exclusionrequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_incident_also_in
    ADD CONSTRAINT incidents_incident_also__incident_id_district_id_d1feb8f6_uniq UNIQUE (incident_id, district_id);
ALTER TABLE ONLY public.incidents_incident_also_in
    ADD CONSTRAINT incidents_incident_also_in_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_incident_excluded
    ADD CONSTRAINT incidents_incident_excluded_incident_id_user_id_6ad02862_uniq UNIQUE (incident_id, user_id);
ALTER TABLE ONLY public.incidents_incident_excluded
    ADD CONSTRAINT incidents_incident_excluded_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_incident
    ADD CONSTRAINT incidents_incident_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_incidentclosing
    ADD CONSTRAINT incidents_incidentclosing_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_incidentconcern
    ADD CONSTRAINT incidents_incidentconcern_concern_id_key UNIQUE (concern_id);
ALTER TABLE ONLY public.incidents_incidentconcern
    ADD CONSTRAINT incidents_incidentconcern_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incidents_incidentstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_protocol
    ADD CONSTRAINT incidents_protocol_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_protocolagreement
    ADD CONSTRAINT incidents_protocolagreement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_protocolstep
    ADD CONSTRAINT incidents_protocolstep_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassurance_follow_up_id_key UNIQUE (follow_up_id);
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassurance_meeting_id_key UNIQUE (meeting_id);
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassurance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_stephandover
    ADD CONSTRAINT incidents_stephandover_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_tensionassessment_consulted
    ADD CONSTRAINT incidents_tensionassessm_tensionassessment_id_org_923e54eb_uniq UNIQUE (tensionassessment_id, organisation_id);
ALTER TABLE ONLY public.incidents_tensionassessment_consulted
    ADD CONSTRAINT incidents_tensionassessment_consulted_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_tensionassessment
    ADD CONSTRAINT incidents_tensionassessment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_indicator
    ADD CONSTRAINT indicator_position_once UNIQUE (goal_id, "position");
ALTER TABLE ONLY public.jobs_jobfilechunk
    ADD CONSTRAINT job_file_chunk_once UNIQUE (file_id, number);
ALTER TABLE ONLY public.jobs_job
    ADD CONSTRAINT jobs_job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs_jobfile
    ADD CONSTRAINT jobs_jobfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs_jobfilechunk
    ADD CONSTRAINT jobs_jobfilechunk_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs_lease
    ADD CONSTRAINT jobs_lease_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.reviews_keptname
    ADD CONSTRAINT kept_name_once UNIQUE (review_id, object_id);
ALTER TABLE ONLY public.api_keynetwork
    ADD CONSTRAINT key_network_once UNIQUE (key_id, network);
ALTER TABLE ONLY public.api_keywarning
    ADD CONSTRAINT key_warning_once UNIQUE (key_id, ends_at, recipient_id);
ALTER TABLE ONLY public.contacts_savedmapping
    ADD CONSTRAINT mapping_once_for_source UNIQUE (owner, what, source);
ALTER TABLE ONLY public.meetings_meetingcontact
    ADD CONSTRAINT meeting_contact_once UNIQUE (meeting_id, contact_id);
ALTER TABLE ONLY public.meetings_meetingexternalid
    ADD CONSTRAINT meeting_external_id_once UNIQUE (source, external_id);
ALTER TABLE ONLY public.meetings_meetingorganisation
    ADD CONSTRAINT meeting_organisation_once UNIQUE (meeting_id, organisation_id);
ALTER TABLE ONLY public.meetings_concern
    ADD CONSTRAINT meetings_concern_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_concernexternalid
    ADD CONSTRAINT meetings_concernexternalid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_concernperiod
    ADD CONSTRAINT meetings_concernperiod_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_followup
    ADD CONSTRAINT meetings_followup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_followupexternalid
    ADD CONSTRAINT meetings_followupexternalid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_followuporganisation
    ADD CONSTRAINT meetings_followuporganisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_followupperiod
    ADD CONSTRAINT meetings_followupperiod_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_handover
    ADD CONSTRAINT meetings_handover_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_meeting_officers
    ADD CONSTRAINT meetings_meeting_officers_meeting_id_user_id_e8a5168d_uniq UNIQUE (meeting_id, user_id);
ALTER TABLE ONLY public.meetings_meeting_officers
    ADD CONSTRAINT meetings_meeting_officers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_meeting
    ADD CONSTRAINT meetings_meeting_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_meetingcontact
    ADD CONSTRAINT meetings_meetingcontact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_meetingexternalid
    ADD CONSTRAINT meetings_meetingexternalid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_meetingorganisation
    ADD CONSTRAINT meetings_meetingorganisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_reminder
    ADD CONSTRAINT meetings_reminder_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.meetings_series
    ADD CONSTRAINT meetings_series_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts_notaduplicate
    ADD CONSTRAINT not_a_duplicate_once UNIQUE (object_type, one, other);
ALTER TABLE ONLY public.contacts_organisationexternalid
    ADD CONSTRAINT organisation_external_id_once UNIQUE (source, external_id);
ALTER TABLE public.contacts_organisation
    ADD CONSTRAINT organisation_protected_hidden CHECK ((NOT (is_listed_publicly AND location_protected))) NOT VALID;
ALTER TABLE ONLY public.contacts_organisationdetail
    ADD CONSTRAINT organisationdetail_once UNIQUE (owner_id, channel, value);
ALTER TABLE ONLY public.oversight_alert
    ADD CONSTRAINT oversight_alert_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.oversight_watchedrecord
    ADD CONSTRAINT oversight_watchedrecord_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_partner
    ADD CONSTRAINT partner_once UNIQUE (action_id, organisation_id);
ALTER TABLE ONLY public.contacts_organisationperiod
    ADD CONSTRAINT period_one_at_a_time EXCLUDE USING gist (organisation_id WITH =, tstzrange(since, until, '[)'::text) WITH &&);
ALTER TABLE ONLY public.api_personread
    ADD CONSTRAINT person_read_once UNIQUE (user_id, day, contact_id);
ALTER TABLE ONLY public.plans_action
    ADD CONSTRAINT plans_action_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_city
    ADD CONSTRAINT plans_city_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_cityfile
    ADD CONSTRAINT plans_cityfile_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.plans_cityfile
    ADD CONSTRAINT plans_cityfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_comparisonfile
    ADD CONSTRAINT plans_comparisonfile_number_key UNIQUE (number);
ALTER TABLE ONLY public.plans_comparisonfile
    ADD CONSTRAINT plans_comparisonfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_evidence
    ADD CONSTRAINT plans_evidence_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_goal
    ADD CONSTRAINT plans_goal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_indicator
    ADD CONSTRAINT plans_indicator_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_indicatorvalue
    ADD CONSTRAINT plans_indicatorvalue_corrects_id_key UNIQUE (corrects_id);
ALTER TABLE ONLY public.plans_indicatorvalue
    ADD CONSTRAINT plans_indicatorvalue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_milestone
    ADD CONSTRAINT plans_milestone_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_partner
    ADD CONSTRAINT plans_partner_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_plan
    ADD CONSTRAINT plans_plan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_planreview
    ADD CONSTRAINT plans_planreview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.plans_planvoice
    ADD CONSTRAINT plans_planvoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_practice
    ADD CONSTRAINT practice_once UNIQUE (origin, code);
ALTER TABLE ONLY public.practices_practicetext
    ADD CONSTRAINT practice_text_once UNIQUE (practice_id, language);
ALTER TABLE ONLY public.practices_adoption
    ADD CONSTRAINT practices_adoption_follow_up_id_key UNIQUE (follow_up_id);
ALTER TABLE ONLY public.practices_adoption
    ADD CONSTRAINT practices_adoption_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_editorialreview
    ADD CONSTRAINT practices_editorialreview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_offeredfile
    ADD CONSTRAINT practices_offeredfile_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.practices_offeredfile
    ADD CONSTRAINT practices_offeredfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_practice
    ADD CONSTRAINT practices_practice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_practicefile
    ADD CONSTRAINT practices_practicefile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_practicetext
    ADD CONSTRAINT practices_practicetext_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.practices_takeaway
    ADD CONSTRAINT practices_takeaway_pkey PRIMARY KEY (follow_up_id);
ALTER TABLE ONLY public.privacy_breach
    ADD CONSTRAINT privacy_breach_number_key UNIQUE (number);
ALTER TABLE ONLY public.privacy_breach
    ADD CONSTRAINT privacy_breach_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_breachphase
    ADD CONSTRAINT privacy_breachphase_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_number_key UNIQUE (number);
ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_request_id_key UNIQUE (request_id);
ALTER TABLE ONLY public.privacy_finding
    ADD CONSTRAINT privacy_finding_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_ledgerentry
    ADD CONSTRAINT privacy_ledgerentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_notice
    ADD CONSTRAINT privacy_notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_package
    ADD CONSTRAINT privacy_package_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_registerstate
    ADD CONSTRAINT privacy_registerstate_pkey PRIMARY KEY (day);
ALTER TABLE ONLY public.privacy_registertext
    ADD CONSTRAINT privacy_registertext_pkey PRIMARY KEY (part);
ALTER TABLE ONLY public.privacy_restriction
    ADD CONSTRAINT privacy_restriction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_retentiondecision
    ADD CONSTRAINT privacy_retentiondecision_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.privacy_retentionrule
    ADD CONSTRAINT privacy_retentionrule_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents_protocolagreement
    ADD CONSTRAINT protocol_agreed_once UNIQUE (protocol_id, organisation_id);
ALTER TABLE ONLY public.incidents_protocol
    ADD CONSTRAINT protocol_number_once UNIQUE NULLS NOT DISTINCT (code, district_id, number);
ALTER TABLE ONLY public.incidents_protocolstep
    ADD CONSTRAINT protocol_step_position_once UNIQUE (protocol_id, "position");
ALTER TABLE ONLY public.publishing_publictext
    ADD CONSTRAINT public_text_version_once UNIQUE (slug, language, version);
ALTER TABLE ONLY public.publishing_councilpaper
    ADD CONSTRAINT publishing_councilpaper_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_entrytranslation
    ADD CONSTRAINT publishing_entrytranslation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_publication
    ADD CONSTRAINT publishing_publication_number_key UNIQUE (number);
ALTER TABLE ONLY public.publishing_publication
    ADD CONSTRAINT publishing_publication_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_publicdistrict
    ADD CONSTRAINT publishing_publicdistrict_pkey PRIMARY KEY (district_id);
ALTER TABLE ONLY public.publishing_publicentry_concerns
    ADD CONSTRAINT publishing_publicentry_c_publicentry_id_concern_i_20695b1b_uniq UNIQUE (publicentry_id, concern_id);
ALTER TABLE ONLY public.publishing_publicentry_concerns
    ADD CONSTRAINT publishing_publicentry_concerns_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_publicentry
    ADD CONSTRAINT publishing_publicentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_publicfile
    ADD CONSTRAINT publishing_publicfile_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.publishing_publiclisting
    ADD CONSTRAINT publishing_publiclisting_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_publicmeeting
    ADD CONSTRAINT publishing_publicmeeting_pkey PRIMARY KEY (meeting_id);
ALTER TABLE ONLY public.publishing_publictext
    ADD CONSTRAINT publishing_publictext_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_registration
    ADD CONSTRAINT publishing_registration_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_release
    ADD CONSTRAINT publishing_release_number_key UNIQUE (number);
ALTER TABLE ONLY public.publishing_release
    ADD CONSTRAINT publishing_release_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_release
    ADD CONSTRAINT publishing_release_quarter_since_key UNIQUE (quarter_since);
ALTER TABLE ONLY public.publishing_releasegrid
    ADD CONSTRAINT publishing_releasegrid_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_reportingroute
    ADD CONSTRAINT publishing_reportingroute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publishing_routetest
    ADD CONSTRAINT publishing_routetest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_readingday
    ADD CONSTRAINT reading_day_once UNIQUE (user_id, day);
ALTER TABLE ONLY public.accounts_relief
    ADD CONSTRAINT relief_one_at_a_time EXCLUDE USING gist (officer_id WITH =, tstzrange(starts_at, COALESCE(ended_at, ends_at)) WITH &&);
ALTER TABLE ONLY public.meetings_reminder
    ADD CONSTRAINT reminder_once UNIQUE (rule, subject_id, recipient_id, channel, occurrence);
ALTER TABLE ONLY public.privacy_retentionrule
    ADD CONSTRAINT retention_rule_version_once UNIQUE (code, number);
ALTER TABLE ONLY public.reviews_actioncheck
    ADD CONSTRAINT reviews_actioncheck_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_addendum
    ADD CONSTRAINT reviews_addendum_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_agreedaction
    ADD CONSTRAINT reviews_agreedaction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_delivery
    ADD CONSTRAINT reviews_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_figurecomment
    ADD CONSTRAINT reviews_figurecomment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_frozenfigure
    ADD CONSTRAINT reviews_frozenfigure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_keptname
    ADD CONSTRAINT reviews_keptname_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_supersedes_id_key UNIQUE (supersedes_id);
ALTER TABLE ONLY public.reviews_rungorganisation
    ADD CONSTRAINT reviews_rungorganisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_sampledmeeting
    ADD CONSTRAINT reviews_sampledmeeting_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_signature
    ADD CONSTRAINT reviews_signature_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_signedrecord
    ADD CONSTRAINT reviews_signedrecord_pkey PRIMARY KEY (review_id);
ALTER TABLE ONLY public.reviews_subscription
    ADD CONSTRAINT reviews_subscription_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_sampledmeeting
    ADD CONSTRAINT sample_once UNIQUE (review_id, meeting_id);
ALTER TABLE ONLY public.accounts_savedview
    ADD CONSTRAINT saved_view_name_once UNIQUE (owner_id, list_name, name);
ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT seal_starts_once UNIQUE (first_seq);
ALTER TABLE ONLY public.accounts_sentform
    ADD CONSTRAINT sent_form_once UNIQUE (user_id, form);
ALTER TABLE ONLY public.reviews_signature
    ADD CONSTRAINT signature_of_another_person UNIQUE (review_id, signed_by_id);
ALTER TABLE ONLY public.reviews_signature
    ADD CONSTRAINT signature_once UNIQUE (review_id, "position");
ALTER TABLE ONLY public.socialaccount_socialaccount
    ADD CONSTRAINT socialaccount_socialaccount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.socialaccount_socialaccount
    ADD CONSTRAINT socialaccount_socialaccount_provider_uid_fc810c6e_uniq UNIQUE (provider, uid);
ALTER TABLE ONLY public.socialaccount_socialapp
    ADD CONSTRAINT socialaccount_socialapp_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_socialtoken_app_id_account_id_fca4e0ac_uniq UNIQUE (app_id, account_id);
ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_socialtoken_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reviews_subscription
    ADD CONSTRAINT subscription_once UNIQUE (user_id, report, district_id, rhythm);
ALTER TABLE ONLY public.exchange_watchedregister
    ADD CONSTRAINT watched_register_once UNIQUE (owner, what, source);
ALTER TABLE ONLY public.api_webhookdelivery
    ADD CONSTRAINT webhook_delivery_once UNIQUE (webhook_id, seq);
CREATE INDEX coverage_of_actor ON guard.coverage USING btree (actor);
CREATE INDEX account_emailaddress_email_03be32b2 ON public.account_emailaddress USING btree (email);
CREATE INDEX account_emailaddress_email_03be32b2_like ON public.account_emailaddress USING btree (email varchar_pattern_ops);
CREATE INDEX account_emailaddress_user_id_2c513194 ON public.account_emailaddress USING btree (user_id);
CREATE INDEX account_emailconfirmation_email_address_id_5b7f8c58 ON public.account_emailconfirmation USING btree (email_address_id);
CREATE INDEX account_emailconfirmation_key_f43612bd_like ON public.account_emailconfirmation USING btree (key varchar_pattern_ops);
CREATE UNIQUE INDEX account_request_once ON public.accounts_accountrequest USING btree (user_id, kind) WHERE (decided_at IS NULL);
CREATE INDEX accounts_accountrequest_asked_by_id_d0960266 ON public.accounts_accountrequest USING btree (asked_by_id);
CREATE INDEX accounts_accountrequest_decided_by_id_29cdb23f ON public.accounts_accountrequest USING btree (decided_by_id);
CREATE INDEX accounts_accountrequest_districts_accountrequest_id_8a020eb1 ON public.accounts_accountrequest_districts USING btree (accountrequest_id);
CREATE INDEX accounts_accountrequest_districts_district_id_2600eff6 ON public.accounts_accountrequest_districts USING btree (district_id);
CREATE INDEX accounts_accountrequest_user_id_026a6bfc ON public.accounts_accountrequest USING btree (user_id);
CREATE INDEX accounts_relief_district_id_ef4587d2 ON public.accounts_relief USING btree (district_id);
CREATE INDEX accounts_relief_officer_id_1c7b38c1 ON public.accounts_relief USING btree (officer_id);
CREATE INDEX accounts_savedview_owner_id_35701fde ON public.accounts_savedview USING btree (owner_id);
CREATE INDEX accounts_savedview_shared_with_id_d650191c ON public.accounts_savedview USING btree (shared_with_id);
CREATE INDEX accounts_sentform_user_id_affb097d ON public.accounts_sentform USING btree (user_id);
CREATE INDEX accounts_session_expire_date_5bbfba7c ON public.accounts_session USING btree (expire_date);
CREATE INDEX accounts_session_session_key_b186966f_like ON public.accounts_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX accounts_session_user_id_d5aaed01 ON public.accounts_session USING btree (user_id);
CREATE INDEX accounts_user_districts_district_id_f8e61747 ON public.accounts_user_districts USING btree (district_id);
CREATE INDEX accounts_user_districts_user_id_ed02fdee ON public.accounts_user_districts USING btree (user_id);
CREATE INDEX accounts_user_email_b2644a56_like ON public.accounts_user USING btree (email varchar_pattern_ops);
CREATE INDEX addendum_waiting ON public.reviews_addendum USING btree (id) WHERE (((signature)::text = ''::text) AND (NOT (statement = ''::text)));
CREATE INDEX affiliation_end_untold ON public.contacts_affiliation USING btree (until) WHERE ((until IS NOT NULL) AND ((told_until IS NULL) OR (NOT ((told_until = until) AND (told_until IS NOT NULL) AND (until IS NOT NULL)))));
CREATE UNIQUE INDEX affiliation_once ON public.contacts_affiliation USING btree (contact_id, organisation_id) WHERE (until IS NULL);
CREATE UNIQUE INDEX affiliation_one_primary ON public.contacts_affiliation USING btree (organisation_id) WHERE (is_primary AND (until IS NULL));
CREATE INDEX api_apikey_confirmed_by_id_4a6a82b6 ON public.api_apikey USING btree (confirmed_by_id);
CREATE INDEX api_apikey_created_by_id_f47c4b17 ON public.api_apikey USING btree (created_by_id);
CREATE INDEX api_apikey_districts_apikey_id_cc8a4e61 ON public.api_apikey_districts USING btree (apikey_id);
CREATE INDEX api_apikey_districts_district_id_4f0da0b8 ON public.api_apikey_districts USING btree (district_id);
CREATE INDEX api_apikey_source_c824032a ON public.api_apikey USING btree (source);
CREATE INDEX api_apikey_source_c824032a_like ON public.api_apikey USING btree (source varchar_pattern_ops);
CREATE INDEX api_apisecret_key_id_d17d6994 ON public.api_apisecret USING btree (key_id);
CREATE INDEX api_bulkagreement_agreed_by_id_7d462526 ON public.api_bulkagreement USING btree (agreed_by_id);
CREATE INDEX api_bulkagreement_key_id_4d385838 ON public.api_bulkagreement USING btree (key_id);
CREATE INDEX api_contactread_key_id_40231c02 ON public.api_contactread USING btree (key_id);
CREATE INDEX api_keynetwork_key_id_70d4a039 ON public.api_keynetwork USING btree (key_id);
CREATE INDEX api_keywarning_key_id_deaca130 ON public.api_keywarning USING btree (key_id);
CREATE INDEX api_keywarning_recipient_id_1476bda2 ON public.api_keywarning USING btree (recipient_id);
CREATE INDEX api_personread_user_id_ff22eb0e ON public.api_personread USING btree (user_id);
CREATE INDEX api_readingday_user_id_a2138f70 ON public.api_readingday USING btree (user_id);
CREATE INDEX api_webhook_key_id_ac3b3f9b ON public.api_webhook USING btree (key_id);
CREATE INDEX api_webhookdelivery_webhook_id_5287e228 ON public.api_webhookdelivery USING btree (webhook_id);
CREATE INDEX audit_change_event_id_adda036a ON public.audit_change USING btree (event_id);
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE UNIQUE INDEX bulk_agreement_once ON public.api_bulkagreement USING btree (key_id) WHERE (ended_at IS NULL);
CREATE INDEX change_by_transaction ON public.audit_change USING btree (xid);
CREATE INDEX change_of_object ON public.audit_change USING btree (object_id, at DESC);
CREATE UNIQUE INDEX city_key_once ON public.plans_city USING btree (key) WHERE (NOT ((key)::text = ''::text));
CREATE UNIQUE INDEX city_once ON public.plans_city USING btree (lower((name)::text), country);
CREATE INDEX concern_by_case ON public.meetings_concern USING btree (case_reference) WHERE (NOT ((case_reference)::text = ''::text));
CREATE INDEX concern_by_update ON public.meetings_concern USING btree (updated_at, id);
CREATE INDEX concern_of_district ON public.meetings_concern USING btree (district_id, received_at DESC, id);
CREATE INDEX concern_period_of_figures ON public.meetings_concernperiod USING btree (concern_id, since) INCLUDE (until, status, answered_at, closed_at) WHERE (superseded_at IS NULL);
CREATE INDEX concern_received_in ON public.meetings_concern USING btree (received_in_id) WHERE (received_in_id IS NOT NULL);
CREATE INDEX concern_search ON public.meetings_concern USING gin (folded public.gin_trgm_ops);
CREATE INDEX contact_by_name ON public.contacts_contact USING btree (home_district_id, folded, id);
CREATE INDEX contact_by_review ON public.contacts_contact USING btree (review_on);
CREATE INDEX contact_by_update ON public.contacts_contact USING btree (updated_at, id);
CREATE INDEX contact_clues ON public.contacts_contact USING gin (clues);
CREATE INDEX contact_review_of_district ON public.contacts_contact USING btree (home_district_id, review_on) INCLUDE (created_at);
CREATE INDEX contact_search ON public.contacts_contact USING gin (folded public.gin_trgm_ops);
CREATE INDEX contacts_affiliation_contact_id_4eee802b ON public.contacts_affiliation USING btree (contact_id);
CREATE INDEX contacts_affiliation_organisation_id_1862d02b ON public.contacts_affiliation USING btree (organisation_id);
CREATE INDEX contacts_contact_agreement_recorded_by_id_203f2a3b ON public.contacts_contact USING btree (agreement_recorded_by_id);
CREATE INDEX contacts_contact_home_district_id_3f2065b6 ON public.contacts_contact USING btree (home_district_id);
CREATE INDEX contacts_contactdetail_owner_id_9a32f1cd ON public.contacts_contactdetail USING btree (owner_id);
CREATE INDEX contacts_contactexternalid_contact_id_53d6f149 ON public.contacts_contactexternalid USING btree (contact_id);
CREATE INDEX contacts_focusdeclaration_organisation_id_ffc616e5 ON public.contacts_focusdeclaration USING btree (organisation_id);
CREATE INDEX contacts_importedfields_organisation_id_320c694e ON public.contacts_importedfields USING btree (organisation_id);
CREATE INDEX contacts_importstep_draft_id_a6995235 ON public.contacts_importstep USING btree (draft_id);
CREATE INDEX contacts_organisation_also_in_district_id_32995edf ON public.contacts_organisation_also_in USING btree (district_id);
CREATE INDEX contacts_organisation_also_in_organisation_id_1d72c5c8 ON public.contacts_organisation_also_in USING btree (organisation_id);
CREATE INDEX contacts_organisation_deputy_officer_id_e45017cb ON public.contacts_organisation USING btree (deputy_officer_id);
CREATE INDEX contacts_organisation_home_district_id_bd05db36 ON public.contacts_organisation USING btree (home_district_id);
CREATE INDEX contacts_organisation_lead_officer_id_0949a9d9 ON public.contacts_organisation USING btree (lead_officer_id);
CREATE INDEX contacts_organisationdetail_owner_id_c49610e5 ON public.contacts_organisationdetail USING btree (owner_id);
CREATE INDEX contacts_organisationexternalid_organisation_id_aa5128d0 ON public.contacts_organisationexternalid USING btree (organisation_id);
CREATE INDEX contacts_organisationperiod_deputy_officer_id_9938087f ON public.contacts_organisationperiod USING btree (deputy_officer_id);
CREATE INDEX contacts_organisationperiod_home_district_id_9219c844 ON public.contacts_organisationperiod USING btree (home_district_id);
CREATE INDEX contacts_organisationperiod_lead_officer_id_6d286171 ON public.contacts_organisationperiod USING btree (lead_officer_id);
CREATE INDEX contacts_organisationperiod_organisation_id_3670c058 ON public.contacts_organisationperiod USING btree (organisation_id);
CREATE INDEX data_request_by_due_day ON public.privacy_datarequest USING btree (status, due_on);
CREATE INDEX delivery_waiting ON public.reviews_delivery USING btree (day, id) WHERE ((failed_at IS NULL) AND (sent_at IS NULL));
CREATE INDEX district_under ON public.districts_district USING gin (lineage);
CREATE INDEX districts_district_code_f449cde9_like ON public.districts_district USING btree (code varchar_pattern_ops);
CREATE INDEX districts_district_parent_id_64e2bf88 ON public.districts_district USING btree (parent_id);
CREATE INDEX districts_district_succeeds_from_district_id_c6572517 ON public.districts_district_succeeds USING btree (from_district_id);
CREATE INDEX districts_district_succeeds_to_district_id_130519c7 ON public.districts_district_succeeds USING btree (to_district_id);
CREATE INDEX districts_expectedcommunity_district_id_d157ca6e ON public.districts_expectedcommunity USING btree (district_id);
CREATE INDEX districts_periodnote_district_id_9685af16 ON public.districts_periodnote USING btree (district_id);
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX event_by_time ON public.audit_event USING btree (at DESC);
CREATE INDEX event_by_transaction ON public.audit_event USING btree (xid);
CREATE INDEX event_of_actor ON public.audit_event USING btree (actor_id, at DESC);
CREATE INDEX event_of_object ON public.audit_event USING gin (object_ids);
CREATE INDEX event_of_searched_words ON public.audit_event USING btree (search_hash) WHERE (search_hash IS NOT NULL);
CREATE INDEX event_of_sharing ON public.audit_event USING btree (at DESC) WHERE ((action)::text = ANY ((ARRAY['export'::character varying, 'share'::character varying])::text[]));
CREATE INDEX event_with_old_reason ON public.audit_event USING btree (id) WHERE (NOT ((purpose)::text = ''::text));
CREATE INDEX exchange_watchedregister_draft_id_cd3d256e ON public.exchange_watchedregister USING btree (draft_id);
CREATE UNIQUE INDEX exclusion_request_once ON public.incidents_exclusionrequest USING btree (incident_id, user_id) WHERE (decided_at IS NULL);
CREATE INDEX focus_of_organisation ON public.contacts_focusdeclaration USING btree (focus, organisation_id);
CREATE INDEX follow_up_by_update ON public.meetings_followup USING btree (updated_at, id);
CREATE INDEX follow_up_first_due ON public.meetings_followup USING btree (first_due_on);
CREATE INDEX follow_up_of_organisation ON public.meetings_followuporganisation USING btree (organisation_id, follow_up_id);
CREATE UNIQUE INDEX follow_up_once_in_series ON public.meetings_followup USING btree (series_id, series_on) WHERE (series_id IS NOT NULL);
CREATE INDEX follow_up_pending ON public.meetings_followup USING btree (due_on, id) WHERE ((status)::text = ANY ((ARRAY['open'::character varying, 'in_progress'::character varying])::text[]));
CREATE INDEX follow_up_pending_of_owner ON public.meetings_followup USING btree (owner_id, due_on, id) WHERE ((status)::text = ANY ((ARRAY['open'::character varying, 'in_progress'::character varying])::text[]));
CREATE INDEX follow_up_period_of_figures ON public.meetings_followupperiod USING btree (follow_up_id, since) INCLUDE (until, status, due_on, completed_at) WHERE (superseded_at IS NULL);
CREATE INDEX follow_up_search ON public.meetings_followup USING gin (folded public.gin_trgm_ops);
CREATE INDEX handover_of_maker ON public.meetings_handover USING btree (made_by_id, created_at DESC);
CREATE INDEX idempotent_by_age ON public.api_idempotentrequest USING btree (created_at);
CREATE INDEX import_of_starter ON public.contacts_importdraft USING btree (started_by, created_at DESC);
CREATE INDEX incident_by_update ON public.incidents_incident USING btree (updated_at, id);
CREATE UNIQUE INDEX incident_closed_once ON public.incidents_incidentclosing USING btree (incident_id) WHERE (reopened_at IS NULL);
CREATE INDEX incident_of_district ON public.incidents_incident USING btree (district_id, started_at DESC, id);
CREATE INDEX incident_step_open ON public.incidents_incidentstep USING btree (owner_id, due_at) WHERE ((status)::text = 'open'::text);
CREATE INDEX incident_under_way ON public.incidents_incident USING btree (started_at, id) WHERE (NOT ((status)::text = 'closed'::text));
CREATE INDEX incidents_debrief_signed_by_id_713fe834 ON public.incidents_debrief USING btree (signed_by_id);
CREATE INDEX incidents_debriefvoice_debrief_id_ad7c1abc ON public.incidents_debriefvoice USING btree (debrief_id);
CREATE INDEX incidents_debriefvoice_organisation_id_85dc0b63 ON public.incidents_debriefvoice USING btree (organisation_id);
CREATE INDEX incidents_exclusionrequest_asked_by_id_e510c0c8 ON public.incidents_exclusionrequest USING btree (asked_by_id);
CREATE INDEX incidents_exclusionrequest_decided_by_id_602d9d02 ON public.incidents_exclusionrequest USING btree (decided_by_id);
CREATE INDEX incidents_exclusionrequest_district_id_11b1ae2f ON public.incidents_exclusionrequest USING btree (district_id);
CREATE INDEX incidents_exclusionrequest_incident_id_1d464b6f ON public.incidents_exclusionrequest USING btree (incident_id);
CREATE INDEX incidents_exclusionrequest_user_id_413bfd9f ON public.incidents_exclusionrequest USING btree (user_id);
CREATE INDEX incidents_incident_also_in_district_id_d5c57b9e ON public.incidents_incident_also_in USING btree (district_id);
CREATE INDEX incidents_incident_also_in_incident_id_8c8b25b2 ON public.incidents_incident_also_in USING btree (incident_id);
CREATE INDEX incidents_incident_district_id_86043d7c ON public.incidents_incident USING btree (district_id);
CREATE INDEX incidents_incident_duty_id_86b34c30 ON public.incidents_incident USING btree (duty_id);
CREATE INDEX incidents_incident_excluded_incident_id_2d9c83d3 ON public.incidents_incident_excluded USING btree (incident_id);
CREATE INDEX incidents_incident_excluded_user_id_273726c2 ON public.incidents_incident_excluded USING btree (user_id);
CREATE INDEX incidents_incident_protocol_id_ee14af59 ON public.incidents_incident USING btree (protocol_id);
CREATE INDEX incidents_incident_words_agreed_by_id_b55e7dae ON public.incidents_incident USING btree (words_agreed_by_id);
CREATE INDEX incidents_incidentclosing_incident_id_c2fdfcdd ON public.incidents_incidentclosing USING btree (incident_id);
CREATE INDEX incidents_incidentconcern_incident_id_980cdc92 ON public.incidents_incidentconcern USING btree (incident_id);
CREATE INDEX incidents_incidentstep_done_by_id_022c6852 ON public.incidents_incidentstep USING btree (done_by_id);
CREATE INDEX incidents_incidentstep_incident_id_6b4b114e ON public.incidents_incidentstep USING btree (incident_id);
CREATE INDEX incidents_incidentstep_organisation_id_eec4b26b ON public.incidents_incidentstep USING btree (organisation_id);
CREATE INDEX incidents_incidentstep_owner_id_0d0ac5da ON public.incidents_incidentstep USING btree (owner_id);
CREATE INDEX incidents_incidentstep_step_id_57ef48c3 ON public.incidents_incidentstep USING btree (step_id);
CREATE INDEX incidents_protocol_approved_by_id_e3ca266a ON public.incidents_protocol USING btree (approved_by_id);
CREATE INDEX incidents_protocol_author_id_e7eb74f8 ON public.incidents_protocol USING btree (author_id);
CREATE INDEX incidents_protocol_code_a4879270 ON public.incidents_protocol USING btree (code);
CREATE INDEX incidents_protocol_code_a4879270_like ON public.incidents_protocol USING btree (code varchar_pattern_ops);
CREATE INDEX incidents_protocol_district_id_0207fa9d ON public.incidents_protocol USING btree (district_id);
CREATE INDEX incidents_protocolagreement_organisation_id_67392f0e ON public.incidents_protocolagreement USING btree (organisation_id);
CREATE INDEX incidents_protocolagreement_protocol_id_07ad2083 ON public.incidents_protocolagreement USING btree (protocol_id);
CREATE INDEX incidents_protocolstep_protocol_id_de288974 ON public.incidents_protocolstep USING btree (protocol_id);
CREATE INDEX incidents_reassurance_by_id_a5c31e9d ON public.incidents_reassurance USING btree (by_id);
CREATE INDEX incidents_reassurance_incident_id_f4ed95df ON public.incidents_reassurance USING btree (incident_id);
CREATE INDEX incidents_reassurance_organisation_id_a9d6b465 ON public.incidents_reassurance USING btree (organisation_id);
CREATE INDEX incidents_stephandover_after_id_d6d5ff80 ON public.incidents_stephandover USING btree (after_id);
CREATE INDEX incidents_stephandover_before_id_2cbdc357 ON public.incidents_stephandover USING btree (before_id);
CREATE INDEX incidents_stephandover_by_id_662cf12a ON public.incidents_stephandover USING btree (by_id);
CREATE INDEX incidents_stephandover_step_id_43597212 ON public.incidents_stephandover USING btree (step_id);
CREATE INDEX incidents_tensionassessmen_tensionassessment_id_749fa077 ON public.incidents_tensionassessment_consulted USING btree (tensionassessment_id);
CREATE INDEX incidents_tensionassessment_consulted_organisation_id_5392d993 ON public.incidents_tensionassessment_consulted USING btree (organisation_id);
CREATE INDEX incidents_tensionassessment_incident_id_734fbb31 ON public.incidents_tensionassessment USING btree (incident_id);
CREATE INDEX incidents_tensionassessment_made_by_id_a4f86b36 ON public.incidents_tensionassessment USING btree (made_by_id);
CREATE UNIQUE INDEX indicator_value_once ON public.plans_indicatorvalue USING btree (indicator_id, period_start, period_end) WHERE (corrects_id IS NULL);
CREATE INDEX job_file_by_expiry ON public.jobs_jobfile USING btree (expires_at);
CREATE INDEX job_of_starter ON public.jobs_job USING btree (started_by, created_at DESC);
CREATE INDEX job_to_do ON public.jobs_job USING btree (id) WHERE ((status)::text = ANY ((ARRAY['waiting'::character varying, 'running'::character varying])::text[]));
CREATE INDEX jobs_jobfile_job_id_3f7b856d ON public.jobs_jobfile USING btree (job_id);
CREATE INDEX jobs_jobfilechunk_file_id_5320abba ON public.jobs_jobfilechunk USING btree (file_id);
CREATE INDEX jobs_lease_name_e4ba76a8_like ON public.jobs_lease USING btree (name varchar_pattern_ops);
CREATE INDEX kept_name_of_object ON public.reviews_keptname USING btree (object_id);
CREATE UNIQUE INDEX key_source_once ON public.api_apikey USING btree (source) WHERE (NOT ((status)::text = 'revoked'::text));
CREATE INDEX key_warning_waiting ON public.api_keywarning USING btree (id) WHERE ((failed_at IS NULL) AND (sent_at IS NULL));
CREATE INDEX ledger_to_write ON public.privacy_ledgerentry USING btree (at) WHERE (written_at IS NULL);
CREATE UNIQUE INDEX listing_once ON public.publishing_publiclisting USING btree (organisation_id) WHERE is_in_force;
CREATE INDEX meeting_by_time ON public.meetings_meeting USING btree (starts_at DESC, id);
CREATE INDEX meeting_by_update_and_time ON public.meetings_meeting USING btree (updated_at, id, starts_at);
CREATE INDEX meeting_met ON public.meetings_meetingorganisation USING btree (organisation_id, met_at) WHERE (met_at IS NOT NULL);
CREATE INDEX meeting_of_district ON public.meetings_meeting USING btree (district_id, starts_at DESC, id);
CREATE INDEX meeting_of_figures ON public.meetings_meeting USING btree (district_id, starts_at) INCLUDE (status, kind, level, initiated_by);
CREATE INDEX meeting_of_organisation ON public.meetings_meetingorganisation USING btree (organisation_id, meeting_id);
CREATE UNIQUE INDEX meeting_once_in_series ON public.meetings_meeting USING btree (series_id, series_on) WHERE (series_id IS NOT NULL);
CREATE INDEX meeting_planned ON public.meetings_meeting USING btree (starts_at) WHERE ((status)::text = 'planned'::text);
CREATE INDEX meeting_search ON public.meetings_meeting USING gin (folded public.gin_trgm_ops);
CREATE INDEX meetings_concern_district_id_b71b3724 ON public.meetings_concern USING btree (district_id);
CREATE INDEX meetings_concern_meeting_id_bac5bf62 ON public.meetings_concern USING btree (meeting_id);
CREATE INDEX meetings_concern_raised_by_organisation_id_020f0b49 ON public.meetings_concern USING btree (raised_by_organisation_id);
CREATE INDEX meetings_concern_site_organisation_id_be079737 ON public.meetings_concern USING btree (site_organisation_id);
CREATE INDEX meetings_concernexternalid_concern_id_9e8eb581 ON public.meetings_concernexternalid USING btree (concern_id);
CREATE INDEX meetings_followup_concern_id_7aa7e3f4 ON public.meetings_followup USING btree (concern_id);
CREATE INDEX meetings_followup_contact_id_e2668eee ON public.meetings_followup USING btree (contact_id);
CREATE INDEX meetings_followup_meeting_id_bf6c88a9 ON public.meetings_followup USING btree (meeting_id);
CREATE INDEX meetings_followup_owner_id_f388606a ON public.meetings_followup USING btree (owner_id);
CREATE INDEX meetings_followup_series_id_f6dd521c ON public.meetings_followup USING btree (series_id);
CREATE INDEX meetings_followupexternalid_follow_up_id_28ba5335 ON public.meetings_followupexternalid USING btree (follow_up_id);
CREATE INDEX meetings_followuporganisation_follow_up_id_9dc3db3a ON public.meetings_followuporganisation USING btree (follow_up_id);
CREATE INDEX meetings_followuporganisation_organisation_id_dbf005d6 ON public.meetings_followuporganisation USING btree (organisation_id);
CREATE INDEX meetings_handover_made_by_id_9d197365 ON public.meetings_handover USING btree (made_by_id);
CREATE INDEX meetings_handover_officer_id_ff53de49 ON public.meetings_handover USING btree (officer_id);
CREATE INDEX meetings_meeting_district_id_8d9eaf3a ON public.meetings_meeting USING btree (district_id);
CREATE INDEX meetings_meeting_logged_by_id_17ce80c0 ON public.meetings_meeting USING btree (logged_by_id);
CREATE INDEX meetings_meeting_officers_meeting_id_cd59ee9e ON public.meetings_meeting_officers USING btree (meeting_id);
CREATE INDEX meetings_meeting_officers_user_id_fc9a0c82 ON public.meetings_meeting_officers USING btree (user_id);
CREATE INDEX meetings_meeting_series_id_4c28ba88 ON public.meetings_meeting USING btree (series_id);
CREATE INDEX meetings_meetingcontact_contact_id_b51cae44 ON public.meetings_meetingcontact USING btree (contact_id);
CREATE INDEX meetings_meetingcontact_meeting_id_2b2be5a8 ON public.meetings_meetingcontact USING btree (meeting_id);
CREATE INDEX meetings_meetingexternalid_meeting_id_6013252b ON public.meetings_meetingexternalid USING btree (meeting_id);
CREATE INDEX meetings_meetingorganisation_meeting_id_111a70b5 ON public.meetings_meetingorganisation USING btree (meeting_id);
CREATE INDEX meetings_meetingorganisation_organisation_id_016d27f2 ON public.meetings_meetingorganisation USING btree (organisation_id);
CREATE INDEX meetings_reminder_recipient_id_256c2150 ON public.meetings_reminder USING btree (recipient_id);
CREATE INDEX merge_of_gone ON public.contacts_merge USING gin (gone_ids);
CREATE INDEX merge_remembered ON public.contacts_merge USING btree (merged_at) WHERE (memory IS NOT NULL);
CREATE INDEX mfa_authenticator_user_id_0c3a50c0 ON public.mfa_authenticator USING btree (user_id);
CREATE INDEX milestone_open ON public.plans_milestone USING btree (due_on, id) WHERE ((done_on IS NULL) AND (dropped_on IS NULL));
CREATE INDEX move_untold ON public.districts_move USING btree (id) WHERE (told_at IS NULL);
CREATE INDEX notice_of_key ON public.privacy_notice USING btree (key_id) WHERE (key_id IS NOT NULL);
CREATE INDEX notice_pending ON public.privacy_notice USING btree (made_at) WHERE ((answer)::text = ''::text);
CREATE INDEX organisation_by_last_met ON public.contacts_organisation USING btree (home_district_id, last_met_at, id);
CREATE INDEX organisation_by_name ON public.contacts_organisation USING btree (home_district_id, folded, id);
CREATE INDEX organisation_by_update ON public.contacts_organisation USING btree (updated_at, id);
CREATE INDEX organisation_clues ON public.contacts_organisation USING gin (clues);
CREATE INDEX organisation_kind ON public.contacts_organisation USING btree (id) INCLUDE (kind, review_on);
CREATE INDEX organisation_meet_by ON public.contacts_organisation USING btree (meet_by) WHERE (meet_by IS NOT NULL);
CREATE INDEX organisation_of_lead ON public.contacts_organisation USING btree (lead_officer_id);
CREATE INDEX organisation_search ON public.contacts_organisation USING gin (folded public.gin_trgm_ops);
CREATE INDEX oversight_alert_closed_by_id_9067483d ON public.oversight_alert USING btree (closed_by_id);
CREATE INDEX oversight_alert_user_id_b71e6dfd ON public.oversight_alert USING btree (user_id);
CREATE INDEX oversight_watchedrecord_ended_by_id_de6c3feb ON public.oversight_watchedrecord USING btree (ended_by_id);
CREATE INDEX oversight_watchedrecord_marked_by_id_31fd07e4 ON public.oversight_watchedrecord USING btree (marked_by_id);
CREATE INDEX oversight_watchedrecord_reviewed_by_id_658fa3b6 ON public.oversight_watchedrecord USING btree (reviewed_by_id);
CREATE UNIQUE INDEX pending_act_once ON public.accounts_accountrequest USING btree (subject, kind) WHERE (decided_at IS NULL);
CREATE INDEX period_by_entry ON public.contacts_organisationperiod USING btree (entered_at) WHERE (entered_at IS NOT NULL);
CREATE INDEX period_of_figures ON public.contacts_organisationperiod USING btree (home_district_id, since) INCLUDE (organisation_id, until, cadence_days, lead_officer_id, deputy_officer_id, verified_on, kind) WHERE ((status)::text = 'active'::text);
CREATE INDEX plan_by_update ON public.plans_plan USING btree (updated_at, id);
CREATE UNIQUE INDEX plan_review_one_open ON public.plans_planreview USING btree (plan_id) WHERE (signed_at IS NULL);
CREATE INDEX plans_action_goal_id_9a552c53 ON public.plans_action USING btree (goal_id);
CREATE INDEX plans_action_owner_id_1ed2c4b4 ON public.plans_action USING btree (owner_id);
CREATE INDEX plans_city_trusted_by_id_6ae768ce ON public.plans_city USING btree (trusted_by_id);
CREATE INDEX plans_cityfile_accepted_by_id_2d171b31 ON public.plans_cityfile USING btree (accepted_by_id);
CREATE INDEX plans_cityfile_city_id_1aca3317 ON public.plans_cityfile USING btree (city_id);
CREATE INDEX plans_cityfile_digest_758a3474_like ON public.plans_cityfile USING btree (digest varchar_pattern_ops);
CREATE INDEX plans_comparisonfile_confirmed_by_id_b0a5a407 ON public.plans_comparisonfile USING btree (confirmed_by_id);
CREATE INDEX plans_comparisonfile_plan_id_b5de4d13 ON public.plans_comparisonfile USING btree (plan_id);
CREATE INDEX plans_evidence_action_id_66a0bd92 ON public.plans_evidence USING btree (action_id);
CREATE INDEX plans_evidence_follow_up_id_ccf23bde ON public.plans_evidence USING btree (follow_up_id);
CREATE INDEX plans_evidence_meeting_id_0cc9a293 ON public.plans_evidence USING btree (meeting_id);
CREATE INDEX plans_goal_plan_id_62ddc712 ON public.plans_goal USING btree (plan_id);
CREATE INDEX plans_indicator_district_id_095c81fa ON public.plans_indicator USING btree (district_id);
CREATE INDEX plans_indicator_goal_id_65a65910 ON public.plans_indicator USING btree (goal_id);
CREATE INDEX plans_indicatorvalue_entered_by_id_1d8a2b63 ON public.plans_indicatorvalue USING btree (entered_by_id);
CREATE INDEX plans_indicatorvalue_indicator_id_5aa1ad8a ON public.plans_indicatorvalue USING btree (indicator_id);
CREATE INDEX plans_milestone_action_id_c7d33c5a ON public.plans_milestone USING btree (action_id);
CREATE INDEX plans_partner_action_id_01a3baa0 ON public.plans_partner USING btree (action_id);
CREATE INDEX plans_partner_organisation_id_69d5ee66 ON public.plans_partner USING btree (organisation_id);
CREATE INDEX plans_plan_district_id_0548d4db ON public.plans_plan USING btree (district_id);
CREATE INDEX plans_plan_keeper_id_834fe085 ON public.plans_plan USING btree (keeper_id);
CREATE INDEX plans_planreview_meeting_id_a4b9e855 ON public.plans_planreview USING btree (meeting_id);
CREATE INDEX plans_planreview_plan_id_71547ae9 ON public.plans_planreview USING btree (plan_id);
CREATE INDEX plans_planreview_signed_by_id_11e89b8b ON public.plans_planreview USING btree (signed_by_id);
CREATE INDEX plans_planreview_started_by_id_4917b037 ON public.plans_planreview USING btree (started_by_id);
CREATE INDEX plans_planvoice_organisation_id_54237c8d ON public.plans_planvoice USING btree (organisation_id);
CREATE INDEX plans_planvoice_review_id_46c0faff ON public.plans_planvoice USING btree (review_id);
CREATE INDEX practice_by_update ON public.practices_practice USING btree (updated_at, id);
CREATE INDEX practice_search ON public.practices_practice USING gin (folded public.gin_trgm_ops);
CREATE INDEX practices_adoption_district_id_d0f71c51 ON public.practices_adoption USING btree (district_id);
CREATE INDEX practices_adoption_practice_id_a0c18e29 ON public.practices_adoption USING btree (practice_id);
CREATE INDEX practices_adoption_written_by_id_5f45e61d ON public.practices_adoption USING btree (written_by_id);
CREATE INDEX practices_editorialreview_practice_id_5d42c7d5 ON public.practices_editorialreview USING btree (practice_id);
CREATE INDEX practices_editorialreview_reviewer_id_d00dd85b ON public.practices_editorialreview USING btree (reviewer_id);
CREATE INDEX practices_offeredfile_digest_cb6786ac_like ON public.practices_offeredfile USING btree (digest varchar_pattern_ops);
CREATE INDEX practices_offeredfile_received_by_id_b160c538 ON public.practices_offeredfile USING btree (received_by_id);
CREATE INDEX practices_practice_author_id_ebb5e418 ON public.practices_practice USING btree (author_id);
CREATE INDEX practices_practice_edited_by_id_3bfa8970 ON public.practices_practice USING btree (edited_by_id);
CREATE INDEX practices_practicefile_confirmed_by_id_f323f96f ON public.practices_practicefile USING btree (confirmed_by_id);
CREATE INDEX practices_practicetext_practice_id_1b3e0364 ON public.practices_practicetext USING btree (practice_id);
CREATE INDEX practices_takeaway_practice_id_a619ee9d ON public.practices_takeaway USING btree (practice_id);
CREATE INDEX privacy_breach_number_1f10342b_like ON public.privacy_breach USING btree (number varchar_pattern_ops);
CREATE INDEX privacy_breach_recorded_by_id_9f1bebbf ON public.privacy_breach USING btree (recorded_by_id);
CREATE INDEX privacy_breachphase_breach_id_4cb0f0d6 ON public.privacy_breachphase USING btree (breach_id);
CREATE INDEX privacy_breachphase_made_by_id_f06e22e9 ON public.privacy_breachphase USING btree (made_by_id);
CREATE INDEX privacy_datarequest_answered_by_id_a2abc16e ON public.privacy_datarequest USING btree (answered_by_id);
CREATE INDEX privacy_datarequest_number_7237eb1a_like ON public.privacy_datarequest USING btree (number varchar_pattern_ops);
CREATE INDEX privacy_datarequest_received_by_id_1cd7474b ON public.privacy_datarequest USING btree (received_by_id);
CREATE INDEX privacy_erasure_asked_by_id_f7738b50 ON public.privacy_erasure USING btree (asked_by_id);
CREATE INDEX privacy_finding_decided_by_id_bc0a7d81 ON public.privacy_finding USING btree (decided_by_id);
CREATE INDEX privacy_finding_read_again_by_id_0e917708 ON public.privacy_finding USING btree (read_again_by_id);
CREATE INDEX privacy_finding_request_id_a5205393 ON public.privacy_finding USING btree (request_id);
CREATE INDEX privacy_notice_made_by_id_e58df0ab ON public.privacy_notice USING btree (made_by_id);
CREATE INDEX privacy_notice_request_id_f019d163 ON public.privacy_notice USING btree (request_id);
CREATE INDEX privacy_package_created_by_id_8b94e0ec ON public.privacy_package USING btree (created_by_id);
CREATE INDEX privacy_package_request_id_484f2e47 ON public.privacy_package USING btree (request_id);
CREATE INDEX privacy_registertext_part_73be48a4_like ON public.privacy_registertext USING btree (part varchar_pattern_ops);
CREATE INDEX privacy_registertext_updated_by_id_8f946e88 ON public.privacy_registertext USING btree (updated_by_id);
CREATE INDEX privacy_restriction_lifted_by_id_d3f2e872 ON public.privacy_restriction USING btree (lifted_by_id);
CREATE INDEX privacy_restriction_request_id_3bcceeb2 ON public.privacy_restriction USING btree (request_id);
CREATE INDEX privacy_restriction_set_by_id_76d339cc ON public.privacy_restriction USING btree (set_by_id);
CREATE INDEX privacy_retentiondecision_decided_by_id_7d443401 ON public.privacy_retentiondecision USING btree (decided_by_id);
CREATE INDEX privacy_retentiondecision_rule_id_9e136bc9 ON public.privacy_retentiondecision USING btree (rule_id);
CREATE INDEX privacy_retentionrule_approved_by_id_e31f2ff7 ON public.privacy_retentionrule USING btree (approved_by_id);
CREATE INDEX privacy_retentionrule_ended_by_id_1190cb57 ON public.privacy_retentionrule USING btree (ended_by_id);
CREATE UNIQUE INDEX protocol_one_in_force ON public.incidents_protocol USING btree (code, district_id) NULLS NOT DISTINCT WHERE ((status)::text = 'in_force'::text);
CREATE INDEX public_entry_of_district ON public.publishing_publicentry USING btree (district_id, month);
CREATE INDEX publishing_councilpaper_made_by_id_b7f84798 ON public.publishing_councilpaper USING btree (made_by_id);
CREATE INDEX publishing_councilpaper_release_id_5fb6447c ON public.publishing_councilpaper USING btree (release_id);
CREATE INDEX publishing_entrytranslation_entry_id_140e0f86 ON public.publishing_entrytranslation USING btree (entry_id);
CREATE INDEX publishing_publicentry_approved_by_id_62c1a879 ON public.publishing_publicentry USING btree (approved_by_id);
CREATE INDEX publishing_publicentry_concerns_concern_id_0af8a47a ON public.publishing_publicentry_concerns USING btree (concern_id);
CREATE INDEX publishing_publicentry_concerns_publicentry_id_60ef0d2a ON public.publishing_publicentry_concerns USING btree (publicentry_id);
CREATE INDEX publishing_publicentry_district_id_85a8f224 ON public.publishing_publicentry USING btree (district_id);
CREATE INDEX publishing_publicentry_follow_up_id_4017beab ON public.publishing_publicentry USING btree (follow_up_id);
CREATE INDEX publishing_publicentry_written_by_id_16afbfee ON public.publishing_publicentry USING btree (written_by_id);
CREATE INDEX publishing_publicfile_digest_2910cb50_like ON public.publishing_publicfile USING btree (digest varchar_pattern_ops);
CREATE INDEX publishing_publiclisting_organisation_id_6221faf2 ON public.publishing_publiclisting USING btree (organisation_id);
CREATE INDEX publishing_registration_decided_by_id_0c48326c ON public.publishing_registration USING btree (decided_by_id);
CREATE INDEX publishing_registration_district_id_82e9c2fb ON public.publishing_registration USING btree (district_id);
CREATE INDEX publishing_registration_organisation_id_b185f1ac ON public.publishing_registration USING btree (organisation_id);
CREATE INDEX publishing_release_released_by_id_98b9a94a ON public.publishing_release USING btree (released_by_id);
CREATE INDEX publishing_releasegrid_confirmed_by_id_84fb924c ON public.publishing_releasegrid USING btree (confirmed_by_id);
CREATE INDEX publishing_releasegrid_proposed_by_id_e3377754 ON public.publishing_releasegrid USING btree (proposed_by_id);
CREATE INDEX publishing_reportingroute_district_id_63ad089d ON public.publishing_reportingroute USING btree (district_id);
CREATE INDEX publishing_reportingroute_organisation_id_bfe43b15 ON public.publishing_reportingroute USING btree (organisation_id);
CREATE INDEX publishing_routetest_route_id_e12a4589 ON public.publishing_routetest USING btree (route_id);
CREATE INDEX publishing_routetest_tested_by_id_0672b515 ON public.publishing_routetest USING btree (tested_by_id);
CREATE INDEX reassurance_of_incident ON public.incidents_reassurance USING btree (incident_id, organisation_id, at);
CREATE UNIQUE INDEX record_watched_once ON public.oversight_watchedrecord USING btree (object_type, object_id) WHERE (ended_at IS NULL);
CREATE INDEX registration_by_state ON public.publishing_registration USING btree (state, created_at);
CREATE INDEX registration_by_token ON public.publishing_registration USING btree (token_hash);
CREATE INDEX relief_of_officer ON public.accounts_relief USING btree (officer_id, ends_at DESC);
CREATE INDEX reminder_of_recipient ON public.meetings_reminder USING btree (recipient_id, occurrence DESC);
CREATE INDEX reminder_of_subject ON public.meetings_reminder USING btree (subject_id, rule);
CREATE INDEX reminder_unread ON public.meetings_reminder USING btree (recipient_id) WHERE (((channel)::text = 'in_page'::text) AND (read_at IS NULL) AND (sent_at IS NOT NULL));
CREATE INDEX reminder_waiting ON public.meetings_reminder USING btree (occurrence, id) WHERE ((failed_at IS NULL) AND (sent_at IS NULL));
CREATE UNIQUE INDEX restriction_once_at_a_time ON public.privacy_restriction USING btree (contact_id) WHERE (lifted_at IS NULL);
CREATE INDEX retention_decision_by ON public.privacy_retentiondecision USING btree (decided_by_id, decided_at DESC);
CREATE INDEX retention_decision_of ON public.privacy_retentiondecision USING btree (object_type, object_id);
CREATE UNIQUE INDEX retention_rule_in_force_once ON public.privacy_retentionrule USING btree (code) WHERE (ended_at IS NULL);
CREATE INDEX review_of_district ON public.reviews_review USING btree (district_id, until DESC);
CREATE INDEX reviews_actioncheck_action_id_92ec4b71 ON public.reviews_actioncheck USING btree (action_id);
CREATE INDEX reviews_actioncheck_review_id_e4e16a43 ON public.reviews_actioncheck USING btree (review_id);
CREATE INDEX reviews_addendum_review_id_cc161a3a ON public.reviews_addendum USING btree (review_id);
CREATE INDEX reviews_addendum_written_by_id_0df12184 ON public.reviews_addendum USING btree (written_by_id);
CREATE INDEX reviews_agreedaction_owner_id_df644478 ON public.reviews_agreedaction USING btree (owner_id);
CREATE INDEX reviews_agreedaction_review_id_6a37ead0 ON public.reviews_agreedaction USING btree (review_id);
CREATE INDEX reviews_delivery_subscription_id_8bbe5eac ON public.reviews_delivery USING btree (subscription_id);
CREATE INDEX reviews_figurecomment_review_id_3c62e36c ON public.reviews_figurecomment USING btree (review_id);
CREATE INDEX reviews_figurecomment_written_by_id_46450f42 ON public.reviews_figurecomment USING btree (written_by_id);
CREATE INDEX reviews_frozenfigure_review_id_529bfd76 ON public.reviews_frozenfigure USING btree (review_id);
CREATE INDEX reviews_keptname_review_id_354b64a1 ON public.reviews_keptname USING btree (review_id);
CREATE INDEX reviews_review_district_id_dbaa14ca ON public.reviews_review USING btree (district_id);
CREATE INDEX reviews_review_signed_by_id_4f589e82 ON public.reviews_review USING btree (signed_by_id);
CREATE INDEX reviews_review_started_by_id_44dcbae8 ON public.reviews_review USING btree (started_by_id);
CREATE INDEX reviews_rungorganisation_review_id_b837ba06 ON public.reviews_rungorganisation USING btree (review_id);
CREATE INDEX reviews_rungorganisation_rung_by_id_5b356f77 ON public.reviews_rungorganisation USING btree (rung_by_id);
CREATE INDEX reviews_sampledmeeting_marked_by_id_d43e69b7 ON public.reviews_sampledmeeting USING btree (marked_by_id);
CREATE INDEX reviews_sampledmeeting_review_id_b9efc341 ON public.reviews_sampledmeeting USING btree (review_id);
CREATE INDEX reviews_signature_review_id_608e5286 ON public.reviews_signature USING btree (review_id);
CREATE INDEX reviews_signature_signed_by_id_a50af540 ON public.reviews_signature USING btree (signed_by_id);
CREATE INDEX reviews_subscription_district_id_34ac2858 ON public.reviews_subscription USING btree (district_id);
CREATE INDEX reviews_subscription_user_id_a81c098c ON public.reviews_subscription USING btree (user_id);
CREATE INDEX sent_form_by_age ON public.accounts_sentform USING btree (created_at);
CREATE INDEX signature_waiting ON public.reviews_signature USING btree (id) WHERE ((signature)::text = ''::text);
CREATE INDEX socialaccount_socialaccount_user_id_8146e70c ON public.socialaccount_socialaccount USING btree (user_id);
CREATE INDEX socialaccount_socialtoken_account_id_951f210e ON public.socialaccount_socialtoken USING btree (account_id);
CREATE INDEX socialaccount_socialtoken_app_id_636a42d7 ON public.socialaccount_socialtoken USING btree (app_id);
CREATE UNIQUE INDEX unique_authenticator_type ON public.mfa_authenticator USING btree (user_id, type) WHERE ((type)::text = ANY ((ARRAY['totp'::character varying, 'recovery_codes'::character varying])::text[]));
CREATE UNIQUE INDEX unique_primary_email ON public.account_emailaddress USING btree (user_id, "primary") WHERE "primary";
CREATE UNIQUE INDEX unique_verified_email ON public.account_emailaddress USING btree (email) WHERE verified;
CREATE UNIQUE INDEX user_email_once ON public.accounts_user USING btree (lower((email)::text));
CREATE INDEX watched_register_due ON public.exchange_watchedregister USING btree (next_at);
CREATE INDEX webhook_delivery_by_age ON public.api_webhookdelivery USING btree (created_at);
CREATE INDEX webhook_delivery_due ON public.api_webhookdelivery USING btree (due_at, id) WHERE ((delivered_at IS NULL) AND (failed_at IS NULL));
CREATE INDEX webhook_delivery_waiting ON public.api_webhookdelivery USING btree (webhook_id, seq) WHERE ((delivered_at IS NULL) AND (failed_at IS NULL));
CREATE TRIGGER accounts_relief_covers_users_after_delete_of_old AFTER DELETE ON public.accounts_relief REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('officer_id');
CREATE TRIGGER accounts_relief_covers_users_after_insert_of_new AFTER INSERT ON public.accounts_relief REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('officer_id');
CREATE TRIGGER accounts_relief_covers_users_after_update_of_new AFTER UPDATE ON public.accounts_relief REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('officer_id');
CREATE TRIGGER accounts_relief_covers_users_after_update_of_old AFTER UPDATE ON public.accounts_relief REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('officer_id');
CREATE TRIGGER accounts_user_covers AFTER INSERT ON public.accounts_user FOR EACH ROW EXECUTE FUNCTION guard.follow_user();
CREATE TRIGGER accounts_user_covers_otherwise AFTER UPDATE OF role, is_active ON public.accounts_user FOR EACH ROW WHEN ((((old.role)::text IS DISTINCT FROM (new.role)::text) OR (old.is_active IS DISTINCT FROM new.is_active))) EXECUTE FUNCTION guard.follow_user();
CREATE TRIGGER accounts_user_covers_users_after_delete_of_old AFTER DELETE ON public.accounts_user REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('id');
CREATE TRIGGER accounts_user_districts_covers_users_after_delete_of_old AFTER DELETE ON public.accounts_user_districts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');
CREATE TRIGGER accounts_user_districts_covers_users_after_insert_of_new AFTER INSERT ON public.accounts_user_districts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');
CREATE TRIGGER accounts_user_districts_covers_users_after_update_of_new AFTER UPDATE ON public.accounts_user_districts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');
CREATE TRIGGER accounts_user_districts_covers_users_after_update_of_old AFTER UPDATE ON public.accounts_user_districts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');
CREATE TRIGGER api_apikey_covers AFTER INSERT ON public.api_apikey FOR EACH ROW EXECUTE FUNCTION guard.follow_key();
CREATE TRIGGER api_apikey_covers_keys_after_delete_of_old AFTER DELETE ON public.api_apikey REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('id');
CREATE TRIGGER api_apikey_covers_otherwise AFTER UPDATE OF status, is_citywide, expires_at ON public.api_apikey FOR EACH ROW WHEN (((((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.is_citywide IS DISTINCT FROM new.is_citywide)) OR (old.expires_at IS DISTINCT FROM new.expires_at))) EXECUTE FUNCTION guard.follow_key();
CREATE TRIGGER api_apikey_districts_covers_keys_after_delete_of_old AFTER DELETE ON public.api_apikey_districts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');
CREATE TRIGGER api_apikey_districts_covers_keys_after_insert_of_new AFTER INSERT ON public.api_apikey_districts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');
CREATE TRIGGER api_apikey_districts_covers_keys_after_update_of_new AFTER UPDATE ON public.api_apikey_districts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');
CREATE TRIGGER api_apikey_districts_covers_keys_after_update_of_old AFTER UPDATE ON public.api_apikey_districts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');
CREATE TRIGGER audit_change_append_only BEFORE UPDATE OR TRUNCATE ON public.audit_change FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_change_only_pruned BEFORE DELETE ON public.audit_change FOR EACH ROW EXECUTE FUNCTION public.audit_only_pruned();
CREATE TRIGGER audit_change_own_xid BEFORE INSERT ON public.audit_change FOR EACH ROW WHEN ((new.xid IS DISTINCT FROM ((pg_current_xact_id())::text)::bigint)) EXECUTE FUNCTION public.audit_refuse_xid();
CREATE TRIGGER audit_event_append_only BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_event_only_moved BEFORE UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION public.audit_only_moved();
CREATE TRIGGER audit_event_only_pruned BEFORE DELETE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION public.audit_only_pruned();
CREATE TRIGGER audit_event_own_xid BEFORE INSERT ON public.audit_event FOR EACH ROW WHEN ((new.xid IS DISTINCT FROM ((pg_current_xact_id())::text)::bigint)) EXECUTE FUNCTION public.audit_refuse_xid();
CREATE TRIGGER audit_numbered_append_only BEFORE UPDATE OR TRUNCATE ON public.audit_numbered FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_numbered_next_in_row AFTER INSERT ON public.audit_numbered REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.audit_next_in_row('seq');
CREATE TRIGGER audit_numbered_only_pruned BEFORE DELETE ON public.audit_numbered FOR EACH ROW EXECUTE FUNCTION public.audit_only_pruned();
CREATE TRIGGER audit_pruned_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_pruned FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_reason_append_only BEFORE TRUNCATE ON public.audit_reason FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_reason_only_pruned BEFORE DELETE ON public.audit_reason FOR EACH ROW EXECUTE FUNCTION public.audit_only_pruned();
CREATE TRIGGER audit_reason_only_removed BEFORE UPDATE ON public.audit_reason FOR EACH ROW EXECUTE FUNCTION public.audit_only_removed();
CREATE TRIGGER audit_seal_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_seal FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_seal_next_in_row AFTER INSERT ON public.audit_seal REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.audit_next_in_row('number');
CREATE TRIGGER districts_district_covers_keys_after_delete_of_old AFTER DELETE ON public.districts_district REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();
CREATE TRIGGER districts_district_covers_keys_after_insert_of_new AFTER INSERT ON public.districts_district REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();
CREATE TRIGGER districts_district_covers_keys_after_update_of_new AFTER UPDATE ON public.districts_district REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();
CREATE TRIGGER districts_district_covers_keys_after_update_of_old AFTER UPDATE ON public.districts_district REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();
CREATE TRIGGER districts_district_covers_users_after_delete_of_old AFTER DELETE ON public.districts_district REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();
CREATE TRIGGER districts_district_covers_users_after_insert_of_new AFTER INSERT ON public.districts_district REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();
CREATE TRIGGER districts_district_covers_users_after_update_of_new AFTER UPDATE ON public.districts_district REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();
CREATE TRIGGER districts_district_covers_users_after_update_of_old AFTER UPDATE ON public.districts_district REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();
CREATE TRIGGER incidents_protocol_stays BEFORE DELETE OR UPDATE ON public.incidents_protocol FOR EACH ROW EXECUTE FUNCTION public.incidents_keep_protocol();
CREATE TRIGGER incidents_protocolstep_stays BEFORE INSERT OR DELETE OR UPDATE ON public.incidents_protocolstep FOR EACH ROW EXECUTE FUNCTION public.incidents_keep_protocol_step();
CREATE TRIGGER meetings_link_met_at BEFORE INSERT OR UPDATE OF meeting_id, present ON public.meetings_meetingorganisation FOR EACH ROW EXECUTE FUNCTION public.meetings_link_met_at();
CREATE TRIGGER meetings_meeting_met_at AFTER UPDATE OF status, starts_at, outcomes ON public.meetings_meeting FOR EACH ROW WHEN (((((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.starts_at IS DISTINCT FROM new.starts_at)) OR (old.outcomes IS DISTINCT FROM new.outcomes))) EXECUTE FUNCTION public.meetings_meeting_met_at();
CREATE TRIGGER plans_cityfile_stays BEFORE UPDATE ON public.plans_cityfile FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER plans_comparisonfile_remains BEFORE DELETE ON public.plans_comparisonfile FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER plans_comparisonfile_stays BEFORE UPDATE ON public.plans_comparisonfile FOR EACH ROW WHEN ((((old.signature)::text <> ''::text) OR (old.document IS DISTINCT FROM new.document) OR (old.counted IS DISTINCT FROM new.counted))) EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER plans_indicatorvalue_frozen BEFORE UPDATE ON public.plans_indicatorvalue FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER plans_indicatorvalue_stays BEFORE DELETE ON public.plans_indicatorvalue FOR EACH ROW EXECUTE FUNCTION public.plans_keep_value();
CREATE TRIGGER plans_planreview_stays BEFORE DELETE OR UPDATE ON public.plans_planreview FOR EACH ROW WHEN ((old.signed_at IS NOT NULL)) EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER plans_planvoice_stays BEFORE INSERT OR DELETE OR UPDATE ON public.plans_planvoice FOR EACH ROW EXECUTE FUNCTION public.plans_keep_voice();
CREATE TRIGGER practices_editorialreview_stays BEFORE DELETE OR UPDATE ON public.practices_editorialreview FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER practices_offeredfile_stays BEFORE UPDATE ON public.practices_offeredfile FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER practices_practicefile_remains BEFORE DELETE ON public.practices_practicefile FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER practices_practicefile_stays BEFORE UPDATE ON public.practices_practicefile FOR EACH ROW WHEN ((((old.signature)::text <> ''::text) OR (old.document IS DISTINCT FROM new.document) OR ((old.recipient)::text IS DISTINCT FROM (new.recipient)::text))) EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER publishing_councilpaper_stays BEFORE DELETE OR UPDATE ON public.publishing_councilpaper FOR EACH ROW EXECUTE FUNCTION public.publishing_keep();
CREATE TRIGGER publishing_publication_stays BEFORE DELETE OR UPDATE ON public.publishing_publication FOR EACH ROW EXECUTE FUNCTION public.publishing_keep();
CREATE TRIGGER publishing_publicfile_stays BEFORE DELETE OR UPDATE ON public.publishing_publicfile FOR EACH ROW EXECUTE FUNCTION public.publishing_keep();
CREATE TRIGGER publishing_release_stays BEFORE DELETE OR UPDATE ON public.publishing_release FOR EACH ROW EXECUTE FUNCTION public.publishing_keep();
CREATE TRIGGER publishing_releasegrid_stays BEFORE DELETE OR UPDATE ON public.publishing_releasegrid FOR EACH ROW WHEN ((old.confirmed_at IS NOT NULL)) EXECUTE FUNCTION public.publishing_keep();
CREATE TRIGGER reviews_actioncheck_stays BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_actioncheck FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_part();
CREATE TRIGGER reviews_addendum_stays BEFORE DELETE OR UPDATE ON public.reviews_addendum FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_addendum();
CREATE TRIGGER reviews_agreedaction_stays BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_agreedaction FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_part();
CREATE TRIGGER reviews_figurecomment_stays BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_figurecomment FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_part();
CREATE TRIGGER reviews_frozenfigure_frozen BEFORE UPDATE ON public.reviews_frozenfigure FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER reviews_frozenfigure_stays BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_frozenfigure FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_part();
CREATE TRIGGER reviews_keptname_stays BEFORE UPDATE ON public.reviews_keptname FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_name();
CREATE TRIGGER reviews_review_stays BEFORE DELETE OR UPDATE ON public.reviews_review FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_review();
CREATE TRIGGER reviews_rungorganisation_stays BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_rungorganisation FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_part();
CREATE TRIGGER reviews_sampledmeeting_stays BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_sampledmeeting FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_part();
CREATE TRIGGER reviews_signature_stays BEFORE DELETE OR UPDATE ON public.reviews_signature FOR EACH ROW EXECUTE FUNCTION public.reviews_keep_signature();
CREATE TRIGGER reviews_signedrecord_stays BEFORE DELETE OR UPDATE ON public.reviews_signedrecord FOR EACH ROW EXECUTE FUNCTION public.reviews_refuse();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.account_emailaddress FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.accounts_relief FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.accounts_user FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.accounts_user_districts FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.api_apikey FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.api_apikey_districts FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.api_apisecret FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
CREATE TRIGGER written_in_context BEFORE INSERT OR DELETE OR UPDATE ON public.mfa_authenticator FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context();
ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_2c513194_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirm_email_address_id_5b7f8c58_fk_account_e FOREIGN KEY (email_address_id) REFERENCES public.account_emailaddress(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_accountrequest_districts
    ADD CONSTRAINT accounts_accountrequ_accountrequest_id_8a020eb1_fk_accounts_ FOREIGN KEY (accountrequest_id) REFERENCES public.accounts_accountrequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_accountrequest
    ADD CONSTRAINT accounts_accountrequ_asked_by_id_d0960266_fk_accounts_ FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_accountrequest
    ADD CONSTRAINT accounts_accountrequ_decided_by_id_29cdb23f_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_accountrequest_districts
    ADD CONSTRAINT accounts_accountrequ_district_id_2600eff6_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_accountrequest
    ADD CONSTRAINT accounts_accountrequest_user_id_026a6bfc_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_relief
    ADD CONSTRAINT accounts_relief_district_id_ef4587d2_fk_districts_district_id FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_relief
    ADD CONSTRAINT accounts_relief_officer_id_1c7b38c1_fk_accounts_user_id FOREIGN KEY (officer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_savedview
    ADD CONSTRAINT accounts_savedview_owner_id_35701fde_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_savedview
    ADD CONSTRAINT accounts_savedview_shared_with_id_d650191c_fk_districts FOREIGN KEY (shared_with_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_sentform
    ADD CONSTRAINT accounts_sentform_user_id_affb097d_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_session
    ADD CONSTRAINT accounts_session_user_id_d5aaed01_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user_districts
    ADD CONSTRAINT accounts_user_distri_district_id_f8e61747_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user_districts
    ADD CONSTRAINT accounts_user_districts_user_id_ed02fdee_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_apikey
    ADD CONSTRAINT api_apikey_confirmed_by_id_4a6a82b6_fk_accounts_user_id FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_apikey
    ADD CONSTRAINT api_apikey_created_by_id_f47c4b17_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_apikey_districts
    ADD CONSTRAINT api_apikey_districts_apikey_id_cc8a4e61_fk_api_apikey_id FOREIGN KEY (apikey_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_apikey_districts
    ADD CONSTRAINT api_apikey_districts_district_id_4f0da0b8_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_apisecret
    ADD CONSTRAINT api_apisecret_key_id_d17d6994_fk_api_apikey_id FOREIGN KEY (key_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_bulkagreement
    ADD CONSTRAINT api_bulkagreement_agreed_by_id_7d462526_fk_accounts_user_id FOREIGN KEY (agreed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_bulkagreement
    ADD CONSTRAINT api_bulkagreement_key_id_4d385838_fk_api_apikey_id FOREIGN KEY (key_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_calendarfeed
    ADD CONSTRAINT api_calendarfeed_user_id_f4475d73_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_contactread
    ADD CONSTRAINT api_contactread_key_id_40231c02_fk_api_apikey_id FOREIGN KEY (key_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_keynetwork
    ADD CONSTRAINT api_keynetwork_key_id_70d4a039_fk_api_apikey_id FOREIGN KEY (key_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_keywarning
    ADD CONSTRAINT api_keywarning_key_id_deaca130_fk_api_apikey_id FOREIGN KEY (key_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_keywarning
    ADD CONSTRAINT api_keywarning_recipient_id_1476bda2_fk_accounts_user_id FOREIGN KEY (recipient_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_personread
    ADD CONSTRAINT api_personread_user_id_ff22eb0e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_readingday
    ADD CONSTRAINT api_readingday_user_id_a2138f70_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_webhook
    ADD CONSTRAINT api_webhook_key_id_ac3b3f9b_fk_api_apikey_id FOREIGN KEY (key_id) REFERENCES public.api_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.api_webhookdelivery
    ADD CONSTRAINT api_webhookdelivery_webhook_id_5287e228_fk_api_webhook_id FOREIGN KEY (webhook_id) REFERENCES public.api_webhook(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.audit_change
    ADD CONSTRAINT audit_change_event_id_adda036a_fk_audit_event_id FOREIGN KEY (event_id) REFERENCES public.audit_event(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.audit_numbered
    ADD CONSTRAINT audit_numbered_change_id_0ae32cf4_fk_audit_change_id FOREIGN KEY (change_id) REFERENCES public.audit_change(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.audit_numbered
    ADD CONSTRAINT audit_numbered_event_id_4f4f1357_fk_audit_event_id FOREIGN KEY (event_id) REFERENCES public.audit_event(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.audit_reason
    ADD CONSTRAINT audit_reason_event_id_e9c5e138_fk_audit_event_id FOREIGN KEY (event_id) REFERENCES public.audit_event(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_affiliation
    ADD CONSTRAINT contacts_affiliation_contact_id_4eee802b_fk_contacts_contact_id FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_affiliation
    ADD CONSTRAINT contacts_affiliation_organisation_id_1862d02b_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contacts_contact_agreement_recorded_b_203f2a3b_fk_accounts_ FOREIGN KEY (agreement_recorded_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contacts_contact_home_district_id_3f2065b6_fk_districts FOREIGN KEY (home_district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_contactdetail
    ADD CONSTRAINT contacts_contactdetail_owner_id_9a32f1cd_fk_contacts_contact_id FOREIGN KEY (owner_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_contactexternalid
    ADD CONSTRAINT contacts_contactexte_contact_id_53d6f149_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_focusdeclaration
    ADD CONSTRAINT contacts_focusdeclar_organisation_id_ffc616e5_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_importedfields
    ADD CONSTRAINT contacts_importedfie_organisation_id_320c694e_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_importstep
    ADD CONSTRAINT contacts_importstep_draft_id_a6995235_fk_contacts_ FOREIGN KEY (draft_id) REFERENCES public.contacts_importdraft(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationperiod
    ADD CONSTRAINT contacts_organisatio_deputy_officer_id_9938087f_fk_accounts_ FOREIGN KEY (deputy_officer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisation
    ADD CONSTRAINT contacts_organisatio_deputy_officer_id_e45017cb_fk_accounts_ FOREIGN KEY (deputy_officer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisation_also_in
    ADD CONSTRAINT contacts_organisatio_district_id_32995edf_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationperiod
    ADD CONSTRAINT contacts_organisatio_home_district_id_9219c844_fk_districts FOREIGN KEY (home_district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisation
    ADD CONSTRAINT contacts_organisatio_home_district_id_bd05db36_fk_districts FOREIGN KEY (home_district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisation
    ADD CONSTRAINT contacts_organisatio_lead_officer_id_0949a9d9_fk_accounts_ FOREIGN KEY (lead_officer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationperiod
    ADD CONSTRAINT contacts_organisatio_lead_officer_id_6d286171_fk_accounts_ FOREIGN KEY (lead_officer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationprivatechannel
    ADD CONSTRAINT contacts_organisatio_organisation_id_14ec1eca_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisation_also_in
    ADD CONSTRAINT contacts_organisatio_organisation_id_1d72c5c8_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationperiod
    ADD CONSTRAINT contacts_organisatio_organisation_id_3670c058_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationexternalid
    ADD CONSTRAINT contacts_organisatio_organisation_id_aa5128d0_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_organisationdetail
    ADD CONSTRAINT contacts_organisatio_owner_id_c49610e5_fk_contacts_ FOREIGN KEY (owner_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.contacts_privatechannel
    ADD CONSTRAINT contacts_privatechan_contact_id_d3e2ccad_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.districts_district
    ADD CONSTRAINT districts_district_parent_id_64e2bf88_fk_districts_district_id FOREIGN KEY (parent_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.districts_district_succeeds
    ADD CONSTRAINT districts_district_s_from_district_id_c6572517_fk_districts FOREIGN KEY (from_district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.districts_district_succeeds
    ADD CONSTRAINT districts_district_s_to_district_id_130519c7_fk_districts FOREIGN KEY (to_district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.districts_expectedcommunity
    ADD CONSTRAINT districts_expectedco_district_id_d157ca6e_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.districts_periodnote
    ADD CONSTRAINT districts_periodnote_district_id_9685af16_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.exchange_watchedregister
    ADD CONSTRAINT exchange_watchedregi_draft_id_cd3d256e_fk_contacts_ FOREIGN KEY (draft_id) REFERENCES public.contacts_importdraft(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_debrief
    ADD CONSTRAINT incidents_debrief_incident_id_0796ea87_fk_incidents_incident_id FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_debrief
    ADD CONSTRAINT incidents_debrief_signed_by_id_713fe834_fk_accounts_user_id FOREIGN KEY (signed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_debriefvoice
    ADD CONSTRAINT incidents_debriefvoi_debrief_id_ad7c1abc_fk_incidents FOREIGN KEY (debrief_id) REFERENCES public.incidents_debrief(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_debriefvoice
    ADD CONSTRAINT incidents_debriefvoi_organisation_id_85dc0b63_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_exclusionrequest
    ADD CONSTRAINT incidents_exclusionr_asked_by_id_e510c0c8_fk_accounts_ FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_exclusionrequest
    ADD CONSTRAINT incidents_exclusionr_decided_by_id_602d9d02_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_exclusionrequest
    ADD CONSTRAINT incidents_exclusionr_district_id_11b1ae2f_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_exclusionrequest
    ADD CONSTRAINT incidents_exclusionr_incident_id_1d464b6f_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_exclusionrequest
    ADD CONSTRAINT incidents_exclusionrequest_user_id_413bfd9f_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident_also_in
    ADD CONSTRAINT incidents_incident_a_district_id_d5c57b9e_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident_also_in
    ADD CONSTRAINT incidents_incident_a_incident_id_8c8b25b2_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident
    ADD CONSTRAINT incidents_incident_began_in_id_9131c0f2_fk_districts FOREIGN KEY (began_in_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident
    ADD CONSTRAINT incidents_incident_district_id_86043d7c_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident
    ADD CONSTRAINT incidents_incident_duty_id_86b34c30_fk_accounts_user_id FOREIGN KEY (duty_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident_excluded
    ADD CONSTRAINT incidents_incident_e_incident_id_2d9c83d3_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident_excluded
    ADD CONSTRAINT incidents_incident_e_user_id_273726c2_fk_accounts_ FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident
    ADD CONSTRAINT incidents_incident_protocol_id_ee14af59_fk_incidents FOREIGN KEY (protocol_id) REFERENCES public.incidents_protocol(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incident
    ADD CONSTRAINT incidents_incident_words_agreed_by_id_b55e7dae_fk_accounts_ FOREIGN KEY (words_agreed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentclosing
    ADD CONSTRAINT incidents_incidentcl_incident_id_c2fdfcdd_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentconcern
    ADD CONSTRAINT incidents_incidentco_concern_id_e54de5e2_fk_meetings_ FOREIGN KEY (concern_id) REFERENCES public.meetings_concern(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentconcern
    ADD CONSTRAINT incidents_incidentco_incident_id_980cdc92_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incidents_incidentst_incident_id_6b4b114e_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incidents_incidentst_organisation_id_eec4b26b_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incidents_incidentst_step_id_57ef48c3_fk_incidents FOREIGN KEY (step_id) REFERENCES public.incidents_protocolstep(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incidents_incidentstep_done_by_id_022c6852_fk_accounts_user_id FOREIGN KEY (done_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_incidentstep
    ADD CONSTRAINT incidents_incidentstep_owner_id_0d0ac5da_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_protocol
    ADD CONSTRAINT incidents_protocol_approved_by_id_e3ca266a_fk_accounts_user_id FOREIGN KEY (approved_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_protocol
    ADD CONSTRAINT incidents_protocol_author_id_e7eb74f8_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_protocol
    ADD CONSTRAINT incidents_protocol_district_id_0207fa9d_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_protocolagreement
    ADD CONSTRAINT incidents_protocolag_organisation_id_67392f0e_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_protocolagreement
    ADD CONSTRAINT incidents_protocolag_protocol_id_07ad2083_fk_incidents FOREIGN KEY (protocol_id) REFERENCES public.incidents_protocol(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_protocolstep
    ADD CONSTRAINT incidents_protocolst_protocol_id_de288974_fk_incidents FOREIGN KEY (protocol_id) REFERENCES public.incidents_protocol(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassuranc_follow_up_id_91aacf71_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassuranc_incident_id_f4ed95df_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassuranc_meeting_id_5503835b_fk_meetings_ FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassuranc_organisation_id_a9d6b465_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_reassurance
    ADD CONSTRAINT incidents_reassurance_by_id_a5c31e9d_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_stephandover
    ADD CONSTRAINT incidents_stephandov_step_id_43597212_fk_incidents FOREIGN KEY (step_id) REFERENCES public.incidents_incidentstep(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_stephandover
    ADD CONSTRAINT incidents_stephandover_after_id_d6d5ff80_fk_accounts_user_id FOREIGN KEY (after_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_stephandover
    ADD CONSTRAINT incidents_stephandover_before_id_2cbdc357_fk_accounts_user_id FOREIGN KEY (before_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_stephandover
    ADD CONSTRAINT incidents_stephandover_by_id_662cf12a_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_tensionassessment
    ADD CONSTRAINT incidents_tensionass_incident_id_734fbb31_fk_incidents FOREIGN KEY (incident_id) REFERENCES public.incidents_incident(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_tensionassessment
    ADD CONSTRAINT incidents_tensionass_made_by_id_a4f86b36_fk_accounts_ FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_tensionassessment_consulted
    ADD CONSTRAINT incidents_tensionass_organisation_id_5392d993_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.incidents_tensionassessment_consulted
    ADD CONSTRAINT incidents_tensionass_tensionassessment_id_749fa077_fk_incidents FOREIGN KEY (tensionassessment_id) REFERENCES public.incidents_tensionassessment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.jobs_jobfile
    ADD CONSTRAINT jobs_jobfile_job_id_3f7b856d_fk_jobs_job_id FOREIGN KEY (job_id) REFERENCES public.jobs_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.jobs_jobfilechunk
    ADD CONSTRAINT jobs_jobfilechunk_file_id_5320abba_fk_jobs_jobfile_id FOREIGN KEY (file_id) REFERENCES public.jobs_jobfile(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concern
    ADD CONSTRAINT meetings_concern_district_id_b71b3724_fk_districts_district_id FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concern
    ADD CONSTRAINT meetings_concern_meeting_id_bac5bf62_fk_meetings_meeting_id FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concern
    ADD CONSTRAINT meetings_concern_raised_by_organisati_020f0b49_fk_contacts_ FOREIGN KEY (raised_by_organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concern
    ADD CONSTRAINT meetings_concern_received_in_id_e4a3d7dd_fk_districts FOREIGN KEY (received_in_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concern
    ADD CONSTRAINT meetings_concern_site_organisation_id_be079737_fk_contacts_ FOREIGN KEY (site_organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concernexternalid
    ADD CONSTRAINT meetings_concernexte_concern_id_9e8eb581_fk_meetings_ FOREIGN KEY (concern_id) REFERENCES public.meetings_concern(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_concernperiod
    ADD CONSTRAINT meetings_concernperi_concern_id_16f790f2_fk_meetings_ FOREIGN KEY (concern_id) REFERENCES public.meetings_concern(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followup
    ADD CONSTRAINT meetings_followup_concern_id_7aa7e3f4_fk_meetings_concern_id FOREIGN KEY (concern_id) REFERENCES public.meetings_concern(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followup
    ADD CONSTRAINT meetings_followup_contact_id_e2668eee_fk_contacts_contact_id FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followup
    ADD CONSTRAINT meetings_followup_meeting_id_bf6c88a9_fk_meetings_meeting_id FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followup
    ADD CONSTRAINT meetings_followup_owner_id_f388606a_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followup
    ADD CONSTRAINT meetings_followup_series_id_f6dd521c_fk_meetings_series_id FOREIGN KEY (series_id) REFERENCES public.meetings_series(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followupexternalid
    ADD CONSTRAINT meetings_followupext_follow_up_id_28ba5335_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followuporganisation
    ADD CONSTRAINT meetings_followuporg_follow_up_id_9dc3db3a_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followuporganisation
    ADD CONSTRAINT meetings_followuporg_organisation_id_dbf005d6_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_followupperiod
    ADD CONSTRAINT meetings_followupper_follow_up_id_8a73439d_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_handover
    ADD CONSTRAINT meetings_handover_made_by_id_9d197365_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_handover
    ADD CONSTRAINT meetings_handover_officer_id_ff53de49_fk_accounts_user_id FOREIGN KEY (officer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meeting
    ADD CONSTRAINT meetings_meeting_district_id_8d9eaf3a_fk_districts_district_id FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meeting
    ADD CONSTRAINT meetings_meeting_logged_by_id_17ce80c0_fk_accounts_user_id FOREIGN KEY (logged_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meeting_officers
    ADD CONSTRAINT meetings_meeting_off_meeting_id_cd59ee9e_fk_meetings_ FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meeting_officers
    ADD CONSTRAINT meetings_meeting_officers_user_id_fc9a0c82_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meeting
    ADD CONSTRAINT meetings_meeting_series_id_4c28ba88_fk_meetings_series_id FOREIGN KEY (series_id) REFERENCES public.meetings_series(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meetingcontact
    ADD CONSTRAINT meetings_meetingcont_contact_id_b51cae44_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meetingcontact
    ADD CONSTRAINT meetings_meetingcont_meeting_id_2b2be5a8_fk_meetings_ FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meetingexternalid
    ADD CONSTRAINT meetings_meetingexte_meeting_id_6013252b_fk_meetings_ FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meetingorganisation
    ADD CONSTRAINT meetings_meetingorga_meeting_id_111a70b5_fk_meetings_ FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_meetingorganisation
    ADD CONSTRAINT meetings_meetingorga_organisation_id_016d27f2_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.meetings_reminder
    ADD CONSTRAINT meetings_reminder_recipient_id_256c2150_fk_accounts_user_id FOREIGN KEY (recipient_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_user_id_0c3a50c0_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.oversight_alert
    ADD CONSTRAINT oversight_alert_closed_by_id_9067483d_fk_accounts_user_id FOREIGN KEY (closed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.oversight_alert
    ADD CONSTRAINT oversight_alert_user_id_b71e6dfd_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.oversight_watchedrecord
    ADD CONSTRAINT oversight_watchedrec_ended_by_id_de6c3feb_fk_accounts_ FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.oversight_watchedrecord
    ADD CONSTRAINT oversight_watchedrec_marked_by_id_31fd07e4_fk_accounts_ FOREIGN KEY (marked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.oversight_watchedrecord
    ADD CONSTRAINT oversight_watchedrec_reviewed_by_id_658fa3b6_fk_accounts_ FOREIGN KEY (reviewed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_action
    ADD CONSTRAINT plans_action_goal_id_9a552c53_fk_plans_goal_id FOREIGN KEY (goal_id) REFERENCES public.plans_goal(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_action
    ADD CONSTRAINT plans_action_owner_id_1ed2c4b4_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_action
    ADD CONSTRAINT plans_action_practice_id_ea69777e_fk_practices_practice_id FOREIGN KEY (practice_id) REFERENCES public.practices_practice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_city
    ADD CONSTRAINT plans_city_trusted_by_id_6ae768ce_fk_accounts_user_id FOREIGN KEY (trusted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_cityfile
    ADD CONSTRAINT plans_cityfile_accepted_by_id_2d171b31_fk_accounts_user_id FOREIGN KEY (accepted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_cityfile
    ADD CONSTRAINT plans_cityfile_city_id_1aca3317_fk_plans_city_id FOREIGN KEY (city_id) REFERENCES public.plans_city(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_comparisonfile
    ADD CONSTRAINT plans_comparisonfile_confirmed_by_id_b0a5a407_fk_accounts_ FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_comparisonfile
    ADD CONSTRAINT plans_comparisonfile_plan_id_b5de4d13_fk_plans_plan_id FOREIGN KEY (plan_id) REFERENCES public.plans_plan(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_evidence
    ADD CONSTRAINT plans_evidence_action_id_66a0bd92_fk_plans_action_id FOREIGN KEY (action_id) REFERENCES public.plans_action(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_evidence
    ADD CONSTRAINT plans_evidence_follow_up_id_ccf23bde_fk_meetings_followup_id FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_evidence
    ADD CONSTRAINT plans_evidence_meeting_id_0cc9a293_fk_meetings_meeting_id FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_goal
    ADD CONSTRAINT plans_goal_plan_id_62ddc712_fk_plans_plan_id FOREIGN KEY (plan_id) REFERENCES public.plans_plan(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_indicator
    ADD CONSTRAINT plans_indicator_district_id_095c81fa_fk_districts_district_id FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_indicator
    ADD CONSTRAINT plans_indicator_goal_id_65a65910_fk_plans_goal_id FOREIGN KEY (goal_id) REFERENCES public.plans_goal(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_indicatorvalue
    ADD CONSTRAINT plans_indicatorvalue_corrects_id_b97e60d0_fk_plans_ind FOREIGN KEY (corrects_id) REFERENCES public.plans_indicatorvalue(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_indicatorvalue
    ADD CONSTRAINT plans_indicatorvalue_entered_by_id_1d8a2b63_fk_accounts_user_id FOREIGN KEY (entered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_indicatorvalue
    ADD CONSTRAINT plans_indicatorvalue_indicator_id_5aa1ad8a_fk_plans_ind FOREIGN KEY (indicator_id) REFERENCES public.plans_indicator(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_milestone
    ADD CONSTRAINT plans_milestone_action_id_c7d33c5a_fk_plans_action_id FOREIGN KEY (action_id) REFERENCES public.plans_action(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_partner
    ADD CONSTRAINT plans_partner_action_id_01a3baa0_fk_plans_action_id FOREIGN KEY (action_id) REFERENCES public.plans_action(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_partner
    ADD CONSTRAINT plans_partner_organisation_id_69d5ee66_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_plan
    ADD CONSTRAINT plans_plan_district_id_0548d4db_fk_districts_district_id FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_plan
    ADD CONSTRAINT plans_plan_keeper_id_834fe085_fk_accounts_user_id FOREIGN KEY (keeper_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_planreview
    ADD CONSTRAINT plans_planreview_meeting_id_a4b9e855_fk_meetings_meeting_id FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_planreview
    ADD CONSTRAINT plans_planreview_plan_id_71547ae9_fk_plans_plan_id FOREIGN KEY (plan_id) REFERENCES public.plans_plan(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_planreview
    ADD CONSTRAINT plans_planreview_signed_by_id_11e89b8b_fk_accounts_user_id FOREIGN KEY (signed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_planreview
    ADD CONSTRAINT plans_planreview_started_by_id_4917b037_fk_accounts_user_id FOREIGN KEY (started_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_planvoice
    ADD CONSTRAINT plans_planvoice_organisation_id_54237c8d_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.plans_planvoice
    ADD CONSTRAINT plans_planvoice_review_id_46c0faff_fk_plans_planreview_id FOREIGN KEY (review_id) REFERENCES public.plans_planreview(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_adoption
    ADD CONSTRAINT practices_adoption_district_id_d0f71c51_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_adoption
    ADD CONSTRAINT practices_adoption_follow_up_id_f4e35f68_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_adoption
    ADD CONSTRAINT practices_adoption_practice_id_a0c18e29_fk_practices FOREIGN KEY (practice_id) REFERENCES public.practices_practice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_adoption
    ADD CONSTRAINT practices_adoption_written_by_id_5f45e61d_fk_accounts_user_id FOREIGN KEY (written_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_editorialreview
    ADD CONSTRAINT practices_editorialr_practice_id_5d42c7d5_fk_practices FOREIGN KEY (practice_id) REFERENCES public.practices_practice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_editorialreview
    ADD CONSTRAINT practices_editorialr_reviewer_id_d00dd85b_fk_accounts_ FOREIGN KEY (reviewer_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_offeredfile
    ADD CONSTRAINT practices_offeredfil_received_by_id_b160c538_fk_accounts_ FOREIGN KEY (received_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_practice
    ADD CONSTRAINT practices_practice_author_id_ebb5e418_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_practice
    ADD CONSTRAINT practices_practice_edited_by_id_3bfa8970_fk_accounts_user_id FOREIGN KEY (edited_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_practicefile
    ADD CONSTRAINT practices_practicefi_confirmed_by_id_f323f96f_fk_accounts_ FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_practicetext
    ADD CONSTRAINT practices_practicete_practice_id_1b3e0364_fk_practices FOREIGN KEY (practice_id) REFERENCES public.practices_practice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_takeaway
    ADD CONSTRAINT practices_takeaway_follow_up_id_3c88ca7e_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.practices_takeaway
    ADD CONSTRAINT practices_takeaway_practice_id_a619ee9d_fk_practices FOREIGN KEY (practice_id) REFERENCES public.practices_practice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_breach
    ADD CONSTRAINT privacy_breach_recorded_by_id_9f1bebbf_fk_accounts_user_id FOREIGN KEY (recorded_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_breachphase
    ADD CONSTRAINT privacy_breachphase_breach_id_4cb0f0d6_fk_privacy_breach_id FOREIGN KEY (breach_id) REFERENCES public.privacy_breach(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_breachphase
    ADD CONSTRAINT privacy_breachphase_made_by_id_f06e22e9_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_answered_by_id_a2abc16e_fk_accounts_user_id FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_received_by_id_1cd7474b_fk_accounts_user_id FOREIGN KEY (received_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_asked_by_id_f7738b50_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_request_id_5f04afaa_fk_privacy_datarequest_id FOREIGN KEY (request_id) REFERENCES public.privacy_datarequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_finding
    ADD CONSTRAINT privacy_finding_decided_by_id_bc0a7d81_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_finding
    ADD CONSTRAINT privacy_finding_read_again_by_id_0e917708_fk_accounts_user_id FOREIGN KEY (read_again_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_finding
    ADD CONSTRAINT privacy_finding_request_id_a5205393_fk_privacy_datarequest_id FOREIGN KEY (request_id) REFERENCES public.privacy_datarequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_notice
    ADD CONSTRAINT privacy_notice_made_by_id_e58df0ab_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_notice
    ADD CONSTRAINT privacy_notice_request_id_f019d163_fk_privacy_datarequest_id FOREIGN KEY (request_id) REFERENCES public.privacy_datarequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_package
    ADD CONSTRAINT privacy_package_created_by_id_8b94e0ec_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_package
    ADD CONSTRAINT privacy_package_request_id_484f2e47_fk_privacy_datarequest_id FOREIGN KEY (request_id) REFERENCES public.privacy_datarequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_registertext
    ADD CONSTRAINT privacy_registertext_updated_by_id_8f946e88_fk_accounts_user_id FOREIGN KEY (updated_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_restriction
    ADD CONSTRAINT privacy_restriction_lifted_by_id_d3f2e872_fk_accounts_user_id FOREIGN KEY (lifted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_restriction
    ADD CONSTRAINT privacy_restriction_request_id_3bcceeb2_fk_privacy_d FOREIGN KEY (request_id) REFERENCES public.privacy_datarequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_restriction
    ADD CONSTRAINT privacy_restriction_set_by_id_76d339cc_fk_accounts_user_id FOREIGN KEY (set_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_retentiondecision
    ADD CONSTRAINT privacy_retentiondec_decided_by_id_7d443401_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_retentiondecision
    ADD CONSTRAINT privacy_retentiondec_rule_id_9e136bc9_fk_privacy_r FOREIGN KEY (rule_id) REFERENCES public.privacy_retentionrule(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_retentionrule
    ADD CONSTRAINT privacy_retentionrul_approved_by_id_e31f2ff7_fk_accounts_ FOREIGN KEY (approved_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.privacy_retentionrule
    ADD CONSTRAINT privacy_retentionrule_ended_by_id_1190cb57_fk_accounts_user_id FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_councilpaper
    ADD CONSTRAINT publishing_councilpa_release_id_5fb6447c_fk_publishin FOREIGN KEY (release_id) REFERENCES public.publishing_release(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_councilpaper
    ADD CONSTRAINT publishing_councilpaper_made_by_id_b7f84798_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_entrytranslation
    ADD CONSTRAINT publishing_entrytran_entry_id_140e0f86_fk_publishin FOREIGN KEY (entry_id) REFERENCES public.publishing_publicentry(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicdistrict
    ADD CONSTRAINT publishing_publicdis_district_id_3bb08f11_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicentry
    ADD CONSTRAINT publishing_publicent_approved_by_id_62c1a879_fk_accounts_ FOREIGN KEY (approved_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicentry_concerns
    ADD CONSTRAINT publishing_publicent_concern_id_0af8a47a_fk_meetings_ FOREIGN KEY (concern_id) REFERENCES public.meetings_concern(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicentry
    ADD CONSTRAINT publishing_publicent_district_id_85a8f224_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicentry
    ADD CONSTRAINT publishing_publicent_follow_up_id_4017beab_fk_meetings_ FOREIGN KEY (follow_up_id) REFERENCES public.meetings_followup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicentry_concerns
    ADD CONSTRAINT publishing_publicent_publicentry_id_60ef0d2a_fk_publishin FOREIGN KEY (publicentry_id) REFERENCES public.publishing_publicentry(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicentry
    ADD CONSTRAINT publishing_publicent_written_by_id_16afbfee_fk_accounts_ FOREIGN KEY (written_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publiclisting
    ADD CONSTRAINT publishing_publiclis_organisation_id_6221faf2_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_publicmeeting
    ADD CONSTRAINT publishing_publicmee_meeting_id_547e8cc8_fk_meetings_ FOREIGN KEY (meeting_id) REFERENCES public.meetings_meeting(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_registration
    ADD CONSTRAINT publishing_registrat_decided_by_id_0c48326c_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_registration
    ADD CONSTRAINT publishing_registrat_district_id_82e9c2fb_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_registration
    ADD CONSTRAINT publishing_registrat_organisation_id_b185f1ac_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_release
    ADD CONSTRAINT publishing_release_released_by_id_98b9a94a_fk_accounts_user_id FOREIGN KEY (released_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_releasegrid
    ADD CONSTRAINT publishing_releasegr_confirmed_by_id_84fb924c_fk_accounts_ FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_releasegrid
    ADD CONSTRAINT publishing_releasegr_proposed_by_id_e3377754_fk_accounts_ FOREIGN KEY (proposed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_reportingroute
    ADD CONSTRAINT publishing_reporting_district_id_63ad089d_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_reportingroute
    ADD CONSTRAINT publishing_reporting_organisation_id_bfe43b15_fk_contacts_ FOREIGN KEY (organisation_id) REFERENCES public.contacts_organisation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_routetest
    ADD CONSTRAINT publishing_routetest_route_id_e12a4589_fk_publishin FOREIGN KEY (route_id) REFERENCES public.publishing_reportingroute(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.publishing_routetest
    ADD CONSTRAINT publishing_routetest_tested_by_id_0672b515_fk_accounts_user_id FOREIGN KEY (tested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_actioncheck
    ADD CONSTRAINT reviews_actioncheck_action_id_92ec4b71_fk_reviews_a FOREIGN KEY (action_id) REFERENCES public.reviews_agreedaction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_actioncheck
    ADD CONSTRAINT reviews_actioncheck_review_id_e4e16a43_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_addendum
    ADD CONSTRAINT reviews_addendum_review_id_cc161a3a_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_addendum
    ADD CONSTRAINT reviews_addendum_written_by_id_0df12184_fk_accounts_user_id FOREIGN KEY (written_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_agreedaction
    ADD CONSTRAINT reviews_agreedaction_owner_id_df644478_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_agreedaction
    ADD CONSTRAINT reviews_agreedaction_review_id_6a37ead0_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_delivery
    ADD CONSTRAINT reviews_delivery_subscription_id_8bbe5eac_fk_reviews_s FOREIGN KEY (subscription_id) REFERENCES public.reviews_subscription(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_figurecomment
    ADD CONSTRAINT reviews_figurecommen_written_by_id_46450f42_fk_accounts_ FOREIGN KEY (written_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_figurecomment
    ADD CONSTRAINT reviews_figurecomment_review_id_3c62e36c_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_frozenfigure
    ADD CONSTRAINT reviews_frozenfigure_review_id_529bfd76_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_keptname
    ADD CONSTRAINT reviews_keptname_review_id_354b64a1_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_district_id_dbaa14ca_fk_districts_district_id FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_signed_by_id_4f589e82_fk_accounts_user_id FOREIGN KEY (signed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_started_by_id_44dcbae8_fk_accounts_user_id FOREIGN KEY (started_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_supersedes_id_68d59f03_fk_reviews_review_id FOREIGN KEY (supersedes_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_rungorganisation
    ADD CONSTRAINT reviews_rungorganisa_review_id_b837ba06_fk_reviews_r FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_rungorganisation
    ADD CONSTRAINT reviews_rungorganisa_rung_by_id_5b356f77_fk_accounts_ FOREIGN KEY (rung_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_sampledmeeting
    ADD CONSTRAINT reviews_sampledmeeti_marked_by_id_d43e69b7_fk_accounts_ FOREIGN KEY (marked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_sampledmeeting
    ADD CONSTRAINT reviews_sampledmeeting_review_id_b9efc341_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_signature
    ADD CONSTRAINT reviews_signature_review_id_608e5286_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_signature
    ADD CONSTRAINT reviews_signature_signed_by_id_a50af540_fk_accounts_user_id FOREIGN KEY (signed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_signedrecord
    ADD CONSTRAINT reviews_signedrecord_review_id_c5bc39c3_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_subscription
    ADD CONSTRAINT reviews_subscription_district_id_34ac2858_fk_districts FOREIGN KEY (district_id) REFERENCES public.districts_district(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.reviews_subscription
    ADD CONSTRAINT reviews_subscription_user_id_a81c098c_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_social_account_id_951f210e_fk_socialacc FOREIGN KEY (account_id) REFERENCES public.socialaccount_socialaccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_social_app_id_636a42d7_fk_socialacc FOREIGN KEY (app_id) REFERENCES public.socialaccount_socialapp(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.socialaccount_socialaccount
    ADD CONSTRAINT socialaccount_social_user_id_8146e70c_fk_accounts_ FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
CREATE POLICY rows_in_context ON public.contacts_affiliation USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (((EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_affiliation.organisation_id))) OR (EXISTS ( SELECT
   FROM guard.contact_home home
  WHERE ((home.contact_id = contacts_affiliation.contact_id) AND (home.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])))))) AND (NOT (EXISTS ( SELECT
   FROM guard.contact_home home
  WHERE ((home.contact_id = contacts_affiliation.contact_id) AND home.is_restricted)))))));
CREATE POLICY rows_in_context ON public.contacts_contact USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ((NOT is_restricted) AND ((home_district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM guard.represented role
  WHERE ((role.contact_id = contacts_contact.id) AND ((role.until IS NULL) OR (role.until > ( SELECT public.context_today() AS context_today))) AND ((role.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
           FROM guard.organisation_place place
          WHERE ((place.organisation_id = role.organisation_id) AND (place.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])))))))))))));
CREATE POLICY rows_in_context ON public.contacts_contactdetail USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_contact parent
  WHERE (parent.id = contacts_contactdetail.owner_id)))));
CREATE POLICY rows_in_context ON public.contacts_contactexternalid USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_contact parent
  WHERE (parent.id = contacts_contactexternalid.contact_id)))));
CREATE POLICY rows_in_context ON public.contacts_focusdeclaration USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_focusdeclaration.organisation_id)))));
CREATE POLICY rows_in_context ON public.contacts_importedfields USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_importedfields.organisation_id)))));
CREATE POLICY rows_in_context ON public.contacts_organisation USING (((home_district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM guard.organisation_place place
  WHERE ((place.organisation_id = contacts_organisation.id) AND (place.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])))))));
CREATE POLICY rows_in_context ON public.contacts_organisationdetail USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_organisationdetail.owner_id)))));
CREATE POLICY rows_in_context ON public.contacts_organisationexternalid USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_organisationexternalid.organisation_id)))));
CREATE POLICY rows_in_context ON public.contacts_organisationperiod USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_organisationperiod.organisation_id)))));
CREATE POLICY rows_in_context ON public.contacts_organisationprivatechannel USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = contacts_organisationprivatechannel.organisation_id)))));
CREATE POLICY rows_in_context ON public.contacts_privatechannel USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_contact parent
  WHERE (parent.id = contacts_privatechannel.contact_id)))));
CREATE POLICY rows_in_context ON public.incidents_debrief USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident parent
  WHERE (parent.id = incidents_debrief.incident_id)))));
CREATE POLICY rows_in_context ON public.incidents_debriefvoice USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_debrief parent
  WHERE (parent.id = incidents_debriefvoice.debrief_id)))));
CREATE POLICY rows_in_context ON public.incidents_exclusionrequest USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ((decided_at IS NULL) AND ( SELECT (((accounts_user.role)::text = 'confirmer'::text) AND accounts_user.is_active)
   FROM public.accounts_user
  WHERE (accounts_user.id = ( SELECT public.context_actor() AS context_actor))))));
CREATE POLICY rows_in_context ON public.incidents_incident USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (((district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident_also_in place
  WHERE ((place.incident_id = incidents_incident.id) AND (place.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])))))) AND (NOT (EXISTS ( SELECT
   FROM public.incidents_incident_excluded other
  WHERE ((other.incident_id = incidents_incident.id) AND (other.user_id = ( SELECT public.context_actor() AS context_actor)))))))));
CREATE POLICY rows_in_context ON public.incidents_incidentclosing USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident parent
  WHERE (parent.id = incidents_incidentclosing.incident_id)))));
CREATE POLICY rows_in_context ON public.incidents_incidentconcern USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident parent
  WHERE (parent.id = incidents_incidentconcern.incident_id)))));
CREATE POLICY rows_in_context ON public.incidents_incidentstep USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident parent
  WHERE (parent.id = incidents_incidentstep.incident_id)))));
CREATE POLICY rows_in_context ON public.incidents_reassurance USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident parent
  WHERE (parent.id = incidents_reassurance.incident_id)))));
CREATE POLICY rows_in_context ON public.incidents_stephandover USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incidentstep parent
  WHERE (parent.id = incidents_stephandover.step_id)))));
CREATE POLICY rows_in_context ON public.incidents_tensionassessment USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.incidents_incident parent
  WHERE (parent.id = incidents_tensionassessment.incident_id)))));
CREATE POLICY rows_in_context ON public.meetings_concern USING (((district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[]))));
CREATE POLICY rows_in_context ON public.meetings_concernexternalid USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.meetings_concern parent
  WHERE (parent.id = meetings_concernexternalid.concern_id)))));
CREATE POLICY rows_in_context ON public.meetings_concernperiod USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.meetings_concern parent
  WHERE (parent.id = meetings_concernperiod.concern_id)))));
CREATE POLICY rows_in_context ON public.meetings_followup USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ((owner_id = ( SELECT public.context_actor() AS context_actor)) AND (cardinality(( SELECT public.context_districts() AS context_districts)) > 0)) OR (EXISTS ( SELECT
   FROM guard.follow_up_home home
  WHERE ((home.follow_up_id = meetings_followup.id) AND (home.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[]))))) OR (((kind)::text = 'try_out'::text) AND (EXISTS ( SELECT
   FROM guard.meeting_ground ground
  WHERE ((ground.meeting_id = meetings_followup.meeting_id) AND (ground.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) AND ((meetings_followup.kind)::text = 'try_out'::text)))))));
CREATE POLICY rows_in_context ON public.meetings_followupexternalid USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.meetings_followup parent
  WHERE (parent.id = meetings_followupexternalid.follow_up_id)))));
CREATE POLICY rows_in_context ON public.meetings_followupperiod USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.meetings_followup parent
  WHERE (parent.id = meetings_followupperiod.follow_up_id)))));
CREATE POLICY rows_in_context ON public.meetings_meeting USING (((district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM guard.meeting_home home
  WHERE ((home.meeting_id = meetings_meeting.id) AND (home.district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])))))));
CREATE POLICY rows_in_context ON public.meetings_meetingexternalid USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.meetings_meeting parent
  WHERE (parent.id = meetings_meetingexternalid.meeting_id)))));
CREATE POLICY rows_in_context ON public.publishing_publicentry USING (((approved_at IS NOT NULL) OR (district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[]))));
CREATE POLICY rows_in_context ON public.publishing_publiclisting USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.contacts_organisation parent
  WHERE (parent.id = publishing_publiclisting.organisation_id)))));
CREATE POLICY rows_in_context ON public.publishing_publicmeeting USING ((('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR (EXISTS ( SELECT
   FROM public.meetings_meeting parent
  WHERE (parent.id = publishing_publicmeeting.meeting_id)))));
CREATE POLICY rows_in_context ON public.publishing_registration USING (((district_id = ANY (( SELECT public.context_districts() AS context_districts)::uuid[])) OR ('00000000-0000-0000-0000-000000000000'::uuid = ANY (( SELECT public.context_districts() AS context_districts)::uuid[]))));
REVOKE ALL ON FUNCTION guard.cover_keys(keys uuid[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION guard.cover_users(users uuid[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION guard.refuse_without_context() FROM PUBLIC;
REVOKE ALL ON FUNCTION guard.verified_context() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_alone(what text) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_field(value bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_id(ticks bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_ids(ids uuid[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_prune(request_id text, OUT seal bigint, OUT removed bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_publish(everything boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_remove_reasons(events uuid[], reason text, request_id text, OUT id uuid, OUT removed integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_seal(number bigint, at timestamp with time zone, first_seq bigint, last_seq bigint, leaves bytea, previous_root bytea, root bytea, key_id text, public_key bytea, signature bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_text(value text) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_write(action text, object_type text, object_ids uuid[], field_names text[], district_ids uuid[], reason_code text, reason text, request_id text, recipient text, allowed boolean, search_hash bytea, changed_types text[], changed_ids uuid[], changed_ops text[], changed_versions integer[], changed_into uuid[], changed_districts text[], OUT id uuid, OUT at timestamp with time zone, OUT actor_kind text, OUT actor_id uuid, OUT actor_role text) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.public_confirm(token bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.public_register(given jsonb) FROM PUBLIC;
INSERT INTO public.django_migrations (app, name, applied) VALUES
('account', '0001_initial', now()),
('account', '0002_email_max_length', now()),
('account', '0003_alter_emailaddress_create_unique_verified_email', now()),
('account', '0004_alter_emailaddress_drop_unique_email', now()),
('account', '0005_emailaddress_idx_upper_email', now()),
('account', '0006_emailaddress_lower', now()),
('account', '0007_emailaddress_idx_email', now()),
('account', '0008_emailaddress_unique_primary_email_fixup', now()),
('account', '0009_emailaddress_unique_primary_email', now()),
('accounts', '0001_initial', now()),
('accounts', '0002_sessions_roles_and_relief', now()),
('accounts', '0003_saved_views', now()),
('accounts', '0004_sent_forms', now()),
('accounts', '0005_phone_at_work', now()),
('accounts', '0006_second_person', now()),
('accounts', '0007_waiting_roles', now()),
('accounts', '0008_what_a_form_made', now()),
('accounts', '0009_texts', now()),
('accounts', '0010_languages_with_a_catalogue', now()),
('accounts', '0011_work_phone', now()),
('accounts', '0012_confirmer', now()),
('accounts', '0013_absent_until', now()),
('accounts', '0014_row_context', now()),
('accounts', '0015_pending_acts', now()),
('accounts', '0016_browser_report', now()),
('accounts', '0017_more_acts', now()),
('accounts', '0018_public_entries', now()),
('accounts', '0019_erasing', now()),
('accounts', '0020_deactivated_at', now()),
('accounts', '0021_public_name', now()),
('accounts', '0022_contexts_sent', now()),
('accounts', '0023_writes_in_context', now()),
('api', '0001_initial', now()),
('api', '0002_webhooks_and_feeds', now()),
('api', '0003_webhook_turns', now()),
('api', '0004_webhook_waiting', now()),
('api', '0005_keys_are_renewed', now()),
('api', '0006_people_read_by_sessions', now()),
('api', '0007_idempotent_answers', now()),
('api', '0008_forget_answers', now()),
('api', '0009_texts', now()),
('api', '0010_feed_with_follow_ups', now()),
('api', '0011_bulk_agreements', now()),
('api', '0012_row_context', now()),
('api', '0013_reading_days', now()),
('api', '0014_erase_scope', now()),
('audit', '0001_initial', now()),
('audit', '0002_append_only', now()),
('audit', '0003_search_hash', now()),
('audit', '0004_numbers', now()),
('audit', '0005_seals', now()),
('audit', '0006_inquiries', now()),
('audit', '0007_whole_reasons', now()),
('audit', '0008_own_moment_and_place', now()),
('audit', '0009_texts', now()),
('audit', '0010_trail_position', now()),
('audit', '0011_written_by_the_owner', now()),
('audit', '0012_reasons_removed', now()),
('audit', '0013_old_reasons', now()),
('audit', '0014_several_reason_codes', now()),
('audit', '0015_recipients', now()),
('audit', '0016_index_of_sharing', now()),
('audit', '0017_published_and_sealed_by_the_owner', now()),
('audit', '0018_ops_of_restriction', now()),
('audit', '0019_no_one_else_keeps_it_waiting', now()),
('audit', '0020_pruned', now()),
('auth', '0001_initial', now()),
('auth', '0002_alter_permission_name_max_length', now()),
('auth', '0003_alter_user_email_max_length', now()),
('auth', '0004_alter_user_username_opts', now()),
('auth', '0005_alter_user_last_login_null', now()),
('auth', '0006_require_contenttypes_0002', now()),
('auth', '0007_alter_validators_add_error_messages', now()),
('auth', '0008_alter_user_username_max_length', now()),
('auth', '0009_alter_user_last_name_max_length', now()),
('auth', '0010_alter_group_name_max_length', now()),
('auth', '0011_update_proxy_permissions', now()),
('auth', '0012_alter_user_first_name_max_length', now()),
('contacts', '0001_initial', now()),
('contacts', '0002_imported_fields', now()),
('contacts', '0003_merges', now()),
('contacts', '0004_clues', now()),
('contacts', '0004_period_verified_on', now()),
('contacts', '0005_imports_under_way', now()),
('contacts', '0006_figures', now()),
('contacts', '0007_imported_rows', now()),
('contacts', '0008_clues_are_searched', now()),
('contacts', '0009_reviews_of_a_district', now()),
('contacts', '0010_heading_row_of_an_import', now()),
('contacts', '0011_counted_values_of_an_import', now()),
('contacts', '0012_ends_are_told', now()),
('contacts', '0013_ends_to_tell', now()),
('contacts', '0014_choices_of_an_import', now()),
('contacts', '0015_imports_move_to_exchange', now()),
('contacts', '0016_limits', now()),
('contacts', '0017_texts', now()),
('contacts', '0018_other_details', now()),
('contacts', '0019_day_of_a_source', now()),
('contacts', '0020_contact_wish', now()),
('contacts', '0021_contact_wish_holds', now()),
('contacts', '0022_kind_and_withdrawal', now()),
('contacts', '0023_declared_once_at_a_time', now()),
('contacts', '0024_known_kinds', now()),
('contacts', '0025_period_of_figures', now()),
('contacts', '0026_known_since', now()),
('contacts', '0027_row_policies', now()),
('contacts', '0028_private_channel_of_organisations', now()),
('contacts', '0029_candidates', now()),
('contacts', '0030_period_by_entry', now()),
('contacts', '0031_encrypted_fields', now()),
('contacts', '0032_restricted', now()),
('contacts', '0033_location_protected', now()),
('contacts', '0034_candidates_by_index', now()),
('contacts', '0035_roles_of_restricted', now()),
('contacts', '0036_candidates_by_constant', now()),
('contenttypes', '0001_initial', now()),
('contenttypes', '0002_remove_content_type_name', now()),
('districts', '0001_initial', now()),
('districts', '0002_moves', now()),
('districts', '0003_limits', now()),
('districts', '0004_texts', now()),
('districts', '0005_period_notes', now()),
('districts', '0006_successors', now()),
('districts', '0007_recorded_since', now()),
('districts', '0008_reconstructed_histories', now()),
('districts', '0009_planned_redraws', now()),
('exchange', '0001_imports', now()),
('exchange', '0002_texts', now()),
('exchange', '0003_second_fields_of_columns', now()),
('exchange', '0004_mappings_of_a_team', now()),
('exchange', '0005_watched_registers', now()),
('exchange', '0006_encrypted_fields', now()),
('exchange', '0007_left_out_of_directories', now()),
('incidents', '0001_initial', now()),
('incidents', '0002_in_force_stays', now()),
('incidents', '0003_closings_and_calls', now()),
('incidents', '0004_closed_until_now', now()),
('incidents', '0005_given_at', now()),
('incidents', '0006_given_before', now()),
('incidents', '0007_row_policies', now()),
('incidents', '0008_began_in', now()),
('incidents', '0009_exclusion_requests', now()),
('incidents', '0010_left_out', now()),
('incidents', '0011_exclusion_request_policy', now()),
('incidents', '0012_what_waits', now()),
('incidents', '0013_step_handovers', now()),
('incidents', '0014_handover_policy', now()),
('jobs', '0001_initial', now()),
('jobs', '0002_work_and_files', now()),
('jobs', '0003_file_coverage', now()),
('jobs', '0004_leases', now()),
('jobs', '0005_release', now()),
('jobs', '0006_texts', now()),
('jobs', '0007_encrypted_fields', now()),
('meetings', '0001_initial', now()),
('meetings', '0002_follow_up_written', now()),
('meetings', '0003_handovers', now()),
('meetings', '0004_met_at', now()),
('meetings', '0005_series', now()),
('meetings', '0006_reminders_of_relief', now()),
('meetings', '0007_follow_up_departs', now()),
('meetings', '0008_figures', now()),
('meetings', '0009_series_clock', now()),
('meetings', '0010_limits', now()),
('meetings', '0011_reminders_move_out', now()),
('meetings', '0012_texts', now()),
('meetings', '0013_concern_external_ids', now()),
('meetings', '0014_concern_by_case', now()),
('meetings', '0015_periods', now()),
('meetings', '0016_known_histories', now()),
('meetings', '0017_duration_not_known', now()),
('meetings', '0018_received_in', now()),
('meetings', '0019_row_policies', now()),
('meetings', '0020_concern_received_in', now()),
('meetings', '0021_met_at_for_every_row', now()),
('meetings', '0022_meeting_by_update_and_time', now()),
('meetings', '0023_encrypted_fields', now()),
('meetings', '0024_planned_of_a_user', now()),
('meetings', '0025_try_out', now()),
('meetings', '0026_try_out_is_known', now()),
('meetings', '0027_follow_up_name', now()),
('meetings', '0028_takeaways_seen_with_meetings', now()),
('mfa', '0001_initial', now()),
('mfa', '0002_authenticator_timestamps', now()),
('mfa', '0003_authenticator_type_uniq', now()),
('oversight', '0001_alerts', now()),
('oversight', '0002_watched_records', now()),
('plans', '0001_initial', now()),
('plans', '0002_signed_stays', now()),
('plans', '0003_comparison', now()),
('plans', '0004_files_stay', now()),
('plans', '0005_action_practice', now()),
('plans', '0006_public_status', now()),
('plans', '0007_closed_on', now()),
('plans', '0008_days_of_closing', now()),
('practices', '0001_library', now()),
('practices', '0002_signed_stays', now()),
('practices', '0003_files', now()),
('practices', '0004_files_stay', now()),
('privacy', '0001_requests', now()),
('privacy', '0002_erasure', now()),
('privacy', '0003_channel_of_tools', now()),
('privacy', '0004_ledger', now()),
('privacy', '0005_packages', now()),
('privacy', '0006_register', now()),
('privacy', '0007_breaches', now()),
('privacy', '0008_retention', now()),
('privacy', '0009_notices', now()),
('privacy', '0010_organisation_copy', now()),
('privacy', '0011_linked_findings', now()),
('privacy', '0012_breach_phases', now()),
('privacy', '0013_register_states', now()),
('privacy', '0014_validate_findings', now()),
('privacy', '0015_corrections_of_organisations', now()),
('privacy', '0016_validate_corrections', now()),
('publishing', '0001_initial', now()),
('publishing', '0002_releases_stay', now()),
('publishing', '0003_council_papers', now()),
('publishing', '0004_public_pages', now()),
('publishing', '0005_publications', now()),
('publishing', '0006_registration_functions', now()),
('publishing', '0007_plainer_labels', now()),
('publishing', '0008_rejected_label', now()),
('reminders', '0001_initial', now()),
('reminders', '0002_rules_are_registered', now()),
('reminders', '0003_rules_are_checked', now()),
('reminders', '0004_texts', now()),
('reviews', '0001_initial', now()),
('reviews', '0002_signed_stays', now()),
('reviews', '0003_figures_of_parts', now()),
('reviews', '0004_as_it_was_named', now()),
('reviews', '0005_texts', now()),
('reviews', '0006_signed_records', now()),
('reviews', '0007_signed_records_stay', now()),
('reviews', '0008_signed_addenda', now()),
('reviews', '0009_signed_addenda_stay', now()),
('reviews', '0010_addendum_waiting', now()),
('sessions', '0001_initial', now()),
('socialaccount', '0001_initial', now()),
('socialaccount', '0002_token_max_lengths', now()),
('socialaccount', '0003_extra_data_default_dict', now()),
('socialaccount', '0004_app_provider_id_settings', now()),
('socialaccount', '0005_socialtoken_nullable_app', now()),
('socialaccount', '0006_alter_socialaccount_extra_data', now());
