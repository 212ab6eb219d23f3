"""Log a meeting in four taps, or a group meeting on one page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Affiliation, Contact, Organisation
from lib.days import city_today
from meetings.codes import FollowUpKind, MeetingKind
from meetings.models import FollowUp, Meeting
from meetings.queries.preparation import (
    OrganisationPreparation,
    follow_ups_owed_to,
    follow_ups_with_organisations,
    organisation_preparation,
)
from meetings.queries.recent_organisations import recently_met
from meetings.services.held_meetings import discard_meeting
from meetings.services.held_meetings import log_meeting as save_log
from pages.disclosing import disclose, may_offer
from pages.duty.again import ask_for_lost_district, begin_if_asked
from pages.form_pages import form_page
from pages.forms.base import RefusalsIn
from pages.forms.fields import MINUTE
from pages.hints import record_kept
from pages.log.forms import AssemblyForm, LogForm, PromiseForm, Who, present_organisations
from pages.lookups import is_id, writers_only
from pages.meetings.forms import WAS_THERE, Attendances
from pages.meetings.outcome import say_logged, to_reopen
from pages.once import mark_saved
from pages.reasons import given_reasons, reason_for, take_reason
from pages.undo import undoer

FOUND = 8
CANDIDATES = 16
MAX_PROMISES = 20
DRAFTS = {"find", "add", "known"}


@dataclass(frozen=True, slots=True)
class MeetingLog:
    """The form of one request, what the user searched for, and who was met, with what is known of them."""

    form: LogForm
    searched: str
    found: list[Who]
    chosen: Who | None
    known: OrganisationPreparation | None


@form_page
def log_meeting(request: ActorRequest) -> HttpResponse:
    """Find who was met, show the form, or save the log.

    `?organisation=`, `?contact=` and `?kind=` preselect. `act=find` searches and keeps the typed values. What
    is known of the participant is shown with the form. Scripts fetch it with `?who=` once one is chosen.
    """
    writers_only(request)
    if request.htmx and "q" in request.GET:  # type: ignore[attr-defined]  # django-htmx
        return find_participants(request, request.GET["q"])
    if request.method == "POST" and not _is_finding(request):
        return save_meeting_log(request)
    return show_log_form(request, _meeting_log(request))


def find_participants(request: ActorRequest, searched: str) -> HttpResponse:
    """An htmx fragment with the organisations and contacts that match."""
    participants = _matching_participants(request, searched)
    _disclose(request, _rows(participants), searched=searched)
    return render(request, "pages/log/log.html#found", {"found": participants})


def show_log_form(request: ActorRequest, log: MeetingLog, status: int = 200) -> HttpResponse:
    """The page, or the fragment about the participant that was just chosen."""
    chosen = [log.chosen] if log.chosen else []
    _disclose(request, _rows(log.form.offered.values()), log.known, log.searched)
    context = {
        "form": log.form,
        "found": log.found,
        "finding": log.searched,
        "chosen": chosen,
        "known": log.known,
        "is_choosing": _is_choosing(request),
        "now": timezone.now(),
    }
    template = "pages/log/log.html#known" if _is_choosing(request) else "pages/log/log.html"
    return render(request, template, context, status=status)


def save_meeting_log(request: ActorRequest) -> HttpResponse:
    """Save the log, or show the form with its errors. It asks for a reason for a contact first."""
    begin_if_asked(request)
    if question := _ask_about(request):
        return question
    log = _meeting_log(request)
    if question := ask_for_lost_district(request, log.form):
        return question
    if log.form.is_valid():
        with RefusalsIn(log.form):
            fields = log.form.service_fields()
            with transaction.atomic():
                meeting = save_log(actor=request.actor, **fields)
                record_kept(request, "meeting", meeting.pk, [log.form], district_ids=[meeting.district_id])
            return _saved(request, meeting, fields, log.form.chosen.organisation)
    return show_log_form(request, log, status=422)


def _meeting_log(request: ActorRequest) -> MeetingLog:
    """Read the request: the form offers who is preselected, typed, found, and met recently."""
    searched = request.POST.get("q", "").strip() if _is_finding(request) else ""
    participants = _matching_participants(request, searched) if searched else []
    preselected, typed = _preselected(request), _named_by_value(request, request.POST.get("who", ""))
    recent = (
        [] if _is_choosing(request) else [Who(organisation) for organisation in recently_met(request.actor)]
    )
    offered = {
        participant.value: participant for participant in (*preselected, *typed, *participants, *recent)
    }
    chosen = next(iter(typed or preselected), None)
    preparation = _preparation_of(request, chosen)
    form = LogForm(
        request.POST or None,
        initial=_initial_times()
        | _asked_kind(request)
        | ({"who": preselected[0].value} if preselected else {}),
        actor=request.actor,
        offered=list(offered.values()),
        matches=participants,
        people=preparation.to_greet if preparation else (),
    )
    form.offer_owed(request.actor, preparation.owed if preparation else ())
    form.draft = _is_finding(request)
    return MeetingLog(form, searched, participants, chosen, preparation)


def _is_finding(request: ActorRequest) -> bool:
    return request.POST.get("act") == "find"


def _is_choosing(request: ActorRequest) -> bool:
    return bool(request.htmx) and "who" in request.GET  # type: ignore[attr-defined]  # django-htmx


@dataclass(frozen=True, slots=True)
class AssemblyLog:
    """The forms of one request about a group meeting, and the organisations that they offer."""

    form: AssemblyForm
    attendance: Attendances[Organisation]
    follow_ups: Any
    owed: list[FollowUp]


@form_page
def log_assembly(request: ActorRequest) -> HttpResponse:
    """Log many organisations and follow-ups. `act` keeps the typed values: `find`, `add`, `known`."""
    writers_only(request)
    begin_if_asked(request)
    log = _assembly_log(request)
    if request.method == "POST" and not log.form.draft:
        if question := ask_for_lost_district(request, log.form):
            return question
        return save_assembly_log(request, log)
    return show_assembly_form(request, log)


def show_assembly_form(request: ActorRequest, log: AssemblyLog, status: int = 200) -> HttpResponse:
    searched = request.POST.get("q", "") if _is_finding(request) else ""
    disclose(
        request,
        "organisation",
        [*log.attendance.rows, *follow_ups_with_organisations(log.owed)],
        searched=searched,
    )
    context = {"form": log.form, "rows": log.attendance, "promises": log.follow_ups}
    return render(request, "pages/log/assembly.html", context, status=status)


def save_assembly_log(request: ActorRequest, log: AssemblyLog) -> HttpResponse:
    """Save the group meeting, or show the form with its errors."""
    form, attended = log.form, log.attendance.given
    if form.is_valid() & log.follow_ups.is_valid() and _somebody(form, log.attendance):
        follow_ups = [form.promise(attended) for form in log.follow_ups]
        fields = form.service_fields(attended) | {
            "new_follow_ups": [follow_up for follow_up in follow_ups if follow_up]
        }
        with RefusalsIn(form):
            with transaction.atomic():
                meeting = save_log(actor=request.actor, **fields)
                forms = [form, *log.follow_ups]
                record_kept(request, "meeting", meeting.pk, forms, district_ids=[meeting.district_id])
            return _saved(request, meeting, fields)
    return show_assembly_form(request, log, status=422)


def _assembly_log(request: ActorRequest) -> AssemblyLog:
    """Read the request: the form offers who is found, named, and met recently."""
    act = request.POST.get("act", "")
    answers = Attendances.answered("was", request.POST)
    matches = _search(request.actor, request.POST.get("q", "")) if act == "find" else []
    answered = Organisation.objects.visible_to(request.actor).filter(pk__in=list(answers))
    listed = [*matches, *answered.order_by("folded", "pk"), *recently_met(request.actor, CANDIDATES)]
    attendance = Attendances("was", WAS_THERE, list({row.pk: row for row in listed}.values()), answers)
    present = present_organisations(attendance.given)
    form = AssemblyForm(
        request.POST or None, initial=_initial_times(), actor=request.actor, taking_part=present
    )
    owed = follow_ups_owed_to(request.actor, present)
    form.offer_owed(request.actor, owed)
    form.draft = act in DRAFTS
    return AssemblyLog(form, attendance, _promise_forms(request, attendance, adding=act == "add"), owed)


def _saved(
    request: ActorRequest,
    meeting: Meeting,
    fields: Mapping[str, Any],
    organisation: Organisation | None = None,
) -> HttpResponse:
    """Redirect to the organisation the user comes from, to logging a concern, or to Today."""
    say_logged(request, meeting, to_reopen(request, fields["done"]))
    return mark_saved(_onwards(request, meeting, organisation), reverse("meeting", args=[meeting.pk]))


@undoer("log_meeting")
def undo_log(*, actor: Actor, meeting_id: str, version: int, done: Iterable[Mapping[str, Any]] = ()) -> None:
    reopened = [
        {
            "follow_up_id": UUID(completed["follow_up_id"]),
            "version": completed["version"],
            "not_reported_to": [UUID(pk) for pk in completed["untold"]],
        }
        for completed in done
    ]
    discard_meeting(actor=actor, meeting_id=UUID(meeting_id), version=version, done=reopened)


def _onwards(request: ActorRequest, meeting: Meeting, organisation: Organisation | None) -> HttpResponse:
    if request.POST.get("then") == "concern":
        return redirect(f"{reverse('log_concern')}?meeting={meeting.pk}")
    if organisation and request.GET.get("organisation") == str(organisation.pk):
        return redirect("organisation", organisation.pk)
    return redirect("today")


def _initial_times() -> dict[str, Any]:
    started_at = timezone.localtime().replace(microsecond=0)
    return {
        "starts_at": f"{started_at:{MINUTE}}",
        "opened_at": started_at.isoformat(),
        "promise_on": str(city_today()),
    }


def _asked_kind(request: ActorRequest) -> dict[str, str]:
    """`?kind=`: how it was, for who comes from a call."""
    kind = request.GET.get("kind", "")
    return {"kind": kind} if kind in MeetingKind else {}


def _somebody(form: AssemblyForm, rows: Attendances[Organisation]) -> bool:
    if any(answer == "present" for _row, answer in rows.given) or form.cleaned_data["other_participants"]:
        return True
    form.add_error(None, _("Add at least one organisation or other participant."))
    return False


def _promise_forms(request: ActorRequest, rows: Attendances[Organisation], *, adding: bool) -> Any:
    """Formset that starts with an empty row. Adding a row moves the focus to it."""
    formset = formset_factory(PromiseForm, extra=1, max_num=MAX_PROMISES, absolute_max=MAX_PROMISES)
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and adding:
        total = data.get("form-TOTAL_FORMS", "")
        is_number = total.isascii() and total.isdigit() and len(total) < 5
        count = min(int(total), MAX_PROMISES - 1) if is_number else 0
        data["form-TOTAL_FORMS"] = str(count + 1)
        data[f"form-{count}-when"] = "week"
        data[f"form-{count}-kind"] = FollowUpKind.OTHER.value
    invited = {row.pk for row, _answer in rows.given}
    form_arguments = {"organisations": rows.rows, "invited": invited}
    promises = formset(data, form_kwargs=form_arguments)
    if adding:
        promises.forms[-1].fields["title"].widget.attrs["autofocus"] = True
    for form in promises:
        form.draft = request.POST.get("act") in DRAFTS
    return promises


# --- Participants to offer ------------------------------------------------------------------------


def _search(actor: Actor, q: str) -> list[Organisation]:
    return list(
        Organisation.objects.visible_to(actor).active().matching(q).select_related("home_district")[:FOUND]
    )


def _matching_participants(request: ActorRequest, q: str) -> list[Who]:
    """Organisations by name, then contacts by their own name."""
    reachable = Contact.objects.visible_to(request.actor).filter(withdrawn_on__isnull=True)
    people = list(reachable.matching(q)[:FOUND])
    organisations = [Who(organisation) for organisation in _search(request.actor, q)]
    roles = _roles(request.actor, people)
    return [*organisations, *(_titled(person, roles[person.pk]) for person in people)][:FOUND]


def _roles(actor: Actor, people: Iterable[Contact]) -> dict[UUID, list[Affiliation]]:
    """Roles of each contact in organisations that the reader can see."""
    roles: dict[UUID, list[Affiliation]] = {person.pk: [] for person in people}
    visible = Organisation.objects.visible_to(actor)
    links = Affiliation.objects.current().filter(contact__in=roles, organisation__in=visible)
    for link in links.select_related("organisation__home_district"):
        roles[link.contact_id].append(link)
    return roles


def _titled(person: Contact, roles: list[Affiliation]) -> Who:
    """The contact with the role's title only.

    Without a reason, the organisation is hidden (docs/adr/0013).
    """
    return Who(None, person, role_title=roles[0].role_title if len(roles) == 1 else "")


def _speaking(request: ActorRequest, person: Contact) -> Who:
    """The contact with the represented organisation, if there is only one and no reason is missing."""
    roles = _roles(request.actor, [person])[person.pk]
    if len(roles) != 1 or reason_for(request, person.pk) is None:
        return _titled(person, roles)
    return Who(roles[0].organisation, person)


def _ask_about(request: ActorRequest) -> HttpResponse | None:
    """Ask for a reason if the chosen contact is outside the user's portfolio."""
    kind, _colon, key = request.POST.get("who", "").partition(":")
    if kind != "contact" or not is_id(key):
        return None
    contact = Contact.objects.visible_to(request.actor).filter(pk=key)
    return take_reason(request, UUID(key)) if contact.exists() else None


def _preselected(request: ActorRequest) -> list[Who]:
    """The participant preselected by the URL, if the user can see them."""
    for kind in ("organisation", "contact"):
        if kind in request.GET:
            return _named_by_value(request, f"{kind}:{request.GET[kind]}")
    return _named_by_value(request, request.GET.get("who", ""))


def _named_by_value(request: ActorRequest, value: str) -> list[Who]:
    kind, _colon, key = value.partition(":")
    if not is_id(key):
        return []
    if kind == "contact":
        contacts = Contact.objects.visible_to(request.actor).select_related("home_district")
        return [_speaking(request, person) for person in contacts.filter(pk=UUID(key))]
    organisations = Organisation.objects.visible_to(request.actor).select_related("home_district")
    return [Who(organisation) for organisation in organisations.filter(pk=UUID(key))]


def _preparation_of(request: ActorRequest, participant: Who | None) -> OrganisationPreparation | None:
    """Return the preparation for the chosen organisation. None if no organisation is chosen."""
    if participant is None or participant.organisation is None:
        return None
    preparation = organisation_preparation(request.actor, participant.organisation, facts=1)
    if may_offer(request, [role.contact_id for role in preparation.to_greet]):
        return preparation
    sent_ids = request.POST.getlist("people")
    return replace(
        preparation, to_greet=[role for role in preparation.to_greet if str(role.contact_id) in sent_ids]
    )


def _disclose(
    request: ActorRequest,
    rows: list[Organisation | Contact],
    preparation: OrganisationPreparation | None = None,
    searched: str = "",
) -> None:
    """Disclose contacts separately, with the reason given, because inquiries are about contacts."""
    shown_rows = {row.pk: row for row in (*rows, *(preparation.rows if preparation else ()))}.values()
    people = [row for row in shown_rows if isinstance(row, Contact)]
    organisations = [row for row in shown_rows if not isinstance(row, Contact)]
    if people:
        reasons = given_reasons(request, [row.pk for row in people])
        disclose(request, "contact", people, searched=searched, reason=reasons)
    if organisations or not people:
        disclose(request, "organisation", organisations, searched=searched)


def _rows(whom: Iterable[Who]) -> list[Organisation | Contact]:
    return [row for participant in whom for row in participant.rows]
