"""Log a concern, at night and in a hurry."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest
from pages.lookups import readers_only


def log_concern(request: ActorRequest) -> HttpResponse:
    readers_only(request)
    return render(request, "pages/concerns/list.html")
