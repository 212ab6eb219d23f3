"""My settings."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ActorRequest


def my_settings(request: ActorRequest) -> HttpResponse:
    return render(request, "pages/settings/me.html")
