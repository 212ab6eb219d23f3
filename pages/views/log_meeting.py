"""Log."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest


def log_meeting(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "log_meeting"})


def log_assembly(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "log_assembly"})
