-- Events are written by a function of the owner, with the text of their reason apart from them
-- (docs/adr/0044). `audit_write` takes the moment, the transaction and the login itself, the actor from the
-- verified context and the role from the account. Its content hash (audit.rules.row_hash) covers every field
-- with its length before it, and salted digests of the reason and the recipient (docs/adr/0069).

CREATE OR REPLACE FUNCTION audit_field(value bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(int4send(octet_length(value)) || value, '\xffffffff'::bytea) $$;

CREATE OR REPLACE FUNCTION audit_text(value text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT public.audit_field(convert_to(value, 'UTF8')) $$;

CREATE OR REPLACE FUNCTION audit_ids(ids uuid[]) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT public.audit_field(decode(replace(array_to_string(ids, ''), '-', ''), 'hex')) $$;

-- UUID version 7 (RFC 9562, 5.7) of a moment in units of 1/4096 millisecond, as lib.ids makes it.
CREATE OR REPLACE FUNCTION audit_id(ticks bigint) RETURNS uuid LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    random text := gen_random_uuid();
BEGIN
    RETURN (lpad(to_hex(ticks >> 12), 12, '0') || to_hex(28672 | (ticks & 4095)::int)
            || substr(random, 20, 4) || substr(random, 25, 12))::uuid;
END $$;

REVOKE ALL ON FUNCTION audit_field(bytea), audit_text(text), audit_ids(uuid[]), audit_id(bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION audit_write(
    action text, object_type text, object_ids uuid[], field_names text[], district_ids uuid[],
    reason_code text, reason text, request_id text, recipient text, allowed boolean, search_hash bytea,
    changed_types text[] DEFAULT '{}', changed_ids uuid[] DEFAULT '{}', changed_ops text[] DEFAULT '{}',
    changed_versions integer[] DEFAULT '{}', changed_into uuid[] DEFAULT '{}',
    changed_districts text[] DEFAULT '{}',
    OUT id uuid, OUT at timestamptz, OUT actor_kind text, OUT actor_id uuid, OUT actor_role text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    ticks bigint;
    salt bytea;
    digest bytea;
    names bytea := '';
    to_salt bytea;
    to_digest bytea;
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
    IF recipient <> '' THEN
        to_salt := uuid_send(gen_random_uuid());
        to_digest := sha256(to_salt || convert_to(recipient, 'UTF8'));
    END IF;
    IF cardinality(field_names) > 0 THEN
        SELECT string_agg(public.audit_text(name), '' ORDER BY place) INTO names
          FROM unnest(field_names) WITH ORDINALITY AS named (name, place);
    END IF;
    INSERT INTO public.audit_event (
        id, at, actor_kind, actor_id, actor_role, login, action, object_type, object_ids, field_names,
        district_ids, reason_code, reason_digest, request_id, recipient, recipient_salt,
        recipient_digest, allowed, search_hash, form, content_hash
    ) VALUES (
        id, at, actor_kind, actor_id, actor_role, session_user, action, object_type, object_ids, field_names,
        district_ids, reason_code, digest, request_id, recipient, to_salt,
        to_digest, allowed, search_hash, 1,
        sha256(
            'proximity audit event 1'::bytea
            || public.audit_field(uuid_send(id))
            || public.audit_field(int8send((extract(epoch FROM at) * 1000000)::bigint))
            || public.audit_text(actor_kind) || public.audit_field(uuid_send(actor_id))
            || public.audit_text(actor_role) || public.audit_text(session_user)
            || public.audit_text(action) || public.audit_text(object_type)
            || public.audit_ids(object_ids) || public.audit_field(names) || public.audit_ids(district_ids)
            || public.audit_text(reason_code) || public.audit_field(digest)
            || public.audit_text(request_id) || public.audit_field(to_digest)
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
        SELECT change_id, id, at, what, which, op, version, into_id, places, 1,
               sha256(
                   'proximity audit change 1'::bytea
                   || public.audit_field(uuid_send(change_id)) || public.audit_field(uuid_send(id))
                   || public.audit_field(int8send((extract(epoch FROM at) * 1000000)::bigint))
                   || public.audit_text(what) || public.audit_field(uuid_send(which))
                   || public.audit_text(op) || public.audit_field(int4send(version))
                   || public.audit_field(uuid_send(into_id)) || public.audit_ids(places)
               )
          FROM made;
    END IF;
END $$;

REVOKE ALL ON FUNCTION audit_write FROM PUBLIC;
