"""Plan, change and cancel meetings. `held_meetings` logs those that took place."""

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
from meetings.codes import Initiator, MeetingStatus, TimePrecision
from meetings.models import Meeting, MeetingOrganisation
from meetings.policies import can_edit_meeting, can_write_meetings_in
from meetings.rules import with_outcome
from meetings.services.folding import fold_meeting
from meetings.services.last_met import refresh_last_met
from meetings.services.meeting_changes import SETTERS, mark_absent, set_related_rows
from reminders.services.reminders import refresh_reminders

TOOK_PLACE = (MeetingStatus.HELD, MeetingStatus.NOT_REACHED)
EARLIEST_YEAR: Final = 2000  # an earlier year of a meeting is a typing error


# --- The writer -----------------------------------------------------------------------------------


@opened(Opened.WRITER)
def write_meetings(actor: Actor, changes: Sequence[Change], *, with_actor: bool = False) -> list[Meeting]:
    """Write new meetings, and changes of locked ones, and return those written: the only writer of meetings.

    With `with_actor` the author of a new meeting becomes one of its officers. Raises PermissionDenied,
    ValidationError by field.
    """
    organisation_ids: set[UUID] = set()  # before and after the change
    districts_of = partial(_districts_and_organisations, organisation_ids)
    note_districts(changes, districts_of)
    for change in changes:
        _assign(actor, change)
    for change in changes:
        fold_meeting(change.row)
    insert_new(changes)
    for change in changes:
        if change.before.get("status") == MeetingStatus.PLANNED and change.row.status in TOOK_PLACE:
            mark_absent(actor, change.row)
        set_related_rows(actor, change)
        if with_actor and change.row.logged_by:
            change.row.officers.add(change.row.logged_by)
    save_changed([change for change in changes if change.is_changed])
    record_written(actor, "meeting", changes, districts_of)
    written = [change.row for change in changes if change.is_new or change.is_changed]
    _refresh_derived(actor, written, organisation_ids)
    return written


@writes
def erase_meetings(actor: Actor, meetings: Sequence[Meeting]) -> None:
    """Erase meetings of an undone log or import. All other meetings are cancelled instead."""
    organisation_ids: set[UUID] = set()
    record_erased(actor, "meeting", meetings, partial(_districts_and_organisations, organisation_ids))
    Meeting.objects.filter(pk__in=[row.pk for row in meetings]).delete()
    _refresh_derived(actor, meetings, organisation_ids)


def locked_meetings(actor: Actor, versions: Mapping[UUID, int | None], values: object = ()) -> list[Meeting]:
    """Return the meetings of these versions, locked.

    Raises as `lock_versions` does if the actor cannot edit one.
    """
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
    """Create a planned meeting. The actor becomes an officer of it, unless `with_actor` is false (an import).

    Raises PermissionDenied if the actor does not cover the district, and ValidationError by field, also for
    organisations and contacts that the actor cannot see.
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
    """Change the given fields. Related rows that the actor cannot see stay.

    Without a change nothing is written and the version stays. With `may_have_left` (an undo) officers can be
    colleagues who have left. Raises as `locked_meetings` does, and ValidationError by field.
    """
    meeting = locked_meeting(actor, meeting_id, version, fields)
    write_meetings(actor, [Change(meeting, fields, may_have_left=may_have_left)])
    return meeting


@writes
def cancel_meeting(*, actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    """Cancel a meeting. A cancelled meeting stays as it is."""
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.status != MeetingStatus.CANCELLED:
        write_meetings(actor, [Change(meeting, {"status": MeetingStatus.CANCELLED})])
    return meeting


@writes
def restore_meeting(*, actor: Actor, meeting_id: UUID, status: str, version: int | None = None) -> Meeting:
    """Undo a cancellation: set the earlier `status` again."""
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
    """Add the outcome that follows from a follow-up or concern newly linked to the meeting.

    The meeting stays unchanged if it was not held, is read-only for the actor, or already has the outcome.
    """
    with acting_as(actor):
        meeting = lock_one(Meeting.objects.visible_to(actor), meeting_id)
    outcomes = with_outcome(meeting.outcomes, outcome, status=meeting.status)
    if outcomes != meeting.outcomes and can_edit_meeting(actor, meeting):
        write_meetings(actor, [Change(meeting, {"outcomes": outcomes})])


# --- Steps of the writer --------------------------------------------------------------------------


def _districts_and_organisations(
    organisation_ids: set[UUID], meetings: Collection[Meeting]
) -> dict[UUID, set[UUID]]:
    """Districts that see each meeting, by ID. Adds the meetings' organisations to `organisation_ids`."""
    districts_by_meeting = {meeting.pk: {meeting.district_id} for meeting in meetings}
    links = MeetingOrganisation.objects.filter(meeting__in=list(districts_by_meeting))
    for pk, organisation_id, district_id in links.values_list(
        "meeting", "organisation", "organisation__home_district"
    ):
        districts_by_meeting[pk].add(district_id)
        organisation_ids.add(organisation_id)
    return districts_by_meeting


def districts_of_meetings(meetings: Collection[Meeting]) -> dict[UUID, set[UUID]]:
    """Districts that see each meeting, by ID."""
    return _districts_and_organisations(set(), meetings)


def _refresh_derived(actor: Actor, meetings: Iterable[Meeting], organisation_ids: Iterable[UUID]) -> None:
    """Refresh last-met dates and reminders."""
    refresh_last_met(actor, organisation_ids)
    for meeting in meetings:
        refresh_reminders("meeting", meeting.pk)


def _assign(actor: Actor, change: Change) -> None:
    meeting = change.row
    if not change.is_new and not can_edit_meeting(actor, meeting):
        raise PermissionDenied
    change.assign(SETTERS)
    enters_district = meeting.district_id if change.is_new else "district" in change.names
    if enters_district and not can_write_meetings_in(actor, meeting.district_id):
        raise PermissionDenied
    if change.is_new and actor.kind == "user":
        meeting.logged_by_id = actor.id
    if "status" in change.names and meeting.status == MeetingStatus.CANCELLED and not change.is_new:
        change.op = Op.ARCHIVED
    if "starts_at" in change.names and "precision" not in change.fields:
        meeting.precision = TimePrecision.MINUTE  # a person has entered a time
    if "starts_at" in change.names and meeting.starts_at.year < EARLIEST_YEAR:
        raise ValidationError({"starts_at": _("Check the year.")}, code="year")
    _validate(meeting)
    if actor.kind != "system" and not change.may_have_left:  # a series or an undo sends no new invitation
        _refuse_unwanted_invitations(change)


def may_be_invited(meeting: Meeting, organisation: Organisation) -> bool:
    """Whether an organisation can be invited: it accepts contact, or asked for the meeting itself."""
    return organisation.contact_wish != ContactWish.NONE or meeting.initiated_by == Initiator.COMMUNITY


def _refuse_unwanted_invitations(change: Change) -> None:
    """Raise ValidationError for newly invited organisations that refuse contact. Earlier invitations stay."""
    meeting, rows = change.row, change.fields.get("organisations")
    if meeting.status != MeetingStatus.PLANNED or meeting.initiated_by == Initiator.COMMUNITY:
        return
    organisations = [row["organisation"] for row in rows or ()]
    refusing = {
        organisation.pk for organisation in organisations if not may_be_invited(meeting, organisation)
    }
    changes_initiator = "initiated_by" in change.names and not change.is_new
    if refusing or (changes_initiator and rows is None):
        links = meeting.organisation_links.filter(organisation__contact_wish=ContactWish.NONE)
        invited = set(links.values_list("organisation", flat=True))
        refusing = refusing or invited if changes_initiator else refusing - invited
    if refusing:
        raise ValidationError({"organisations": _("This organisation asked not to be contacted.")})


def _validate(meeting: Meeting) -> None:
    """Check constraints, and that only a meeting that took place has outcomes."""
    meeting.outcomes = list(dict.fromkeys(meeting.outcomes))
    meeting.full_clean()
    if meeting.status in TOOK_PLACE and meeting.starts_at > timezone.now():
        raise ValidationError({"starts_at": _("This date is in the future. Plan the meeting instead.")})
    if meeting.outcomes and meeting.status == MeetingStatus.NOT_REACHED:
        raise ValidationError({"outcomes": _("Leave the outcome empty if no one was reached.")})
    if meeting.outcomes and meeting.status == MeetingStatus.PLANNED:
        raise ValidationError({"outcomes": _("Leave the outcome empty until the meeting has taken place.")})


def save_meetings(changes: Collection[Change]) -> None:
    """Save existing meetings. The caller has locked them and records the change."""
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
