"""Organisations: found, shown, added, changed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.middleware import ActorRequest
from contacts.models import Organisation


def organisations(request: ActorRequest) -> HttpResponse:
    rows = Organisation.objects.visible_to(request.actor).order_by("folded", "pk")[:50]
    return render(request, "pages/organisations/list.html", {"rows": rows})


def organisation_new(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/organisations/new.html")


def organisation(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Organisation.objects.visible_to(request.actor), pk=pk)
    return render(request, "pages/organisations/detail.html", {"organisation": row})
