"""Takeaways of a workshop: follow-ups to try something, and their results."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from districts.models import District
from lib.days import city_day
from lib.limits import refuse_more
from meetings.codes import FollowUpKind, MeetingKind
from meetings.models import FollowUp, Meeting
from meetings.models.follow_up import PENDING
from meetings.policies import can_complete_follow_up, can_edit_meeting
from meetings.services.follow_ups import complete_follow_up, create_follow_up
from practices.models import Adoption, Practice, Takeaway
from practices.services.adoptions import record_adoption
from reminders.services.reminders import refresh_reminders

MOST: Final = 20
TAKEAWAY: Final = "takeaway"


@transaction.atomic
def record_takeaways(
    *, actor: Actor, meeting_id: UUID, takeaways: Sequence[dict[str, Any]], taken_on: date | None = None
) -> list[Takeaway]:
    """Create follow-ups of a workshop, each with `title`, `due_on`, and `practice` if the library has one.

    Their owner is the actor unless `owner` is given. Raises DoesNotExist, PermissionDenied unless the actor
    edits the meeting, ValidationError by field.
    """
    meeting = Meeting.objects.visible_to(actor).get(pk=meeting_id)
    if not can_edit_meeting(actor, meeting):
        raise PermissionDenied
    if meeting.kind != MeetingKind.MUTUAL_LEARNING_WORKSHOP:
        raise ValidationError(_("Only a mutual learning workshop has takeaways."), code="kind")
    if not takeaways:
        raise ValidationError(_("Enter what you want to try."), code="empty")
    refuse_more("title", takeaways, MOST)
    created = []
    for takeaway in takeaways:
        fields = dict(takeaway)
        practice: Practice | None = fields.pop("practice", None)
        fields.setdefault("owner", User.objects.filter(pk=actor.id).first())
        follow_up = create_follow_up(actor=actor, kind=FollowUpKind.TRY_OUT, meeting=meeting, **fields)
        day = {"taken_on": taken_on} if taken_on else {}
        created.append(Takeaway.objects.create(follow_up=follow_up, practice=practice, **day))
        refresh_reminders(TAKEAWAY, follow_up.pk)
    return created


@transaction.atomic
def answer_takeaway(
    *,
    actor: Actor,
    follow_up_id: UUID,
    district: District,
    came_of_it: str,
    would_again: str,
    practice: Practice | None = None,
) -> Adoption:
    """Record the result of a takeaway, and complete its follow-up.

    `practice` is required if the takeaway has none. Raises DoesNotExist, PermissionDenied unless the actor
    can complete the follow-up, and as `record_adoption`.
    """
    rows = FollowUp.objects.visible_to(actor).with_homes().filter(kind=FollowUpKind.TRY_OUT)
    follow_up = rows.select_for_update(of=("self",)).get(pk=follow_up_id)
    if not can_complete_follow_up(actor, follow_up):
        raise PermissionDenied
    takeaway = takeaway_of(follow_up)
    takeaway.practice = takeaway.practice or practice
    if takeaway.practice is None:
        raise ValidationError({"practice": _("Choose the practice that you tried.")}, code="required")
    takeaway.save()
    adoption = record_adoption(
        actor=actor,
        practice_id=takeaway.practice.pk,
        district=district,
        follow_up=follow_up,
        started_on=takeaway.taken_on,
        came_of_it=came_of_it,
        would_again=would_again,
    )
    if follow_up.status in PENDING:
        complete_follow_up(
            actor=actor, follow_up_id=follow_up.pk, result=str(adoption.get_came_of_it_display())
        )
    return adoption


def takeaway_of(follow_up: FollowUp) -> Takeaway:
    """Return the takeaway of a follow-up of kind `try_out`. Without a workshop it is new and unsaved."""
    stored = Takeaway.objects.select_related("practice").filter(follow_up=follow_up).first()
    return stored or Takeaway(follow_up=follow_up, taken_on=city_day(follow_up.created_at))
