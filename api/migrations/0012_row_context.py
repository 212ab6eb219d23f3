"""The districts that each API key opens (accounts, 0014_row_context), kept by triggers."""

from django.db import migrations

COVERAGE = """
CREATE FUNCTION guard.cover_keys(keys uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION guard.cover_keys(uuid[]) FROM PUBLIC;

-- Keys of the changed rows, by the column that the trigger names.
CREATE FUNCTION guard.follow_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    keys uuid[];
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT %I) FROM changed', TG_ARGV[0]) INTO keys;
    IF keys IS NOT NULL THEN
        PERFORM guard.cover_keys(keys);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION guard.follow_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM guard.cover_keys(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

CREATE FUNCTION guard.follow_districts_of_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above uuid[] := ARRAY(SELECT DISTINCT unnest(lineage) FROM changed);
BEGIN
    PERFORM guard.cover_keys(ARRAY(
        SELECT id FROM api_apikey WHERE is_citywide
        UNION SELECT apikey_id FROM api_apikey_districts WHERE district_id = ANY (above)
    ));
    RETURN NULL;
END $$;

CREATE TRIGGER api_apikey_covers AFTER INSERT ON api_apikey
FOR EACH ROW EXECUTE FUNCTION guard.follow_key();
CREATE TRIGGER api_apikey_covers_otherwise AFTER UPDATE OF status, is_citywide, expires_at ON api_apikey
FOR EACH ROW
WHEN ((OLD.status, OLD.is_citywide, OLD.expires_at) IS DISTINCT FROM (NEW.status, NEW.is_citywide, NEW.expires_at))
EXECUTE FUNCTION guard.follow_key();
"""

NO_COVERAGE = """
DROP TRIGGER api_apikey_covers_otherwise ON api_apikey;
DROP TRIGGER api_apikey_covers ON api_apikey;
DROP FUNCTION guard.follow_districts_of_keys();
DROP FUNCTION guard.follow_key();
DROP FUNCTION guard.follow_keys();
DROP FUNCTION guard.cover_keys(uuid[]);
"""

EVERY = (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))
# Other writes of keys: above, only those that count. Each use updates a key.
FOLLOWED = (
    ("api_apikey_districts", "guard.follow_keys('apikey_id')", EVERY),
    ("api_apikey", "guard.follow_keys('id')", EVERY[-1:]),
    ("districts_district", "guard.follow_districts_of_keys()", EVERY),
)


def follow(table, function, writes):
    """Statements that keep coverage after each kind of write to `table`, and those that undo them."""
    for write, rows in writes:
        trigger = f"{table}_covers_keys_after_{write}_of_{rows.lower()}"
        yield (
            f"CREATE TRIGGER {trigger} AFTER {write} ON {table} REFERENCING {rows} TABLE AS changed "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}",
            f"DROP TRIGGER {trigger} ON {table}",
        )


class Migration(migrations.Migration):
    dependencies = [("api", "0011_bulk_agreements"), ("accounts", "0014_row_context")]

    operations = [
        migrations.RunSQL(COVERAGE, NO_COVERAGE),
        *(migrations.RunSQL(made, undone) for one in FOLLOWED for made, undone in follow(*one)),
        migrations.RunSQL(
            "SELECT guard.cover_keys(ARRAY(SELECT id FROM api_apikey))", migrations.RunSQL.noop
        ),
    ]
