"""A sealed activity log for tests that check it or tamper with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction
from pytest_django import Settings

from accounts.actors import SYSTEM
from audit.models import Action, Op
from audit.services import Changed, record, record_changes
from audit.services.sealing import seal
from audit.signing import make_key
from lib.ids import uuid7
from tests.audit.numbering import publish_all


def use_key(settings: Settings, folder: Path) -> Path:
    """Use a signing key and a seal file of this test's own."""
    key = folder / "audit-key.pem"
    make_key(key)
    settings.AUDIT_SIGNING_KEY_FILE = str(key)
    settings.AUDIT_SEAL_FILE = str(folder / "seals.jsonl")
    return key


def write_trail(rows: int) -> None:
    """Write some events and changes, number them, and seal them once."""
    for number in range(rows // 2):
        pk, district = uuid7(), uuid7()
        record(SYSTEM, Action.VIEW, "contact", [pk], district_ids=[district], purpose=f"reason {number}")
        change = Changed("meeting", pk, Op.UPDATED, number + 1, [district], field_names=["place"])
        if number % 3 == 0:
            record_changes(SYSTEM, Action.UPDATE, [change])
    publish_all()
    seal()


@contextmanager
def as_owner() -> Iterator[None]:
    """Act as the tables' owner without triggers, references or checks. Everything is rolled back."""
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint"
            " WHERE contype IN ('f', 'c') AND conrelid::regclass::text LIKE 'audit\\_%%'"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in ("audit_event", "audit_change", "audit_reason", "audit_numbered", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        transaction.set_rollback(True, using="owner")
