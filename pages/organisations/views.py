"""Organisations: list, details, add and edit."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import Role
from audit.models import Action
from contacts.codes import PAGES, OrganisationStatus
from contacts.models import Affiliation, Organisation
from contacts.policies import can_edit_organisation, can_reveal_private_channel
from contacts.queries.duplicates import Candidate, similar_organisations
from contacts.services.numbers import read_numbers
from contacts.services.organisations import (
    create_organisation,
    edit_organisation,
    verify_organisation,
)
from exchange.imports.provenance import provenance_of
from lib.days import city_day, city_today
from lib.error_texts import texts
from lib.language_choices import language_name
from meetings.filters.organisations import OrganisationFilters
from meetings.policies import can_hand_over
from meetings.queries.handover import count_led_by_departed
from meetings.queries.timeline import next_follow_ups, organisation_timeline, with_next_follow_up
from oversight.policies import can_watch_records
from pages.disclosing import disclose
from pages.duplicates.merging import undo_of_merge
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.forms.details import details_of
from pages.lists import list_page, show_list
from pages.lookups import get_or_404, readers_only, refuse_unless, writers_only
from pages.organisations.forms import (
    FocusFormSet,
    NewOrganisationForm,
    OrganisationForm,
    cadence_text,
    focus_values,
    organisation_values,
)
from pages.reasons import REASONS
from pages.undo import offered_undo, say_with_undo, undoer
from pages.who import who_did
from privacy.policies import can_pass_on_copy

TIMELINE: Final = {
    "": gettext_lazy("All"),
    "meeting": gettext_lazy("Meetings"),
    "follow_up": gettext_lazy("Follow-ups"),
    "concern": gettext_lazy("Concerns"),
    "change": gettext_lazy("Changes"),
}


@list_page
def organisations(request: ActorRequest) -> HttpResponseBase:
    rows = Organisation.objects.visible_to(request.actor).select_related("home_district", "lead_officer")
    implied = {}
    if not request.GET.keys() & {"q", "status"}:
        rows = rows.exclude(status=OrganisationStatus.CLOSED)
        implied["status"] = f"{OrganisationStatus.ACTIVE},{OrganisationStatus.DORMANT}"
    return show_list(
        request,
        "organisation",
        OrganisationFilters,
        with_next_follow_up(rows, request.actor),
        heading=_("Organisations"),
        find=_("Find an organisation"),
        orderings=("folded", "last_met_at", "kind"),
        default="folded",
        implied=implied,
        today=city_today(),
        left_behind=count_led_by_departed(request.actor) if can_hand_over(request.actor) else 0,
        undo=offered_undo(request, "organisations"),
    )


@require_safe
def organisation(request: ActorRequest, pk: UUID) -> HttpResponse:
    readers_only(request)
    return show_organisation(
        request, get_or_404(Organisation.objects.visible_to(request.actor).for_its_page(), pk)
    )


def show_organisation(request: ActorRequest, row: Any, **more: Any) -> HttpResponse:
    """The page of a row read `for_its_page`. `revealed` has its private channel, `mistakes` say why not."""
    people = list(Affiliation.objects.spokespeople_of(row))
    promises = next_follow_ups(request.actor, row)
    only, older = request.GET.get("show", ""), request.GET.get("older", "")
    happened = organisation_timeline(request.actor, row, only=only, before=older)
    changes = [entry.row for entry in happened.entries if entry.type == "change"]
    for change, author in zip(
        changes, who_did([change_entry.event for change_entry in changes]), strict=True
    ):
        change.who, change.labels = author, _labels(change.event.field_names)
    shown_ids = [row.pk, *(role.contact_id for role in people), *(role.pk for role in promises)]
    shown_ids += [entry.row.pk for entry in happened.entries if entry.type != "change"]
    contact_ids = {role.contact_id for role in people}
    disclose(
        request, "organisation", dict.fromkeys(shown_ids), people=contact_ids, district_ids=districts_of(row)
    )
    may_edit = can_edit_organisation(request.actor, row)
    context = {
        "organisation": row,
        "people": people,
        "promises": promises,
        "timeline": happened,
        "shown": TIMELINE,
        "only": only if only in TIMELINE else "",
        "may_edit": may_edit,
        "may_pass_on_copy": can_pass_on_copy(request.actor),
        "may_watch": can_watch_records(request.actor),
        "may_reveal": can_reveal_private_channel(request.actor),
        "reasons": REASONS,
        "undo": undo_of_merge(request, row) if may_edit else None,
        "provenance": provenance_of(row),
        "recorded_since": _recorded_since(row),
        "today": city_today(),
        "cadence": cadence_text(row.cadence_days) if row.cadence_days else "",
        "languages": [language_name(code) for code in row.languages],
        "has_pages": any(detail.channel in PAGES for detail in row.other_details.all()),
    }
    status = 422 if "mistakes" in more else 200
    return render(request, "pages/organisations/detail.html", context | more, status=status)


def _recorded_since(row: Organisation) -> date | None:
    """From which day changes of a record are recorded, if it is older."""
    day = row.home_district.recorded_since
    return day if day and city_day(row.created_at) < day else None


@form_page
def organisation_new(request: ActorRequest) -> HttpResponse:
    writers_only(request)
    form = NewOrganisationForm(posted(request), actor=request.actor, initial=_new_values(request))
    focuses, details = _focuses(request), details_of(request)
    candidates: list[Candidate] = []
    if form.is_valid() & focuses.is_valid() & details.is_valid():
        values = details.values(form.cleaned_data)
        if "anyway" not in request.POST:
            candidates = _candidates(request.actor, values)
        if not candidates:
            with RefusalsIn(form):
                organisation = create_organisation(actor=request.actor, focuses=focuses.values(), **values)
                messages.success(request, _("%(name)s has been added.") % {"name": organisation.name})
                return redirect("organisation", organisation.pk)
    _consult_candidates(request, candidates)
    context = {"form": form, "focuses": focuses, "details": details, "candidates": candidates}
    return render(request, "pages/organisations/new.html", context, status=422 if form.is_bound else 200)


@require_POST
def organisation_duplicates(request: ActorRequest) -> HttpResponse:
    """An htmx fragment with organisations that resemble the typed values."""
    writers_only(request)
    typed = {name: request.POST.get(name, "")[:300] for name in ("name", "phone", "email", "website")}
    candidates = _candidates(request.actor, typed) if len(typed["name"].strip()) > 2 or typed["phone"] else []
    _consult_candidates(request, candidates)
    return render(request, "pages/organisations/new.html#duplicates", {"candidates": candidates})


@form_page
def organisation_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = find_editable(request, pk)
    form = OrganisationForm(posted(request), actor=request.actor, organisation=row)
    focuses, details = _focuses(request, focus_values(row)), details_of(request, row)
    disclose(request, "organisation", [row.pk], district_ids=districts_of(row))
    attempt = save_or_show_conflict(
        form,
        lambda: edit_organisation(
            actor=request.actor,
            organisation_id=pk,
            version=form.cleaned_data["version"],
            focuses=focuses.values(),
            **details.values(form.values()),
        ),
        current=lambda: organisation_values(row),
        again=lambda data: OrganisationForm(data, actor=request.actor, organisation=row),
        beside=[focuses, details],
    )
    if attempt.saved:
        messages.success(request, _("Organisation saved."))
        return redirect("organisation", pk)
    context = attempt.context | {"organisation": row, "focuses": focuses, "details": details}
    return render(request, "pages/organisations/edit.html", context, status=attempt.status)


@require_POST
def organisation_verify(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Mark the details as checked with the organisation today, in one tap."""
    row = find_editable(request, pk)
    before = row.verified_on
    row = verify_organisation(actor=request.actor, organisation_id=pk)
    say_with_undo(
        request,
        _("Details marked as checked today."),
        "organisation_fields",
        organisation_id=str(pk),
        version=row.version,
        fields={"verified_on": before.isoformat() if before else None},
    )
    return redirect("organisation", pk)


@require_POST
def organisation_status(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Close or reopen the organisation."""
    row = find_editable(request, pk)
    before, status = row.status, request.POST.get("status", "")
    try:
        row = edit_organisation(actor=request.actor, organisation_id=pk, status=status)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
        return redirect("organisation", pk)
    text = {
        OrganisationStatus.CLOSED: _("Organisation closed. It stays on record and in past figures."),
        OrganisationStatus.DORMANT: _("Organisation marked as dormant."),
    }.get(OrganisationStatus(row.status), _("Organisation marked as active."))
    say_with_undo(
        request,
        text,
        "organisation_fields",
        organisation_id=str(pk),
        version=row.version,
        fields={"status": before},
    )
    return redirect("organisation", pk)


@undoer("organisation_fields")
def undo_fields(*, actor: Actor, organisation_id: str, version: int, fields: dict[str, Any]) -> None:
    edit_organisation(actor=actor, organisation_id=UUID(organisation_id), version=version, **fields)


def find_editable(request: ActorRequest, pk: UUID) -> Any:
    """An organisation read `for_its_page`, if the user may change it."""
    readers_only(request)
    row = get_or_404(Organisation.objects.visible_to(request.actor).for_its_page(), pk)
    refuse_unless(can_edit_organisation(request.actor, row))
    return row


def _new_values(request: ActorRequest) -> dict[str, Any]:
    """Initial values: the name from a search without results, an officer's only district, and the officer."""
    districts = list(request.user.districts.all()[:2])
    return {
        "name": request.GET.get("name", "")[:200],
        "home_district": districts[0].pk if len(districts) == 1 else None,
        "lead_officer": request.user.pk if request.user.role == Role.OFFICER else None,
    }


def _candidates(actor: Actor, typed: dict[str, Any]) -> list[Candidate]:
    return similar_organisations(
        actor,
        name=typed["name"],
        phone=typed["phone"],
        email=typed["email"],
        website=typed["website"],
        numbers=read_numbers(typed.get("numbers", ())),
        other_details=[(detail["channel"], detail["value"]) for detail in typed.get("other_details", ())],
    )


def _consult_candidates(request: ActorRequest, candidates: Iterable[Candidate]) -> None:
    organisations = [candidate.organisation for candidate in candidates]
    if organisations:
        disclose(request, "organisation", organisations, action=Action.SEARCH)


def _focuses(request: ActorRequest, initial: Any = None) -> Any:
    return FocusFormSet(request.POST if request.method == "POST" else None, initial=initial, prefix="focuses")


def _labels(field_names: Iterable[str]) -> list[str]:
    """Labels of fields in the form."""
    children = {
        "focuses": _("communities"),
        "aliases": _("other names"),
        "numbers": _("registration numbers"),
        "external_ids": _("IDs in other systems"),
        "other_details": _("other phones and addresses"),
    }
    fields = {field.name: field for field in Organisation._meta.get_fields()}
    return [
        str(children.get(name) or getattr(fields.get(name), "verbose_name", name)) for name in field_names
    ]


def districts_of(row: Any) -> set[UUID]:
    return {row.home_district_id, *row.also_in_ids}
