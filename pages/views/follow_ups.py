"""Promises: listed, made, kept, moved, cancelled."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest
from meetings.models import FollowUp
from pages.lookups import find, readers_only


def follow_ups(request: ActorRequest) -> HttpResponse:
    readers_only(request)
    return render(request, "pages/follow_ups/list.html")


def follow_up_new(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/follow_ups/list.html")


def follow_up(request: ActorRequest, pk: UUID) -> HttpResponse:
    find(FollowUp.objects.visible_to(request.actor), pk)
    return render(request, "pages/follow_ups/list.html")


follow_up_edit = follow_up_done = follow_up_told = follow_up_reopen = follow_up_cancel = follow_up
