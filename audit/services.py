"""Services that write the activity log: changes in the caller's transaction, views before the response."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from audit.models import Action, Change, Event, Op
from audit.rules import both_purposes, content_hash
from lib.acting import Acting
from lib.copying import copy_values
from lib.id_in import as_array
from lib.ids import uuid7
from lib.prepared import prepared_cursor


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed object. `district_ids`: its districts before and after the change."""

    object_type: str
    object_id: UUID
    op: Op
    version: int
    district_ids: Iterable[UUID] = ()
    into_id: UUID | None = None
    field_names: Iterable[str] = field(default=())


def record(
    actor: Acting,
    action: Action,
    object_type: str = "",
    object_ids: Iterable[UUID] = (),
    *,
    district_ids: Iterable[UUID] = (),
    field_names: Iterable[str] = (),
    purpose: str = "",
    recipient: str = "",
    allowed: bool = True,
    search_hash: bytes | None = None,
) -> Event:
    """Write one event: actor, action, objects and reason. Names of fields, never values.

    `search_hash` replaces the words of a search (audit.rules.search_hash).
    """
    return _insert(
        _content(
            actor,
            action,
            object_type,
            object_ids,
            district_ids,
            field_names,
            purpose,
            recipient,
            allowed,
            search_hash,
        )
    )


class Notice(NamedTuple):
    """What a recipient is notified of."""

    object_type: str
    object_ids: Iterable[UUID]
    district_ids: Iterable[UUID]
    recipient: str


def notice_events(actor: Acting, notices: Iterable[Notice]) -> str:
    """Return the events of notices for INSERT_EVENTS, which writes them beside something else."""
    events = [
        _content(
            actor, Action.NOTIFY, one.object_type, one.object_ids, one.district_ids, (), "", one.recipient
        )
        for one in notices
    ]
    return orjson.dumps(events, default=_as_bytea).decode()


def _as_bytea(value: bytes) -> str:
    return f"\\x{value.hex()}"


def record_changes(
    actor: Acting, action: Action, changes: Iterable[Changed], *, purpose: str = "", recipient: str = ""
) -> Event:
    """Write one event for objects of one type that changed together, and a Change row for each object."""
    rows = list(changes)
    districts = sorted({d for row in rows for d in row.district_ids})
    names = sorted({name for row in rows for name in row.field_names})
    objects = [row.object_id for row in rows]
    content = _content(actor, action, rows[0].object_type, objects, districts, names, purpose, recipient)
    event = _insert(content)
    _write_changes([_change(event, row) for row in rows])
    return event


# Raw SQL, because every response writes an event and `save()` is slower. Django would also name every column,
# but the application has no right to write `xid` (crm.database.roles).
_COLUMNS = [field.name for field in Event._meta.concrete_fields if field.name != "xid"]
_INSERT = "INSERT INTO {} ({}) VALUES ({})".format(  # noqa: S608 (names of columns)
    Event._meta.db_table,
    ", ".join(_COLUMNS),
    ", ".join(f"%({name})s::uuid[]" if name.endswith("_ids") else f"%({name})s" for name in _COLUMNS),
)
# For a statement that does something else in the same round trip. `events`: what `notice_events` returns.
INSERT_EVENTS: Final = "INSERT INTO {0} ({1}) SELECT {1} FROM json_populate_recordset({2})".format(  # noqa: S608 (names of columns)
    Event._meta.db_table, ", ".join(_COLUMNS), f"NULL::{Event._meta.db_table}, %(events)s::json"
)
_CHANGE_COLUMNS = [field.attname for field in Change._meta.concrete_fields if field.name != "xid"]
_INSERT_CHANGES = "INSERT INTO {} ({}) VALUES ".format(  # noqa: S608 (names of columns)
    Change._meta.db_table, ", ".join(_CHANGE_COLUMNS)
)
_ONE_CHANGE = "({})".format(
    ", ".join("%s::uuid[]" if name.endswith("_ids") else "%s" for name in _CHANGE_COLUMNS)
)
_MANY: Final = 100  # rows from which COPY is faster


def _write_changes(written: list[dict[str, Any]]) -> None:
    if len(written) > _MANY:
        copy_values(Change, list(written[0]), (list(content.values()) for content in written))
        return
    values = [content[name] for content in written for name in _CHANGE_COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_CHANGES + ", ".join([_ONE_CHANGE] * len(written)), values)


def _content(
    actor: Acting,
    action: Action,
    object_type: str,
    object_ids: Iterable[UUID],
    district_ids: Iterable[UUID] = (),
    field_names: Iterable[str] = (),
    purpose: str = "",
    recipient: str = "",
    allowed: bool = True,
    search_hash: bytes | None = None,
) -> dict[str, Any]:
    """Return the columns of a new event."""
    content: dict[str, Any] = {
        "id": uuid7(),
        "at": timezone.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "action": action.value,
        "object_type": object_type,
        "object_ids": list(object_ids),
        "field_names": sorted(set(field_names)),
        "district_ids": sorted(set(district_ids)),
        "purpose": _purpose(actor, purpose),
        "request_id": actor.request_id,
        "recipient": recipient,
        "allowed": allowed,
        "search_hash": search_hash,
    }
    content["content_hash"] = content_hash(content)
    return content


def _insert(content: dict[str, Any]) -> Event:
    ids = {name: as_array(content[name]) for name in ("object_ids", "district_ids")}
    with prepared_cursor() as cursor:
        cursor.execute(_INSERT, content | ids)
    return Event(**content)


def _purpose(actor: Acting, given: str) -> str:
    """Return the reason to record.

    Users with temporary access add it to their reason. Keys use their own purpose if no reason is given.
    """
    return both_purposes(actor.purpose, given) if actor.kind == "user" else given or actor.purpose


def _change(event: Event, row: Changed) -> dict[str, Any]:
    content: dict[str, object] = {
        "id": uuid7(),
        "event_id": event.id,
        "at": event.at,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "op": row.op.value,
        "version": row.version,
        "into_id": row.into_id,
        "district_ids": sorted(set(row.district_ids)),
    }
    return content | {"content_hash": content_hash(content)}
