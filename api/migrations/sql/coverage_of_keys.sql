-- The districts that each API key opens, kept by triggers (accounts, coverage.sql).

CREATE OR REPLACE FUNCTION guard.cover_keys(keys uuid[]) RETURNS void
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
CREATE OR REPLACE FUNCTION guard.follow_keys() RETURNS trigger
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

CREATE OR REPLACE FUNCTION guard.follow_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM guard.cover_keys(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION guard.follow_districts_of_keys() RETURNS trigger
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

CREATE TRIGGER api_apikey_districts_covers_keys_after_insert_of_new AFTER INSERT ON api_apikey_districts
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');

CREATE TRIGGER api_apikey_districts_covers_keys_after_update_of_old AFTER UPDATE ON api_apikey_districts
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');

CREATE TRIGGER api_apikey_districts_covers_keys_after_update_of_new AFTER UPDATE ON api_apikey_districts
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');

CREATE TRIGGER api_apikey_districts_covers_keys_after_delete_of_old AFTER DELETE ON api_apikey_districts
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('apikey_id');

CREATE TRIGGER api_apikey_covers_keys_after_delete_of_old AFTER DELETE ON api_apikey
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_keys('id');

CREATE TRIGGER districts_district_covers_keys_after_insert_of_new AFTER INSERT ON districts_district
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();

CREATE TRIGGER districts_district_covers_keys_after_update_of_old AFTER UPDATE ON districts_district
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();

CREATE TRIGGER districts_district_covers_keys_after_update_of_new AFTER UPDATE ON districts_district
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();

CREATE TRIGGER districts_district_covers_keys_after_delete_of_old AFTER DELETE ON districts_district
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_keys();

CREATE TRIGGER api_apikey_covers_otherwise AFTER UPDATE OF status, is_citywide, expires_at ON api_apikey
FOR EACH ROW
WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    OR OLD.is_citywide IS DISTINCT FROM NEW.is_citywide
    OR OLD.expires_at IS DISTINCT FROM NEW.expires_at
)
EXECUTE FUNCTION guard.follow_key();
