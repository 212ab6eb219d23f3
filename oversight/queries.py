"""Queries of the privacy officer about watched records."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from audit.models import Change, Op
from contacts.models import Contact, Merge, Organisation
from oversight.models import WatchedRecord, WatchedType
from privacy.queries.activity_log import Events, events_visible_to


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched record with its present row, if the record still exists, and the number of new look-ups."""

    mark: WatchedRecord
    row: Any
    new: int


def watched_records(actor: Actor) -> list[Watched]:
    """The watched records, each with the number of look-ups since the last review."""
    marks = list(WatchedRecord.objects.visible_to(actor).current().in_order())
    rows = rows_of(actor, marks)
    return [Watched(mark, rows.get(mark.pk), new_lookups(actor, mark).count()) for mark in marks]


def rows_of(actor: Actor, marks: Iterable[WatchedRecord]) -> dict[UUID, Any]:
    """Return the present organisations and contacts of the marks, by mark. Merged records are followed."""
    ids = {mark.pk: (mark.object_type, _present_id(mark)) for mark in marks}
    rows_by_mark: dict[UUID, Any] = {}
    for kind, rows in (
        (WatchedType.ORGANISATION, Organisation.objects.visible_to(actor)),
        (WatchedType.CONTACT, Contact.objects.visible_to(actor)),
    ):
        by_id: Any = rows.in_bulk([pk for type_, pk in ids.values() if type_ == kind])
        rows_by_mark |= {
            mark: by_id[pk] for mark, (type_, pk) in ids.items() if type_ == kind and pk in by_id
        }
    return rows_by_mark


def lookups(actor: Actor, mark: WatchedRecord) -> Events:
    """Return events about the record since it was marked, by people and keys other than the reader."""
    ids = {mark.object_id, _present_id(mark)}
    merged = Change.objects.filter(object_type=mark.object_type, op=Op.MERGED, into_id__in=ids)
    ids |= set(merged.values_list("object_id", flat=True))
    rows = events_visible_to(actor).filter(object_ids__overlap=list(ids), at__gte=mark.marked_at)
    return rows.exclude(actor_kind="system").exclude(object_type="watched_record").exclude(actor_id=actor.id)


def new_lookups(actor: Actor, mark: WatchedRecord) -> Events:
    """Look-ups after the last review."""
    rows = lookups(actor, mark)
    return rows.filter(at__gt=mark.reviewed_until) if mark.reviewed_until else rows


def _present_id(mark: WatchedRecord) -> UUID:
    return Merge.objects.heir_of(mark.object_type, mark.object_id) or mark.object_id
