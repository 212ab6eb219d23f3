"""People who work here: invited, given a role and districts, switched off. For administrators."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.middleware import ActorRequest
from accounts.models import User


def _administrators_only(request: ActorRequest) -> None:
    if not request.actor.is_administrator:
        raise PermissionDenied


def people(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    rows = User.objects.visible_to(request.actor).order_by("name", "pk")
    return render(request, "pages/settings/people.html", {"rows": rows})


def invite(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    return render(request, "pages/settings/people.html")


def person(request: ActorRequest, pk: UUID) -> HttpResponse:
    _administrators_only(request)
    row = get_object_or_404(User.objects.visible_to(request.actor), pk=pk)
    return render(request, "pages/settings/people.html", {"rows": [row]})
