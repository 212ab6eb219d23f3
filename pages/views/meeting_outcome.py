"""Report whether a logged meeting counts as met, and add an outcome with one tap."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from meetings.codes import MeetingStatus, Outcome
from meetings.models import Meeting
from meetings.policies import can_edit_meeting
from meetings.rules import NOT_SUBSTANTIVE, is_substantive
from meetings.services.held_meetings import DISCARD_WITHIN
from meetings.services.meetings import add_outcome
from pages.lookups import get_or_404, refuse_unless
from pages.undo import undo_url
from pages.views.undo import where_from

COUNTING: Final = [code for code in Outcome if code not in NOT_SUBSTANTIVE]


@require_POST
def meeting_outcome(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Add `outcome` and return to the previous page."""
    row = get_or_404(Meeting.objects.visible_to(request.actor), pk)
    refuse_unless(can_edit_meeting(request.actor, row))
    if row.status != MeetingStatus.HELD or request.POST.get("outcome") not in COUNTING:
        raise Http404
    add_outcome(actor=request.actor, meeting_id=pk, outcome=request.POST["outcome"])
    row.refresh_from_db()
    say_logged(request, row)
    return redirect(where_from(request))


def say_logged(request: ActorRequest, meeting: Meeting) -> None:
    """Show immediately whether the meeting counts as met and what is missing."""
    tags = []
    if meeting.logged_by_id == request.actor.id and timezone.now() - meeting.created_at <= DISCARD_WITHIN:
        undo = undo_url(request, "log_meeting", meeting_id=str(meeting.pk), version=meeting.version)
        tags.append(f"undo:{undo}")
    counts = is_substantive(status=meeting.status, present=True, outcomes=meeting.outcomes)
    if meeting.status == MeetingStatus.NOT_REACHED:
        text = _("Meeting logged. You reached no one, so it does not count as met.")
    elif not meeting.organisation_links.filter(present=True).exists():
        text = _("Meeting logged.")
    elif counts:
        text = _("Meeting logged. It counts as met.")
    else:
        text = _("Meeting logged. It does not count as met yet. What was the outcome?")
        tags.append(f"outcome:{reverse('meeting_outcome', args=[meeting.pk])}")
    messages.success(request, text, extra_tags=" ".join(tags))
