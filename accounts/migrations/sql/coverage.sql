-- The districts that each account opens, kept by triggers: to work them out for each statement would cost
-- more than the statement.

CREATE OR REPLACE FUNCTION guard.cover_users(users uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM guard.coverage WHERE actor = ANY (users);
    INSERT INTO guard.coverage
    SELECT id, '-infinity', 'infinity', CASE role
        WHEN 'privacy_officer' THEN ARRAY['00000000-0000-0000-0000-000000000000'::uuid] ELSE ARRAY(
        SELECT district.id FROM districts_district district
        WHERE lineage && ARRAY(SELECT district_id FROM accounts_user_districts WHERE user_id = person.id)
    ) END
    FROM accounts_user person
    WHERE id = ANY (users) AND is_active AND role IN ('officer', 'supervisor', 'privacy_officer');
    -- An officer's duty shift opens its districts, each from its hour. A supervisor's opens nothing.
    INSERT INTO guard.coverage
    SELECT person.id, greatest(starts_at, opened.since), least(ends_at, ended_at), ARRAY(
        SELECT district.id FROM districts_district district WHERE lineage @> ARRAY[opened.district_id]
    )
    FROM accounts_dutyshift shift
    JOIN accounts_shiftdistrict opened ON opened.shift_id = shift.id
    JOIN accounts_user person ON person.id = shift.user_id
    WHERE person.id = ANY (users) AND is_active AND role = 'officer'
      AND least(ends_at, ended_at) > statement_timestamp();
END $$;

REVOKE ALL ON FUNCTION guard.cover_users(uuid[]) FROM PUBLIC;

-- Users of the changed rows, by the column that the trigger names.
CREATE OR REPLACE FUNCTION guard.follow_users() RETURNS trigger
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

CREATE OR REPLACE FUNCTION guard.follow_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM guard.cover_users(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

-- Users of the shifts whose districts changed.
CREATE OR REPLACE FUNCTION guard.follow_shift_districts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM guard.cover_users(ARRAY(
        SELECT DISTINCT user_id FROM accounts_dutyshift WHERE id IN (SELECT shift_id FROM changed)
    ));
    RETURN NULL;
END $$;

-- Users whose own districts, or duty shifts, the changed districts belong to, or did.
CREATE OR REPLACE FUNCTION guard.follow_districts_of_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above uuid[] := ARRAY(SELECT DISTINCT unnest(lineage) FROM changed);
BEGIN
    PERFORM guard.cover_users(ARRAY(
        SELECT user_id FROM accounts_user_districts WHERE district_id = ANY (above)
        UNION SELECT user_id FROM accounts_dutyshift shift
        JOIN accounts_shiftdistrict opened ON opened.shift_id = shift.id WHERE opened.district_id = ANY (above)
    ));
    RETURN NULL;
END $$;

CREATE TRIGGER accounts_user_covers AFTER INSERT ON accounts_user
FOR EACH ROW EXECUTE FUNCTION guard.follow_user();

CREATE TRIGGER accounts_user_covers_otherwise AFTER UPDATE OF role, is_active ON accounts_user
FOR EACH ROW WHEN ((OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.role, NEW.is_active))
EXECUTE FUNCTION guard.follow_user();

CREATE TRIGGER accounts_user_districts_covers_users_after_insert_of_new AFTER INSERT ON accounts_user_districts
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_user_districts_covers_users_after_update_of_old AFTER UPDATE ON accounts_user_districts
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_user_districts_covers_users_after_update_of_new AFTER UPDATE ON accounts_user_districts
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_user_districts_covers_users_after_delete_of_old AFTER DELETE ON accounts_user_districts
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_dutyshift_covers_users_after_insert_of_new AFTER INSERT ON accounts_dutyshift
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_dutyshift_covers_users_after_update_of_old AFTER UPDATE ON accounts_dutyshift
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_dutyshift_covers_users_after_update_of_new AFTER UPDATE ON accounts_dutyshift
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_dutyshift_covers_users_after_delete_of_old AFTER DELETE ON accounts_dutyshift
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('user_id');

CREATE TRIGGER accounts_shiftdistrict_covers_users_after_insert_of_new AFTER INSERT ON accounts_shiftdistrict
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_shift_districts();

CREATE TRIGGER accounts_shiftdistrict_covers_users_after_update_of_old AFTER UPDATE ON accounts_shiftdistrict
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_shift_districts();

CREATE TRIGGER accounts_shiftdistrict_covers_users_after_update_of_new AFTER UPDATE ON accounts_shiftdistrict
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_shift_districts();

CREATE TRIGGER accounts_shiftdistrict_covers_users_after_delete_of_old AFTER DELETE ON accounts_shiftdistrict
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_shift_districts();

CREATE TRIGGER accounts_user_covers_users_after_delete_of_old AFTER DELETE ON accounts_user
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_users('id');

CREATE TRIGGER districts_district_covers_users_after_insert_of_new AFTER INSERT ON districts_district
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();

CREATE TRIGGER districts_district_covers_users_after_update_of_old AFTER UPDATE ON districts_district
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();

CREATE TRIGGER districts_district_covers_users_after_update_of_new AFTER UPDATE ON districts_district
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();

CREATE TRIGGER districts_district_covers_users_after_delete_of_old AFTER DELETE ON districts_district
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION guard.follow_districts_of_users();
