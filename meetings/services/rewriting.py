"""Rewrite texts of meetings, follow-ups and concerns when an erasure or a retention rule removes names."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Count, Q

from accounts.actors import Actor
from contacts.services.changes import Change, lock, note_districts, record_written, rewrite_rows
from lib.erasable import Keys, Leaving, Rewrite, Writer
from lib.row_context import Opened, opened, writes
from meetings.codes import Attendance, MeetingStatus
from meetings.models import (
    Concern,
    ConcernExternalId,
    FollowUp,
    FollowUpExternalId,
    Meeting,
    MeetingContact,
    MeetingExternalId,
)
from meetings.services.concerns import districts_of_concerns, save_concerns
from meetings.services.follow_ups import districts_of_follow_ups, save_follow_ups
from meetings.services.meetings import districts_of_meetings, save_meetings


@writes
def rewrite_meetings(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    rewrite_rows(actor, Meeting.objects.all(), keys, rewrite, save_meetings, "meeting", districts_of_meetings)


@writes
def rewrite_follow_ups(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    rewrite_rows(
        actor, FollowUp.objects.all(), keys, rewrite, save_follow_ups, "follow_up", districts_of_follow_ups
    )


@writes
def rewrite_concerns(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    rewrite_rows(actor, Concern.objects.all(), keys, rewrite, save_concerns, "concern", districts_of_concerns)


@opened(Opened.WRITER)
def keep_headcounts(actor: Actor, leaving: Leaving) -> None:
    """Count the contacts who attended a held meeting, before one of them is erased."""
    meetings = Meeting.objects.filter(contact_links__contact__in=leaving.ids)
    _enter_headcounts(actor, list(meetings.values_list("pk", flat=True)))


def _enter_headcounts(actor: Actor, ids: Collection[UUID]) -> None:
    """Enter the number of contacts who attended as the headcount of held meetings that have none."""
    attended = Q(contact_links__attendance=Attendance.ATTENDED)
    uncounted = Meeting.objects.filter(pk__in=ids, status=MeetingStatus.HELD, headcount__isnull=True)
    counted = uncounted.annotate(named=Count("contact_links", attended))
    attendee_numbers: dict[UUID, int] = dict(counted.values_list("pk", "named"))

    def count(row: Any) -> dict[str, int]:
        return (
            {"headcount": attendee_numbers[row.pk]}
            if row.headcount is None and attendee_numbers[row.pk]
            else {}
        )

    rewrite_meetings(actor, [str(pk) for pk in attendee_numbers], count)


@writes
def remove_attendance(actor: Actor, keys: Keys) -> None:
    """Delete who attended, by key. The headcount of a held meeting stays, or becomes their number."""
    links = MeetingContact.objects.filter(pk__in=keys)
    meetings = lock(Meeting.objects.all(), set(links.values_list("meeting_id", flat=True)))
    _enter_headcounts(actor, meetings)
    changes = [Change(row) for row in lock(Meeting.objects.all(), meetings).values()]
    for change in changes:
        change.names = ["contacts"]
    note_districts(changes, districts_of_meetings)
    links.delete()
    save_meetings(changes)
    record_written(actor, "meeting", changes, districts_of_meetings)


class _ExternalIdOwner(NamedTuple):
    """Owner of external IDs: its model, object type, save function and districts."""

    model: Any
    object_type: str
    save: Callable[[Collection[Change]], None]
    seen_in: Callable[..., Any]


_OWNERS: Final[dict[type[models.Model], _ExternalIdOwner]] = {
    MeetingExternalId: _ExternalIdOwner(Meeting, "meeting", save_meetings, districts_of_meetings),
    ConcernExternalId: _ExternalIdOwner(Concern, "concern", save_concerns, districts_of_concerns),
    FollowUpExternalId: _ExternalIdOwner(FollowUp, "follow_up", save_follow_ups, districts_of_follow_ups),
}


@writes
def _delete_external_ids(model: type[models.Model], actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    """Delete external IDs that name a person, and give their owners the next version."""
    owner = _OWNERS[model]
    reference = f"{owner.object_type}_id"
    rows: Any = model._base_manager.filter(pk__in=keys).order_by("pk")
    owners = lock(owner.model.objects.all(), set(rows.values_list(reference, flat=True)))
    naming_rows = [row for row in rows.select_for_update(of=("self",)) if rewrite(row)]
    changes = [Change(owners[pk]) for pk in sorted({getattr(row, reference) for row in naming_rows})]
    for change in changes:
        change.names = ["external_ids"]
    note_districts(changes, owner.seen_in)
    for row in naming_rows:
        row.delete()
    owner.save(changes)
    record_written(actor, owner.object_type, changes, owner.seen_in)


WRITERS: Final = (
    Writer(Meeting, rewrite_meetings),
    Writer(FollowUp, rewrite_follow_ups),
    Writer(Concern, rewrite_concerns),
    *(Writer(model, partial(_delete_external_ids, model)) for model in _OWNERS),
)
