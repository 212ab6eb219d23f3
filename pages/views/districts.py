"""Districts: the map with its table, and each district's profile."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.middleware import ActorRequest
from districts.models import District


def districts(request: ActorRequest) -> HttpResponse:
    rows = District.objects.visible_to(request.actor).active().order_by("name", "pk")
    return render(request, "pages/districts/list.html", {"rows": rows})


def district(request: ActorRequest, code: str) -> HttpResponse:
    row = get_object_or_404(District.objects.visible_to(request.actor), code=code)
    return render(request, "pages/districts/detail.html", {"district": row})
