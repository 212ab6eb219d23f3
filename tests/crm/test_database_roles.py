"""The application's role changes rows but not tables, and only inserts into the activity log."""

import os
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from crm.database import roles
from crm.embedded.postgres import APPLICATION, OWNER
from crm.management.commands.prepare_database import LOCK_NUMBER
from tests.plugins import services


def tables() -> list[str]:
    return [
        table for table in connection.introspection.table_names() if not table.startswith("django_migrations")
    ]


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as problem, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(problem.value)


def rights_on(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(current_user, %s, name)",
            [["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"], table],
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_tests_run_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == (APPLICATION, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE contacts_contact ADD COLUMN religion text",
        "DROP TABLE contacts_contact",
        "TRUNCATE contacts_contact CASCADE",
        "CREATE TABLE anything (id int)",
        f"SET ROLE {OWNER}",
    ],
)
def test_tables_are_not_the_applications(statement: str) -> None:
    message = refused(statement)
    assert "must be owner" in message or "permission denied" in message


@pytest.mark.django_db
def test_rows_are() -> None:
    """tests/audit/test_grants.py checks the columns of the activity log."""
    for table in tables():
        expected = {"SELECT"} if table.startswith("audit_") else {"SELECT", "INSERT", "UPDATE", "DELETE"}
        assert rights_on(table) == expected, table


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET action = ''", "DELETE FROM audit_event"])
def test_the_trail_is_only_added_to(statement: str) -> None:
    assert "permission denied" in refused(statement)


def test_preparing_twice_changes_nothing(committed_db: None) -> None:
    before = {table: rights_on(table) for table in tables()}
    call_command("prepare_database", verbosity=0)
    connections["owner"].close()
    assert {table: rights_on(table) for table in tables()} == before


def test_two_prepare_at_once_and_one_waits_without_being_waited_for(committed_db: None) -> None:
    """A waiting statement would block a concurrent index build, and both would wait forever."""
    with connections["owner"].cursor() as first:
        first.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        second = Thread(target=_prepare, daemon=True)
        second.start()
        first.execute("CREATE INDEX CONCURRENTLY built_meanwhile ON meetings_meeting (subject)")
        assert second.is_alive()
        first.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])
    connections["owner"].close()
    second.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'built_meanwhile'::regclass")
        assert cursor.fetchone() == (True,)


def _prepare() -> None:
    call_command("prepare_database", verbosity=0)
    connections.close_all()


def test_a_role_that_the_owner_may_not_change_is_told_with_the_statement_to_run(committed_db: None) -> None:
    """A role that a database administrator created by hand."""
    role, owner = f"role_{os.getpid()}", connections["owner"]
    services.postgres.execute("CREATE ROLE {} LOGIN", role)
    try:
        with pytest.raises(roles.NotAllowed, match="Have a superuser run") as problem:
            roles.set_sessions(owner, role, roles.SESSION_SETTINGS)
        owner.close()
        statement = str(problem.value).partition("superuser run: ")[2]
        with services.postgres.connect(str(connection.settings_dict["NAME"])) as superuser:
            superuser.execute("SELECT show_limit()")
            superuser.execute(statement.encode())
        roles.set_sessions(owner, role, roles.SESSION_SETTINGS)
    finally:
        owner.close()
        services.postgres.execute("DROP ROLE {}", role)
