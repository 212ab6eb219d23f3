"""The privacy officer's pages, and for everybody their part of the activity log."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import Role
from audit.models import Action, Event
from audit.rules import recipient_of
from contacts.models import Contact
from contacts.queries.search import MOST_LETTERS, find_contacts
from jobs.models import Job
from lib.fold import squash
from lib.sheets import CSV_TYPE, Cell, Column, Sheet, write_csv
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.identity import reauthenticated
from pages.lists import list_page, page_of
from pages.lookups import refuse_unless
from pages.privacy.forms import InquiryFileForm, InquiryForm
from pages.who import who_did
from privacy.filters import TYPES, ActivityLogFilters
from privacy.policies import can_inquire
from privacy.queries.activity_log import events_visible_to, selectable_users
from privacy.queries.inquiries import events_about
from privacy.services.inquiries import record_inquiry

FOUND = 20  # contacts per search
PAGES_OF = {
    "contact": "contact",
    "organisation": "organisation",
    "meeting": "meeting",
    "follow_up": "follow_up",
    "concern": "concern",
}
NOUNS: dict[str, Any] = {
    **dict(TYPES),
    "alert": gettext_lazy("an alert"),
    "breach": gettext_lazy("a breach"),
    "calendar_feed": gettext_lazy("a calendar feed"),
    "city": gettext_lazy("a city"),
    "city_file": gettext_lazy("a file of another city"),
    "comparison_file": gettext_lazy("a file for another city"),
    "council_paper": gettext_lazy("a council paper"),
    "data_request": gettext_lazy("a request"),
    "event": gettext_lazy("activity log"),
    "handover": gettext_lazy("a handover"),
    "import": gettext_lazy("an import"),
    "bias_table": gettext_lazy("a bias table"),
    "incident": gettext_lazy("an incident"),
    "job": gettext_lazy("a background task"),
    "job_file": gettext_lazy("a file of a background task"),
    "notice": gettext_lazy("a notice to a recipient"),
    "plan": gettext_lazy("a local action plan"),
    "practice": gettext_lazy("a practice"),
    "practice_file": gettext_lazy("a file of practices for another city"),
    "offered_file": gettext_lazy("a file of practices of another city"),
    "protocol": gettext_lazy("a protocol"),
    "reason": gettext_lazy("reasons in the activity log"),
    "listing": gettext_lazy("a public listing"),
    "public_entry": gettext_lazy("a public entry"),
    "public_meeting": gettext_lazy("a public meeting"),
    "public_page": gettext_lazy("a public page"),
    "public_text": gettext_lazy("a public text"),
    "registration": gettext_lazy("a registration"),
    "release": gettext_lazy("a publication"),
    "release_grid": gettext_lazy("a release grid"),
    "register": gettext_lazy("the register of processing"),
    "shift": gettext_lazy("duty shift"),
    "reminder": gettext_lazy("a reminder"),
    "report": gettext_lazy("a report"),
    "reporting_route": gettext_lazy("a way to report"),
    "restriction": gettext_lazy("a restriction"),
    "retention_decision": gettext_lazy("a decision about a period"),
    "retention_rule": gettext_lazy("a retention rule"),
    "review": gettext_lazy("an audit"),
    "subscription": gettext_lazy("a subscription"),
    "watched_record": gettext_lazy("a watched record"),
    "watched_register": gettext_lazy("a watched register"),
    "webhook": gettext_lazy("a webhook"),
}
ROLES = dict(Role.choices)


@dataclass(frozen=True, slots=True)
class Line:
    """An event for display: `who` is a name, `page` the URL name of its row if there is only one."""

    event: Event
    who: str
    role: str
    about: str
    page: str

    @property
    def count(self) -> int:
        if self.event.object_type == "job_file":
            return 1  # the file and its task count as one
        return len(self.event.object_ids)

    @property
    def beside(self) -> int:
        """Number of other rows shown together with this one, of any type."""
        return self.count - 1 if self.event.action == Action.VIEW else 0


@list_page
def trail(request: ActorRequest) -> HttpResponseBase:
    filters = ActivityLogFilters(request.GET, events_visible_to(request.actor), actor=request.actor)
    people = selectable_users(request.actor).order_by("name", "pk")
    filters.form.fields["who"].choices = [(str(person.pk), person.name) for person in people]
    page = page_of(request, filters.qs, "-at")
    log_lines = lines(page.rows)
    _consult(request, log_lines)
    context = {"form": filters.form, "lines": log_lines, "page": page}
    return render(request, "pages/privacy/trail.html", context, status=422 if filters.form.errors else 200)


@require_safe
def inquiry(request: ActorRequest) -> HttpResponse:
    """Start an inquiry about access to a contact's data by finding the contact."""
    _inquirers_only(request)
    q = squash(request.GET.get("q", ""))[:MOST_LETTERS]
    contacts = find_contacts(request.actor, q, FOUND) if q else []
    if q:
        disclose(request, "contact", [row.pk for row in contacts], searched=q)
    return render(request, "pages/privacy/inquiry.html", {"q": q, "found": contacts})


@require_safe
def inquiry_about(request: ActorRequest, pk: UUID) -> HttpResponse:
    """List the accounts and keys that saw, searched for or received a contact's data.

    Erased contacts are found by ID.
    """
    _inquirers_only(request)
    form = InquiryForm(request.GET if "since" in request.GET else None)
    context: dict[str, Any] = {"form": form, "contact": _person(request.actor, pk), "pk": pk}
    if form.is_valid():
        since, until, reason = form.period_and_reason()
        record_inquiry(request.actor, pk, purpose=reason)
        page = page_of(request, events_about(request.actor, pk, since=since, until=until), "-at")
        context |= {"lines": lines(page.rows), "page": page, "since": since, "until": until}
    else:
        disclose(request, "contact", [pk])
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/privacy/inquiry_about.html", context, status=status)


@form_page
@reauthenticated(can_inquire)
def inquiry_file(request: ActorRequest, pk: UUID) -> Any:
    """The complete result as a file, once the user has entered who gets it.

    A temporary file limits the use of memory.
    """
    context: dict[str, Any] = {"contact": _person(request.actor, pk), "pk": pk}
    parameters = posted(request) or request.GET
    inquiry_form = InquiryForm(parameters)
    if not inquiry_form.is_valid():
        return render(
            request, "pages/privacy/inquiry_about.html", context | {"form": inquiry_form}, status=422
        )
    suggestions = Job.objects.visible_to(request.actor).last_recipients()
    form = InquiryFileForm(posted(request), initial=parameters.dict(), suggestions=suggestions)
    if not form.may_print:
        status = 422 if form.is_bound else 200
        return render(request, "pages/privacy/inquiry_file.html", context | {"form": form}, status=status)
    since, until, reason = form.period_and_reason()
    events = events_about(request.actor, pk, since=since, until=until).order_by("-at", "-pk")
    to = recipient_of(form.cleaned_data["recipient"], "file")
    record_inquiry(request.actor, pk, purpose=reason, exported_to=to)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the response)
    write_csv(file, Sheet(_("Activity log"), _columns(), _cells(events)))
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"trail-{since}-{until}.csv", headers={"Content-Type": CSV_TYPE}
    )


@require_safe
def kept_words(request: ActorRequest) -> HttpResponse:
    """List the places and reasons of words kept despite a hint, for sampling."""
    refuse_unless(_may_sample(request.actor))
    hint_events = events_visible_to(request.actor).filter(action=Action.KEEP)
    page = page_of(request, hint_events, "-at")
    log_lines = lines(page.rows)
    _consult(request, log_lines)
    return render(request, "pages/privacy/kept.html", {"lines": log_lines, "page": page})


def lines(events: Sequence[Event]) -> list[Line]:
    """Events with names instead of IDs."""
    return [_line(event, author) for event, author in zip(events, who_did(events), strict=True)]


def _consult(request: ActorRequest, log_lines: Iterable[Line]) -> None:
    """Record the reading of the activity log, with the rows that it links to."""
    led_to = [line.event for line in log_lines if line.page]
    places = {pk for event in led_to for pk in event.district_ids}
    rows = {event.object_ids[0] for event in led_to}
    disclose(request, "event", rows, action=Action.LIST, district_ids=places)


def _line(event: Event, author: str) -> Line:
    alone = event.allowed and len(event.object_ids) == 1
    page = PAGES_OF.get(event.object_type, "") if alone else ""
    role = str(ROLES.get(event.actor_role, ""))
    return Line(
        event, author, role, str(NOUNS.get(event.object_type, event.object_type.replace("_", " "))), page
    )


def _columns() -> list[Column]:
    """Column headings in the reader's language."""
    return [
        Column(_("When"), Cell.MOMENT),
        Column(_("Who")),
        Column(_("Role")),
        Column(_("Action")),
        Column(_("About")),
        Column(_("Why")),
        Column(_("Recipient")),
        Column(_("Allowed"), Cell.FLAG),
        Column(_("Request")),
    ]


def _cells(events: Any) -> Iterable[Sequence[Any]]:
    some: list[Event] = []
    for event in events.iterator(1000):
        some.append(event)
        if len(some) == 1000:
            yield from map(_cells_of, lines(some))
            some = []
    yield from map(_cells_of, lines(some))


def _cells_of(line: Line) -> Sequence[Any]:
    event = line.event
    return (
        event.at,
        line.who,
        line.role,
        event.get_action_display(),
        line.about,
        event.purpose,
        event.recipient,
        event.allowed,
        event.request_id,
    )


def _person(actor: Actor, pk: UUID) -> Contact | None:
    return Contact.objects.visible_to(actor).filter(pk=pk).first()


def _inquirers_only(request: ActorRequest) -> None:
    refuse_unless(can_inquire(request.actor))


def _may_sample(actor: Actor) -> bool:
    return actor.is_supervisor or can_inquire(actor)
