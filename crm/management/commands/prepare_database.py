"""Bring the database up to date, so that the application can work in it without owning it."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from audit.publishing import publish

LOCK_NUMBER = 0x70726F78  # "prox": any number that nobody else takes.
ROWS = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
APPEND = sql.SQL("SELECT, INSERT")
APPEND_ONLY_PREFIX = "audit_"


class Command(BaseCommand):
    help = (
        "Makes the application's role, migrates as the owner (DATABASE_OWNER_URL) and grants the role its "
        "rights. Safe to run again, and by two at once."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=60, metavar="SECONDS", help="how long to wait for the database"
        )

    def handle(self, *, wait: float, verbosity: int, **_: Any) -> None:
        owner = connections["owner"]
        self._wait_for(owner, seconds=wait)
        application = connections["default"].settings_dict
        shared = application["USER"] == owner.settings_dict["USER"]
        with _alone(owner):
            if not shared:
                make_role(owner, application["USER"], application["PASSWORD"])
                grant_future_tables(owner, application["USER"])
            call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
            if not shared:
                grant_tables(owner, application["USER"])
            publish(everything=True, using="owner")  # of a restored trail, what has no number yet

    def _wait_for(self, connection: BaseDatabaseWrapper, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                connection.ensure_connection()
            except OperationalError as problem:
                if time.monotonic() > deadline:
                    raise CommandError(f"No database after {seconds:.0f} s: {problem}") from problem
                time.sleep(0.5)
            else:
                return


@contextmanager
def _alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait until no other process prepares this database.

    By asking again: a statement that waits would be waited for by an index that is built concurrently.
    """
    with connection.cursor() as cursor:
        while not _locked(cursor):
            time.sleep(0.2)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])


def _locked(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_NUMBER])
    [locked] = cursor.fetchone()
    return bool(locked)


def make_role(owner: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Create the application's role where it is missing; a known one keeps its password."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            secret = sql.SQL(" PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)) + secret)


def grant_future_tables(owner: BaseDatabaseWrapper, role: str) -> None:
    """Before migrating, so that a migration can take rights back from the tables it makes."""
    name = sql.Identifier(role)
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        for rights, objects in ((ROWS, "TABLES"), (sql.SQL("USAGE, SELECT"), "SEQUENCES")):
            cursor.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    rights, sql.SQL(objects), name
                )
            )


def grant_tables(owner: BaseDatabaseWrapper, role: str) -> None:
    """For tables that are older than the role, or restored: the trail can be read and added to, no more."""
    name = sql.Identifier(role)
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        for (table,) in cursor.fetchall():
            rights = APPEND if table.startswith(APPEND_ONLY_PREFIX) else ROWS
            there = sql.Identifier(table)
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(rights, there, name))
            if rights is APPEND:
                cursor.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(there, name))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
