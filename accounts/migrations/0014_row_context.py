"""On whose behalf a statement runs: a signed setting of its transaction, and the districts that it opens.

`crm.context` is `<HMAC>:<actor>|<issued>|<opened>` (lib.row_context writes it). Only the owner's functions
read the keys, so nobody can name an actor with the application's password alone. The covered districts are
rows that triggers keep, because to work them out for each statement would cost more than the statement.
"""

from django.db import migrations

ALL = "00000000-0000-0000-0000-000000000000"  # among the districts: rows of every district

CONTEXT = f"""
CREATE SCHEMA guard;

-- The two padded keys of an HMAC (RFC 2104): one for each secret in use. `prepare_database` writes them.
CREATE TABLE guard.context_key (inner_pad bytea PRIMARY KEY, outer_pad bytea NOT NULL);
-- The clock by which the days of this city begin.
CREATE TABLE guard.city (is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one), time_zone text NOT NULL);
CREATE TABLE guard.coverage (
    actor uuid NOT NULL, since timestamptz NOT NULL, until timestamptz NOT NULL, districts uuid[] NOT NULL
);
CREATE INDEX coverage_of_actor ON guard.coverage (actor);

-- The verified context: the actor (null: the system) and what was opened. No row without a genuine one.
CREATE FUNCTION guard.verified_context() RETURNS TABLE (actor uuid, opened text)
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

CREATE FUNCTION context_actor() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT actor FROM guard.verified_context() $$;

-- Districts whose rows the statement may see; {ALL} among them: the rows of every district.
CREATE FUNCTION context_districts() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whose uuid;
    what text;
    part uuid[];
    whole uuid[] := '{{}}';
BEGIN
    SELECT actor, opened INTO whose, what FROM guard.verified_context();
    IF what <> '' OR (FOUND AND whose IS NULL) THEN
        RETURN ARRAY['{ALL}'::uuid];
    END IF;
    FOR part IN
        SELECT districts FROM guard.coverage
        WHERE coverage.actor = whose AND since <= statement_timestamp() AND until > statement_timestamp()
    LOOP
        whole := whole || part;
    END LOOP;
    RETURN whole;
END $$;

CREATE FUNCTION context_today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT (statement_timestamp() AT TIME ZONE time_zone)::date FROM guard.city $$;
"""

NO_CONTEXT = """
DROP FUNCTION context_today();
DROP FUNCTION context_districts();
DROP FUNCTION context_actor();
DROP FUNCTION guard.verified_context();
DROP TABLE guard.coverage, guard.city, guard.context_key;
DROP SCHEMA guard;
"""

# As accounts.actors.actor_for on the day of this migration.
COVERAGE = f"""
CREATE FUNCTION guard.cover_users(users uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM guard.coverage WHERE actor = ANY (users);
    INSERT INTO guard.coverage
    SELECT id, '-infinity', 'infinity', CASE role WHEN 'privacy_officer' THEN ARRAY['{ALL}'::uuid] ELSE ARRAY(
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
REVOKE ALL ON FUNCTION guard.cover_users(uuid[]) FROM PUBLIC;

-- Users of the changed rows, by the column that the trigger names.
CREATE FUNCTION guard.follow_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    users uuid[];
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT %I) FROM changed', TG_ARGV[0]) INTO users;
    IF users IS NOT NULL THEN
        PERFORM guard.cover_users(users);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION guard.follow_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM guard.cover_users(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

-- Users whose own districts, or temporary access, the changed districts belong to, or did.
CREATE FUNCTION guard.follow_districts_of_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above uuid[] := ARRAY(SELECT DISTINCT unnest(lineage) FROM changed);
BEGIN
    PERFORM guard.cover_users(ARRAY(
        SELECT user_id FROM accounts_user_districts WHERE district_id = ANY (above)
        UNION SELECT officer_id FROM accounts_relief WHERE district_id = ANY (above)
    ));
    RETURN NULL;
END $$;

CREATE TRIGGER accounts_user_covers AFTER INSERT ON accounts_user
FOR EACH ROW EXECUTE FUNCTION guard.follow_user();
CREATE TRIGGER accounts_user_covers_otherwise AFTER UPDATE OF role, is_active ON accounts_user
FOR EACH ROW WHEN ((OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.role, NEW.is_active))
EXECUTE FUNCTION guard.follow_user();
"""

NO_COVERAGE = """
DROP TRIGGER accounts_user_covers_otherwise ON accounts_user;
DROP TRIGGER accounts_user_covers ON accounts_user;
DROP FUNCTION guard.follow_districts_of_users();
DROP FUNCTION guard.follow_user();
DROP FUNCTION guard.follow_users();
DROP FUNCTION guard.cover_users(uuid[]);
"""

EVERY = (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))
# Other writes of users: above, only those that count. Each sign-in updates a user.
FOLLOWED = (
    ("accounts_user_districts", "guard.follow_users('user_id')", EVERY),
    ("accounts_relief", "guard.follow_users('officer_id')", EVERY),
    ("accounts_user", "guard.follow_users('id')", EVERY[-1:]),
    ("districts_district", "guard.follow_districts_of_users()", EVERY),
)


def follow(table, function, writes):
    """Statements that keep coverage after each kind of write to `table`, and those that undo them."""
    for write, rows in writes:
        trigger = f"{table}_covers_users_after_{write}_of_{rows.lower()}"
        yield (
            f"CREATE TRIGGER {trigger} AFTER {write} ON {table} REFERENCING {rows} TABLE AS changed "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}",
            f"DROP TRIGGER {trigger} ON {table}",
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_absent_until"), ("districts", "0006_successors")]

    operations = [
        migrations.RunSQL(CONTEXT, NO_CONTEXT),
        migrations.RunSQL(COVERAGE, NO_COVERAGE),
        *(migrations.RunSQL(made, undone) for one in FOLLOWED for made, undone in follow(*one)),
        migrations.RunSQL(
            "SELECT guard.cover_users(ARRAY(SELECT id FROM accounts_user))", migrations.RunSQL.noop
        ),
    ]
