"""My reminders: what is new, what is coming, what was sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from meetings.models import Concern, Reminder
from meetings.models.reminder import SubjectType
from meetings.reminders.links import path_of
from meetings.reminders.subjects import Subject, subjects_seen_by
from meetings.services.reminders import mark_all_read, mark_read
from pages.lookups import consult

ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A reminder as its recipient sees it: `about` and `url` are empty where that is hidden from them now."""

    reminder: Reminder
    about: str
    url: str


@require_safe
def notifications(request: ActorRequest) -> HttpResponse:
    own = Reminder.objects.visible_to(request.actor)
    new = list(own.unread().order_by("-sent_at", "-pk")[:ROWS])
    coming = list(own.waiting().order_by("occurrence", "pk")[:ROWS])
    sent = list(own.sent().exclude(pk__in=[r.pk for r in new]).order_by("-sent_at", "-pk")[:ROWS])
    seen = subjects_seen_by(request.actor, [*new, *coming, *sent])
    consult(request, "reminder", seen)
    return render(
        request,
        "pages/notifications/list.html",
        {"new": _rows(new, seen), "coming": _rows(coming, seen), "sent": _rows(sent, seen)},
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


def _rows(reminders: Iterable[Reminder], seen: dict[UUID, Subject]) -> list[Row]:
    return [_row(reminder, seen.get(reminder.subject_id)) for reminder in reminders]


def _row(reminder: Reminder, subject: Subject | None) -> Row:
    hidden = subject is None and reminder.subject_type != SubjectType.PORTFOLIO
    about = subject.district.name if isinstance(subject, Concern) else str(subject or "")
    return Row(reminder, about, "" if hidden else path_of(reminder))
