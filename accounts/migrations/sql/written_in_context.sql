-- Tables are written in a genuine context only, where policies are on (docs/adr/0046). With the
-- application's password alone, somebody could otherwise choose the password, the role or the districts of
-- an account, and then read everything as that account. `prepare_database` gives each table the trigger
-- `written_in_context`.

CREATE OR REPLACE FUNCTION guard.refuse_without_context() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT is_guarded FROM guard.city)
        AND NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
        AND NOT EXISTS (SELECT FROM guard.verified_context())
    THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is written by the application only', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION guard.refuse_without_context() FROM PUBLIC;
