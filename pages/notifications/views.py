"""The user's reminders: new, scheduled and sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import Channel
from incidents.models import Incident, IncidentConcern
from meetings.models import Concern, FollowUp, Meeting
from meetings.reminders import Portfolios
from meetings.rules import MEETING_HOUR_BEFORE
from pages.context import EVENT
from pages.disclosing import disclose
from pages.event_names import ids_in_name, name_of_event
from reminders.models import Reminder
from reminders.models.subjects import find_subject, visible_subjects
from reminders.services.reminders import mark_all_read, mark_read

ROWS = 50
TWICE = 2 * ROWS  # a reminder for each channel


@dataclass(frozen=True, slots=True)
class Row:
    """A reminder for its recipient, by one channel or more. Subject None: they can no longer see it."""

    reminder: Reminder
    subject: Any
    channels: Sequence[Channel]
    earlier: Sequence[Reminder] = ()  # unread ones about the same event or record

    @property
    def by_email(self) -> bool:
        return Channel.EMAIL in self.channels

    @property
    def in_page(self) -> bool:
        return Channel.IN_PAGE in self.channels

    @property
    def note(self) -> str:
        """The texts of the reminder and of earlier ones, each once."""
        notes = [self._own_note, *(reminder.title for reminder in self.earlier)]
        return " · ".join(dict.fromkeys(filter(None, notes)))

    @property
    def _own_note(self) -> str:
        """The current text of the reminder. The hour before a meeting becomes the minutes left."""
        if self.reminder.rule != MEETING_HOUR_BEFORE or not self.reminder.sent_at or not self.starts_at:
            return self.reminder.title
        minutes = ceil((self.starts_at - timezone.now()) / timedelta(minutes=1))
        text = ngettext("meeting in %(n)d minute", "meeting in %(n)d minutes", minutes) % {"n": minutes}
        return text if minutes > 0 else ""

    @property
    def title(self) -> str:
        if isinstance(self.subject, Concern | Incident):
            return name_of_event(self.subject)
        return str(self.subject or capfirst(self.reminder.title))

    @property
    def url(self) -> str:
        code, row_id = self.reminder.subject_key
        is_visible = self.subject is not None or code == Portfolios.code
        return find_subject(code).path(row_id) if is_visible else ""

    @property
    def starts_at(self) -> datetime | None:
        return self.meeting.starts_at if self.meeting else None

    @property
    def meeting(self) -> Meeting | None:
        return self.subject if isinstance(self.subject, Meeting) else None

    @property
    def due_on(self) -> date | None:
        return self.subject.due_on if isinstance(self.subject, FollowUp) else None


@require_safe
def notifications(request: ActorRequest) -> HttpResponse:
    reminders = Reminder.objects.visible_to(request.actor)
    unread = reminders.unread()
    new = list(unread.order_by("-sent_at", "-pk")[:ROWS])
    coming = list(reminders.waiting().order_by("occurrence", "pk")[:TWICE])
    shown_occasions = {_occasion(reminder) for reminder in new}
    sent_reminders = [
        reminder
        for reminder in reminders.sent().order_by("-sent_at", "-pk")[:TWICE]
        if _occasion(reminder) not in shown_occasions
    ]
    subjects = [
        row.subject_key for row in (*new, *coming, *sent_reminders) if row.subject_type != Portfolios.code
    ]
    visible = visible_subjects(request.actor, subjects)  # portfolio reminders name no organisation here
    events = [row for row in visible.values() if isinstance(row, Concern | Incident)]
    disclose(request, "reminder", [*visible.values(), *(pk for row in events for pk in ids_in_name(row))])
    return render(
        request,
        "pages/notifications/list.html",
        {
            "new": _rows_by_event(new, visible, _incidents_of(request.actor, new)),
            "n_new": unread.aggregate(n=Count(EVENT, distinct=True))["n"],
            "coming": _rows(coming, visible),
            "n_coming": reminders.waiting().values("rule", "subject_id", "occurrence").distinct().count(),
            "sent": _rows(sent_reminders, visible),
        },
    )


@require_POST
def read(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Mark a reminder as read, with the earlier ones in its row."""
    own_reminders = list(
        Reminder.objects.visible_to(request.actor).unread().order_by("-sent_at", "-pk")[:ROWS]
    )
    rows = _rows_by_event(own_reminders, {}, _incidents_of(request.actor, own_reminders))
    earlier = [reminder.pk for row in rows if row.reminder.pk == pk for reminder in row.earlier]
    try:
        for reminder_id in (pk, *earlier):
            mark_read(actor=request.actor, reminder_id=reminder_id)
    except Reminder.DoesNotExist as error:
        raise Http404 from error
    return redirect("notifications")


@require_POST
def read_all(request: ActorRequest) -> HttpResponse:
    count = mark_all_read(actor=request.actor)
    text = ngettext("%(n)d reminder marked as read.", "%(n)d reminders marked as read.", count)
    messages.success(request, text % {"n": count})
    return redirect("notifications")


def _rows(reminders: Iterable[Reminder], visible: dict[tuple[str, UUID], Any]) -> list[Row]:
    """Return a row for each occasion, with all channels of its reminders."""
    grouped: dict[Any, list[Reminder]] = {}
    for reminder in reminders:
        grouped.setdefault(_occasion(reminder), []).append(reminder)
    return [
        Row(same[0], visible.get(same[0].subject_key), [Channel(reminder.channel) for reminder in same])
        for same in list(grouped.values())[:ROWS]
    ]


def _incidents_of(actor: Actor, reminders: Iterable[Reminder]) -> dict[UUID, UUID]:
    """Return the incident of each concern that the reminders are about, if the actor sees the incident."""
    concern_ids = [reminder.subject_id for reminder in reminders if reminder.subject_type == "concern"]
    links = IncidentConcern.objects.filter(
        incident__in=Incident.objects.visible_to(actor), concern__in=concern_ids
    )
    return dict(links.values_list("concern", "incident")) if concern_ids else {}


def _rows_by_event(
    reminders: Iterable[Reminder], visible: dict[tuple[str, UUID], Any], incidents: Mapping[UUID, UUID]
) -> list[Row]:
    """Return a row for each event, or other record, with its newest reminder first."""
    grouped: dict[UUID, list[Reminder]] = {}
    for reminder in reminders:
        event_id = incidents.get(reminder.subject_id, reminder.subject_id)
        grouped.setdefault(event_id, []).append(reminder)
    return [
        Row(newest, visible.get(newest.subject_key), [Channel(newest.channel)], earlier)
        for newest, *earlier in grouped.values()
    ]


def _occasion(reminder: Reminder) -> tuple[str, UUID, datetime]:
    return reminder.rule, reminder.subject_id, reminder.occurrence
