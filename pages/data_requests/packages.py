"""The answer to a data request as a file: create it, and record its delivery."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.rules import recipient_of
from jobs.services.kinds import JobRefused
from jobs.services.printing import can_write_pdf
from lib.days import city_today
from pages.data_requests.forms import DeliveryForm, PackageForm
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.identity import reauthenticated
from pages.lookups import get_or_404, is_id, refuse_unless
from privacy.codes import RequestStatus
from privacy.exports.drafts import Draft, draft_of
from privacy.exports.package import write_draft
from privacy.models import DataRequest, Package
from privacy.policies import can_handle_requests
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import people_in
from privacy.services.packages import ask_package, record_delivery


@form_page
@reauthenticated(can_handle_requests)
def data_request_package(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Create the letter and the data of an answered request as a file."""
    row = get_or_404(DataRequest.objects.visible_to(request.actor), pk)
    if row.answered_on is None:
        raise Http404
    form = PackageForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            package = ask_package(actor=request.actor, request_id=pk, **form.values())
            return redirect("job", package.job)
    disclose(request, "data_request", [pk])
    context = {"row": row, "form": form, "no_pdf": not can_write_pdf()}
    return render(request, "pages/data_requests/package.html", context, status=422 if form.is_bound else 200)


@require_safe
@reauthenticated(can_handle_requests)
def data_request_draft(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The letter as it would be today, with names of others and sensitive words marked."""
    row, draft = _draft(request, pk)
    context = {"row": row, "draft": draft, "has_pdf": can_write_pdf()}
    return render(request, "pages/data_requests/draft.html", context)


@require_safe
@reauthenticated(can_handle_requests)
def data_request_draft_file(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The draft as a PDF that says so on each page."""
    row, draft = _draft(request, pk, recipient=recipient_of(_("Draft for the privacy desk"), "file"))
    try:
        content = write_draft(row, draft.content).read()
    except JobRefused as problem:
        messages.error(request, str(problem))
        return redirect("data_request_draft", pk)
    headers = {"Content-Disposition": f'attachment; filename="draft-{row.number}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _draft(request: ActorRequest, pk: UUID, recipient: str = "") -> tuple[DataRequest, Draft]:
    """The draft of a pending request whose search has run. Its contacts are counted and recorded."""
    row = get_or_404(DataRequest.objects.visible_to(request.actor), pk)
    is_ready = row.is_pending and row.is_identified and not row.needs_search
    if row.status != RequestStatus.DECIDING and not is_ready:
        raise Http404
    draft = draft_of(request.actor, row)
    notes = [note.shown for note in draft.notes]
    people = {*people_in(notes), *contacts_of(row)}
    ids = [UUID(note.finding.object_id) for note in notes if is_id(note.finding.object_id)]
    object_ids = dict.fromkeys([row.pk, *people, *ids])
    disclose(request, "data_request", object_ids, people=people, reason=row.number, recipient=recipient)
    return row, draft


@form_page
def package_delivery(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record how the person received the answer."""
    refuse_unless(can_handle_requests(request.actor))
    package = get_or_404(Package.objects.visible_to(request.actor).select_related("request"), pk)
    form = DeliveryForm(posted(request), initial={"delivered_on": city_today(), "delivery": package.delivery})
    if form.is_valid():
        with RefusalsIn(form):
            record_delivery(actor=request.actor, package_id=package.pk, **form.cleaned_data)
            messages.success(request, _("Delivery recorded."))
            return redirect("data_request", package.request_id)
    disclose(request, "data_request", [package.request_id])
    context = {"row": package.request, "form": form}
    return render(request, "pages/data_requests/delivery.html", context, status=422 if form.is_bound else 200)
