"""People: found, shown, added, changed, withdrawn."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.middleware import ActorRequest
from contacts.models import Contact


def contacts(request: ActorRequest) -> HttpResponse:
    rows = Contact.objects.visible_to(request.actor).order_by("folded", "pk")[:50]
    return render(request, "pages/contacts/list.html", {"rows": rows})


def contact_new(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/contacts/new.html")


def contact(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Contact.objects.visible_to(request.actor), pk=pk)
    return render(request, "pages/contacts/detail.html", {"contact": row})
