"""What each role of the database may do, and with which settings its sessions start (docs/adr/0003).

The only place that says so: `manage.py prepare_database` brings every installation to it, old or new.
"""

from typing import Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from psycopg import errors, sql

from crm.database.bounds import SESSION_BOUNDS

TRAIL_PREFIX: Final = "audit_"
# Tables of the trail that the application adds to: each row, but for what the database writes itself.
WRITTEN: Final = {"audit_event": {"xid"}, "audit_change": {"xid"}}
# What numbering and sealing need to know of those: no name, no reason, nothing of whom it is about.
READ_BY_PUBLISHER: Final = dict.fromkeys(WRITTEN, ("id", "xid", "content_hash"))
PUBLISHED: Final = ("audit_numbered", "audit_seal")
# How each session of the application starts: on the role, because a pooler passes no options on.
SESSION_SETTINGS: Final = {
    # A search forgives one wrong letter in a word of eight: at 0.6 it would not (lib.matching).
    "pg_trgm.word_similarity_threshold": "0.45",
    **SESSION_BOUNDS,
}

_ROWS: Final = sql.SQL("SELECT, INSERT, UPDATE, DELETE")


class NotAllowed(Exception):
    """The owner may not change a role: a person with more rights has to. The text is for that person."""


def make_role(owner: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Create a role that signs in where it is missing; a known one keeps its password."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            secret = sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)) + secret)


def grant_future_tables(owner: BaseDatabaseWrapper, application: str) -> None:
    """Before migrating, so that a migration can take rights back from the tables it makes."""
    name = sql.Identifier(application)
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        for rights, objects in ((_ROWS, "TABLES"), (sql.SQL("USAGE, SELECT"), "SEQUENCES")):
            cursor.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    rights, sql.SQL(objects), name
                )
            )


def grant_tables(owner: BaseDatabaseWrapper, application: str, publisher: str, *, beside_older: bool) -> None:
    """Every right on every table, at one moment: no statement of a running process falls in between.

    `beside_older`: the version before may still be running, and names `xid` when it adds a row. It
    keeps that right until the next time; a number that is not its own is refused all the same.
    """
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            if table.startswith(TRAIL_PREFIX):
                _fence(cursor, table, application, publisher, beside_older=beside_older)
            else:
                _grant(cursor, _ROWS, table, application)
        _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", application)
        _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", publisher)


def _fence(
    cursor: CursorWrapper, table: str, application: str, publisher: str, *, beside_older: bool
) -> None:
    """The trail can be read and added to by the application, numbered and sealed by the publisher."""
    for role in (application, publisher):
        _run(cursor, "REVOKE ALL ON {} FROM {}", table, role)
    _grant(cursor, sql.SQL("SELECT"), table, application)
    if table in WRITTEN:
        left_out = set() if beside_older else WRITTEN[table]
        columns = [name for name in _columns(cursor, table) if name not in left_out]
        _grant(cursor, _of("INSERT", columns), table, application)
        _grant(cursor, _of("SELECT", READ_BY_PUBLISHER[table]), table, publisher)
    if table in PUBLISHED:
        _grant(cursor, sql.SQL("SELECT, INSERT"), table, publisher)


def set_sessions(owner: BaseDatabaseWrapper, role: str, settings: dict[str, str]) -> None:
    """Have every session of `role` start with `settings`. Raises NotAllowed where the owner may not."""
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
            " WHERE rolname = %s AND setdatabase = 0",
            [role],
        )
        known = dict(row[0].split("=", 1) for row in cursor.fetchall())
        missing = {name: value for name, value in settings.items() if known.get(name) != value}
        if not missing:
            return
        cursor.execute("SELECT show_limit()")  # loads pg_trgm: only who knows a setting may set it
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


def _columns(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _of(right: str, columns: tuple[str, ...] | list[str]) -> sql.Composable:
    return sql.SQL(right) + sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))


def _grant(cursor: CursorWrapper, rights: sql.Composable, table: str, role: str) -> None:
    cursor.execute(
        sql.SQL("GRANT {} ON {} TO {}").format(rights, sql.Identifier(table), sql.Identifier(role))
    )


def _run(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
