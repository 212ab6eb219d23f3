"""Rights on the activity log, tested by signing in as each role and by reading the catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import errors
from pytest_django import Settings
from structlog.testing import capture_logs

from accounts.actors import SYSTEM
from audit.models import Action, Change, Event, Op, Seal, TrailPosition
from audit.rules import leaf
from audit.services import Changed, record, record_changes
from audit.services.numbering import publish
from audit.services.sealing import seal
from audit.tasks import publish_trail
from crm.embedded.postgres import APPLICATION, OWNER, PUBLIC, PUBLISHER
from lib.ids import uuid7
from tests.audit.numbering import publish_all
from tests.audit.sealing import use_key
from tests.plugins import services

TABLES: tuple[LiteralString, ...] = (
    *("audit_event", "audit_change", "audit_reason", "audit_numbered", "audit_seal"),
)
EVENT: LiteralString = (
    "INSERT INTO audit_event (id, at, actor_kind, actor_role, action, object_type, object_ids, field_names,"
    " district_ids, request_id, recipient, allowed, content_hash{}) VALUES (gen_random_uuid(),"
    " now(), 'user', 'officer', 'view', 'contact', '{{}}', '{{}}', '{{}}', '', '', true, ''{})"
)
CHANGE: LiteralString = (
    "INSERT INTO audit_change (id, event_id, at, object_type, object_id, op, version, district_ids,"
    " content_hash{}) SELECT gen_random_uuid(), id, now(), 'contact', gen_random_uuid(), 'updated', 1,"
    " '{{}}', ''{} FROM audit_event LIMIT 1"
)
OWN = ", pg_current_xact_id()::text::bigint"
NUMBER: LiteralString = (
    "INSERT INTO audit_numbered (seq, event_id, below_xid) SELECT {}, e.id, 1 FROM audit_event e"
    " WHERE NOT EXISTS (SELECT FROM audit_numbered n WHERE n.event_id = e.id) LIMIT 1"
)
SEAL: LiteralString = (
    "INSERT INTO audit_seal (number, at, first_seq, last_seq, leaves, previous_root, root, key_id,"
    " public_key, signature) VALUES ({}, now(), 1, 1, '', '', '', '', '', '')"
)
FORBIDDEN: dict[str, LiteralString] = {
    "an event": EVENT.format("", ""),
    "an event of the first transaction": EVENT.format(", xid", ", 1"),
    "an event with the right number, named": EVENT.format(", xid", OWN),
    "an event with the default, named": EVENT.format(", xid", ", DEFAULT"),
    "a change": CHANGE.format("", ""),
    "a reason": "INSERT INTO audit_reason (event_id, salt, text) SELECT id, '', 'x' FROM audit_event LIMIT 1",
    "a change of the first transaction": CHANGE.format(", xid", ", 1"),
    "a change with the right number, named": CHANGE.format(", xid", OWN),
    "the next number": NUMBER.format("(SELECT coalesce(max(seq), 0) + 1 FROM audit_numbered)"),
    "the last number there is": NUMBER.format(2**63 - 2),
    "a seal": SEAL.format(1),
    **{
        f"{what.split()[0]} {table}": what.format(table)
        for table in TABLES
        for what in (
            "DELETE FROM {}",
            "TRUNCATE {} CASCADE",
            "ALTER TABLE {} DISABLE TRIGGER ALL",
            "DROP TABLE {} CASCADE",
            "DO $$BEGIN LOCK TABLE {} IN ACCESS EXCLUSIVE MODE; END$$",
        )
    },
    "UPDATE audit_event": "UPDATE audit_event SET actor_role = ''",
    "removing a reason": "SELECT audit_remove_reasons('{}', '', '')",
    "removing a recipient": "SELECT audit_remove_recipients('{}', '', '')",
    "pruning": "SELECT audit_prune('')",
    "claiming to have pruned": (
        "INSERT INTO audit_pruned VALUES (1, 1, '', 1, 400, now(), '018f0000-0000-7000-8000-000000000000')"
    ),
    "numbering": "SELECT audit_publish()",
    "sealing": "SELECT audit_seal(1, now(), 1, 1, '', '', '', '', '', '')",
    "UPDATE audit_event's transaction": "UPDATE audit_event SET xid = 1",
    "UPDATE audit_reason": "UPDATE audit_reason SET text = ''",
    "UPDATE audit_change": "UPDATE audit_change SET version = 9",
    "UPDATE audit_numbered": "UPDATE audit_numbered SET seq = seq + 1",
    "UPDATE audit_seal": "UPDATE audit_seal SET at = now()",
    "the publisher's role": f"SET ROLE {PUBLISHER}",
}
WRITE: LiteralString = (
    "SELECT * FROM audit_write("
    "'view', 'contact', '{}', '{}', '{}', '', 'curious', 'a request', '', true, NULL)"
)
ALLOWED: dict[str, LiteralString] = {
    "an event": WRITE,
    "reading all": "SELECT 1 FROM audit_event, audit_change, audit_reason, audit_numbered, audit_seal",
}


@pytest.fixture
def trail(committed_db: None) -> None:
    """Two numbered rows, and one without a number."""
    record_changes(SYSTEM, Action.UPDATE, [Changed("meeting", uuid7(), Op.UPDATED, 1)])
    publish_all()
    record(SYSTEM, Action.VIEW, "contact", [uuid7()])


@pytest.fixture
def application(trail: None) -> Iterator[psycopg.Connection[Any]]:
    with signed_in(APPLICATION) as one:
        yield one


@pytest.fixture
def publisher(trail: None) -> Iterator[psycopg.Connection[Any]]:
    with signed_in(PUBLISHER) as one:
        yield one


def signed_in(role: str) -> Any:
    return services.postgres.connect(str(connection.settings_dict["NAME"]), role)


def test_the_application_adds_rows_and_nothing_else(application: psycopg.Connection[Any]) -> None:
    for what, statement in ALLOWED.items():
        assert application.execute(statement).statusmessage, what
    for what, statement in FORBIDDEN.items():
        with pytest.raises(errors.InsufficientPrivilege):
            application.execute(statement)
            pytest.fail(what)
    for table in TABLES:
        with pytest.raises(errors.InsufficientPrivilege):
            refused(application, f"COPY {table} FROM STDIN")
    publish_all()
    assert TrailPosition.objects.count() == Event.objects.count() + Change.objects.count()


def refused(application: psycopg.Connection[Any], copying: LiteralString) -> None:
    with application.cursor().copy(copying):
        pytest.fail(copying)


def test_the_publisher_numbers_and_seals_and_reads_no_word(publisher: psycopg.Connection[Any]) -> None:
    for statement in (
        WRITE,
        EVENT.format("", ""),
        CHANGE.format("", ""),
        "SELECT request_id FROM audit_event",
        "SELECT text FROM audit_reason",
        "SELECT object_id FROM audit_change",
        "SELECT * FROM contacts_contact",
        "UPDATE audit_numbered SET seq = seq + 1",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_numbered",
        "SELECT audit_publish(true)",
        f"SET ROLE {APPLICATION}",
        NUMBER_WITH_READABLE.format(3),
        SEAL.format(1),
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            publisher.execute(statement)
            pytest.fail(statement)
    for table in TABLES:
        with pytest.raises(errors.InsufficientPrivilege):
            refused(publisher, f"COPY {table} FROM STDIN")
    publish_all()
    publisher.execute(SEALING, sealing())
    assert (TrailPosition.objects.count(), Seal.objects.count()) == (3, 1)


NUMBER_WITH_READABLE: LiteralString = (
    "INSERT INTO audit_numbered (seq, event_id, below_xid) SELECT {}, e.id, 1 FROM audit_event e"
    " WHERE e.id NOT IN (SELECT event_id FROM audit_numbered WHERE event_id IS NOT NULL) LIMIT 1"
)


SEALING: LiteralString = (
    "SELECT audit_seal(%(number)s, now() + %(late)s * interval '1 minute', 1, %(last_seq)s, %(leaves)s,"
    " %(previous_root)s, '', '', '', '')"
)


def sealing(**other: Any) -> dict[str, Any]:
    """Return a seal over the two rows of `trail`, without a signature, which the database cannot check."""
    rows = list(TrailPosition.objects.order_by("seq").select_related("event", "change")[:2])
    leaves = [
        leaf(
            seq=row.seq,
            below_xid=row.below_xid,
            xid=one.xid,
            kind="event" if row.event else "change",
            hash=bytes(one.content_hash),
        )
        for row in rows
        if (one := row.event or row.change)
    ]
    given = {"number": 1, "late": 0, "last_seq": 2, "leaves": b"".join(leaves), "previous_root": bytes(32)}
    return given | other


@pytest.mark.parametrize("role", [PUBLIC, APPLICATION])
def test_no_other_login_keeps_rows_from_being_numbered_and_sealed(
    trail: None, role: str, settings: Settings, tmp_path: Path
) -> None:
    """Any login can take an advisory lock, and the public process can keep a transaction open."""
    use_key(settings, tmp_path)
    with signed_in(role) as other:
        other.execute("SELECT pg_advisory_lock(7236001), pg_advisory_lock(7236002)")
        for statement in (
            "DO $$BEGIN LOCK TABLE guard.numbering IN ACCESS SHARE MODE; END$$",
            "TABLE guard.sealing",
            "SELECT audit_alone('sealing')",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                other.execute(statement)
        if role == PUBLIC:
            other.execute("BEGIN")
            other.execute("SELECT pg_current_xact_id()")
        record(SYSTEM, Action.VIEW, "contact", [uuid7()])
        publish_all()
        assert seal() == 1
        with signed_in(PUBLISHER) as another, another.transaction():
            another.execute("SELECT audit_alone('numbering'), audit_alone('sealing')")
            assert (publish(), seal()) == (0, 0)


@pytest.mark.parametrize(
    "other",
    [
        {"number": 2},
        {"number": 2**63 - 2},
        {"number": 0},
        {"late": 11},
        {"late": -11},
        {"last_seq": 1},
        {"leaves": bytes(64)},
        {"leaves": b""},
        {"previous_root": b""},
    ],
    ids=lambda other: f"another {next(iter(other))}",
)
def test_a_seal_that_is_not_that_of_its_rows_is_refused(
    publisher: psycopg.Connection[Any], other: dict[str, Any]
) -> None:
    with pytest.raises(errors.CheckViolation):
        publisher.execute(SEALING, sealing(**other))
    publisher.execute(SEALING, sealing())
    with pytest.raises(errors.CheckViolation, match="does not follow seal 1"):
        publisher.execute(SEALING, sealing(number=2))


@pytest.mark.parametrize("seq", [2**63 - 2, 5, 0, -1, -(2**63)])
def test_a_number_that_is_not_the_next_stops_nothing(trail: None, seq: int) -> None:
    """Even if the owner inserts it. The next number is then assigned as usual."""
    with signed_in(connections["owner"].settings_dict["USER"]) as owner:
        with pytest.raises(errors.CheckViolation):
            owner.execute(NUMBER_WITH_READABLE.format(seq))
        with pytest.raises(errors.CheckViolation):
            owner.execute(SEAL.format(seq))
    publish_all()
    assert list(TrailPosition.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]


def test_nobody_writes_an_event_of_another_transaction(trail: None) -> None:
    """Applies to roles that can write the column: the owner, and the application of the previous version."""
    with signed_in(connections["owner"].settings_dict["USER"]) as owner:
        owner.execute(EVENT.format(", xid", ", DEFAULT"))
        owner.execute(EVENT.format(", xid", OWN))
        for table in (EVENT, CHANGE):
            with pytest.raises(errors.InsufficientPrivilege, match="transaction that writes it"):
                owner.execute(table.format(", xid", ", 1"))


# Tables of the activity log, with each role's rights on the table or on columns.
GRANTS: dict[tuple[str, str], dict[str, Any]] = {
    ("audit_event", APPLICATION): {"SELECT": "all"},
    ("audit_change", APPLICATION): {"SELECT": "all"},
    ("audit_reason", APPLICATION): {"SELECT": "all"},
    ("audit_numbered", APPLICATION): {"SELECT": "all"},
    ("audit_seal", APPLICATION): {"SELECT": "all"},
    ("audit_pruned", APPLICATION): {"SELECT": "all"},
    ("audit_event", PUBLISHER): {"SELECT": {"id", "xid", "content_hash"}},
    ("audit_change", PUBLISHER): {"SELECT": {"id", "xid", "content_hash"}},
    ("audit_numbered", PUBLISHER): {"SELECT": "all"},
    ("audit_seal", PUBLISHER): {"SELECT": "all"},
}
_TABLE_GRANTS = """
SELECT relname, coalesce(rolname, 'PUBLIC'), privilege_type
  FROM pg_class, aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
 WHERE starts_with(relname, 'audit_') AND relkind = 'r' AND grantee <> relowner
"""
_COLUMN_GRANTS = """
SELECT relname, coalesce(rolname, 'PUBLIC'), privilege_type, attname
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl)
  LEFT JOIN pg_roles ON pg_roles.oid = grantee
 WHERE starts_with(relname, 'audit_') AND relkind = 'r' AND grantee <> relowner
"""


def grants_of_the_trail() -> dict[tuple[str, str], dict[str, Any]]:
    """Read the rights from the catalogue. Other roles, and PUBLIC, must have none."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TABLE_GRANTS)
        for table, role, right in cursor.fetchall():
            found.setdefault((table, role), {})[right] = "all"
        cursor.execute(_COLUMN_GRANTS)
        for table, role, right, column in cursor.fetchall():
            found.setdefault((table, role), {}).setdefault(right, set()).add(column)
    return found


@pytest.mark.django_db
def test_the_catalogue_has_these_grants_and_no_others() -> None:
    with connection.cursor() as cursor:
        tables = {name for name in connection.introspection.table_names(cursor) if name.startswith("audit_")}
    assert {table for table, _role in GRANTS} == tables
    assert grants_of_the_trail() == GRANTS


def test_rights_on_whole_tables_are_taken_away_when_the_database_is_prepared_again(trail: None) -> None:
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {APPLICATION}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {PUBLISHER}")
    owner.close()
    call_command("prepare_database", verbosity=0)
    assert grants_of_the_trail() == GRANTS
    assert publish() == 0
    owner.close()


@pytest.mark.parametrize("role", [APPLICATION, OWNER])
def test_without_a_publisher_of_its_own_nothing_is_prepared_and_it_says_what_to_set(
    trail: None, role: str
) -> None:
    settings = connections["audit"].settings_dict
    before = settings["USER"]
    settings["USER"] = role
    try:
        with pytest.raises(CommandError, match="Set DATABASE_AUDIT_URL to a role of its own"):
            call_command("prepare_database", verbosity=0)
    finally:
        settings["USER"] = before
        connections["owner"].close()


def test_a_worker_without_it_leaves_the_rows_and_says_what_to_set(trail: None) -> None:
    settings = connections["audit"].settings_dict
    connections["audit"].close()
    settings["USER"] = APPLICATION
    try:
        with capture_logs() as logs:
            assert publish_trail() == 0
    finally:
        connections["audit"].close()
        settings["USER"] = PUBLISHER
    [line] = logs
    assert line["event"] == "trail_not_numbered"
    assert "set DATABASE_AUDIT_URL for the worker" in line["error"]
    assert TrailPosition.objects.count() == 2
    publish_all()
    assert TrailPosition.objects.count() == 3
