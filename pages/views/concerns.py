"""Concerns: listed, shown with whom to call, answered, closed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest
from meetings.models import Concern
from pages.lookups import find, readers_only


def concerns(request: ActorRequest) -> HttpResponse:
    readers_only(request)
    return render(request, "pages/concerns/list.html")


def concern(request: ActorRequest, pk: UUID) -> HttpResponse:
    find(Concern.objects.visible_to(request.actor), pk)
    return render(request, "pages/concerns/list.html")


concern_edit = concern_reassurance = concern_status = concern
