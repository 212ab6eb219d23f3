"""Delete what a test committed, which takes a tenth of the time of a new database."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection, sql

from . import services

#: Tables that migrations and `prepare_database` fill. After a test that writes to them the database is new.
FILLED: Final = (
    "public.auth_permission",
    "public.django_content_type",
    "public.django_migrations",
    "guard.city",
    "guard.context_key",
)
# Whatever else than rows a test can change. Sessions leave the schema of their temporary tables, empty.
_CATALOGS: Final = (
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_db_role_setting",
    "pg_default_acl",
    "pg_extension",
    "pg_index",
    "pg_largeobject_metadata",
    "pg_policy",
    "pg_proc",
    "pg_trigger",
    "pg_type",
    "(SELECT xmin FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_') AS schemas",
    "(SELECT xmin FROM pg_database WHERE datname = current_database()) AS this_database",
)
_STATE: Final = " UNION ALL ".join(
    f"SELECT {number}, count(*), max(xmin::text::bigint) FROM {rows}"  # noqa: S608 (our own names)
    for number, rows in enumerate((*FILLED, *_CATALOGS))
)
_TABLES: Final = """
    SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname IN ('public', 'guard') AND nspname || '.' || relname <> ALL (%s)
"""
_END_OTHERS: Final = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# The sequence of each serial column.
_COUNT_FROM_THE_START: Final = """
    SELECT setval(sequence.oid, start_value, false)
    FROM pg_depend
    JOIN pg_class AS sequence ON sequence.oid = objid AND relkind = 'S'
    JOIN pg_sequences ON schemaname = 'public' AND sequencename = relname
    WHERE refobjid = %s::regclass AND deptype IN ('a', 'i')
"""

State = Sequence[tuple[Any, ...]]


def state_of(database: str) -> State:
    """Return what stays the same as long as a test changes rows only: counts, and the last change of each."""
    with services.postgres.connect(database) as superuser:
        return superuser.execute(_STATE).fetchall()


def empty(database: str) -> None:
    """End all connections, and delete all rows that are not there from the start."""
    with services.postgres.connect(database) as superuser:
        superuser.execute(_END_OTHERS)
        delete_rows(superuser)


def delete_rows(superuser: Connection) -> None:
    """Truncating every table, most of them empty, takes longer than most tests."""
    superuser.execute("SET session_replication_role = replica")
    names = [sql.Identifier(*found) for found in superuser.execute(_TABLES, [list(FILLED)])]
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(number, name)
        for number, name in enumerate(names)
    )
    for (number,) in superuser.execute(asked).fetchall():
        superuser.execute(sql.SQL("DELETE FROM {}").format(names[number]))
        superuser.execute(_COUNT_FROM_THE_START, [names[number].as_string(superuser)])
