"""Random edits, deletions, swaps and insertions of sealed rows, as the tables' owner can make them.

Each change is made in the database, checked with the code of `verify_audit`, and rolled back.
"""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import connections, transaction

from audit.models import Change, Event, TrailPosition
from audit.rules import row_hash
from audit.services.verifying import CHANGE_COLUMNS, EVENT_COLUMNS, verify_trail

OWNER = "owner"
TABLES: dict[str, list[str]] = {"audit_event": EVENT_COLUMNS, "audit_change": CHANGE_COLUMNS}


def tamper(random: Random) -> str:
    """Make one random change to sealed rows and describe it. Triggers and references must be off."""
    how = random.choice([edit, forge, forge_number, delete, delete_row_only, swap, insert])
    return how(random)


def is_found() -> bool:
    return bool(verify_trail(using=OWNER).findings)


def edit(random: Random) -> str:
    """Change the value of one column."""
    table, pk = _any(random)
    row = _read(table, pk)
    name = random.choice([*TABLES[table], "xid", "content_hash"])
    _sql(f"UPDATE {table} SET {name} = %s WHERE id = %s", [_another(random, row[name], name), pk])  # noqa: S608 (own names)
    return f"edit {table}.{name}"


def forge(random: Random) -> str:
    """Change a value and update the hash to match."""
    table, pk = _any(random)
    row = _read(table, pk)
    name = random.choice([name for name in TABLES[table] if name != "id"])
    value = _another(random, row[name], name)
    kind = table.removeprefix("audit_")
    fitting = row_hash(kind, {column: row[column] for column in TABLES[table]} | {name: value})
    _sql(f"UPDATE {table} SET {name} = %s, content_hash = %s WHERE id = %s", [value, fitting, pk])  # noqa: S608 (own names)
    return f"forge {table}.{name}"


def forge_number(random: Random) -> str:
    seq = _seq(random)
    _sql("UPDATE audit_numbered SET below_xid = below_xid + 1 WHERE seq = %s", [seq])
    return "edit audit_numbered.below_xid"


def hash_of(row: Event | Change) -> bytes:
    """The hash that fits a row's columns."""
    columns = {
        field.column: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.column not in ("content_hash", "xid")
    }
    return row_hash(row._meta.model_name or "", columns)


def delete(random: Random) -> str:
    """Delete a row and its number. Half the time close the gap in the numbers."""
    seq = _seq(random)
    _sql("DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_numbered WHERE seq = %s)", [seq])
    _sql("DELETE FROM audit_change WHERE id = (SELECT change_id FROM audit_numbered WHERE seq = %s)", [seq])
    _sql("DELETE FROM audit_numbered WHERE seq = %s", [seq])
    if random.random() < 0.5:
        return "delete"
    _shift(seq, -1)
    return "delete and close the gap"


def delete_row_only(random: Random) -> str:
    table, pk = _any(random)
    _sql(f"DELETE FROM {table} WHERE id = %s", [pk])  # noqa: S608 (own names)
    return f"delete {table}"


def swap(random: Random) -> str:
    """Swap two rows."""
    first, second = random.sample(_all_seqs(), 2)
    _sql("UPDATE audit_numbered SET seq = -1 WHERE seq = %s", [first])
    _sql("UPDATE audit_numbered SET seq = %s WHERE seq = %s", [first, second])
    _sql("UPDATE audit_numbered SET seq = %s WHERE seq = -1", [second])
    return "swap"


def insert(random: Random) -> str:
    """Insert an invented row with a matching hash, between the others or before the first."""
    copy = Event.objects.using(OWNER).order_by("?").first()
    assert copy is not None
    copy.pk = uuid4()
    copy.content_hash = hash_of(copy)
    copy.save(using=OWNER, force_insert=True)
    seq = 0 if random.random() < 0.2 else _seq(random)
    if seq:
        _shift(seq - 1, 1)
    TrailPosition.objects.using(OWNER).create(seq=seq, event_id=copy.pk, below_xid=copy.xid + 1)
    return "insert" if seq else "insert before the first"


def _another(random: Random, value: Any, name: str) -> Any:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + random.choice([-1, 1, 7])
        case UUID():
            return uuid4()
        case bytes() | memoryview():
            return random.randbytes(32)
        case list() if name == "field_names":
            return [*value, "email"]
        case list():
            return value[1:] if value and random.random() < 0.5 else [*value, uuid4()]
        case None:
            return uuid4() if name.endswith("_id") else random.randbytes(32)
        case str():
            return "view" if value != "view" else "list"
    return value.replace(microsecond=(value.microsecond + 1) % 1_000_000)


def _any(random: Random) -> tuple[str, UUID]:
    table: str = random.choice(["audit_event", "audit_event", "audit_change"])
    model = {"audit_event": Event, "audit_change": Change}[table]
    ids = list(model._default_manager.using(OWNER).order_by("id").values_list("pk", flat=True))
    return table, random.choice(ids)


def _read(table: str, pk: UUID) -> dict[str, Any]:
    names = [*TABLES[table], "xid", "content_hash"]
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {table} WHERE id = %s", [pk])  # noqa: S608 (own names)
        return dict(zip(names, cursor.fetchone(), strict=True))


def _all_seqs() -> list[int]:
    return list(TrailPosition.objects.using(OWNER).order_by("seq").values_list("seq", flat=True))


def _seq(random: Random) -> int:
    return random.choice(_all_seqs())


def _shift(after: int, by: int) -> None:
    """Move later numbers by one, through negative numbers, because numbers are unique at all times."""
    _sql("UPDATE audit_numbered SET seq = -seq - 1000000 WHERE seq > %s", [after])
    _sql("UPDATE audit_numbered SET seq = -(seq + 1000000) + %s WHERE seq <= -1000000", [by])


def _sql(statement: str, values: list[Any]) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(statement, values)


def run(times: int, random: Random, tell: Callable[[str, bool], None]) -> None:
    """Tamper `times` times, with a rollback after each."""
    for _turn in range(times):
        with transaction.atomic(using=OWNER):
            done = tamper(random)
            tell(done, is_found())
            transaction.set_rollback(True, using=OWNER)
