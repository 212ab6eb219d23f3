"""Contacts: list, details, add, edit and opt out."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from audit.codes import ReasonCode
from audit.models import Action
from audit.services import record
from contacts.filters import ContactFilters
from contacts.models import Affiliation, Contact, Organisation
from contacts.policies import can_edit_contact, can_reveal_private_channel
from contacts.queries.pairs import Likely, similar_contacts
from contacts.services.affiliations import shown_affiliations
from contacts.services.contacts import create_contact, edit_contact, end_affiliation, withdraw_contact
from contacts.services.private_channels import reveal_private_channel, set_private_channel
from lib.days import city_today
from lib.error_texts import texts
from lib.language_choices import language_name
from oversight.policies import can_watch_records
from pages.contacts.forms import (
    ContactForm,
    NewContactForm,
    PrivateChannelForm,
    RoleFormSet,
    contact_values,
    offered_organisations,
)
from pages.disclosing import disclose
from pages.duplicates.merging import undo_of_merge
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.forms.details import details_of
from pages.hints import record_kept
from pages.lists import list_page, show_list
from pages.lookups import (
    get_or_404,
    is_id,
    readers_only,
    refuse_unless,
    writers_only,
)
from pages.private_details import replace_private_details
from pages.reasons import (
    WANTED,
    ask_reason,
    asked_reason,
    for_a_reason,
    given_reason,
    reason_for,
    remember_reason,
)
from pages.undo import say_with_undo, undoer

# Selected with one tap. Other reasons are typed.
REASONS = (ReasonCode.URGENT, ReasonCode.ASKED_FOR, ReasonCode.APPOINTMENT)
COMPARED = ("given_name", "family_name", "phone", "email")


def _find_editable(request: ActorRequest, pk: UUID) -> Any:
    readers_only(request)
    row = get_or_404(Contact.objects.visible_to(request.actor).for_its_page(), pk)
    refuse_unless(can_edit_contact(request.actor, row))
    return row


@list_page
def contacts(request: ActorRequest) -> HttpResponseBase:
    if is_id(organisation_id := request.GET.get("organisation", "")):
        return redirect("organisation", UUID(organisation_id))  # shows its contacts, with an event
    return show_list(
        request,
        "contact",
        ContactFilters,
        Contact.objects.visible_to(request.actor).select_related("home_district"),
        heading=_("Contacts"),
        find=_("Find a contact by name"),
        orderings=("folded", "review_on"),
        default="folded",
        today=city_today(),
    )


@require_safe
def contact(request: ActorRequest, pk: UUID) -> HttpResponse:
    try:
        return _show(request, pk)
    except Http404:
        if not Contact.objects.hides_from(request.actor, pk):
            raise
        record(request.actor, Action.DENY, "contact", [pk], allowed=False)
        return render(request, "pages/contacts/restricted.html", status=404)


@require_POST
def contact_reason(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Store the reason for opening a contact outside the reader's portfolio. It is recorded in each event."""
    readers_only(request)
    get_or_404(Contact.objects.visible_to(request.actor), pk)
    try:
        remember_reason(request, pk, asked_reason(request))
    except ValidationError as error:
        return ask_reason(request, pk, mistakes=texts(error))
    page_name = request.POST.get("next", "")
    return redirect(page_name if page_name in WANTED else "contact", pk)


@form_page
def contact_new(request: ActorRequest) -> HttpResponse:
    writers_only(request)
    speaks_for = _organisation_asked(request)
    form = NewContactForm(
        posted(request),
        actor=request.actor,
        initial={"home_district": speaks_for.home_district_id if speaks_for else _only_district(request)},
    )
    initial: list[dict[str, Any]] = [{"organisation": speaks_for}] if speaks_for else []
    roles = _roles(request, initial)
    if speaks_for:
        roles.extra = 0
    details = details_of(request)
    candidates: list[Likely] = []
    if form.is_valid() & roles.is_valid() & details.is_valid():
        values = details.values(form.values())
        if "anyway" not in request.POST:
            candidates = _candidates(request, values)
        if not candidates:
            with RefusalsIn(form):
                with transaction.atomic():
                    contact = create_contact(actor=request.actor, affiliations=roles.values(), **values)
                    record_kept(
                        request, "contact", contact.pk, roles, district_ids={contact.home_district_id}
                    )
                messages.success(request, _("%(name)s has been added.") % {"name": contact})
                return (
                    redirect("organisation", speaks_for.pk) if speaks_for else redirect("contact", contact.pk)
                )
    disclose(request, "organisation", _organisations_on(roles))
    context = {
        "form": form,
        "roles": roles,
        "details": details,
        "organisation": speaks_for,
        "candidates": candidates,
    }
    return render(request, "pages/contacts/new.html", context, status=422 if form.is_bound else 200)


@require_POST
def contact_duplicates(request: ActorRequest) -> HttpResponse:
    """An htmx fragment with contacts that resemble the typed values."""
    writers_only(request)
    typed = {name: request.POST.get(name, "")[:300] for name in COMPARED}
    context = {"candidates": _candidates(request, typed)}
    return render(request, "pages/contacts/new.html#duplicates", context)


def _candidates(request: ActorRequest, typed: dict[str, Any]) -> list[Likely]:
    """Contacts with similar details, never found through an organisation (docs/domain.md, rule 3)."""
    details = [(detail["channel"], detail["value"]) for detail in typed.get("other_details", ())]
    candidates = similar_contacts(
        request.actor, other_details=details, **{name: typed[name] for name in COMPARED}
    )
    if candidates:
        disclose(request, "contact", [candidate.row for candidate in candidates], action=Action.SEARCH)
    return candidates


@form_page
@for_a_reason(_find_editable)
def contact_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find_editable(request, pk)
    form = ContactForm(posted(request), actor=request.actor, contact=row)
    roles = _roles(request, shown_affiliations(row, request.actor))
    details = details_of(request, row)
    shown_rows = [row, *(organisation.pk for organisation in _organisations_on(roles))]
    reason = given_reason(request, pk)
    # The reason is about this contact. Events for organisations that are only options have no reason.
    disclose(request, "contact", shown_rows, people=[pk], reason=reason)

    @transaction.atomic
    def save() -> Contact:
        saved = edit_contact(
            actor=request.actor,
            contact_id=pk,
            version=form.cleaned_data["version"],
            affiliations=roles.values(),
            **details.values(form.values()),
        )
        record_kept(request, "contact", pk, roles, district_ids={row.home_district_id})
        return saved

    attempt = save_or_show_conflict(
        form,
        save,
        current=lambda: contact_values(row),
        again=lambda data: ContactForm(data, actor=request.actor, contact=row),
        beside=[roles, details],
    )
    if attempt.saved:
        messages.success(request, _("Contact saved."))
        return redirect("contact", pk)
    context = attempt.context | {"contact": row, "roles": roles, "details": details}
    return render(request, "pages/contacts/edit.html", context, status=attempt.status)


@form_page
@for_a_reason(_find_editable)
def contact_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Confirm opting out on a separate page, because it cannot be undone."""
    row = _find_editable(request, pk)
    if request.method == "POST":
        withdraw_contact(actor=request.actor, contact_id=pk)
        messages.success(
            request, _("%(name)s has opted out and will no longer be contacted.") % {"name": row}
        )
        return redirect("contact", pk)
    reason = given_reason(request, pk)
    disclose(request, "contact", [row], people=[pk], reason=reason)
    return render(request, "pages/contacts/withdraw.html", {"contact": row})


@require_POST
def contact_role_end(request: ActorRequest, pk: UUID, role: UUID) -> HttpResponse:
    _find_editable(request, pk)
    visible = Organisation.objects.visible_to(request.actor)
    before = get_or_404(Affiliation.objects.filter(contact=pk, organisation__in=visible), role)
    try:
        row = end_affiliation(actor=request.actor, contact_id=pk, affiliation_id=role)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        say_with_undo(
            request,
            _("This role ended today."),
            "contact_role",
            contact_id=str(pk),
            version=row.version,
            role_id=str(role),
            is_primary=before.is_primary,
        )
    return redirect("contact", pk) if _still_seen(request.actor, pk) else redirect("contacts")


@undoer("contact_role")
def undo_role_end(*, actor: Actor, contact_id: str, version: int, role_id: str, is_primary: bool) -> None:
    row = Contact.objects.visible_to(actor).get(pk=contact_id)
    roles = shown_affiliations(row, actor)
    for role in roles:
        if role["id"] == UUID(role_id):
            role.update({"until": None, "is_primary": is_primary})
    edit_contact(actor=actor, contact_id=row.pk, version=version, affiliations=roles)


@form_page
@for_a_reason(_find_editable)
def contact_private(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Set or remove the private phone and email. The page does not show stored values."""
    row = _find_editable(request, pk)
    reason = given_reason(request, pk)
    disclose(request, "contact", [row], people=[pk], reason=reason)
    return replace_private_details(
        request,
        row,
        PrivateChannelForm,
        partial(set_private_channel, actor=request.actor, contact_id=pk),
        back=reverse("contact", args=[pk]),
        heading=_("Private contact details"),
        note=_(
            "Hidden until someone gives a reason, and deleted if the contact opts out. "
            "What you enter replaces any existing details. Leave both empty to delete them."
        ),
    )


@require_POST
def contact_reveal(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show private contact details once, for a recorded reason."""
    readers_only(request)
    row: Any = get_or_404(Contact.objects.visible_to(request.actor).for_its_page(), pk)
    if not row.has_private_channel:
        messages.warning(request, _("There are no private contact details."))
        return redirect("contact", pk)
    reason = request.POST.get("other", "").strip() or request.POST.get("reason", "")
    try:
        channel = reveal_private_channel(actor=request.actor, contact_id=pk, reason=reason)
    except ValidationError as error:
        return _show(request, pk, reason=reason, mistakes=texts(error))
    remember_reason(request, pk, reason)
    return _show(request, pk, revealed=channel)


def _show(request: ActorRequest, pk: UUID, **more: Any) -> HttpResponse:
    readers_only(request)
    row: Any = get_or_404(Contact.objects.visible_to(request.actor).for_its_page(), pk)
    reason = reason_for(request, pk)
    if reason is None:
        return ask_reason(request, pk, mistakes=more.get("mistakes", ()))
    visible_ids = set(_seen_organisations(request.actor, row))
    roles = [role for role in row.affiliations.all() if role.organisation_id in visible_ids]
    disclose(request, "contact", [row, *visible_ids], people=[pk], reason=reason)
    may_edit = can_edit_contact(request.actor, row)
    context = {
        "contact": row,
        "roles": [role for role in roles if role.is_current],
        "past_roles": [role for role in roles if not role.is_current],
        "may_edit": may_edit,
        "may_watch": can_watch_records(request.actor),
        "undo": undo_of_merge(request, row) if may_edit else None,
        "may_reveal": can_reveal_private_channel(request.actor),
        "reasons": REASONS,
        "languages": [language_name(code) for code in row.languages],
        "today": city_today(),
    }
    return render(
        request, "pages/contacts/detail.html", context | more, status=422 if "mistakes" in more else 200
    )


def _seen_organisations(actor: Actor, row: Contact) -> list[UUID]:
    organisation_ids = [role.organisation_id for role in row.affiliations.all()]
    return list(
        Organisation.objects.visible_to(actor).filter(pk__in=organisation_ids).values_list("pk", flat=True)
    )


def _still_seen(actor: Actor, pk: UUID) -> bool:
    return Contact.objects.visible_to(actor).filter(pk=pk).exists()


def _organisation_asked(request: ActorRequest) -> Organisation | None:
    """The organisation whose page the reader comes from, if they can see it."""
    try:
        pk = UUID(request.GET.get("organisation", ""))
    except ValueError:
        return None
    return Organisation.objects.visible_to(request.actor).filter(pk=pk).first()


def _only_district(request: ActorRequest) -> UUID | None:
    districts = list(request.user.districts.all()[:2])
    return districts[0].pk if len(districts) == 1 else None


def _organisations_on(roles: Any) -> list[Organisation]:
    """Organisations that a form's rows offer or name, for the activity log."""
    return list({row.pk: row for form in roles for row in form.offered}.values())


def _roles(request: ActorRequest, initial: Any) -> Any:
    return RoleFormSet(
        request.POST if request.method == "POST" else None,
        initial=initial,
        prefix="roles",
        form_kwargs={"actor": request.actor, "offered": offered_organisations(request.actor)},
    )
