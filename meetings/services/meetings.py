"""Planning, changing and cancelling meetings. What is held is logged in `held_meetings`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.services.changing import record_erased
from lib.cleaning import assign
from lib.conflicts import StaleVersion, check_version
from meetings.codes import MeetingStatus
from meetings.models import Meeting, MeetingOrganisation
from meetings.policies import can_edit_meeting, can_write_meetings_in
from meetings.rules import with_outcome
from meetings.services.folding import fold_meeting
from meetings.services.meeting_changes import MeetingChange, MeetingFields, set_rows_beside
from meetings.services.summaries import refresh_last_met
from meetings.services.writing import record_written, save_changed
from reminders.services import refresh_reminders

TOOK_PLACE = (MeetingStatus.HELD, MeetingStatus.NOT_REACHED)


# --- The writer -----------------------------------------------------------------------------------


def write_meetings(actor: Actor, changes: Sequence[MeetingChange]) -> list[Meeting]:
    """The one way meetings are written: new ones, and locked ones of which something changes.

    Answers those that were written. Raises PermissionDenied, ValidationError by field.
    """
    before = _seen_in(change.row for change in changes if not change.is_new)
    for change in changes:
        _assign(actor, change)
    Meeting.objects.bulk_create([change.row for change in changes if change.is_new])
    for change in changes:
        set_rows_beside(actor, change)
    save_changed(changes)
    written = [change for change in changes if change.is_new or change.names]
    after = _seen_in(change.row for change in written)
    _follow(actor, after.districts, before.organisations | after.organisations)
    record_written(actor, "meeting", written, before.districts, after.districts)
    return [change.row for change in written]


def erase_meetings(actor: Actor, meetings: Collection[Meeting]) -> None:
    """What should never have been there: a log taken back, an import undone. Others are cancelled."""
    seen = _seen_in(meetings)
    Meeting.objects.filter(pk__in=seen.districts).delete()
    _follow(actor, seen.districts, seen.organisations)
    record_erased(actor, "meeting", meetings, lambda row: seen.districts[row.pk])


def locked_meetings(actor: Actor, versions: Mapping[UUID, int | None]) -> list[Meeting]:
    """As the actor sees them, writable and of these versions, locked until the transaction ends.

    Raises DoesNotExist when the actor does not see one, PermissionDenied when one is read-only here,
    StaleVersion.
    """
    rows = Meeting.objects.visible_to(actor).filter(pk__in=versions).order_by("pk")
    meetings = list(rows.select_for_update(of=("self",)))
    if len(meetings) < len(versions):
        raise Meeting.DoesNotExist
    for meeting in meetings:
        if not can_edit_meeting(actor, meeting):
            raise PermissionDenied
        check_version(meeting.version, versions[meeting.pk])
    return meetings


def locked_meeting(actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    return locked_meetings(actor, {meeting_id: version})[0]


# --- The verbs ------------------------------------------------------------------------------------


@transaction.atomic
def create_meeting(
    *,
    actor: Actor,
    id: UUID | None = None,
    status: str = MeetingStatus.PLANNED,
    with_actor: bool = True,
    **fields: Unpack[MeetingFields],
) -> Meeting:
    """A planned meeting; the actor is one of its officers, unless they only write it down (an import).

    Raises PermissionDenied where its district is not covered, ValidationError by field, also for
    organisations and people the actor does not see.
    """
    meeting = Meeting(**({"id": id} if id else {}), status=status)
    write_meetings(actor, [MeetingChange(meeting, fields, with_actor=with_actor)])
    return meeting


@transaction.atomic
def edit_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    may_have_left: bool = False,
    **fields: Unpack[MeetingFields],
) -> Meeting:
    """Change the given fields; what is not given, or not seen by the actor, stays.

    With `may_have_left` (an undo) officers need not work here any more.
    Raises as `locked_meetings` does, and ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    meeting = locked_meeting(actor, meeting_id, version)
    write_meetings(actor, [MeetingChange(meeting, fields, may_have_left=may_have_left)])
    return meeting


@transaction.atomic
def cancel_meeting(*, actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    """It does not take place, or never did; a cancelled one stays cancelled."""
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.status != MeetingStatus.CANCELLED:
        write_meetings(actor, [MeetingChange(meeting, {"status": MeetingStatus.CANCELLED})])
    return meeting


@transaction.atomic
def restore_meeting(*, actor: Actor, meeting_id: UUID, status: str, version: int | None = None) -> Meeting:
    """Take a cancellation back: the meeting has the status it had."""
    return restore_meetings(actor, {meeting_id: version}, status)[0]


def restore_meetings(actor: Actor, versions: Mapping[UUID, int | None], status: str) -> list[Meeting]:
    meetings = locked_meetings(actor, versions)
    for meeting in meetings:
        if meeting.status != MeetingStatus.CANCELLED:
            raise StaleVersion(meeting.version)
    return write_meetings(actor, [MeetingChange(meeting, {"status": status}) for meeting in meetings])


@transaction.atomic
def add_outcome(*, actor: Actor, meeting_id: UUID, outcome: str) -> None:
    """Note what a promise or concern says came of it, that is of the meeting from now on.

    Nothing happens where the meeting was not held, is read-only for the actor, or says so already.
    """
    meeting = Meeting.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=meeting_id)
    outcomes = with_outcome(meeting.outcomes, outcome, status=meeting.status)
    if outcomes != meeting.outcomes and can_edit_meeting(actor, meeting):
        write_meetings(actor, [MeetingChange(meeting, {"outcomes": outcomes})])


# --- Steps of the writer --------------------------------------------------------------------------


class _Seen(NamedTuple):
    """Where meetings are seen, by their ids, and the organisations they are with."""

    districts: dict[UUID, set[UUID]]
    organisations: set[UUID]


def _seen_in(meetings: Iterable[Meeting]) -> _Seen:
    seen = _Seen(defaultdict(set, {row.pk: {row.district_id} for row in meetings}), set())
    links = MeetingOrganisation.objects.filter(meeting__in=list(seen.districts))
    for pk, organisation_id, district_id in links.values_list(
        "meeting", "organisation", "organisation__home_district"
    ):
        seen.districts[pk].add(district_id)
        seen.organisations.add(organisation_id)
    return seen


def _follow(actor: Actor, ids: Iterable[UUID], organisation_ids: Iterable[UUID]) -> None:
    """What is kept for lists, and reminders, follow what was written."""
    refresh_last_met(actor, organisation_ids)
    for pk in ids:
        refresh_reminders("meeting", pk)


def _assign(actor: Actor, change: MeetingChange) -> None:
    meeting, was = change.row, change.row.status
    change.names = assign(meeting, change.columns)
    moves = meeting.district_id if change.is_new else "district" in change.names
    if moves and not can_write_meetings_in(actor, meeting.district_id):
        raise PermissionDenied
    if change.is_new and actor.kind == "user":
        meeting.logged_by_id = actor.id
    change.takes_place = was == MeetingStatus.PLANNED and meeting.status in TOOK_PLACE
    _check(meeting)


def _check(meeting: Meeting) -> None:
    """Constraints, and that nothing is said to have come of what did not take place."""
    fold_meeting(meeting)
    meeting.outcomes = list(dict.fromkeys(meeting.outcomes))
    meeting.full_clean()
    if meeting.status in TOOK_PLACE and meeting.starts_at > timezone.now():
        raise ValidationError({"starts_at": _("This date is in the future. Plan the meeting instead.")})
    if meeting.outcomes and meeting.status == MeetingStatus.NOT_REACHED:
        raise ValidationError({"outcomes": _("Leave the outcome empty if no one was reached.")})
    if meeting.outcomes and meeting.status == MeetingStatus.PLANNED:
        raise ValidationError({"outcomes": _("Leave the outcome empty until the meeting has taken place.")})
