"""Rights and session settings of each database role (docs/adr/0003).

This is the only definition: `manage.py prepare_database` applies it to every installation, old or new.
"""

from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from psycopg import errors, sql

from crm.database.bounds import SESSION_BOUNDS
from lib.row_context import pads

LOG_PREFIX: Final = "audit_"
# Activity log tables whose rows the publisher numbers and seals.
EVENT_TABLES: Final = ("audit_event", "audit_change")
# Functions of the owner. Only they write events, and remove reasons, recipients and old rows (docs/adr/0044).
APPLICATION_FUNCTIONS: Final = (
    "audit_write",
    "audit_remove_reasons",
    "audit_remove_recipients",
    "audit_prune",
)
# Functions of the owner. Only they number and seal rows.
PUBLISHER_FUNCTIONS: Final = ("audit_publish", "audit_seal", "audit_alone")
# Functions that turn values into bytes, for the hashes of the log.
HASH_FUNCTIONS: Final = ("audit_field", "audit_id", "audit_ids", "audit_text")
# Columns that the publisher can read. They contain no names, no reasons and no reference to a person.
PUBLISHER_COLUMNS: Final = dict.fromkeys(EVENT_TABLES, ("id", "xid", "content_hash"))
# Numbers and seals, which the publisher reads whole.
SEAL_TABLES: Final = ("audit_numbered", "audit_seal")
# Session settings of the application's role. A connection cannot set them, as a pooler passes on no options.
SESSION_SETTINGS: Final = {
    # A search tolerates 1 wrong letter in a word of 8. With the default of 0.6 it does not (lib.matching).
    "pg_trgm.word_similarity_threshold": "0.45",
    **SESSION_BOUNDS,
}

_ROW_RIGHTS: Final = sql.SQL("SELECT, INSERT, UPDATE, DELETE")


class NotAllowed(Exception):
    """The owner lacks the right to change a role. The message contains the statements for a superuser."""


def make_role(owner: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Create a login role if it does not exist. An existing role keeps its password."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            password_clause = (
                sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
            )
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)) + password_clause)


def grant_future_tables(owner: BaseDatabaseWrapper, application: str) -> None:
    """Grant the application its rights on tables that are created from now on.

    Run this before migrating, so that a migration can revoke rights on the tables it creates.
    """
    role = sql.Identifier(application)
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        for rights, objects in ((_ROW_RIGHTS, "TABLES"), (sql.SQL("USAGE, SELECT"), "SEQUENCES")):
            cursor.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    rights, sql.SQL(objects), role
                )
            )


def grant_tables(owner: BaseDatabaseWrapper, application: str, publisher: str) -> None:
    """Grant the rights on all tables in one transaction, so that running processes never lack a right."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            if table.startswith(LOG_PREFIX):
                _restrict_log_table(cursor, table, application, publisher)
            else:
                _grant(cursor, _ROW_RIGHTS, table, application)
        _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", application)
        _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", publisher)
        for functions, role in ((APPLICATION_FUNCTIONS, application), (PUBLISHER_FUNCTIONS, publisher)):
            for function in functions:
                _run(cursor, "GRANT EXECUTE ON FUNCTION {} TO {}", function, role)


def _restrict_log_table(cursor: CursorWrapper, table: str, application: str, publisher: str) -> None:
    """Let the application read the table, and the publisher what it seals. Neither can write rows."""
    for role in (application, publisher):
        _run(cursor, "REVOKE ALL ON {} FROM {}", table, role)
    _grant(cursor, sql.SQL("SELECT"), table, application)
    if table in EVENT_TABLES:
        _grant(cursor, _column_rights("SELECT", PUBLISHER_COLUMNS[table]), table, publisher)
    if table in SEAL_TABLES:
        _grant(cursor, sql.SQL("SELECT"), table, publisher)


#: All rights of the public process (crm.public_site). tests/publishing/test_live.py tests every table.
PUBLIC_TABLES: Final = ("publishing_publication", "publishing_publicfile")
PUBLIC_FUNCTIONS: Final = ("public_register(jsonb)", "public_confirm(bytea)")
# The table that these 2 functions write. Its policy rejects every other role without a context.
REGISTRATION_TABLES: Final = ("publishing_registration",)


def grant_public(owner: BaseDatabaseWrapper, role: str) -> None:
    """Let the public process read publications, and run functions that store and confirm registrations."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", role)
        _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", role)
        for table in PUBLIC_TABLES:
            _grant(cursor, sql.SQL("SELECT"), table, role)
        for function in PUBLIC_FUNCTIONS:
            cursor.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(function), sql.Identifier(role))
            )


def guard_rows(owner: BaseDatabaseWrapper, application: str, *, enabled: bool) -> None:
    """Store the keys that verify contexts (lib.row_context). Enable or disable the policies of all tables.

    While policies are enabled, writes without a genuine context are rejected. The owner is exempt (no FORCE),
    because it migrates, backs up, and computes derived values in its functions.
    """
    _add_write_triggers(owner)
    _revoke_functions(owner)
    switch = sql.SQL(f"ALTER TABLE {{}} {'ENABLE' if enabled else 'DISABLE'} ROW LEVEL SECURITY")
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute("DELETE FROM guard.context_key")
        cursor.executemany("INSERT INTO guard.context_key (inner_pad, outer_pad) VALUES (%s, %s)", pads())
        cursor.execute("DELETE FROM guard.city")
        cursor.execute(
            "INSERT INTO guard.city (time_zone, is_guarded) VALUES (%s, %s)", [settings.TIME_ZONE, enabled]
        )
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relrowsecurity <> %s AND oid IN (SELECT polrelid FROM pg_policy)",
            [enabled],
        )
        changed_tables = cursor.fetchall()
        # Rows of these tables can have been written without the triggers that update coverage.
        if enabled and changed_tables:
            cursor.execute("SELECT guard.cover_users(ARRAY(SELECT id FROM accounts_user))")
            cursor.execute("SELECT guard.cover_keys(ARRAY(SELECT id FROM api_apikey))")
        for (table,) in changed_tables:
            cursor.execute(switch.format(sql.Identifier(table)))
        _run(cursor, "GRANT USAGE ON SCHEMA guard TO {}", application)
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'guard'")
        for (view,) in cursor.fetchall():
            _run(cursor, "GRANT SELECT ON guard.{} TO {}", view, application)


def _add_write_triggers(owner: BaseDatabaseWrapper) -> None:
    """Add a trigger to each table that lacks it. The trigger rejects writes without a genuine context.

    A migration would miss tables of later migrations. Each table is changed in its own transaction, so that
    no table is locked for long.
    """
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND pg_get_userbyid(relowner) = current_user AND NOT starts_with(relname, %s)"
            " AND relname <> ALL (%s) AND NOT EXISTS ("
            " SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'written_in_context')",
            [LOG_PREFIX, list(REGISTRATION_TABLES)],
        )
        for (table,) in cursor.fetchall():
            _run(
                cursor,
                "CREATE TRIGGER written_in_context BEFORE INSERT OR UPDATE OR DELETE ON {}"
                " FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context()",
                table,
            )


def _revoke_functions(owner: BaseDatabaseWrapper) -> None:
    """Revoke from PUBLIC the right to run functions that act as the owner, and functions for hashes.

    Migrations revoke it too, but in a restored database every role can run every function. A role could then
    attach a trigger function to a temporary table and so run it as the owner. Functions named `context_…`
    keep the right, because a policy calls them as the role that runs the query.
    """
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE (prosecdef AND NOT starts_with(proname, 'context_') OR proname = ANY (%s))"
            " AND pronamespace IN ('public'::regnamespace, 'guard'::regnamespace)"
            " AND pg_get_userbyid(proowner) = current_user"
            " AND has_function_privilege('public', oid, 'EXECUTE')",
            [list(HASH_FUNCTIONS)],
        )
        for (function,) in cursor.fetchall():
            cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function)))


def set_sessions(owner: BaseDatabaseWrapper, role: str, settings: dict[str, str]) -> None:
    """Set the session settings of a role. Raises NotAllowed if the owner lacks the right."""
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
            " WHERE rolname = %s AND setdatabase = 0",
            [role],
        )
        current_settings = dict(row[0].split("=", 1) for row in cursor.fetchall())
        missing_settings = {
            name: value for name, value in settings.items() if current_settings.get(name) != value
        }
        if not missing_settings:
            return
        # Loads pg_trgm, because PostgreSQL rejects a setting that is not defined.
        cursor.execute("SELECT show_limit()")
        statements = [
            sql.SQL("ALTER ROLE {} SET {} = {};").format(
                sql.Identifier(role), sql.SQL(name), sql.Literal(value)
            )
            for name, value in missing_settings.items()
        ]
        try:
            for statement in statements:
                cursor.execute(statement)
        except ProgrammingError as error:
            if not isinstance(error.__cause__, errors.InsufficientPrivilege):
                raise
            commands = sql.SQL(" ").join(statements).as_string(cursor.connection)
            raise NotAllowed(
                f"{owner.settings_dict['USER']} may not change the role {role}."
                f" Have a superuser run: {commands}"
            ) from error


def _column_rights(right: str, columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(right) + sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))


def _grant(cursor: CursorWrapper, rights: sql.Composable, table: str, role: str) -> None:
    cursor.execute(
        sql.SQL("GRANT {} ON {} TO {}").format(rights, sql.Identifier(table), sql.Identifier(role))
    )


def _run(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
