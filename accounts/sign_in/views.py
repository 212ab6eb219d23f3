"""allauth's views of passwords, with the same response time for every address and devices kept known."""

import time
from http import HTTPStatus
from typing import Any

from allauth.account import views
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from accounts.services import devices, second_factor
from accounts.sign_in.adapter import AccountAdapter


def reauthenticate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Confirm identity by password, unless the user has a second factor, which is safer on a lost device."""
    if isinstance(request.user, User) and second_factor.is_enrolled(request.user):
        methods = AccountAdapter(request).get_reauthentication_methods(request.user)
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{methods[0]['url']}?{query}" if query else methods[0]["url"])
    answer: HttpResponse = views.reauthenticate(request, *args, **kwargs)
    return answer


@login_not_required
def password_reset(request: HttpRequest) -> HttpResponse:
    """Take the same time for every address, since only known addresses get a link."""
    until = time.monotonic() + settings.PASSWORD_RESET_SECONDS
    answer: HttpResponse = views.password_reset(request)
    if request.method == "POST":
        time.sleep(max(0, until - time.monotonic()))
    return answer


def password_change(request: HttpRequest) -> HttpResponse:
    """Keep the device known, although a new password makes all others unknown."""
    answer: HttpResponse = views.password_change(request)
    if request.method == "POST" and answer.status_code == HTTPStatus.FOUND and isinstance(request.user, User):
        devices.remember(request, answer, request.user)
    return answer
