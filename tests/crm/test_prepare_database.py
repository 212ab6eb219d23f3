"""Migrating beside processes that use the tables."""

import threading
import time
from typing import LiteralString

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from crm.embedded.postgres import APPLICATION
from crm.management.commands import prepare_database
from tests.plugins import services

USE: LiteralString = "LOCK TABLE accounts_user IN ROW EXCLUSIVE MODE"  # as each write does


@pytest.fixture
def one_migration_is_missing(committed_db: None) -> None:
    """Take away a table that refers to accounts, and its migration."""
    with connections["owner"].cursor() as cursor:
        tables = connections["owner"].introspection.table_names(cursor)
        for table in tables:
            if table.startswith("reminders_reminder"):
                cursor.execute(f"DROP TABLE {table} CASCADE")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reminders'")
    connections["owner"].close()


def test_a_migration_that_finds_no_moment_gives_up_or_waits_and_nobody_waits_behind_it(
    one_migration_is_missing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.postgres.connect(services.DATABASE, APPLICATION) as slow, slow.transaction():
        slow.execute(USE)
        with monkeypatch.context() as patch:
            patch.setattr(prepare_database, "LOCK_SECONDS", 0.05)
            patch.setattr(prepare_database, "ATTEMPTS", 2)
            with pytest.raises(CommandError, match="found no moment to lock its table in 2 attempts"):
                call_command("prepare_database", verbosity=0)
        monkeypatch.setattr(prepare_database, "LOCK_SECONDS", 0.3)
        migrating = threading.Thread(target=_prepare, daemon=True)
        with services.postgres.connect(services.DATABASE, APPLICATION) as other:
            other.execute("SET statement_timeout = '2s'")
            migrating.start()
            until = time.monotonic() + 2
            while time.monotonic() < until:
                with other.transaction():
                    other.execute(USE)
                time.sleep(0.02)
            assert migrating.is_alive(), "the migration did not need the table"
    migrating.join(60)
    assert not migrating.is_alive()
    connections["owner"].close()
    assert "reminders_reminder" in connections["owner"].introspection.table_names()


def _prepare() -> None:
    try:
        call_command("prepare_database", verbosity=0)
    finally:
        connections.close_all()


def test_a_database_of_a_version_that_cannot_be_upgraded_is_left_alone(committed_db: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())",
            prepare_database.OF_BEFORE,
        )
    connections["owner"].close()
    with pytest.raises(CommandError, match="use an empty database"):
        call_command("prepare_database", verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = %s", prepare_database.OF_BEFORE[1:])
    connections["owner"].close()
    call_command("prepare_database", verbosity=0)
    connections["owner"].close()
