"""Corrections that a person asked for: old and new side by side, for their contact and for texts."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.middleware import ActorRequest
from contacts.models import Contact
from pages.data_requests.correction_forms import CorrectionForm, TextCorrectionForm
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, is_id, refuse_unless
from privacy.codes import RequestKind
from privacy.models import DataRequest, Finding
from privacy.policies import can_handle_requests
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import show
from privacy.services.corrections import correct_contact, correct_text, is_correctable


@form_page
def contact_correct(request: ActorRequest, pk: UUID, number: int) -> HttpResponse:
    """Correct a contact of a request, by its place among them. Who received the old data gets a notice."""
    row = _find(request, pk)
    contacts = contacts_of(row)
    if not 0 < number <= len(contacts):
        raise Http404
    contact = contacts[number - 1]
    person = get_or_404(Contact.objects.visible_to(request.actor), contact)
    form = CorrectionForm(posted(request), contact=person)
    if form.is_valid():
        with RefusalsIn(form):
            notices = correct_contact(
                actor=request.actor,
                request_id=pk,
                contact_id=contact,
                version=form.cleaned_data["version"],
                fields=form.values(),
            )
            return _corrected(request, pk, len(notices))
    disclose(request, "data_request", [pk, contact], reason=row.number)
    context = {"row": row, "contact": person, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "pages/data_requests/correct.html", context, status=status)


@form_page
def finding_correct(request: ActorRequest, pk: UUID, finding: UUID) -> HttpResponse:
    """Correct a text that is about the person."""
    row = _find(request, pk)
    found_text = get_or_404(Finding.objects.visible_to(request.actor).of_request(row).about_person(), finding)
    [shown_text] = show([found_text])
    if not shown_text.current_text or not is_correctable(found_text):
        raise Http404
    form = TextCorrectionForm(
        posted(request), initial={"was": shown_text.current_text, "text": shown_text.current_text}
    )
    if form.is_valid():
        with RefusalsIn(form):
            notices = correct_text(
                actor=request.actor, request_id=pk, finding_id=finding, **form.cleaned_data
            )
            return _corrected(request, pk, len(notices))
    ids = [UUID(found_text.object_id)] if is_id(found_text.object_id) else []
    disclose(request, "data_request", [pk, *ids], reason=row.number)
    context = {"row": row, "shown": shown_text, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "pages/data_requests/correct_text.html", context, status=status)


def _find(request: ActorRequest, pk: UUID) -> DataRequest:
    """The request, if it is for a correction and the clock runs."""
    refuse_unless(can_handle_requests(request.actor))
    row: DataRequest = get_or_404(DataRequest.objects.visible_to(request.actor), pk)
    if row.kind != RequestKind.RECTIFY or not row.is_pending or not row.is_identified:
        raise Http404
    return row


def _corrected(request: ActorRequest, pk: UUID, notices: int) -> HttpResponse:
    message = ngettext(
        "Corrected. %(n)s recipient must be told: see “Notices”.",
        "Corrected. %(n)s recipients must be told: see “Notices”.",
        notices,
    )
    messages.success(
        request, message % {"n": notices} if notices else _("Corrected. No one else had the data.")
    )
    return redirect("data_request", pk)
