"""Today."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest


def today(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/meetings/base_draft.html", {"title": "today"})
