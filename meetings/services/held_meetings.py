"""Logging what took place: the meeting, who was there, what came of it and what was promised, at once."""

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
    promises: Sequence[Mapping[str, Any]] = (),
    done: Sequence[Mapping[str, Any]] = (),
    with_actor: bool = True,
    **fields: Any,
) -> Meeting:
    """A meeting that took place, or a try at which nobody was reached, with what was promised there.

    The actor was there, unless they only write it down (an import: `with_actor`). A promise adds the
    outcome action_agreed. `done` are arguments of `complete_follow_up`, for what was promised earlier.
    Raises as `create_meeting` and `complete_follow_up` do, and ValidationError for a moment still to come.
    """
    _check_took_place(status)
    meeting = create_meeting(
        actor=actor,
        id=id,
        status=status,
        with_actor=with_actor,
        **_with_outcome_of(promises, status, fields, []),
    )
    _promise(actor, meeting, promises)
    _complete(actor, done)
    return meeting


@writes
def hold_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    status: str = MeetingStatus.HELD,
    promises: Sequence[Mapping[str, Any]] = (),
    done: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> Meeting:
    """A planned meeting took place, or nobody was reached; raises as `edit_meeting` does.

    Of invited organisations that the actor does not see nobody has said that they came: they count as
    absent, and their own officers log a meeting of their own.
    """
    _check_took_place(status)
    meeting = locked_meeting(actor, meeting_id, version, fields)
    if meeting.status != MeetingStatus.PLANNED:
        raise ValidationError(_("Only a planned meeting can be marked as held."), code="not_planned")
    values = _with_outcome_of(promises, status, fields, meeting.outcomes)
    write_meetings(actor, [Change(meeting, {**values, "status": status})])
    _promise(actor, meeting, promises)
    _complete(actor, done)
    return meeting


@writes
def discard_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int | None = None,
    done: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Take a log back within ten minutes, with its promises: as if it had never been written.

    `done` are arguments of `reopen_follow_up`, for what was completed with it. Only who logged it may.
    Raises StaleVersion when it, a promise or a concern of it has moved on.
    """
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.logged_by_id is None or meeting.logged_by_id != actor.id:
        raise PermissionDenied
    if timezone.now() - meeting.created_at > DISCARD_WITHIN:
        raise ValidationError(_("It is too late to undo this."), code="too_late")
    ids = FollowUp.objects.filter(meeting=meeting).values_list("pk", flat=True)
    promises = list(lock(FollowUp.objects.all(), list(ids)).values())
    if meeting.concerns.exists() or any(p.version > 1 or p.status != FollowUpStatus.OPEN for p in promises):
        raise StaleVersion(meeting.version)
    erase_follow_ups(actor, promises)
    erase_meetings(actor, [meeting])
    for one in done:
        reopen_follow_up(actor=actor, **one)


def _check_took_place(status: str) -> None:
    if status not in TOOK_PLACE:
        raise ValidationError({"status": _("Choose whether the meeting took place or no one was reached.")})


def _with_outcome_of(
    promises: Sequence[Mapping[str, Any]], status: str, fields: dict[str, Any], before: list[str]
) -> dict[str, Any]:
    """`fields` with the outcome that a promise made there is, so that it is written once."""
    outcomes = fields.get("outcomes", before)
    after = with_outcome(outcomes, ACTION_AGREED, status=status) if promises else outcomes
    return fields if after == outcomes else {**fields, "outcomes": after}


def _promise(actor: Actor, meeting: Meeting, promises: Sequence[Mapping[str, Any]]) -> None:
    """What was promised there, to some of those who came; without `owner` the actor keeps it."""
    for promise in promises:
        owner = promise.get("owner") or User.objects.get(pk=actor.id)
        given = {"kind": FollowUpKind.CALL_BACK, **promise, "owner": owner, "meeting": meeting}
        create_follow_up(actor=actor, **given)


def _complete(actor: Actor, done: Sequence[Mapping[str, Any]]) -> None:
    """What was promised earlier and was kept by now."""
    for one in done:
        complete_follow_up(actor=actor, **one)
