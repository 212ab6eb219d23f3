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

TRAIL_PREFIX: Final = "audit_"
# Activity log tables that are numbered and sealed.
WRITTEN: Final = ("audit_event", "audit_change")
# The owner's functions that the application runs: the only ways to write an event (docs/adr/0044).
RUN_BY_APPLICATION: Final = ("audit_write", "audit_remove_reasons", "audit_remove_recipients", "audit_prune")
# The only ways to number and seal rows.
RUN_BY_PUBLISHER: Final = ("audit_publish", "audit_seal", "audit_alone")
# They turn values into bytes, for the hashes of the log.
OF_HASHES: Final = ("audit_field", "audit_id", "audit_ids", "audit_text")
# Columns that numbering and sealing need. They contain no names, no reasons and no reference to a person.
READ_BY_PUBLISHER: Final = dict.fromkeys(WRITTEN, ("id", "xid", "content_hash"))
PUBLISHED: Final = ("audit_numbered", "audit_seal")
# Settings for each session of the application. They belong to the role because a pooler passes on no options.
SESSION_SETTINGS: Final = {
    # A search tolerates one wrong letter in a word of eight; the default of 0.6 does not (lib.matching).
    "pg_trgm.word_similarity_threshold": "0.45",
    **SESSION_BOUNDS,
}

_ROWS: Final = sql.SQL("SELECT, INSERT, UPDATE, DELETE")


class NotAllowed(Exception):
    """The owner lacks the right to change a role. The message tells a person with more rights what to do."""


def make_role(owner: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Create a login role if it does not exist. An existing role keeps its password."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            secret = sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)) + secret)


def grant_future_tables(owner: BaseDatabaseWrapper, application: str) -> None:
    """Set default privileges.

    This happens before migrating, so that a migration can revoke rights on the tables it creates.
    """
    name = sql.Identifier(application)
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        for rights, objects in ((_ROWS, "TABLES"), (sql.SQL("USAGE, SELECT"), "SEQUENCES")):
            cursor.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    rights, sql.SQL(objects), name
                )
            )


def grant_tables(owner: BaseDatabaseWrapper, application: str, publisher: str) -> None:
    """Grant the rights on all tables in one transaction: running processes see no state in between."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            if table.startswith(TRAIL_PREFIX):
                _fence(cursor, table, application, publisher)
            else:
                _grant(cursor, _ROWS, table, application)
        _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", application)
        _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", publisher)
        for functions, role in ((RUN_BY_APPLICATION, application), (RUN_BY_PUBLISHER, publisher)):
            for function in functions:
                _run(cursor, "GRANT EXECUTE ON FUNCTION {} TO {}", function, role)


def _fence(cursor: CursorWrapper, table: str, application: str, publisher: str) -> None:
    """Restrict the activity log: the application reads, the publisher reads what it seals. No one inserts."""
    for role in (application, publisher):
        _run(cursor, "REVOKE ALL ON {} FROM {}", table, role)
    _grant(cursor, sql.SQL("SELECT"), table, application)
    if table in WRITTEN:
        _grant(cursor, _right_on("SELECT", READ_BY_PUBLISHER[table]), table, publisher)
    if table in PUBLISHED:
        _grant(cursor, sql.SQL("SELECT"), table, publisher)


#: All that the public process may do (crm.public_site): tests/publishing/test_live.py asks for each table.
READ_BY_PUBLIC: Final = ("publishing_publication", "publishing_publicfile")
RUN_BY_PUBLIC: Final = ("public_register(jsonb)", "public_confirm(bytea)")
# What these two write. Its policy refuses everyone else without a context.
WRITTEN_BY_PUBLIC: Final = ("publishing_registration",)


def grant_public(owner: BaseDatabaseWrapper, role: str) -> None:
    """Let the public process read publications, and leave and confirm a registration by functions."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", role)
        _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", role)
        for table in READ_BY_PUBLIC:
            _grant(cursor, sql.SQL("SELECT"), table, role)
        for function in RUN_BY_PUBLIC:
            cursor.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(function), sql.Identifier(role))
            )


def guard_rows(owner: BaseDatabaseWrapper, application: str, *, enabled: bool) -> None:
    """Store the keys of contexts (lib.row_context), and enable or disable the policies of all tables.

    While they are on, writes without a genuine context are rejected. Not FORCE: the owner migrates, backs
    up, and works out derived values in its functions.
    """
    _guard_writes(owner)
    _take_functions(owner)
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
        changed = cursor.fetchall()
        if enabled and changed:  # whatever wrote these rows without their triggers
            cursor.execute("SELECT guard.cover_users(ARRAY(SELECT id FROM accounts_user))")
            cursor.execute("SELECT guard.cover_keys(ARRAY(SELECT id FROM api_apikey))")
        for (table,) in changed:
            cursor.execute(switch.format(sql.Identifier(table)))
        _run(cursor, "GRANT USAGE ON SCHEMA guard TO {}", application)
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'guard'")
        for (view,) in cursor.fetchall():
            _run(cursor, "GRANT SELECT ON guard.{} TO {}", view, application)


def _guard_writes(owner: BaseDatabaseWrapper) -> None:
    """Add the trigger that rejects writes without a genuine context to each written table.

    A migration would miss tables of later migrations. Tables are changed singly, to lock none for long.
    """
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND pg_get_userbyid(relowner) = current_user AND NOT starts_with(relname, %s)"
            " AND relname <> ALL (%s) AND NOT EXISTS ("
            " SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'written_in_context')",
            [TRAIL_PREFIX, list(WRITTEN_BY_PUBLIC)],
        )
        for (table,) in cursor.fetchall():
            _run(
                cursor,
                "CREATE TRIGGER written_in_context BEFORE INSERT OR UPDATE OR DELETE ON {}"
                " FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse_without_context()",
                table,
            )


def _take_functions(owner: BaseDatabaseWrapper) -> None:
    """Revoke the right to run functions that act as the owner, and functions that make hashes.

    Migrations do so too, but in a restored database every role can run every function. A role that can run
    the function of a trigger could run it as the owner, by a trigger on a temporary table. Policies call the
    functions of the context as the role of the query.
    """
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE (prosecdef AND NOT starts_with(proname, 'context_') OR proname = ANY (%s))"
            " AND pronamespace IN ('public'::regnamespace, 'guard'::regnamespace)"
            " AND pg_get_userbyid(proowner) = current_user"
            " AND has_function_privilege('public', oid, 'EXECUTE')",
            [list(OF_HASHES)],
        )
        for (function,) in cursor.fetchall():
            cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function)))


def set_sessions(owner: BaseDatabaseWrapper, role: str, settings: dict[str, str]) -> None:
    """Make every session of `role` start with `settings`. Raises NotAllowed if the owner lacks the right."""
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
            " WHERE rolname = %s AND setdatabase = 0",
            [role],
        )
        current_settings = dict(row[0].split("=", 1) for row in cursor.fetchall())
        missing = {name: value for name, value in settings.items() if current_settings.get(name) != value}
        if not missing:
            return
        cursor.execute("SELECT show_limit()")  # loads pg_trgm, because only a known setting can be set
        statements = [
            sql.SQL("ALTER ROLE {} SET {} = {};").format(
                sql.Identifier(role), sql.SQL(name), sql.Literal(value)
            )
            for name, value in missing.items()
        ]
        try:
            for statement in statements:
                cursor.execute(statement)
        except ProgrammingError as problem:
            if not isinstance(problem.__cause__, errors.InsufficientPrivilege):
                raise
            to_run = sql.SQL(" ").join(statements).as_string(cursor.connection)
            raise NotAllowed(
                f"{owner.settings_dict['USER']} may not change the role {role}."
                f" Have a superuser run: {to_run}"
            ) from problem


def _right_on(right: str, columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(right) + sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))


def _grant(cursor: CursorWrapper, rights: sql.Composable, table: str, role: str) -> None:
    cursor.execute(
        sql.SQL("GRANT {} ON {} TO {}").format(rights, sql.Identifier(table), sql.Identifier(role))
    )


def _run(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
