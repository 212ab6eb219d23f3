"""Restricted contacts: set for the contact of a request, listed, and lifted."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.models import Contact
from lib.days import city_today
from pages.data_requests.forms import RestrictionForm
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from privacy.models import DataRequest, Finding, Restriction
from privacy.policies import can_handle_requests
from privacy.queries.desk import recorded_again
from privacy.queries.findings import title_of
from privacy.services.hiding import findings_that_stay
from privacy.services.restrictions import lift_restriction, restrict_contact, restrict_findings


@require_safe
def restrictions(request: ActorRequest) -> HttpResponse:
    """Restrictions that stand, with those first whose day has come."""
    refuse_unless(can_handle_requests(request.actor))
    standing = Restriction.objects.visible_to(request.actor).standing().defer("request__stated")
    rows = list(standing.select_related("request").order_by("until", "since", "pk"))
    ids = [row.contact_id for row in rows if row.contact_id]
    people = Contact.objects.visible_to(request.actor).in_bulk(ids)
    again = recorded_again(request.actor)
    recorded_ids = {contact.pk for ones in again.values() for contact in ones}
    disclose(request, "restriction", [*(row.pk for row in rows), *people, *recorded_ids], action=Action.LIST)
    lines = [
        (row, *((people.get(row.contact_id), again.get(row.contact_id)) if row.contact_id else (None, None)))
        for row in rows
    ]
    return render(request, "pages/data_requests/restrictions.html", {"rows": lines, "today": city_today()})


@form_page
def data_request_restrict(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Restrict the contact of a request and the texts that are theirs, or the texts alone."""
    refuse_unless(can_handle_requests(request.actor))
    row = get_or_404(DataRequest.objects.visible_to(request.actor), pk)
    contact = None
    if row.contact_id is not None:
        contact = get_or_404(Contact.objects.visible_to(request.actor), row.contact_id)
    elif not Finding.objects.visible_to(request.actor).of_request(row).about_person().exists():
        raise Http404
    form = RestrictionForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            if contact is None:
                restrict_findings(actor=request.actor, request_id=pk, **form.cleaned_data)
                messages.success(request, _("Texts restricted."))
            else:
                restrict_contact(actor=request.actor, contact_id=contact.pk, request=row, **form.cleaned_data)
                messages.success(request, _("Contact restricted."))
            return redirect("data_request", pk)
    disclose(request, "data_request", [pk, *([contact.pk] if contact else [])], reason=row.number)
    readable = findings_that_stay(
        Finding.objects.visible_to(request.actor).of_request(row).about_person().in_order()
    )
    places = sorted({title_of(found_text.model, found_text.field) for found_text in readable})
    context = {"row": row, "contact": contact, "form": form, "places": places}
    status = 422 if form.is_bound else 200
    return render(request, "pages/data_requests/restrict.html", context, status=status)


@require_POST
def restriction_lift(request: ActorRequest, pk: UUID) -> HttpResponse:
    refuse_unless(can_handle_requests(request.actor))
    try:
        lift_restriction(actor=request.actor, restriction_id=pk)
    except (Restriction.DoesNotExist, ValidationError):
        raise Http404 from None
    messages.success(request, _("Restriction lifted."))
    return redirect("restrictions")
