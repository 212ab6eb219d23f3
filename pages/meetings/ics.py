"""A meeting as a calendar file. Its title reveals nothing on a locked screen."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.rules import recipient_of
from exchange.exports.calendars import meeting_file
from meetings.models import Meeting
from pages.disclosing import disclose
from pages.lookups import get_or_404, readers_only


@require_safe
def meeting_ics(request: ActorRequest, pk: UUID) -> HttpResponse:
    readers_only(request)
    row: Any = get_or_404(Meeting.objects.visible_to(request.actor).select_related("district"), pk)
    to = recipient_of(request.actor.name, "calendar")
    disclose(request, "meeting", [row], recipient=to)
    return HttpResponse(
        meeting_file(row),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="meeting-{row.starts_at:%Y-%m-%d}.ics"'},
    )
