"""Help: how each main task is done, the notices, whom to ask."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "pages/help.html",
        {"body_name": settings.COMPLAINTS_BODY_NAME, "body_url": settings.COMPLAINTS_BODY_URL},
    )
