"""The signed context of statements (lib.row_context), as the database verifies it."""

import time
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import errors
from pytest_django import Settings

from accounts.actors import Actor, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from crm.database.cursors import due_context
from crm.embedded.postgres import APPLICATION
from districts.models import District
from lib import row_context
from lib.prepared import prepared_cursor
from lib.row_context import Opened, acting_as, opened, writes
from tests.factories import make_district, make_officer
from tests.plugins import services

EVERYWHERE = "00000000-0000-0000-0000-000000000000"
ASKED = "SELECT context_actor(), ARRAY(SELECT unnest(context_districts())::text)"


def seen() -> tuple[Any, Any]:
    with connection.cursor() as cursor:
        cursor.execute(ASKED)
        actor, districts = cursor.fetchone()
        return actor, districts


def of(actor: Actor) -> tuple[Any, Any]:
    return actor.id, [str(one) for one in actor.district_ids]


@pytest.fixture
def one(db: None) -> Actor:
    return actor_for(make_officer(make_district()))


def test_the_database_knows_the_actor_and_the_districts_in_and_outside_transactions(
    one: Actor, committed_db: None
) -> None:
    other = actor_for(make_officer(make_district()))
    for scope in (transaction.atomic, lambda: acting_as(one)):
        with acting_as(one), scope():
            assert seen() == of(one)
            with acting_as(other):
                assert seen() == of(other)
            with opened(Opened.WRITER):  # on behalf of the same actor, who now sees everything
                assert seen() == (one.id, [EVERYWHERE])
            with prepared_cursor() as cursor:
                assert cursor.execute(ASKED).fetchone()[0] == one.id
            # Chunks come from a cursor of the server, which outlives its transaction.
            chunks = User.objects.raw("SELECT * FROM accounts_user WHERE id = context_actor()").iterator()
            assert [user.pk for user in chunks] == [one.id]
    assert seen() == (None, [EVERYWHERE])  # the system
    with acting_as(Actor(kind="user")):
        assert seen() == (None, [])


@writes
def add_district(*, fails: bool) -> tuple[Any, Any]:
    make_district()
    if fails:
        raise ZeroDivisionError
    return seen()


def test_a_service_that_writes_is_one_transaction_that_sees_every_district(
    one: Actor, committed_db: None
) -> None:
    before = District.objects.count()
    with acting_as(one):
        with pytest.raises(ZeroDivisionError):
            add_district(fails=True)
        assert District.objects.count() == before
        assert add_district(fails=False) == (one.id, [EVERYWHERE])
        assert seen() == of(one), "only the service itself sees every district"
    assert District.objects.count() == before + 1


def test_each_transaction_of_a_patient_process_is_sent_its_context(one: Actor, committed_db: None) -> None:
    with acting_as(one), connection.patient(60):  # type: ignore[attr-defined]  # crm.database.base
        for _ in range(2):
            with transaction.atomic():
                assert seen() == of(one)
            chunks = User.objects.raw("SELECT * FROM accounts_user WHERE id = context_actor()").iterator()
            assert [user.pk for user in chunks] == [one.id]


def test_a_context_of_a_rolled_back_savepoint_is_sent_again(one: Actor) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), acting_as(one):
        assert seen() == of(one)
        raise ZeroDivisionError
    assert seen() == (None, [EVERYWHERE])
    with acting_as(one):
        assert seen() == of(one)


@pytest.mark.parametrize("forged", ["", "signature", "actor", "opened", "old", "keyless"])
def test_what_the_secret_did_not_sign_counts_for_nothing(
    one: Actor, forged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert one.id
    other = str(make_officer().pk)
    if forged == "old":
        minutes = time.time() - 11 * 60
        monkeypatch.setattr("lib.row_context.time.time", lambda: minutes)
    with acting_as(one):
        context = row_context.signed()
    changed = {
        "": "",
        "signature": "0" * 64 + context[64:],
        "actor": context.replace(str(one.id), other),
        "opened": context + "writer",
        "old": context,
        "keyless": context[65:],
    }[forged]
    monkeypatch.setattr("crm.database.cursors.signed", lambda: changed)
    assert seen() == (None, [])


def test_the_application_reads_neither_the_keys_nor_the_coverage(one: Actor) -> None:
    for statement in (
        "SELECT * FROM guard.context_key",
        "SELECT * FROM guard.coverage",
        "INSERT INTO guard.coverage VALUES (gen_random_uuid(), '-infinity', 'infinity', '{}')",
        "SELECT guard.cover_users('{}')",
        "SELECT guard.verified_context()",
    ):
        with pytest.raises(Exception) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)


def test_every_table_with_a_policy_and_function_of_the_context_is_sent_one(
    one: Actor, settings: Settings
) -> None:
    settings.ROW_SECURITY = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT polrelid::regclass::text FROM pg_policy"
            " UNION SELECT 'guard.' || viewname FROM pg_views WHERE schemaname = 'guard'"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prosrc ~ 'context_(actor|districts|today)|verified_context|rows_in_context'"
        )
        readers = {name for (name,) in cursor.fetchall()}
    assert {"contacts_organisation", "guard.meeting_home", "context_candidates"} <= readers
    with acting_as(one):
        for name in readers:
            assert due_context(connection.connection, f'TABLE "{name}"'), name


@pytest.mark.parametrize(
    ("on", "statement", "is_sent"),
    [
        (True, "SELECT 1 FROM contacts_organisation", True),
        (False, "SELECT 1 FROM contacts_organisation", False),
        (False, "SELECT context_actor()", True),
        (True, "SELECT 1 FROM accounts_user", False),
        (True, "CREATE INDEX CONCURRENTLY named ON contacts_organisation (name)", False),
    ],
)
def test_a_context_is_sent_only_with_what_can_read_it(
    one: Actor, settings: Settings, on: bool, statement: str, is_sent: bool
) -> None:
    settings.ROW_SECURITY = on
    with acting_as(one):
        assert (due_context(connection.connection, statement) is not None) == is_sent


def test_no_statement_that_was_counted_repeats_its_context(one: Actor) -> None:
    with acting_as(one), CaptureQueriesContext(connection) as asked:
        seen()
        with prepared_cursor() as cursor:
            cursor.execute(ASKED)
    assert [query["sql"] for query in asked.captured_queries] == [ASKED, ASKED]


def test_no_session_shows_a_context_to_others_of_the_same_role(one: Actor, settings: Settings) -> None:
    """Attack: with the application's password, read contexts in statements of its sessions, and use them."""
    settings.ROW_SECURITY = True
    own = f"dbname={connection.settings_dict['NAME']} user={APPLICATION} host={services.postgres.sockets}"
    with psycopg.connect(own, autocommit=True) as thief, acting_as(one):
        for act in (
            seen,
            Organisation.objects.count,
            lambda: prepared_cursor().execute(ASKED),
            lambda: record(one, Action.VIEW, "organisation", []),
            lambda: next(User.objects.raw("SELECT * FROM accounts_user, context_actor()").iterator(), None),
        ):
            act()
            shown = thief.execute(
                "SELECT query FROM pg_stat_activity WHERE usename = current_user"
            ).fetchall()
            assert len(shown) > 1
            assert f"{one.id}|" not in str(shown)
