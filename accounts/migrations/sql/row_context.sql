-- On whose behalf a statement runs: a signed setting of its transaction (docs/adr/0046). `crm.context` is
-- `<HMAC>:<actor>|<issued>|<opened>`, and lib.row_context writes it. Only functions of the owner read the
-- keys, so nobody can name an actor with the application's password alone.

CREATE SCHEMA IF NOT EXISTS guard;

-- The two padded keys of an HMAC (RFC 2104): one for each secret in use. `prepare_database` writes them.
CREATE TABLE IF NOT EXISTS guard.context_key (inner_pad bytea PRIMARY KEY, outer_pad bytea NOT NULL);

-- One row: the clock by which the days of this city begin, and whether policies are on. `prepare_database` writes it.
CREATE TABLE IF NOT EXISTS guard.city (
    is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    time_zone text NOT NULL,
    is_guarded boolean NOT NULL DEFAULT false
);

-- The districts that each account and each API key opens, and when.
CREATE TABLE IF NOT EXISTS guard.coverage (
    actor uuid NOT NULL, since timestamptz NOT NULL, until timestamptz NOT NULL, districts uuid[] NOT NULL
);
CREATE INDEX IF NOT EXISTS coverage_of_actor ON guard.coverage (actor);

-- The verified context: the actor (null: the system) and what was opened. No row without a genuine one.
CREATE OR REPLACE FUNCTION guard.verified_context() RETURNS TABLE (actor uuid, opened text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

REVOKE ALL ON FUNCTION guard.verified_context() FROM PUBLIC;

CREATE OR REPLACE FUNCTION context_actor() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT actor FROM guard.verified_context() $$;

-- Districts whose rows the statement may see;
-- 00000000-0000-0000-0000-000000000000 among them: the rows of every district.
CREATE OR REPLACE FUNCTION context_districts() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

CREATE OR REPLACE FUNCTION context_today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT (statement_timestamp() AT TIME ZONE time_zone)::date FROM guard.city $$;
