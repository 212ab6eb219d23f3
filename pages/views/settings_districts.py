"""The ground itself, for administrators: districts added, changed, switched off, loaded from a file."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.middleware import ActorRequest
from districts.models import District


def _administrators_only(request: ActorRequest) -> None:
    if not request.actor.is_administrator:
        raise PermissionDenied


def districts(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    rows = District.objects.visible_to(request.actor).order_by("name", "pk")
    return render(request, "pages/settings/districts.html", {"rows": rows})


def district_new(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    return render(request, "pages/settings/districts.html")


def district_import(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    return render(request, "pages/settings/districts.html")


def district_edit(request: ActorRequest, code: str) -> HttpResponse:
    _administrators_only(request)
    row = get_object_or_404(District.objects.visible_to(request.actor), code=code)
    return render(request, "pages/settings/districts.html", {"rows": [row]})
