"""Meetings."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest


def meetings(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "meetings"})


def meeting_new(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "meeting_new"})


def meeting(request: ActorRequest, pk: UUID) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "meeting"})


def meeting_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "meeting_edit"})


def meeting_cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "meeting_cancel"})


def meeting_hold(request: ActorRequest, pk: UUID) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "meeting_hold"})
