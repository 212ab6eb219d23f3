"""The user's reminders: new, scheduled and sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from meetings.models import Concern, FollowUp, Meeting
from meetings.reminders import Portfolios
from pages.lookups import consult_rows
from reminders.kinds import find_subject, seen_by
from reminders.models import Reminder
from reminders.services import mark_all_read, mark_read

ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A reminder for its recipient. Its subject is None if the recipient can no longer see it."""

    reminder: Reminder
    subject: Any

    @property
    def title(self) -> str:
        if isinstance(self.subject, Concern):
            return _("Concern in %(district)s") % {"district": self.subject.district.name}
        return str(self.subject or capfirst(self.reminder.title))

    @property
    def url(self) -> str:
        code, row_id = self.reminder.about
        seen = self.subject is not None or code == Portfolios.code
        return find_subject(code).path(row_id) if seen else ""

    @property
    def starts_at(self) -> datetime | None:
        return self.subject.starts_at if isinstance(self.subject, Meeting) else None

    @property
    def due_on(self) -> date | None:
        return self.subject.due_on if isinstance(self.subject, FollowUp) else None


@require_safe
def notifications(request: ActorRequest) -> HttpResponse:
    own = Reminder.objects.visible_to(request.actor)
    new = list(own.unread().order_by("-sent_at", "-pk")[:ROWS])
    coming = list(own.waiting().order_by("occurrence", "pk")[:ROWS])
    sent = list(own.sent().exclude(pk__in=[r.pk for r in new]).order_by("-sent_at", "-pk")[:ROWS])
    about = [row.about for row in (*new, *coming, *sent) if row.subject_type != Portfolios.code]
    seen = seen_by(request.actor, about)  # portfolio reminders name no organisation here
    consult_rows(request, "reminder", seen.values())
    return render(
        request,
        "pages/notifications/list.html",
        {
            "new": _rows(new, seen),
            "n_new": len(new) if len(new) < ROWS else own.unread().count(),
            "coming": _rows(coming, seen),
            "n_coming": len(coming) if len(coming) < ROWS else own.waiting().count(),
            "sent": _rows(sent, seen),
        },
    )


@require_POST
def read(request: ActorRequest, pk: UUID) -> HttpResponse:
    try:
        mark_read(actor=request.actor, reminder_id=pk)
    except Reminder.DoesNotExist as error:
        raise Http404 from error
    return redirect("notifications")


@require_POST
def read_all(request: ActorRequest) -> HttpResponse:
    count = mark_all_read(actor=request.actor)
    text = ngettext("%(n)d reminder marked as read.", "%(n)d reminders marked as read.", count)
    messages.success(request, text % {"n": count})
    return redirect("notifications")


def _rows(reminders: Iterable[Reminder], seen: dict[UUID, Any]) -> list[Row]:
    return [Row(reminder, seen.get(reminder.subject_id)) for reminder in reminders]
