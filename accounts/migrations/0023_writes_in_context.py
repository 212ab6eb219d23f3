"""Who may sign in, and see what, is written in a genuine context only, where policies are on (docs/adr/0046).

With the application's password alone, somebody could otherwise choose the password, the role or the districts of
an account, or the secret of a key, and then read everything as that account.
"""

from django.db import migrations

REFUSAL = """
ALTER TABLE guard.city ADD COLUMN is_guarded boolean NOT NULL DEFAULT false;

CREATE FUNCTION guard.refuse_without_context() RETURNS trigger
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
"""

NO_REFUSAL = """
DROP FUNCTION guard.refuse_without_context();
ALTER TABLE guard.city DROP COLUMN is_guarded;
"""

TABLES = (
    *("accounts_user", "accounts_user_districts", "accounts_relief"),
    *("account_emailaddress", "mfa_authenticator"),
    *("api_apikey", "api_apikey_districts", "api_apisecret"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0022_contexts_sent"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("api", "0012_row_context"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunSQL(REFUSAL, NO_REFUSAL),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER written_in_context BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context()",
                f"DROP TRIGGER written_in_context ON {table}",
            )
            for table in TABLES
        ),
    ]
