"""Log a meeting that took place, with attendance, outcomes and new follow-ups, in one step."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from contacts.services.changes import Change, lock
from lib.conflicts import StaleVersion
from lib.row_context import writes
from meetings.codes import FollowUpKind, FollowUpStatus, MeetingStatus
from meetings.models import FollowUp, Meeting
from meetings.rules import ACTION_AGREED, with_outcome
from meetings.services.follow_ups import (
    complete_follow_up,
    create_follow_up,
    erase_follow_ups,
    reopen_follow_up,
)
from meetings.services.meetings import (
    TOOK_PLACE,
    create_meeting,
    erase_meetings,
    locked_meeting,
    write_meetings,
)

DISCARD_WITHIN: Final = timedelta(minutes=10)


@writes
def log_meeting(
    *,
    actor: Actor,
    id: UUID | None = None,
    status: str = MeetingStatus.HELD,
    new_follow_ups: Sequence[Mapping[str, Any]] = (),
    done: Sequence[Mapping[str, Any]] = (),
    with_actor: bool = True,
    **fields: Any,
) -> Meeting:
    """Create a meeting that took place, or an attempt that reached no one, with its new follow-ups.

    The actor becomes one of its officers, unless `with_actor` is false (an import). A new follow-up
    (`new_follow_ups`) adds the outcome action_agreed. `done` are arguments of `complete_follow_up` for
    earlier follow-ups. Raises as `create_meeting` and `complete_follow_up` do, and ValidationError for a
    moment in the future.
    """
    _refuse_unheld_status(status)
    meeting = create_meeting(
        actor=actor,
        id=id,
        status=status,
        with_actor=with_actor,
        **_with_outcome_of(new_follow_ups, status, fields, []),
    )
    _create_follow_ups(actor, meeting, new_follow_ups)
    _complete_follow_ups(actor, done)
    return meeting


@writes
def hold_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    status: str = MeetingStatus.HELD,
    new_follow_ups: Sequence[Mapping[str, Any]] = (),
    done: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> Meeting:
    """Mark a planned meeting as held, or as not reached. Raises as `edit_meeting` does.

    Invited organisations that the actor does not see count as absent, since no one has recorded their
    attendance. Their own officers log a separate meeting.
    """
    _refuse_unheld_status(status)
    meeting = locked_meeting(actor, meeting_id, version, fields)
    if meeting.status != MeetingStatus.PLANNED:
        raise ValidationError(_("Only a planned meeting can be marked as held."), code="not_planned")
    values = _with_outcome_of(new_follow_ups, status, fields, meeting.outcomes)
    write_meetings(actor, [Change(meeting, {**values, "status": status})])
    _create_follow_ups(actor, meeting, new_follow_ups)
    _complete_follow_ups(actor, done)
    return meeting


@writes
def discard_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    done: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Erase a log and its follow-ups within 10 minutes. Only the author can.

    `done` are arguments of `reopen_follow_up` for follow-ups that were completed with it. Raises StaleVersion
    if the meeting or one of its follow-ups has changed, or if a concern refers to it.
    """
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.logged_by_id is None or meeting.logged_by_id != actor.id:
        raise PermissionDenied
    if timezone.now() - meeting.created_at > DISCARD_WITHIN:
        raise ValidationError(_("It is too late to undo this."), code="too_late")
    ids = FollowUp.objects.filter(meeting=meeting).values_list("pk", flat=True)
    follow_ups = list(lock(FollowUp.objects.all(), list(ids)).values())
    if meeting.concerns.exists() or any(
        follow_up.version > 1 or follow_up.status != FollowUpStatus.OPEN for follow_up in follow_ups
    ):
        raise StaleVersion(meeting.version)
    erase_follow_ups(actor, follow_ups)
    erase_meetings(actor, [meeting])
    for arguments in done:
        reopen_follow_up(actor=actor, **arguments)


def _refuse_unheld_status(status: str) -> None:
    if status not in TOOK_PLACE:
        raise ValidationError({"status": _("Choose whether the meeting took place or no one was reached.")})


def _with_outcome_of(
    new_follow_ups: Sequence[Mapping[str, Any]], status: str, fields: dict[str, Any], before: list[str]
) -> dict[str, Any]:
    """Return `fields` with the outcome action_agreed if there are new follow-ups."""
    outcomes = fields.get("outcomes", before)
    after = with_outcome(outcomes, ACTION_AGREED, status=status) if new_follow_ups else outcomes
    return fields if after == outcomes else {**fields, "outcomes": after}


def _create_follow_ups(actor: Actor, meeting: Meeting, new_follow_ups: Sequence[Mapping[str, Any]]) -> None:
    """Create the follow-ups of the meeting. Without `owner` they are assigned to the actor."""
    for new_follow_up in new_follow_ups:
        owner = new_follow_up.get("owner") or User.objects.get(pk=actor.id)
        fields = {"kind": FollowUpKind.CALL_BACK, **new_follow_up, "owner": owner, "meeting": meeting}
        create_follow_up(actor=actor, **fields)


def _complete_follow_ups(actor: Actor, done: Sequence[Mapping[str, Any]]) -> None:
    """Complete earlier follow-ups."""
    for arguments in done:
        complete_follow_up(actor=actor, **arguments)
