"""Log a meeting in four taps, or a group meeting on one page."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
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
from contacts.policies import home_of
from lib.days import city_today
from meetings.codes import FollowUpKind, MeetingKind
from meetings.known import Known, known_of, owed_to, rows_of
from meetings.models import Meeting
from meetings.services.held_meetings import discard_meeting
from meetings.services.held_meetings import log_meeting as save_log
from meetings.today import recently_met
from pages.disclosing import disclose, may_offer
from pages.form_pages import form_page
from pages.forms.base import RefusalsIn
from pages.forms.fields import MINUTE
from pages.forms.log_meeting import AssemblyForm, LogForm, PromiseForm, Who, there_of
from pages.forms.meetings import WAS_THERE, Attendances
from pages.hints import record_kept
from pages.lookups import is_id, writers_only
from pages.once import about
from pages.reasons import given_reasons, reason_for, take_reason
from pages.undo import undoer
from pages.views.meeting_outcome import say_logged, to_reopen

FOUND = 8
CANDIDATES = 16
MAX_PROMISES = 20
DRAFTS = {"find", "add", "known"}


@form_page
def log_meeting(request: ActorRequest) -> HttpResponse:
    """`?organisation=`, `?contact=` and `?kind=` preselect. `act=find` searches and keeps the typed values.

    What is known of the participant is shown with the form. Scripts fetch it with `?who=` once one is chosen.
    """
    writers_only(request)
    if request.htmx and "q" in request.GET:  # type: ignore[attr-defined]  # django-htmx
        found = _found(request, request.GET["q"])
        _consult(request, _rows(found), searched=request.GET["q"])
        return render(request, "pages/log/log.html#found", {"found": found})
    finding = request.POST.get("act") == "find"
    if request.method == "POST" and not finding and (question := _ask_about(request)):
        return question
    chosen = _named(request)
    searched = request.POST.get("q", "").strip() if finding else ""
    found = _found(request, searched) if searched else []
    typed = _named_by_value(request, request.POST.get("who", ""))
    is_choosing = bool(request.htmx) and "who" in request.GET  # type: ignore[attr-defined]  # django-htmx
    recent = [] if is_choosing else [Who(one) for one in recently_met(request.actor)]
    offered = list({who.value: who for who in (*chosen, *typed, *found, *recent)}.values())
    known = _known(request, (typed or chosen)[:1])
    form = LogForm(
        request.POST or None,
        initial=_now() | _asked_kind(request) | ({"who": chosen[0].value} if chosen else {}),
        actor=request.actor,
        offered=offered,
        found=found,
        people=known.to_greet if known else (),
    )
    form.offer_owed(request.actor, known.owed if known else ())
    form.draft = finding
    failed = request.method == "POST" and not finding
    if failed and form.is_valid():
        with RefusalsIn(form):
            with transaction.atomic():
                fields = form.service_fields()
                made = save_log(actor=request.actor, **fields)
                record_kept(request, "meeting", made.pk, [form], district_ids=[made.district_id])
            return _saved(request, made, fields, form.chosen.organisation)
    where = home_of(request.actor, (typed or chosen)[0].rows) if typed or chosen else None
    _consult(request, _rows(offered), known, searched)
    context = {"form": form, "found": found, "where": where, "finding": searched, "now": timezone.now()}
    context |= {"known": known, "chosen": (typed or chosen)[:1]}
    if is_choosing:
        return render(request, "pages/log/log.html#known", context)
    return render(request, "pages/log/log.html", context, status=422 if failed else 200)


@form_page
def log_assembly(request: ActorRequest) -> HttpResponse:
    """Log many organisations and follow-ups. `act` keeps the typed values: `find`, `add`, `known`."""
    writers_only(request)
    act = request.POST.get("act", "")
    answers = Attendances.answered("was", request.POST)
    found = _search(request.actor, request.POST.get("q", "")) if act == "find" else []
    named = Organisation.objects.visible_to(request.actor).filter(pk__in=list(answers))
    recent = recently_met(request.actor, CANDIDATES)
    listed = [*found, *named.order_by("folded", "pk"), *recent]
    rows = Attendances("was", WAS_THERE, list({row.pk: row for row in listed}.values()), answers)
    form = AssemblyForm(
        request.POST or None, initial=_now(), actor=request.actor, taking_part=there_of(rows.given)
    )
    owed = owed_to(request.actor, there_of(rows.given))
    form.offer_owed(request.actor, owed)
    form.draft = act in DRAFTS
    promises = _promise_forms(request, rows, adding=act == "add")
    failed = request.method == "POST" and not form.draft
    if failed and form.is_valid() & promises.is_valid() and _somebody(form, rows):
        attended = rows.given
        wanted = [one.promise(attended) for one in promises]
        fields = form.service_fields(attended) | {"promises": [one for one in wanted if one]}
        with RefusalsIn(form):
            with transaction.atomic():
                made = save_log(actor=request.actor, **fields)
                record_kept(request, "meeting", made.pk, [form, *promises], district_ids=[made.district_id])
            return _saved(request, made, fields)
    searched = request.POST.get("q", "") if act == "find" else ""
    disclose(request, "organisation", [*rows.rows, *rows_of(owed)], searched=searched)
    context = {"form": form, "rows": rows, "promises": promises}
    return render(request, "pages/log/assembly.html", context, status=422 if failed else 200)


@undoer("log_meeting")
def undo_log(*, actor: Actor, meeting_id: str, version: int, done: Iterable[Mapping[str, Any]] = ()) -> None:
    reopened = [
        {
            "follow_up_id": UUID(one["follow_up_id"]),
            "version": one["version"],
            "untold": [UUID(pk) for pk in one["untold"]],
        }
        for one in done
    ]
    discard_meeting(actor=actor, meeting_id=UUID(meeting_id), version=version, done=reopened)


def _saved(
    request: ActorRequest,
    meeting: Meeting,
    fields: Mapping[str, Any],
    organisation: Organisation | None = None,
) -> HttpResponse:
    """Redirect to the organisation the user comes from, to logging a concern, or to Today."""
    say_logged(request, meeting, to_reopen(request, fields["done"]))
    return about(_onwards(request, meeting, organisation), reverse("meeting", args=[meeting.pk]))


def _onwards(request: ActorRequest, meeting: Meeting, organisation: Organisation | None) -> HttpResponse:
    if request.POST.get("then") == "concern":
        return redirect(f"{reverse('log_concern')}?meeting={meeting.pk}")
    if organisation and request.GET.get("organisation") == str(organisation.pk):
        return redirect("organisation", organisation.pk)
    return redirect("today")


def _now() -> dict[str, Any]:
    now = timezone.localtime().replace(microsecond=0)
    return {"starts_at": f"{now:{MINUTE}}", "opened_at": now.isoformat(), "promise_on": str(city_today())}


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
        sent = data.get("form-TOTAL_FORMS", "")
        known = sent.isascii() and sent.isdigit() and len(sent) < 5
        count = min(int(sent), MAX_PROMISES - 1) if known else 0
        data["form-TOTAL_FORMS"] = str(count + 1)
        data[f"form-{count}-when"] = "week"
        data[f"form-{count}-kind"] = FollowUpKind.OTHER.value
    invited = {row.pk for row, _answer in rows.given}
    given = {"organisations": rows.rows, "invited": invited}
    promises = formset(data, form_kwargs=given)
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


def _found(request: ActorRequest, q: str) -> list[Who]:
    """Organisations by name, then contacts by their own name."""
    seen = Contact.objects.visible_to(request.actor).filter(withdrawn_on__isnull=True)
    people = list(seen.matching(q)[:FOUND])
    organisations = [Who(organisation) for organisation in _search(request.actor, q)]
    roles = _roles(request.actor, people)
    return [*organisations, *(_titled(person, roles[person.pk]) for person in people)][:FOUND]


def _roles(actor: Actor, people: Iterable[Contact]) -> dict[UUID, list[Affiliation]]:
    """Roles of each contact in organisations that the reader can see."""
    found: dict[UUID, list[Affiliation]] = {person.pk: [] for person in people}
    seen = Organisation.objects.visible_to(actor)
    links = Affiliation.objects.current().filter(contact__in=found, organisation__in=seen)
    for link in links.select_related("organisation__home_district"):
        found[link.contact_id].append(link)
    return found


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
    seen = Contact.objects.visible_to(request.actor).filter(pk=key)
    return take_reason(request, UUID(key)) if seen.exists() else None


def _named(request: ActorRequest) -> list[Who]:
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
        seen = Contact.objects.visible_to(request.actor).select_related("home_district")
        return [_speaking(request, person) for person in seen.filter(pk=UUID(key))]
    organisations = Organisation.objects.visible_to(request.actor).select_related("home_district")
    return [Who(organisation) for organisation in organisations.filter(pk=UUID(key))]


def _known(request: ActorRequest, whom: list[Who]) -> Known | None:
    """What is known of the chosen organisation, if one is chosen or the contact's may be shown."""
    if not whom or not whom[0].organisation:
        return None
    known = known_of(request.actor, whom[0].organisation, facts=1)
    if may_offer(request, [role.contact_id for role in known.to_greet]):
        return known
    sent = request.POST.getlist("people")
    return replace(known, to_greet=[one for one in known.to_greet if str(one.contact_id) in sent])


def _consult(
    request: ActorRequest, rows: list[Organisation | Contact], known: Known | None = None, searched: str = ""
) -> None:
    """Record contacts separately, with the reason given, because inquiries are about contacts."""
    shown = {row.pk: row for row in (*rows, *(known.rows if known else ()))}.values()
    people = [row for row in shown if isinstance(row, Contact)]
    others = [row for row in shown if not isinstance(row, Contact)]
    if people:
        why = given_reasons(request, [row.pk for row in people])
        disclose(request, "contact", people, searched=searched, reason=why)
    if others or not people:
        disclose(request, "organisation", others, searched=searched)


def _rows(whom: Iterable[Who]) -> list[Organisation | Contact]:
    return [row for who in whom for row in who.rows]
