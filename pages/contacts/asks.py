"""A contact or an organisation asks an officer for a copy or an erasure: passed on to a privacy officer."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from contacts.models import Contact, Organisation
from contacts.policies import can_edit_contact
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.reasons import given_reason
from privacy.codes import RequestKind
from privacy.policies import can_handle_requests, can_pass_on_copy
from privacy.services.asking import pass_on_copy, pass_on_request


@form_page
def contact_ask(request: ActorRequest, pk: UUID, kind: str) -> HttpResponse:
    """Say what happens next, then pass the request on."""
    readers_only(request)
    contact = get_or_404(Contact.objects.visible_to(request.actor), pk)
    refuse_unless(can_edit_contact(request.actor, contact))
    if request.method == "POST":
        try:
            row = pass_on_request(actor=request.actor, contact_id=pk, kind=kind)
        except ValidationError as error:
            messages.error(request, texts(error)[0])
        else:
            message = _("Request %(number)s passed on to a privacy officer.")
            messages.success(request, message % {"number": row.number})
        return redirect("contact", pk)
    reason = given_reason(request, pk)
    disclose(request, "contact", [contact], people=[pk], reason=reason)
    context = {"contact": contact, "kind": kind, "erases": kind == RequestKind.ERASE}
    return render(request, "pages/contacts/ask.html", context)


@form_page
def organisation_ask_copy(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say what the organisation gets, then pass the request on. A privacy officer continues with it."""
    readers_only(request)
    organisation = get_or_404(Organisation.objects.visible_to(request.actor), pk)
    refuse_unless(can_pass_on_copy(request.actor))
    if request.method == "POST":
        try:
            row = pass_on_copy(actor=request.actor, organisation_id=pk)
        except ValidationError as error:
            messages.error(request, texts(error)[0])
        else:
            if can_handle_requests(request.actor):
                return redirect("data_request", row.pk)
            message = _("Request %(number)s passed on to a privacy officer.")
            messages.success(request, message % {"number": row.number})
        return redirect("organisation", pk)
    disclose(request, "organisation", [organisation])
    return render(request, "pages/organisations/ask_copy.html", {"organisation": organisation})
