"""Prepare the database: roles, rights, migrations and settings, so that the application need not own it."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from psycopg.errors import DeadlockDetected, LockNotAvailable

from audit.services.numbering import publish
from crm.database import roles
from crm.database.bounds import SESSION_BOUNDS

# How long a migration waits for a table lock while other statements queue behind it. This is well below 1
# second, after which PostgreSQL looks for deadlocks: if a migration and a page wait for each other, the
# migration gives up.
LOCK_SECONDS = 0.2
ATTEMPTS = 150
LOCK_NUMBER = 0x70726F78  # "prox": any number that nothing else uses.
NO_PUBLISHER = (
    "Set DATABASE_AUDIT_URL to a role of its own, such as postgres://proximity_audit:PASSWORD@HOST/DATABASE: "
    "it alone numbers and seals the audit trail. The role is made here; choose a new password for it "
    '(docs/operations.md, "Upgrade"). Nothing was changed.'
)
# A database of version 0.1 or 0.2 has this migration, which no later version has.
OF_BEFORE = ("accounts", "0002_sessions_roles_and_relief")
TOO_OLD = (
    "A version before 0.3 made this database. It cannot be upgraded: use an empty database "
    '(docs/operations.md, "Upgrade"). Nothing was changed.'
)


class Command(BaseCommand):
    help = (
        "Makes the application's role and that of the trail's publisher, migrates as the owner "
        "(DATABASE_OWNER_URL) and gives each its rights. Safe to run again, and by two at once."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=60, metavar="SECONDS", help="how long to wait for the database"
        )

    def handle(self, *, wait: float, verbosity: int, **_: Any) -> None:
        owner = connections["owner"]
        self._wait_for(owner, seconds=wait)
        with owner.cursor() as cursor:  # may also be the application's role, with limited waits
            cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        application, publisher = (connections[alias].settings_dict for alias in ("default", "audit"))
        shared = application["USER"] == owner.settings_dict["USER"]
        if not shared and publisher["USER"] in (application["USER"], owner.settings_dict["USER"]):
            raise CommandError(NO_PUBLISHER)
        if OF_BEFORE in MigrationRecorder(owner).applied_migrations():
            raise CommandError(TOO_OLD)
        with _alone(owner):
            if not shared:
                for database in (application, publisher):
                    roles.make_role(owner, database["USER"], database["PASSWORD"])
                roles.grant_future_tables(owner, application["USER"])
            _migrate(owner, verbosity)
            if not shared:
                roles.grant_tables(owner, application["USER"], publisher["USER"])
            if settings.PUBLIC_DATABASE_URL:
                public = urlsplit(settings.PUBLIC_DATABASE_URL)
                roles.make_role(owner, public.username or "", unquote(public.password or ""))
                roles.grant_public(owner, public.username or "")
            enabled = settings.ROW_SECURITY and not shared
            roles.guard_rows(owner, application["USER"], enabled=enabled)
            try:
                roles.set_sessions(owner, application["USER"], roles.SESSION_SETTINGS)
                if not shared:
                    roles.set_sessions(owner, publisher["USER"], SESSION_BOUNDS)
            except roles.NotAllowed as problem:
                raise CommandError(str(problem)) from problem
            publish(everything=True, using="owner")  # restored activity log rows without a number

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

    This polls instead of blocking: a concurrent index build would wait for a blocked statement.
    """
    with connection.cursor() as cursor:
        while not _locked(cursor):
            time.sleep(0.2)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])


def _migrate(owner: BaseDatabaseWrapper, verbosity: int) -> None:
    """Run the migrations, and retry if a lock is not available.

    The lock timeout keeps other statements from queueing behind a waiting migration.
    """
    with owner.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    try:
        with owner.execute_wrapper(_wait_for_indexes):
            for attempt in range(ATTEMPTS):
                try:
                    call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
                except OperationalError as problem:
                    if not isinstance(problem.__cause__, LockNotAvailable | DeadlockDetected):
                        raise
                    _leave_transaction(owner, problem)
                    time.sleep(min(0.1 * 2 ** min(attempt, 5), 2))
                else:
                    return
    finally:
        with owner.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    raise CommandError(
        f"A migration found no moment to lock its table in {ATTEMPTS} attempts: something has used it for "
        "minutes (see pg_stat_activity). Nothing of that migration was done; run this again."
    )


def _leave_transaction(owner: BaseDatabaseWrapper, problem: OperationalError) -> None:
    """Roll back, because Django leaves a migration open if one of its last, deferred statements fails."""
    while owner.in_atomic_block:
        owner.atomic_blocks[-1].__exit__(type(problem), problem, problem.__traceback__)


def _wait_for_indexes(execute: Any, statement: Any, parameters: Any, is_many: bool, context: Any) -> Any:
    """Lift the lock timeout for concurrent index builds.

    Such a build blocks no statement while it waits, and would leave an invalid index if it were cancelled.
    """
    if "CONCURRENTLY" not in str(statement):
        return execute(statement, parameters, is_many, context)
    database = context["connection"].connection
    database.execute("SET lock_timeout = 0")
    try:
        return execute(statement, parameters, is_many, context)
    finally:
        database.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")


def _locked(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_NUMBER])
    [locked] = cursor.fetchone()
    return bool(locked)
