"""Report whether a logged meeting counts as met, and add an outcome with one tap."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from meetings.codes import MeetingStatus, Outcome
from meetings.models import FollowUp, Meeting
from meetings.policies import can_edit_meeting
from meetings.rules import NOT_SUBSTANTIVE, is_substantive
from meetings.services.held_meetings import DISCARD_WITHIN
from meetings.services.meetings import add_outcome
from pages.lookups import get_or_404, refuse_unless
from pages.shell.undo import where_from
from pages.undo import TEN_MINUTES, undo_url

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
    say_logged(request, row, _carried(request, row))
    return redirect(where_from(request))


def to_reopen(request: ActorRequest, completed: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the follow-ups that Undo of a log reopens, as JSON arguments of `reopen_follow_up`.

    `completed` are arguments of `complete_follow_up`.
    """
    reported_back = {completion["follow_up_id"]: completion["reported_to"] for completion in completed}
    rows = FollowUp.objects.visible_to(request.actor).filter(pk__in=reported_back).order_by("pk")
    return [
        {
            "follow_up_id": str(row.pk),
            "version": row.version,
            "untold": [str(pk) for pk in reported_back[row.pk]],
        }
        for row in rows
    ]


def say_logged(request: ActorRequest, meeting: Meeting, done: Sequence[Mapping[str, Any]] = ()) -> None:
    """Show immediately whether the meeting counts as met and what is missing.

    `done` is what Undo reopens (`to_reopen`). The buttons for an outcome carry it on to the next message.
    """
    tags = []
    if meeting.logged_by_id == request.actor.id and timezone.now() - meeting.created_at <= DISCARD_WITHIN:
        arguments = {"meeting_id": str(meeting.pk), "version": meeting.version}
        undo = undo_url(request, "log_meeting", **arguments, **({"done": done} if done else {}))
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
        address = reverse("meeting_outcome", args=[meeting.pk])
        carried = urlencode({"done": signing.dumps(done, salt=_salt(meeting), compress=True)})
        tags.append(f"outcome:{address}?{carried}" if done else f"outcome:{address}")
    messages.success(request, text, extra_tags=" ".join(tags))


def _carried(request: ActorRequest, meeting: Meeting) -> list[dict[str, Any]]:
    """Return the follow-ups completed with this meeting, read from the button's address."""
    try:
        carried: list[dict[str, Any]] = signing.loads(
            request.GET.get("done", ""), salt=_salt(meeting), max_age=TEN_MINUTES
        )
    except signing.BadSignature:
        return []
    return carried


def _salt(meeting: Meeting) -> str:
    return f"completed with {meeting.pk}"
