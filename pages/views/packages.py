"""The answer to a data request as a file: create it, and record its delivery."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from jobs.printing import can_write_pdf
from lib.days import city_today
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.forms.data_requests import DeliveryForm, PackageForm
from pages.identity import reauthenticated
from pages.lookups import get_or_404, record_view, refuse_unless
from privacy.models import DataRequest, Package
from privacy.policies import can_handle_requests
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
    record_view(request, "data_request", [pk])
    context = {"row": row, "form": form, "no_pdf": not can_write_pdf()}
    return render(request, "pages/data_requests/package.html", context, status=422 if form.is_bound else 200)


@form_page
def package_delivery(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Record how the person received the answer."""
    refuse_unless(can_handle_requests(request.actor))
    found = get_or_404(Package.objects.visible_to(request.actor).select_related("request"), pk)
    form = DeliveryForm(posted(request), initial={"delivered_on": city_today(), "delivery": found.delivery})
    if form.is_valid():
        with RefusalsIn(form):
            record_delivery(actor=request.actor, package_id=found.pk, **form.cleaned_data)
            messages.success(request, _("Delivery recorded."))
            return redirect("data_request", found.request_id)
    record_view(request, "data_request", [found.request_id])
    context = {"row": found.request, "form": form}
    return render(request, "pages/data_requests/delivery.html", context, status=422 if form.is_bound else 200)
