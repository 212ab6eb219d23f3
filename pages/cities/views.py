"""Other cities and their files: read, look at, trust once the fingerprint was compared."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from lib.error_texts import texts
from pages.form_pages import form_page
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from pages.plans.file_forms import CityFileForm, TrustForm
from plans.models import City, CityFile
from plans.policies import can_read_cities, can_receive, can_remove_file, can_trust
from plans.reading.comparison import FilePage
from plans.services.cities import distrust_city, receive_file, remove_city, remove_file, trust_city
from plans.services.file_format import MOST_BYTES


@form_page
def cities(request: ActorRequest) -> HttpResponse:
    """All cities and the latest files; who may receive files reads one here."""
    actor = request.actor
    refuse_unless(can_read_cities(actor))
    form = CityFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST":
        refuse_unless(can_receive(actor))
    if form.is_valid():
        with RefusalsIn(form):
            content = form.cleaned_data["file"].read(MOST_BYTES + 1)
            row, is_new = receive_file(actor=actor, content=content)
            message = _("File read.") if is_new else _("This file was read before. Nothing is new.")
            messages.success(request, message)
            return redirect("city_file", row.city_id, row.pk)
    context = {
        "files": CityFile.objects.visible_to(actor).latest_first().defer("content"),
        "form": form,
        "may_receive": can_receive(actor),
    }
    return render(request, "pages/cities/list.html", context, status=422 if form.is_bound else 200)


@form_page
def city(request: ActorRequest, city: UUID) -> HttpResponse:
    """A city with its fingerprint; an administrator trusts it (POST)."""
    row = _city(request, city)
    may_trust = can_trust(request.actor)
    form = TrustForm(
        request.POST if request.method == "POST" else None, initial={"key": row.key, "note": row.note}
    )
    if request.method == "POST":
        refuse_unless(may_trust)
        if form.is_valid():
            with RefusalsIn(form):
                trust_city(actor=request.actor, city_id=row.pk, **form.cleaned_data)
                messages.success(request, _("City trusted."))
                return redirect("city", row.pk)
    context = {
        "city": row,
        "files": row.files.order_by("-period_end", "-received_at").defer("content"),
        "form": form if may_trust and row.key and not row.is_trusted else None,
        "may_trust": may_trust,
    }
    return render(request, "pages/cities/detail.html", context, status=422 if form.is_bound else 200)


@require_safe
def city_file(request: ActorRequest, city: UUID, cityfile: UUID) -> HttpResponse:
    row = _city(request, city)
    file = get_or_404(CityFile.objects.visible_to(request.actor).latest_first().filter(city=row), cityfile)
    context = {
        "city": row,
        "file": file,
        "page": FilePage(file.content),
        "may_remove": can_remove_file(request.actor, file),
    }
    return render(request, "pages/cities/file.html", context)


@require_POST
def city_file_remove(request: ActorRequest, city: UUID, cityfile: UUID) -> HttpResponse:
    row = _city(request, city)
    file = get_or_404(CityFile.objects.visible_to(request.actor).filter(city=row), cityfile)
    refuse_unless(can_remove_file(request.actor, file))
    remove_file(actor=request.actor, file_id=file.pk)
    messages.success(request, _("File removed."))
    return redirect("cities")


@require_POST
def city_distrust(request: ActorRequest, city: UUID) -> HttpResponse:
    return _act(request, city, distrust_city, _("City no longer trusted."), "city")


@require_POST
def city_remove(request: ActorRequest, city: UUID) -> HttpResponse:
    return _act(request, city, remove_city, _("City removed, with its files."), "cities")


def _act(request: ActorRequest, city: UUID, service: Any, message: str, to: str) -> HttpResponse:
    row = _city(request, city)
    refuse_unless(can_trust(request.actor))
    try:
        service(actor=request.actor, city_id=row.pk)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
        return redirect("city", row.pk)
    messages.success(request, message)
    return redirect("cities") if to == "cities" else redirect("city", row.pk)


def _city(request: ActorRequest, city: UUID) -> City:
    refuse_unless(can_read_cities(request.actor))
    return get_or_404(City.objects.visible_to(request.actor), city)
