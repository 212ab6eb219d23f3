"""Nobody forges who, when or in which role: the owner's function takes them itself (docs/adr/0044)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg import errors
from pytest_django import Settings

from accounts.actors import NOBODY, SYSTEM, Actor
from accounts.models import User
from audit.models import Action, Change, Event, Op, Reason
from audit.services import Changed, ContextRefused, record, record_changes
from crm.embedded.postgres import APPLICATION
from lib import row_context
from lib.acting import Acting
from lib.ids import uuid7
from lib.prepared import prepared_cursor
from lib.row_context import Opened, acting_as, opened, signed
from tests.api.clients import Tool
from tests.audit.tampering import hash_of
from tests.factories import make_actor, make_district
from tests.plugins import services

WRITE: LiteralString = (
    "SELECT id FROM audit_write('view', 'contact', '{}', '{}', '{}', '', 'curious', '', '', true, NULL)"
)


def who(event: Event) -> tuple[object, ...]:
    event = Event.objects.get(pk=event.pk)
    return event.actor_kind, event.actor_id, event.actor_role


def signed_in() -> "psycopg.Connection[tuple[object, ...]]":
    return services.postgres.connect(str(connection.settings_dict["NAME"]), APPLICATION)  # type: ignore[return-value]  # a context manager


@pytest.mark.django_db
def test_an_event_names_who_acts_whatever_context_is_around_it() -> None:
    officer, other = make_actor(make_district()), make_actor(make_district())
    tool = Tool(make_district(code="T"))
    with acting_as(other):
        before = signed()
        assert who(record(officer, Action.VIEW)) == ("user", officer.id, "officer")
        assert who(record(other, Action.VIEW)) == ("user", other.id, "officer")
        assert who(record(SYSTEM, Action.VIEW)) == ("system", None, "")
        assert who(record(NOBODY, Action.VIEW)) == ("user", None, "")
        assert who(record(Actor(kind="key", id=tool.key.pk), Action.VIEW)) == ("key", tool.key.pk, "")
        assert signed() == before


@pytest.mark.django_db
def test_what_is_opened_for_a_change_stays_open_after_its_event() -> None:
    officer = make_actor(make_district())
    with acting_as(officer), opened(Opened.WRITER), transaction.atomic():
        record(officer, Action.VIEW)
        with connection.cursor() as cursor:
            cursor.execute("SELECT split_part(current_setting('crm.context'), '|', 3)")
            assert cursor.fetchone() == ("writer",)


@pytest.mark.django_db
def test_the_role_is_that_of_the_account_not_of_the_caller() -> None:
    officer = make_actor(make_district())
    assert who(record(replace(officer, role="privacy_officer"), Action.VIEW))[2] == "officer"
    User.objects.filter(pk=officer.id).update(is_active=False)
    assert who(record(officer, Action.VIEW)) == ("user", officer.id, "")


def forget_keys() -> None:
    row_context._keys.cache_clear()
    row_context._signed.cache_clear()


@pytest.fixture
def changed_secret(settings: Settings) -> Iterator[None]:
    """A change of SECRET_KEY that the database was not told of."""
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    forget_keys()
    yield
    settings.SECRET_KEY = before
    forget_keys()


@pytest.fixture
def officer(db: None) -> Actor:
    return make_actor(make_district())


@pytest.mark.parametrize("is_system", [False, True])
def test_an_event_that_would_name_nobody_is_refused(
    is_system: bool, officer: Actor, changed_secret: None
) -> None:
    actor: Acting = SYSTEM if is_system else officer
    with pytest.raises(ContextRefused, match="prepare_database"):
        record(actor, Action.VIEW)


def test_an_event_in_a_transaction_leaves_the_rest_of_it_to_who_acts(committed_db: None) -> None:
    """The statement of the event sets the context of its own actor."""
    officer, other = make_actor(make_district()), make_actor(make_district())
    with transaction.atomic(), acting_as(officer):
        assert who(record(other, Action.VIEW))[1] == other.id
        assert who(record(officer, Action.VIEW))[1] == officer.id
        with prepared_cursor() as cursor:
            assert cursor.execute("SELECT context_actor()").fetchone()[0] == officer.id


def test_the_password_of_the_application_names_nobody_and_no_other_time(committed_db: None) -> None:
    officer = make_actor(make_district())
    with acting_as(officer):
        genuine = signed()
    digest, message = genuine.split(":", 1)
    forged = (f"{'0' * 64}:{message}", f"{digest}:{uuid7()}{message[36:]}", f"{digest}:|{message[37:]}")
    with signed_in() as application:
        for context in (*forged, "", "x", ":" * 70):
            with application.transaction():
                application.execute("SELECT set_config('crm.context', %s, true)", [context])
                [pk] = application.execute(WRITE).fetchone() or ()
                [xid] = application.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or ()
            event = Event.objects.get(pk=str(pk))
            assert (event.actor_kind, event.actor_id, event.actor_role) == ("user", None, ""), context
            assert (event.login, event.xid) == (APPLICATION, xid)
            assert abs(event.at - timezone.now()) < timedelta(seconds=10)
        for null in ("object_ids", "district_ids", "field_names"):
            kind = "text[]" if null == "field_names" else "uuid[]"
            given = dict.fromkeys(("object_ids", "field_names", "district_ids"), "'{}'")
            given[null] = f"ARRAY[NULL]::{kind}"
            with pytest.raises(errors.NullValueNotAllowed):
                application.execute(
                    f"SELECT audit_write('view', '', {', '.join(given.values())}, '', '', '', '', true, NULL)"
                )


@pytest.mark.django_db
def test_the_text_of_a_reason_is_apart_from_its_event() -> None:
    event = record(make_actor(make_district()), Action.VIEW, purpose="Señora Núñez called")
    with connection.cursor() as cursor:
        cursor.execute("SELECT e::text FROM audit_event e WHERE id = %s", [event.pk])
        [row] = cursor.fetchone()
    assert "called" not in row
    assert Reason.objects.get(event_id=event.pk).text == "Señora Núñez called"
    assert not Reason.objects.filter(event=record(SYSTEM, Action.VIEW)).exists()


@pytest.mark.django_db
def test_many_changes_are_one_statement_in_the_order_given(django_assert_num_queries: object) -> None:
    rows = [
        Changed(
            "meeting",
            uuid7(),
            Op.UPDATED,
            n,
            [uuid7(), uuid7()],
            into_id=uuid7() if n % 2 else None,
        )
        for n in range(500)
    ]
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's
        event = record_changes(SYSTEM, Action.UPDATE, rows)
    changes = Change.objects.filter(event=event).order_by("pk")
    assert [one.object_id for one in changes] == [one.object_id for one in rows]
    assert [one.into_id for one in changes] == [one.into_id for one in rows]
    assert all(bytes(one.content_hash) == hash_of(one) for one in changes)
    assert changes[0].pk > event.pk
