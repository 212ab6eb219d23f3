"""Upgrade from the first release to now, while the previous version reads and writes its own columns."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import errors, sql
from pytest_django import DjangoDbBlocker

from accounts.actors import SYSTEM
from audit.catalogue import differences
from audit.models import Action, Change, Op
from audit.services import Changed, record, record_changes
from crm.database import roles
from crm.database.baseline import HEAD
from crm.embedded.postgres import APPLICATION, OWNER
from crm.management.commands import prepare_database
from lib.days import city_today
from lib.ids import uuid7
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from tests.architecture.baseline import migrations_of, schema_of
from tests.architecture.released import FIRST, names, recorded
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
)
from tests.plugins import services

OLD, SCHEMA, AGAIN = (f"{services.DATABASE}_{name}" for name in ("old", "schema", "again"))
Columns = dict[str, list[str]]
# Maximum wait of a reader or writer during a migration: slightly longer than a migration waits for a lock.
# PostgreSQL measures it, because on a busy machine this process waits too.
LONGEST_WAIT = prepare_database.LOCK_SECONDS + 4.0
EVENT_COLUMNS = (
    "at, actor_kind, actor_id, actor_role, action, object_type, object_ids, field_names, district_ids,"
    " purpose, request_id, recipient, allowed, search_hash, content_hash"
)
EVENT = f"INSERT INTO audit_event (id, {EVENT_COLUMNS}) SELECT %s, {EVENT_COLUMNS} FROM audit_event LIMIT 1"  # noqa: S608
CHANGE = (
    "INSERT INTO audit_change (id, event_id, at, object_type, object_id, op, version, into_id, district_ids,"
    " content_hash, xid) VALUES (%s, %s, now(), 'contact', %s, 'updated', 1, NULL, '{}', '', DEFAULT)"
)


@pytest.fixture(scope="module")
def first_schema(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Provide an empty database as migrated by the first release."""
    owner = connections["owner"]
    with django_db_blocker.unblock(), pointed_to(SCHEMA):
        roles.grant_future_tables(owner, APPLICATION)
        executor = MigrationExecutor(owner)
        executor.migrate(_leaves_of_first_release(executor))
        with services.postgres.connect(SCHEMA) as superuser:
            superuser.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {APPLICATION}")
        owner.close()
        yield


@pytest.fixture
def first_release(first_schema: None, committed_db: None) -> Iterator[Columns]:
    """Provide a database of the first release with rows of each type, and the columns it had."""
    _rows_of_each_kind()
    now = str(connection.settings_dict["NAME"])
    with pointed_to(OLD, SCHEMA):
        with services.postgres.connect(OLD) as old, services.postgres.connect(now) as new:
            columns = _columns(old)
            _copy(new, old, columns)
        yield columns


@contextmanager
def pointed_to(database: str, template: str = "template1") -> Iterator[None]:
    """Point the owner's connection to a new database, and drop that database at the end."""
    owner = connections["owner"]
    before = owner.settings_dict["NAME"]
    owner.close()
    services.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
    services.postgres.execute("CREATE DATABASE {} OWNER {} TEMPLATE {}", database, OWNER, template)
    owner.settings_dict["NAME"] = database
    try:
        yield
    finally:
        owner.close()
        owner.settings_dict["NAME"] = before
        services.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


def _leaves_of_first_release(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """Return the last migrations: ours of the first release, those of libraries as they are now."""
    graph, released = executor.loader.graph, names(recorded(until=FIRST))
    ours = {app for app, _name in released}
    then = [
        one for one in released if not any(child.key in released for child in graph.node_map[one].children)
    ]
    return then + [one for one in graph.leaf_nodes() if one[0] not in {*ours, *_apps_since(ours)}]


def _apps_since(ours: set[str]) -> set[str]:
    return {app for app, _name in names(recorded())} - ours


def _rows_of_each_kind() -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    contact = make_contact(north, organisation)
    make_meeting(north, organisation)
    actor = make_actor(north)
    log_concern(actor=actor, district=north, kinds=["graffiti_symbol"], site_organisation=organisation)
    create_follow_up(
        actor=actor, title="Call", owner=officer, due_on=city_today(), organisations=[organisation]
    )
    record(SYSTEM, Action.VIEW, "contact", [contact.pk, officer.pk])
    record_changes(SYSTEM, Action.UPDATE, [Changed("contact", contact.pk, Op.UPDATED, 1)])


def _columns(database: psycopg.Connection[Any]) -> Columns:
    found = database.execute(
        "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum"
    )
    columns: Columns = {}
    for table, column in found.fetchall():
        columns.setdefault(table, []).append(column)
    return columns


def _copy(new: psycopg.Connection[Any], old: psycopg.Connection[Any], columns: Columns) -> None:
    """Copy rows made by today's code into the columns of the first release."""
    old.execute("SET session_replication_role = replica")
    there = _columns(new)
    for table, had in columns.items():
        if table == "django_migrations" or table not in there:
            continue
        old.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        both = sql.SQL(", ").join(sql.Identifier(one) for one in had if one in there[table])
        place = sql.SQL("COPY {} ({}) ").format(sql.Identifier(table), both)
        with (
            new.cursor().copy(place + sql.SQL("TO STDOUT")) as read,
            old.cursor().copy(place + sql.SQL("FROM STDIN")) as write,
        ):
            for part in read:
                write.write(part)


def _referenced(database: psycopg.Connection[Any]) -> set[str]:
    found = database.execute(
        "SELECT DISTINCT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
    )
    return {table for (table,) in found.fetchall()}


@contextmanager
def of_version_before(longest: float) -> Iterator[psycopg.Connection[Any]]:
    """Connect as the previous version does. A statement that takes longer is cancelled."""
    with services.postgres.connect(OLD, APPLICATION) as database:
        database.execute("SELECT set_config('statement_timeout', %s, false)", [f"{longest * 1000:.0f}"])
        yield database


@dataclass
class Traffic:
    """The previous version at work: reads, updates and inserts a row of each table, in its own columns."""

    columns: Columns
    rounds: int = 0
    problems: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    referenced: set[str] = field(default_factory=set)

    def run(self) -> None:
        with of_version_before(LONGEST_WAIT) as database:
            self.referenced = _referenced(database)
            written = [table for table in self.columns if self._is_written(database, table)]
            while not self.stop.is_set() or self.rounds < 3:
                for table in written:
                    self._try(self._again, database, table)
                self._try(self._trail, database, "audit_event")
                self.rounds += 1

    def _is_written(self, database: psycopg.Connection[Any], table: str) -> bool:
        if table.startswith(("audit_", "django_")):
            return False
        has_rows = database.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table)))
        return has_rows.fetchone() is not None

    def _try(self, work: Any, database: psycopg.Connection[Any], table: str) -> None:
        try:
            with database.transaction():
                work(database, table)
        except psycopg.Error as problem:
            self.problems.append(f"{table}: {problem}")
        self.stop.wait(0.005)  # leaves this process to the migrations, which hold locks meanwhile

    def _again(self, database: psycopg.Connection[Any], table: str) -> None:
        """Delete a row and insert it again. References are checked at the end, when the row exists again."""
        name, columns = sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
        key = sql.Identifier(self.columns[table][0])
        found = database.execute(sql.SQL("SELECT {} FROM {} LIMIT 1").format(columns, name)).fetchone()
        assert found is not None, f"{table} has lost its rows"
        same = sql.SQL(", ").join(
            sql.SQL("{0} = {0}").format(sql.Identifier(one)) for one in self.columns[table]
        )
        database.execute(sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(name, same, key), [found[0]])
        if table in self.referenced:
            self._add_once_more(database, name, columns)
            return
        read = sql.SQL("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT {} FROM {} WHERE {} = %s")
        database.execute(read.format(columns, name, key), [found[0]])
        database.execute(sql.SQL("DELETE FROM {} WHERE {} = %s").format(name, key), [found[0]])
        back = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM kept")
        database.execute(back.format(name, columns, columns))

    def _add_once_more(
        self, database: psycopg.Connection[Any], name: sql.Identifier, columns: sql.Composable
    ) -> None:
        """Insert a copy of a row that must not be deleted. The only expected error is the duplicate key."""
        again = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} LIMIT 1")
        try:
            with database.transaction():
                database.execute(again.format(name, columns, columns, name))
        except errors.UniqueViolation:
            return
        raise AssertionError(f"{name.as_string(database)} has the same row twice")

    def _trail(self, database: psycopg.Connection[Any], _table: str) -> None:
        """Insert an activity log row as the first release does, with the default transaction ID."""
        event, change = uuid7(), uuid7()
        database.execute(EVENT, [event])
        database.execute(CHANGE, [change, event, uuid7()])


@pytest.fixture
def traffic(first_release: Columns) -> Iterator[Traffic]:
    one = Traffic(first_release)
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not one.rounds and time.monotonic() < deadline:
        time.sleep(0.05)
    assert one.problems == []
    yield one
    one.stop.set()
    thread.join()


@pytest.mark.long
def test_the_version_before_goes_on_through_an_upgrade(traffic: Traffic) -> None:
    call_command("prepare_database", verbosity=0)
    before = traffic.rounds
    deadline = time.monotonic() + 60
    while traffic.rounds < before + 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    traffic.stop.set()
    assert traffic.problems == []
    assert traffic.rounds >= before + 3
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event e LEFT JOIN audit_numbered n ON n.event_id = e.id")
        assert cursor.fetchone()[0] > 3
    assert Change.objects.exists()
    call_command("prepare_database", verbosity=0)  # the version before has ended: policies go on
    assert list(differences("owner")) == []  # `verify_audit` finds what it finds in a new database: nothing
    # A new database begins with a baseline (crm.database.baseline), an old one goes migration by migration.
    assert migrations_of(OLD) == migrations_of(services.DATABASE)
    assert schema_written_once_more(OLD) == schema_written_once_more(services.DATABASE)


def schema_written_once_more(of: str) -> str:
    """Return a schema after a dump and a restore, which write `IN` in another way than migrations."""
    with pointed_to(AGAIN), services.postgres.connect(AGAIN, OWNER) as database:
        with database.transaction():
            database.execute((HEAD + schema_of(of)).encode())
        return schema_of(AGAIN)


def test_a_migration_that_finds_no_moment_gives_up_or_waits_and_nobody_waits_behind_it(
    first_release: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open transaction uses the table. Statements queued behind the migration are not delayed for long."""
    with services.postgres.connect(OLD, APPLICATION) as slow, slow.transaction():
        Traffic(first_release)._trail(slow, "")
        with monkeypatch.context() as patch:
            patch.setattr(prepare_database, "LOCK_SECONDS", 0.05)
            patch.setattr(prepare_database, "ATTEMPTS", 2)
            with pytest.raises(CommandError, match="found no moment to lock its table in 2 attempts"):
                call_command("prepare_database", verbosity=0)
        monkeypatch.setattr(prepare_database, "LOCK_SECONDS", 0.3)
        upgrade = threading.Thread(target=_prepare, daemon=True)
        with of_version_before(2.0) as other:
            upgrade.start()
            until = time.monotonic() + 4
            while time.monotonic() < until:
                with other.transaction():
                    Traffic(first_release)._trail(other, "")
                time.sleep(0.02)
            assert upgrade.is_alive(), "no migration needed the table: choose another one"
    upgrade.join(180)
    assert not upgrade.is_alive()
    with services.postgres.connect(OLD) as superuser:
        done = superuser.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_event_own_xid'")
        assert done.fetchone() == (1,)


def _prepare() -> None:
    try:
        call_command("prepare_database", verbosity=0)
    finally:
        connections.close_all()
