"""A change of any column of the activity log is detected, even if made by the tables' owner."""

from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, models, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, Actor
from audit.models import Action, Change, Event, Op, Reason, Seal, TrailPosition
from audit.services import Changed, record, record_changes
from audit.services.sealing import seal
from audit.services.verifying import verify_trail
from lib.ids import uuid7
from tests.audit.numbering import publish_all
from tests.audit.sealing import as_owner, use_key
from tests.audit.tampering import hash_of

TABLES: tuple[type[models.Model], ...] = (Event, Change, Reason, TrailPosition, Seal)


@pytest.fixture
def trail(committed_db: None, settings: Settings, tmp_path: Path) -> None:
    """Two seals over rows with all fields filled and with as few as possible."""
    use_key(settings, tmp_path)
    who = Actor(kind="user", id=uuid7(), role="officer", request_id="a request")
    for _seal in range(2):
        record(
            who,
            Action.SEARCH,
            "contact",
            [uuid7(), uuid7()],
            district_ids=[uuid7(), uuid7()],
            field_names=["email", "phone"],
            purpose="she called",
            recipient="a file",
            search_hash=bytes(32),
        )
        record(SYSTEM, Action.SIGN_IN_FAILED, allowed=False)
        merged = Changed("contact", uuid7(), Op.MERGED, 3, [uuid7(), uuid7()], into_id=uuid7())
        record_changes(who, Action.MERGE, [merged])
        record_changes(SYSTEM, Action.CREATE, [Changed("meeting", uuid7(), Op.CREATED, 1)])
        publish_all()
        seal()


def other_values(field: Any, value: Any) -> Iterator[Any]:
    """Return other values for the column: similar, different, empty and null."""
    if field.null and value is not None:
        yield None
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1_000, value - 1_000)
        case UUID():
            yield uuid4()
        case bytes() | memoryview():
            raw = bytes(value)
            yield from (raw[:-1] + bytes([raw[-1] ^ 1]), raw[:-1], b"")
        case list():
            yield from (value[1:], value[::-1], [*value, value[0]]) if value else ([_first(field)],)
        case str():
            yield from (value[:-1], value.upper(), "") if value else ("x",)
        case datetime():
            yield from (value + timedelta(microseconds=1), value - timedelta(days=400))
        case None if isinstance(field, models.DateTimeField):
            yield timezone.now()
        case None:
            yield from (b"", bytes(32)) if isinstance(field, models.BinaryField) else (uuid4(),)


def _first(field: Any) -> Any:
    return uuid4() if isinstance(field.base_field, models.UUIDField) else "email"


def edits_of(row: models.Model) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield changes of each column, and for hashed columns also with a matching hash."""
    for field in row._meta.concrete_fields:
        name = field.attname
        before = getattr(row, name)
        for value in other_values(field, before):
            if value == before:
                continue
            yield name, {name: value}
            if isinstance(row, Event | Change) and name not in ("content_hash", "xid"):
                edited = copy(row)
                setattr(edited, name, value)
                yield name, {name: value, "content_hash": hash_of(edited)}


def is_found() -> bool:
    return bool(verify_trail(using="owner").findings)


@pytest.mark.thorough
@pytest.mark.parametrize("model", TABLES)
def test_another_value_in_any_column_is_found(trail: None, model: type[models.Model]) -> None:
    tried, missed = set(), []
    with as_owner():
        assert not is_found()
        for row in model._default_manager.using("owner").order_by("pk"):
            for column, edit in edits_of(row):
                with transaction.atomic(using="owner"):
                    model._default_manager.using("owner").filter(pk=row.pk).update(**edit)
                    tried.add(column)
                    if not is_found():
                        missed.append((column, getattr(row, column), edit))
                    transaction.set_rollback(True, using="owner")
        assert not is_found()
    assert tried == {field.attname for field in model._meta.concrete_fields}
    assert missed == []


@pytest.mark.parametrize("model", [Event, Change])
def test_rows_that_take_each_others_place_are_found(trail: None, model: type[models.Model]) -> None:
    """The rows swap IDs, so that each number names the other's content, with matching hashes."""
    with as_owner():
        first, second = model._default_manager.using("owner").order_by("pk")[:2]
        aside = uuid4()
        for row, new in ((first, aside), (second, first.pk), (aside, second.pk)):
            old = row.pk if isinstance(row, models.Model) else row
            model._default_manager.using("owner").filter(pk=old).update(id=new)
        for row in model._default_manager.using("owner").filter(pk__in=[first.pk, second.pk]):
            assert isinstance(row, Event | Change)
            row.content_hash = hash_of(row)
            row.save(using="owner")
        assert is_found()
    assert verify_trail().findings == []


def test_a_change_that_never_was_is_found(trail: None) -> None:
    with as_owner():
        forged = Change.objects.using("owner").latest("pk")
        forged.pk = uuid7()
        forged.content_hash = hash_of(forged)
        forged.save(using="owner", force_insert=True)
        place = TrailPosition.objects.using("owner").filter(change__isnull=False).latest("seq").seq
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE audit_numbered SET seq = -seq WHERE seq >= %s", [place])
            cursor.execute("UPDATE audit_numbered SET seq = 1 - seq WHERE seq < 0")
        TrailPosition.objects.using("owner").create(seq=place, change=forged, below_xid=forged.xid + 1)
        assert is_found()
    assert verify_trail().findings == []
