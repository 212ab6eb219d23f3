"""Services that write the activity log: changes in the caller's transaction, views before the response."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from audit.codes import split_codes
from audit.models import Action, Event, Op
from audit.rules import both_purposes
from lib.acting import Acting
from lib.erasable import Keys, Rewrite
from lib.id_lists import as_array
from lib.prepared import prepared_cursor
from lib.row_context import CONTEXT, naming, signed


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
    return _write_event(
        actor,
        _arguments(
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
        ),
    )


class Notice(NamedTuple):
    """Objects of which a recipient is notified."""

    object_type: str
    object_ids: Iterable[UUID]
    district_ids: Iterable[UUID]
    recipient: str


def notice_events(actor: Acting, notices: Iterable[Notice]) -> str:
    """Return the events of notices for WRITE_EVENTS, which writes them in another statement."""
    events = [
        _arguments(
            actor,
            Action.NOTIFY,
            notice.object_type,
            notice.object_ids,
            notice.district_ids,
            (),
            "",
            notice.recipient,
        )
        for notice in notices
    ]
    return orjson.dumps(events).decode()


def record_changes(
    actor: Acting, action: Action, changes: Iterable[Changed], *, purpose: str = "", recipient: str = ""
) -> Event:
    """Write one event for objects of one type that changed together, and a Change row for each object."""
    rows = list(changes)
    districts = sorted({d for row in rows for d in row.district_ids})
    names = sorted({name for row in rows for name in row.field_names})
    objects = [row.object_id for row in rows]
    event = _arguments(actor, action, rows[0].object_type, objects, districts, names, purpose, recipient)
    return _write_event(actor, event, rows)


def remove_reasons(*, actor: Acting, events: Collection[UUID], purpose: str) -> int:
    """Remove the texts of these events' reasons, and return how many there were.

    One event of the same transaction names all of them. The seals hold. Digests of signed audits stay. Only
    the system and privacy officers may do it, which the database checks.
    """
    with naming(actor), prepared_cursor() as cursor:
        try:
            cursor.execute(_REMOVE_REASONS, [as_array(events), _purpose(actor, purpose), actor.request_id])
        except ProgrammingError as error:
            raise _refused(error) from error
        return int(cursor.fetchone()[0])


def _refused(error: ProgrammingError) -> Exception:
    """Return PermissionDenied if the database refuses this actor, or else the error itself."""
    return PermissionDenied() if isinstance(error.__cause__, InsufficientPrivilege) else error


def prune_trail(actor: Acting) -> int | None:
    """Delete the oldest rows of whole months that the rule in force no longer allows, some thousands at once.

    Returns the number of rows, or None if there are none. Only the system may do it.
    """
    with naming(actor), prepared_cursor() as cursor:
        cursor.execute("SELECT seal, removed FROM audit_prune(%s::text)", [actor.request_id])
        seal, removed = cursor.fetchone()
    return None if seal is None else int(removed)


def remove_named_reasons(actor: Acting, keys: Keys, _rewrite: Rewrite) -> None:
    """Remove reasons that name a person who is erased. What an event says without them stays."""
    remove_reasons(actor=actor, events=[UUID(key) for key in keys], purpose="A person’s data is erased")


def remove_named_recipients(actor: Acting, keys: Keys, _rewrite: Rewrite) -> None:
    """Remove recipients that name a person who is erased. The seals hold (docs/adr/0069).

    One event of the same transaction names all of them. Only the system and privacy officers may do it,
    which the database checks.
    """
    arguments = [as_array(map(UUID, keys)), _purpose(actor, "A person’s data is erased"), actor.request_id]
    with naming(actor), prepared_cursor() as cursor:
        try:
            cursor.execute(_REMOVE_RECIPIENTS, arguments)
        except ProgrammingError as error:
            raise _refused(error) from error


_REMOVE_RECIPIENTS: Final = "SELECT removed FROM audit_remove_recipients(%s::uuid[], %s::text, %s::text)"
_REMOVE_REASONS: Final = "SELECT removed FROM audit_remove_reasons(%s::uuid[], %s::text, %s::text)"


# The owner's function takes the moment, the transaction, the actor and the role itself (docs/adr/0044). Every
# response writes an event, so it is one statement that PostgreSQL plans once.
_ARGUMENTS: Final = {
    "action": "text",
    "object_type": "text",
    "object_ids": "uuid[]",
    "field_names": "text[]",
    "district_ids": "uuid[]",
    "reason_code": "text",
    "reason": "text",
    "request_id": "text",
    "recipient": "text",
    "allowed": "boolean",
    "search_hash": "bytea",
}
_CHANGED: Final = {
    "changed_types": "text[]",
    "changed_ids": "uuid[]",
    "changed_ops": "text[]",
    "changed_versions": "integer[]",
    "changed_into": "uuid[]",
    "changed_districts": "text[]",
}
# The context is set first, because the arguments depend on it.
_PASSED: Final = ", ".join(
    f"CASE WHEN sent.context IS NOT NULL THEN {argument} END" if name == "action" else argument
    for name, argument in ((name, f"%({name})s::{kind}") for name, kind in _ARGUMENTS.items())
)
_WRITE: Final = (
    f"SELECT written.* FROM (SELECT set_config('crm.context', {CONTEXT}, true) AS context) AS sent, "  # noqa: S608 (names of arguments)
    "audit_write({}) AS written"
)
_WRITE_EVENT: Final = _WRITE.format(_PASSED)
_WRITE_CHANGES: Final = _WRITE.format(
    ", ".join([_PASSED, *(f"%({name})s::{kind}" for name, kind in _CHANGED.items())])
)
# Part of a statement with another purpose. `events` is the result of `notice_events`.
WRITE_EVENTS: Final = "SELECT audit_write({}) FROM json_to_recordset(%(events)s::json) AS event ({})".format(  # noqa: S608 (names of arguments)
    ", ".join(f"event.{name}" for name in _ARGUMENTS),
    ", ".join(f"{name} {kind}" for name, kind in _ARGUMENTS.items()),
)


class ContextRefused(Exception):
    """The database did not accept the signed context, so the event would have no actor."""

    def __str__(self) -> str:
        return (
            "The database does not accept who acts, so the activity log cannot name them. Either it does not "
            "know this SECRET_KEY: run `manage.py prepare_database`, then restart the application. Or the "
            "clocks of this server and the database differ by more than 10 minutes: correct the clock."
        )


def _arguments(
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
    """Return the arguments of `audit_write`."""
    reason_code, reason = split_codes(_purpose(actor, purpose))
    return {
        "action": action.value,
        "object_type": object_type,
        "object_ids": list(object_ids),
        "field_names": sorted(set(field_names)),
        "district_ids": sorted(set(district_ids)),
        "reason_code": reason_code,
        "reason": reason,
        "request_id": actor.request_id,
        "recipient": recipient,
        "allowed": allowed,
        "search_hash": search_hash,
    }


def _write_event(actor: Acting, event: dict[str, Any], changes: Sequence[Changed] = ()) -> Event:
    """Write an event in the actor's context. Raises ContextRefused."""
    arguments = event | {name: as_array(event[name]) for name in ("object_ids", "district_ids")}
    with naming(actor), prepared_cursor() as cursor:
        arguments["context"] = signed()
        if changes:
            cursor.execute(_WRITE_CHANGES, arguments | _arrays(changes))
        else:
            cursor.execute(_WRITE_EVENT, arguments)
        pk, at, kind, actor_id, role = cursor.fetchone()
    if actor_id != actor.id or (actor.kind == "system") != (kind == "system"):
        raise ContextRefused
    fields = {name: event[name] for name in event if name != "reason"}
    return Event(id=pk, at=at, actor_kind=kind, actor_id=actor_id, actor_role=role, **fields)


def _arrays(changes: Sequence[Changed]) -> dict[str, Any]:
    return {
        "changed_types": [change.object_type for change in changes],
        "changed_ids": as_array(change.object_id for change in changes),
        "changed_ops": [change.op.value for change in changes],
        "changed_versions": [change.version for change in changes],
        "changed_into": [change.into_id for change in changes],
        "changed_districts": [as_array(sorted(set(change.district_ids))) for change in changes],
    }


def _purpose(actor: Acting, reason: str) -> str:
    """Return the reason to record.

    Officers on duty add it to their reason. Keys use their own purpose if no reason is given.
    """
    return both_purposes(actor.purpose, reason) if actor.kind == "user" else reason or actor.purpose
