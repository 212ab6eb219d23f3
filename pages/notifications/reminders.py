"""Reminders that could not be sent. Administrators see recipients and errors, but not the subjects."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from pages.lookups import refuse_unless
from reminders.models import Reminder
from reminders.services.reminders import retry_reminder

ROWS = 100


@require_safe
def failed(request: ActorRequest) -> HttpResponse:
    refuse_unless(request.actor.is_administrator)
    rows = Reminder.objects.failed_for(request.actor)
    latest = rows.select_related("recipient").order_by("-failed_at", "-pk")[:ROWS]
    return render(request, "pages/notifications/failed.html", {"rows": latest, "count": rows.count()})


@require_POST
def retry(request: ActorRequest, pk: UUID) -> HttpResponse:
    try:
        retry_reminder(actor=request.actor, reminder_id=pk)
    except Reminder.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The reminder will be sent again within a minute."))
    return redirect("reminders_failed")
