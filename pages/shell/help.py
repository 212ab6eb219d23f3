"""Help: main tasks, legal notices and support contact."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "pages/shell/help.html",
        {"body_name": settings.COMPLAINTS_BODY_NAME, "body_url": settings.COMPLAINTS_BODY_URL},
    )


@require_safe
def help_privacy(request: HttpRequest) -> HttpResponse:
    """Questions of officers about privacy, with what to do."""
    return render(request, "pages/shell/help_privacy.html")


@require_safe
def help_public(request: HttpRequest) -> HttpResponse:
    """Writing for the public, testing a way to report, and passing on the directory."""
    return render(request, "pages/shell/help_public.html")
