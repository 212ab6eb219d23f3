"""Write a meeting by its status, for other systems that send a status instead of a step."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from lib.row_context import writes
from meetings.codes import MeetingStatus
from meetings.models import Meeting
from meetings.services.held_meetings import hold_meeting, log_meeting
from meetings.services.meeting_series import edit_one_of_series
from meetings.services.meetings import (
    TOOK_PLACE,
    cancel_meeting,
    create_meeting,
    locked_meeting,
    restore_meeting,
)
from meetings.services.series import ONE


@writes
def enter_meeting(*, actor: Actor, status: str, **values: Any) -> Meeting:
    """Create a meeting with this status: planned, held or not reached.

    `values` are those of `create_meeting` and `log_meeting`. Raises as they do.
    """
    if status in TOOK_PLACE:
        return log_meeting(actor=actor, status=status, **values)
    if status == MeetingStatus.PLANNED:
        return create_meeting(actor=actor, **values)
    raise ValidationError(
        {"status": _("A new meeting must be planned, held or not reached.")}, code="invalid"
    )


@writes
def edit_with_status(
    *, actor: Actor, meeting_id: UUID, version: int | None = None, status: str | None = None, **values: Any
) -> Meeting:
    """Change a meeting, and take the step to `status` if that differs.

    Raises as `edit_meeting` does, and ValidationError if no step leads to the status.
    """
    meeting = locked_meeting(actor, meeting_id, version, values)
    before = meeting.status
    if status is None or status == before:
        return edit_one_of_series(actor=actor, meeting_id=meeting_id, scope=ONE, **values)
    if before == MeetingStatus.PLANNED and status in TOOK_PLACE:
        return hold_meeting(actor=actor, meeting_id=meeting_id, version=version, status=status, **values)
    if status == MeetingStatus.CANCELLED:
        if values:
            edit_one_of_series(actor=actor, meeting_id=meeting_id, scope=ONE, **values)
        return cancel_meeting(actor=actor, meeting_id=meeting_id)
    if before == MeetingStatus.CANCELLED and status == MeetingStatus.PLANNED:
        restored = restore_meeting(actor=actor, meeting_id=meeting_id, status=status, version=version)
        if values:
            return edit_one_of_series(actor=actor, meeting_id=meeting_id, scope=ONE, **values)
        return restored
    raise ValidationError(
        {"status": _("You cannot change a meeting from “%(a)s” to “%(b)s”.") % {"a": before, "b": status}}
    )
