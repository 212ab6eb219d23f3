"""Planning, changing and cancelling meetings. What is held is logged in `held_meetings`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Op
from contacts.codes import ContactWish
from contacts.models import Organisation
from contacts.services.change_feed import Kind, Link
from contacts.services.changes import (
    Change,
    insert_new,
    lock_one,
    lock_versions,
    new_row,
    note_districts,
    record_erased,
    record_written,
    save_changed,
)
from lib.conflicts import StaleVersion
from lib.row_context import Opened, acting_as, opened, writes
from meetings.codes import Initiator, MeetingStatus
from meetings.models import Meeting, MeetingOrganisation
from meetings.policies import can_edit_meeting, can_write_meetings_in
from meetings.rules import with_outcome
from meetings.services.folding import fold_meeting
from meetings.services.last_met import refresh_last_met
from meetings.services.meeting_changes import SETTERS, count_absent, set_rows_beside
from reminders.services.reminders import refresh_reminders

TOOK_PLACE = (MeetingStatus.HELD, MeetingStatus.NOT_REACHED)
EARLIEST_YEAR: Final = 2000  # of a meeting: an earlier one is a typing error


# --- The writer -----------------------------------------------------------------------------------


@opened(Opened.WRITER)
def write_meetings(actor: Actor, changes: Sequence[Change], *, with_actor: bool = False) -> list[Meeting]:
    """The one way meetings are written: new ones, and locked ones of which something changes.

    With `with_actor` who logs a new one is one of its officers.
    Answers those that were written. Raises PermissionDenied, ValidationError by field.
    """
    met: set[UUID] = set()  # organisations, before and after
    seen_in = partial(_seen_in, met)
    note_districts(changes, seen_in)
    for change in changes:
        _assign(actor, change)
    for change in changes:
        fold_meeting(change.row)
    insert_new(changes)
    for change in changes:
        if change.before.get("status") == MeetingStatus.PLANNED and change.row.status in TOOK_PLACE:
            count_absent(actor, change.row)
        set_rows_beside(actor, change)
        if with_actor and change.row.logged_by:
            change.row.officers.add(change.row.logged_by)
    save_changed([one for one in changes if one.is_changed])
    record_written(actor, "meeting", changes, seen_in)
    written = [one.row for one in changes if one.is_new or one.is_changed]
    _follow(actor, written, met)
    return written


@writes
def erase_meetings(actor: Actor, meetings: Sequence[Meeting]) -> None:
    """What should never have been there: a log taken back, an import undone. Others are cancelled."""
    met: set[UUID] = set()
    record_erased(actor, "meeting", meetings, partial(_seen_in, met))
    Meeting.objects.filter(pk__in=[row.pk for row in meetings]).delete()
    _follow(actor, meetings, met)


def locked_meetings(actor: Actor, versions: Mapping[UUID, int | None], values: object = ()) -> list[Meeting]:
    """Those that the actor may edit, of these versions; raises as `lock_versions` does."""
    rows = Meeting.objects.visible_to(actor)
    with acting_as(actor):
        return lock_versions(rows, versions, lambda row: can_edit_meeting(actor, row), values)


def locked_meeting(
    actor: Actor, meeting_id: UUID, version: int | None = None, values: object = ()
) -> Meeting:
    return locked_meetings(actor, {meeting_id: version}, values)[0]


# --- The verbs ------------------------------------------------------------------------------------


@writes
def create_meeting(
    *,
    actor: Actor,
    id: UUID | None = None,
    status: str = MeetingStatus.PLANNED,
    with_actor: bool = True,
    **fields: Any,
) -> Meeting:
    """A planned meeting; the actor is one of its officers, unless they only write it down (an import).

    Raises PermissionDenied where its district is not covered, ValidationError by field, also for
    organisations and people the actor does not see.
    """
    meeting = new_row(Meeting, id)
    meeting.status = status
    write_meetings(actor, [Change(meeting, fields)], with_actor=with_actor)
    return meeting


@writes
def edit_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    may_have_left: bool = False,
    **fields: Any,
) -> Meeting:
    """Change the given fields; what is not given, or not seen by the actor, stays.

    With `may_have_left` (an undo) officers need not work here any more.
    Raises as `locked_meetings` does, and ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    meeting = locked_meeting(actor, meeting_id, version, fields)
    write_meetings(actor, [Change(meeting, fields, may_have_left=may_have_left)])
    return meeting


@writes
def cancel_meeting(*, actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    """It does not take place, or never did; a cancelled one stays cancelled."""
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.status != MeetingStatus.CANCELLED:
        write_meetings(actor, [Change(meeting, {"status": MeetingStatus.CANCELLED})])
    return meeting


@writes
def restore_meeting(*, actor: Actor, meeting_id: UUID, status: str, version: int | None = None) -> Meeting:
    """Take a cancellation back: the meeting has the status it had."""
    return restore_meetings(actor, {meeting_id: version}, status)[0]


@opened(Opened.WRITER)
def restore_meetings(actor: Actor, versions: Mapping[UUID, int | None], status: str) -> list[Meeting]:
    meetings = locked_meetings(actor, versions)
    for meeting in meetings:
        if meeting.status != MeetingStatus.CANCELLED:
            raise StaleVersion(meeting.version)
    return write_meetings(actor, [Change(meeting, {"status": status}) for meeting in meetings])


@writes
def add_outcome(*, actor: Actor, meeting_id: UUID, outcome: str) -> None:
    """Note what a promise or concern says came of it, that is of the meeting from now on.

    Nothing happens where the meeting was not held, is read-only for the actor, or says so already.
    """
    with acting_as(actor):
        meeting = lock_one(Meeting.objects.visible_to(actor), meeting_id)
    outcomes = with_outcome(meeting.outcomes, outcome, status=meeting.status)
    if outcomes != meeting.outcomes and can_edit_meeting(actor, meeting):
        write_meetings(actor, [Change(meeting, {"outcomes": outcomes})])


# --- Steps of the writer --------------------------------------------------------------------------


def _seen_in(met: set[UUID], meetings: Collection[Meeting]) -> dict[UUID, set[UUID]]:
    """Where meetings are seen, by their ids; the organisations they are with are added to `met`."""
    seen = {row.pk: {row.district_id} for row in meetings}
    links = MeetingOrganisation.objects.filter(meeting__in=list(seen))
    for pk, organisation_id, district_id in links.values_list(
        "meeting", "organisation", "organisation__home_district"
    ):
        seen[pk].add(district_id)
        met.add(organisation_id)
    return seen


def districts_of_meetings(meetings: Collection[Meeting]) -> dict[UUID, set[UUID]]:
    """Where meetings are seen, by their IDs."""
    return _seen_in(set(), meetings)


def _follow(actor: Actor, meetings: Iterable[Meeting], organisation_ids: Iterable[UUID]) -> None:
    """What is kept for lists, and reminders, follow what was written."""
    refresh_last_met(actor, organisation_ids)
    for meeting in meetings:
        refresh_reminders("meeting", meeting.pk)


def _assign(actor: Actor, change: Change) -> None:
    meeting = change.row
    if not change.is_new and not can_edit_meeting(actor, meeting):
        raise PermissionDenied
    change.assign(SETTERS)
    moves = meeting.district_id if change.is_new else "district" in change.names
    if moves and not can_write_meetings_in(actor, meeting.district_id):
        raise PermissionDenied
    if change.is_new and actor.kind == "user":
        meeting.logged_by_id = actor.id
    if "status" in change.names and meeting.status == MeetingStatus.CANCELLED and not change.is_new:
        change.op = Op.ARCHIVED
    if "starts_at" in change.names and meeting.starts_at.year < EARLIEST_YEAR:
        raise ValidationError({"starts_at": _("Check the year.")}, code="year")
    _check(meeting)
    if actor.kind != "system" and not change.may_have_left:  # a series or an undo invites nobody anew
        _refuse_uninvited(change)


def may_be_invited(meeting: Meeting, organisation: Organisation) -> bool:
    """A refusal of contact is one of invitations too, unless they asked for the meeting themselves."""
    return organisation.contact_wish != ContactWish.NONE or meeting.initiated_by == Initiator.COMMUNITY


def _refuse_uninvited(change: Change) -> None:
    """Organisations that are invited already do not hold up an edit of the rest."""
    meeting, rows = change.row, change.fields.get("organisations")
    if meeting.status != MeetingStatus.PLANNED or meeting.initiated_by == Initiator.COMMUNITY:
        return
    organisations = [row["organisation"] for row in rows or ()]
    refusing = {one.pk for one in organisations if not may_be_invited(meeting, one)}
    is_asked_anew = "initiated_by" in change.names and not change.is_new
    if refusing or (is_asked_anew and rows is None):
        links = meeting.organisation_links.filter(organisation__contact_wish=ContactWish.NONE)
        invited = set(links.values_list("organisation", flat=True))
        refusing = refusing or invited if is_asked_anew else refusing - invited
    if refusing:
        raise ValidationError({"organisations": _("This organisation asked not to be contacted.")})


def _check(meeting: Meeting) -> None:
    """Constraints, and that nothing is said to have come of what did not take place."""
    meeting.outcomes = list(dict.fromkeys(meeting.outcomes))
    meeting.full_clean()
    if meeting.status in TOOK_PLACE and meeting.starts_at > timezone.now():
        raise ValidationError({"starts_at": _("This date is in the future. Plan the meeting instead.")})
    if meeting.outcomes and meeting.status == MeetingStatus.NOT_REACHED:
        raise ValidationError({"outcomes": _("Leave the outcome empty if no one was reached.")})
    if meeting.outcomes and meeting.status == MeetingStatus.PLANNED:
        raise ValidationError({"outcomes": _("Leave the outcome empty until the meeting has taken place.")})


def save_meetings(changes: Collection[Change]) -> None:
    """Write known meetings as they are now. The caller holds them and records the change."""
    for change in changes:
        fold_meeting(change.row)
    save_changed(changes)


MEETINGS: Final = Kind(
    "meeting",
    Meeting,
    districts_of_meetings,
    save_meetings,
    links=(
        Link("meeting", "organisation", "organisations", is_through=True),
        Link("meeting", "contact", "contacts"),
    ),
)
