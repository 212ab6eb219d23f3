"""Meetings: list, details, plan, edit, cancel, mark as held."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Affiliation, Contact, Organisation
from contacts.queries.roles import add_roles
from incidents.models import Incident
from lib.days import city_day, city_today
from meetings.codes import Attendance, MeetingStatus
from meetings.filters.meetings import MeetingFilters
from meetings.models import Concern, FollowUp, Meeting, MeetingOrganisation
from meetings.policies import can_edit_meeting
from meetings.queries.preparation import (
    contacts_to_greet,
    follow_ups_owed_to,
    follow_ups_with_organisations,
    meeting_preparation,
)
from meetings.queries.recent_organisations import recently_met
from meetings.queries.timeline import changes_of
from meetings.queries.today import seen_links
from meetings.services.held_meetings import hold_meeting
from meetings.services.meeting_series import (
    cancel_series,
    edit_one_of_series,
    restore_series,
    start_series,
)
from meetings.services.meetings import cancel_meeting, create_meeting, restore_meeting
from meetings.services.series import ALL, LATER, ONE
from pages.disclosing import disclose, may_offer
from pages.duty.again import ask_for_lost_district, begin_if_asked
from pages.event_names import ids_in_name
from pages.form_pages import form_page, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.forms.fields import MINUTE
from pages.hints import record_kept
from pages.lists import list_page, show_list
from pages.log.forms import HoldForm, presence, present_organisations, subject_of_plan
from pages.lookups import (
    get_or_404,
    ids_of,
    ids_on,
    is_id,
    readers_only,
    refuse_unless,
    writers_only,
)
from pages.meetings.forms import WAS_THERE, Attendances, EditForm, NewMeetingForm
from pages.meetings.outcome import say_logged, to_reopen
from pages.repetition import repeats
from pages.undo import say_with_undo, undoer
from pages.who import who_did
from publishing.codes import OPEN_KINDS
from publishing.policies import can_announce

FOUND = 8
CHANGES = 20
INVITED = {"present": gettext_lazy("Invited")}
CAME = {
    Attendance.ATTENDED.value: gettext_lazy("Attended"),
    Attendance.APOLOGIES.value: gettext_lazy("Apologies"),
    Attendance.INVITED.value: gettext_lazy("Invited"),
}


@list_page
def meetings(request: ActorRequest) -> HttpResponseBase:
    rows = Meeting.objects.visible_to(request.actor).select_related("district")
    return show_list(
        request,
        "meeting",
        MeetingFilters,
        rows.prefetch_related(seen_links(MeetingOrganisation, request.actor)),
        heading=_("Meetings"),
        find=_("Find a meeting"),
        orderings=("starts_at", "subject"),
        default="-starts_at",
        shown=ids_on,
    )


@require_safe
def meeting(request: ActorRequest, pk: UUID) -> HttpResponse:
    readers_only(request)
    actor = request.actor
    of_call = Incident.objects.visible_to(actor).filter(reassurances__meeting=OuterRef("pk")).values("pk")
    rows: Any = Meeting.objects.visible_to(actor).annotate(incident_seen=Subquery(of_call[:1]))
    row = get_or_404(rows.select_related("district", "series"), pk)
    links = row.organisation_links.filter(organisation__in=Organisation.objects.visible_to(actor))
    invited = list(links.select_related("organisation").order_by("-present", "organisation__folded"))
    persons = row.contact_links.filter(contact__in=Contact.objects.visible_to(actor))
    people = list(persons.select_related("contact").order_by("contact__folded"))
    add_roles(actor, [link.contact for link in people], [link.organisation_id for link in invited])
    promises = list(
        FollowUp.objects.visible_to(actor)
        .filter(meeting=row)
        .with_homes()
        .select_related("owner")
        .order_by("due_on", "pk")
    )
    concerns_raised = Concern.objects.visible_to(actor).with_site(actor).filter(meeting=row)
    concerns = list(concerns_raised.order_by("received_at", "pk"))
    shown_ids = [row.pk, *(link.organisation_id for link in invited), *(link.contact_id for link in people)]
    shown_ids += [row.incident_seen] if row.incident_seen else []
    shown_ids += [row_of_meeting.pk for row_of_meeting in (*promises, *concerns)]
    shown_ids += [pk for concern in concerns for pk in ids_in_name(concern)]
    prep, greeted = None, []
    if row.status == MeetingStatus.PLANNED and actor.writes:
        organisations = [link.organisation for link in invited]
        prep, greeted = meeting_preparation(actor, row, organisations), contacts_to_greet(organisations)
        shown_ids += [*ids_of(prep.rows), *(role.contact_id for role in greeted)]
    officers = list(row.officers.order_by("name", "pk"))
    was_there = row.status != MeetingStatus.PLANNED and actor.id in ids_of(officers)  # and has met them
    met = {*(link.contact_id for link in people), *(role.contact_id for role in greeted)}
    disclose(
        request,
        "meeting",
        dict.fromkeys(shown_ids),
        people=() if was_there else met,
        district_ids=[row.district_id],
    )
    changes = list(changes_of("meeting", row.pk).order_by("-at", "-pk")[:CHANGES])
    context = {
        "meeting": row,
        "invited": invited,
        "people": people,
        "officers": officers,
        "promises": promises,
        "today": city_today(),
        "concerns": concerns,
        "changes": list(zip(changes, who_did([change.event for change in changes]), strict=True)),
        "may_edit": can_edit_meeting(actor, row),
        "prep": prep,
        "to_greet": greeted,
        # From the beginning of its day: it may have taken place before its time.
        "may_announce": row.status == MeetingStatus.PLANNED
        and row.kind in OPEN_KINDS
        and can_announce(actor, row.district_id),
        "may_be_held": city_day(row.starts_at) <= city_today(),
        "repeats": repeats(row.series),
    }
    return render(request, "pages/meetings/detail.html", context)


@form_page
def meeting_new(request: ActorRequest) -> HttpResponse:
    """Plan a meeting. `?organisation=` invites an organisation."""
    writers_only(request)
    begin_if_asked(request)
    organisation = request.GET.get("organisation", "")
    organisation_ids = [UUID(organisation)] if is_id(organisation) else []
    rows = _organisation_rows(request, INVITED, dict.fromkeys(organisation_ids, "present"), offer=True)
    invited = presence(rows.given)
    form = NewMeetingForm(
        request.POST or None, actor=request.actor, taking_part=[row for row, _answer in rows.given]
    )
    form.draft = request.POST.get("act") == "find"
    posted = request.method == "POST" and not form.draft
    if posted and (question := ask_for_lost_district(request, form)):
        return question
    if posted and form.is_valid():
        plan = start_series if form.pattern() else create_meeting
        with RefusalsIn(form):
            values = form.values()
            values["subject"] = values["subject"] or subject_of_plan(values["kind"], form.taking_part)
            meeting = plan(actor=request.actor, organisations=invited, **form.pattern(), **values)
            messages.success(
                request, _("Meeting planned. Officers will be reminded the day before and an hour before.")
            )
            return redirect("meeting", meeting.pk)
    disclose(request, "organisation", rows.rows, searched=_searched(request))
    context = {"form": form, "rows": rows}
    return render(request, "pages/meetings/new.html", context, status=422 if posted else 200)


@form_page
def meeting_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find_editable(request, pk)
    options = INVITED if row.status == MeetingStatus.PLANNED else WAS_THERE
    rows, people = _rows_of(request, row, options)
    officers = list(row.officers.all())

    def fresh(data: Any) -> EditForm:
        initial = meeting_values(row, officers)
        return EditForm(data, actor=request.actor, meeting=row, officers=officers, initial=initial)

    form = fresh(request.POST or None)
    form.draft = request.POST.get("act") == "find"
    context: dict[str, Any] = {"meeting": row, "form": form, "rows": rows, "people": people}
    context["repeats"] = repeats(row.series)
    shown_rows = [row, *rows.rows, *people.rows]
    disclose(request, "meeting", shown_rows, people=_counted(request, people), searched=_searched(request))

    @transaction.atomic
    def save() -> bool:
        edit_one_of_series(
            actor=request.actor,
            meeting_id=pk,
            version=form.cleaned_data["version"],
            organisations=presence(rows.given),
            contacts=_attendance(people),
            **({"scope": ONE} | form.values()),
        )
        record_kept(request, "meeting", pk, [form], district_ids=[row.district_id])
        return True

    attempt = save_or_show_conflict(form, save, current=lambda: meeting_values(row, officers), again=fresh)
    if attempt.saved:
        messages.success(request, _("Meeting saved."))
        return redirect("meeting", pk)
    return render(request, "pages/meetings/edit.html", context | attempt.context, status=attempt.status)


@form_page
def meeting_cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find_editable(request, pk)
    scope = request.POST.get("scope")
    if request.method == "POST" and scope in {LATER, ALL}:
        cancelled = cancel_series(actor=request.actor, meeting_id=pk, scope=scope)
        text = ngettext("%(n)s meeting cancelled.", "%(n)s meetings cancelled.", len(cancelled))
        say_with_undo(
            request,
            text % {"n": len(cancelled)},
            "cancel_series",
            cancelled=[(str(meeting_id), version) for meeting_id, version in cancelled],
        )
        return redirect("meeting", pk)
    if request.method == "POST":
        before = row.status
        row = cancel_meeting(actor=request.actor, meeting_id=pk)
        say_with_undo(
            request,
            _("Meeting cancelled. Reminders stopped."),
            "cancel_meeting",
            meeting_id=str(pk),
            status=before,
            version=row.version,
        )
        return redirect("meeting", pk)
    disclose(request, "meeting", [row])
    return render(request, "pages/meetings/cancel.html", {"meeting": row})


@form_page
def meeting_hold(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Mark a meeting as held: attendance, outcomes and a follow-up."""
    row = _find_editable(request, pk)
    if row.status != MeetingStatus.PLANNED:
        messages.info(request, _("This meeting has already been held or cancelled."))
        return redirect("meeting", pk)
    rows, people = _rows_of(request, row, WAS_THERE)
    owed = follow_ups_owed_to(request.actor, present_organisations(rows.given))
    began = min(row.starts_at, timezone.now())
    initial = meeting_values(row, []) | {
        "starts_at": f"{timezone.localtime(began):{MINUTE}}",
        "promise_on": city_today(),
    }

    def fresh(data: Any) -> HoldForm:
        form = HoldForm(data, actor=request.actor, began=began, initial=initial)
        form.offer_owed(request.actor, owed)
        return form

    form = fresh(request.POST or None)
    form.draft = request.POST.get("act") == "find"
    shown_rows = [row, *rows.rows, *people.rows, *follow_ups_with_organisations(owed)]
    disclose(request, "meeting", shown_rows, people=_counted(request, people), searched=_searched(request))
    done: list[dict[str, Any]] = []

    @transaction.atomic
    def save() -> Meeting:
        fields = form.service_fields(rows.given)
        held = hold_meeting(actor=request.actor, meeting_id=pk, contacts=_attendance(people), **fields)
        done.extend(to_reopen(request, fields["done"]))
        record_kept(request, "meeting", pk, [form], district_ids=[row.district_id])
        return held

    attempt = save_or_show_conflict(form, save, current=lambda: meeting_values(row, []), again=fresh)
    if attempt.saved:
        say_logged(request, attempt.saved, done)
        return redirect("meeting", pk)
    context = attempt.context | {"meeting": row, "rows": rows, "people": people}
    return render(request, "pages/meetings/hold.html", context, status=attempt.status)


@undoer("cancel_meeting")
def undo_cancel(*, actor: Actor, meeting_id: str, status: str, version: int) -> None:
    restore_meeting(actor=actor, meeting_id=UUID(meeting_id), status=status, version=version)


@undoer("cancel_series")
def undo_cancel_series(*, actor: Actor, cancelled: list[tuple[str, int]]) -> None:
    restore_series(actor=actor, cancelled=[(UUID(pk), version) for pk, version in cancelled])


def meeting_values(row: Meeting, officers: list[Any]) -> dict[str, Any]:
    """Initial values of the forms."""
    names = (
        *("version", "subject", "kind", "level", "duration_minutes", "place", "initiated_by", "agenda"),
        *("headcount", "other_participants", "outcomes", "facts", "assessment"),
    )
    return {name: getattr(row, name) for name in names} | {
        "starts_at": f"{timezone.localtime(row.starts_at):{MINUTE}}",
        "district": row.district_id,
        "officers": [officer.pk for officer in officers],
    }


def _find_editable(request: ActorRequest, pk: UUID) -> Meeting:
    """Return the meeting. Raises 404 if it is not visible, 403 if it is read-only."""
    row = get_or_404(Meeting.objects.visible_to(request.actor).select_related("district", "series"), pk)
    refuse_unless(can_edit_meeting(request.actor, row))
    return row


# --- Invitations and attendance ----------------------------------------------------------------------


def _rows_of(
    request: ActorRequest, row: Meeting, options: Any
) -> tuple[Attendances[Organisation], Attendances[Contact]]:
    """Attendance as stored or as just sent.

    The options for contacts are those of the selected organisations. Past the daily limit of contacts, a form
    that was sent offers no new contacts.
    """
    links = row.organisation_links.values_list("organisation", "present")
    current = {pk: "present" if present or options is INVITED else "absent" for pk, present in links}
    rows = _organisation_rows(request, options, current)
    came = dict(row.contact_links.values_list("contact", "attendance"))
    chosen = [
        organisation.pk for organisation, answer in rows.given if answer != "out"
    ]  # not mere search results
    speaking = Affiliation.objects.current().filter(organisation__in=chosen)
    to_invite = Q(pk__in=speaking.values("contact"), withdrawn_on__isnull=True)
    # Keep attendees who opted out since then: saving removes contacts that are not on the page.
    candidates = Contact.objects.visible_to(request.actor).filter(to_invite | Q(pk__in=came))
    offered = list(candidates.order_by("folded", "pk"))
    add_roles(request.actor, offered, chosen)
    if request.method != "POST":
        return rows, Attendances("came", CAME, offered, came)
    answers = Attendances.answered("came", request.POST)
    if not may_offer(request, ids_of(offered)):
        offered = [contact for contact in offered if contact.pk in answers or contact.pk in came]
    return rows, Attendances("came", CAME, offered, answers)


def _counted(request: ActorRequest, people: Attendances[Contact]) -> list[UUID]:
    """The contacts that a page counts before it opens. A form that was sent has counted those it offers."""
    return [] if request.method == "POST" else ids_of(people.rows)


def _organisation_rows(
    request: ActorRequest, options: Any, current: dict[UUID, str], *, offer: bool = False
) -> Attendances[Organisation]:
    """Attendance of organisations: search results, then answered or known ones, then suggestions."""
    posted = request.method == "POST"
    answers = Attendances.answered("was", request.POST) if posted else current
    visible = Organisation.objects.visible_to(request.actor)
    listed = list(visible.active().matching(request.POST.get("q", ""))[:FOUND]) if posted else []
    listed += visible.filter(pk__in={*answers, *current}).order_by("folded", "pk")
    if offer:
        listed += recently_met(request.actor, FOUND)
    return Attendances("was", options, list({row.pk: row for row in listed}.values()), answers)


def _attendance(people: Attendances[Contact]) -> list[Any]:
    return [{"contact": person, "attendance": answer} for person, answer in people.given]


def _searched(request: ActorRequest) -> str:
    return request.POST.get("q", "") if request.POST.get("act") == "find" else ""
