"""A form that is sent twice is answered twice and does its work once.

Whoever fills it in taps twice, loads the page again, or tries again because no answer came. The id that
every form carries (`{% csrf_token %}` writes it) tells that it is the same: the second answer leads to
where the first one led. Somebody else's id is nobody's business: it counts for its own reader only.

With scripts nobody comes Back to a form that was saved (app.js). Without them the page is loaded anew, with
all that was typed, and must have the ids that it had: a browser without scripts goes on to an address with
an id in it (`lasting`), of which those of the page's forms are made.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid5

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import sent_forms
from accounts.models import SentForm, User
from lib.ids import uuid7

#: The address of what was saved, where the answer is a page of its own or leads elsewhere.
MADE: Final = "Content-Location"


def id_on_page(request: HttpRequest) -> UUID:
    """The id of the next form on the page: a new one, or made of the id that the page was asked for with."""
    page = sent_forms.form_id(request) if request.method == "POST" else _page_id(request)
    if page is None or "HX-Request" in request.headers:
        return uuid7()
    number = getattr(request, "forms_on_page", 0)
    request.forms_on_page = number + 1  # type: ignore[attr-defined]  # counted here
    return uuid5(page, str(number))


def lasting(request: HttpRequest) -> str:
    """Where the page of a form has ids that stay; empty where it has, and for other pages."""
    if request.method != "GET" or not getattr(request, "is_form_page", False) or _page_id(request):
        return ""
    query = request.GET.copy()
    query[sent_forms.FIELD] = str(uuid7())
    return f"{request.path}?{query.urlencode()}"


def _page_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get(sent_forms.FIELD, ""))
    except ValueError:
        return None


class SentOnceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not (isinstance(user, User) and _may_be_repeated(request)):
            return self.get_response(request)
        if (form := sent_forms.form_id(request)) is None:
            return self.get_response(request)
        with transaction.atomic():
            sent, is_new = sent_forms.claim(request, user, form)
            if not is_new:
                return _again(request, sent)
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)
            elif led_to := _led_to(response):
                SentForm.objects.filter(pk=sent.pk).update(led_to=led_to, made=response.headers.get(MADE, ""))
            else:
                sent.delete()  # it did nothing yet: a search within it, or a mistake to put right
        return response


def _may_be_repeated(request: HttpRequest) -> bool:
    """A form of a page; what htmx asks for while it is filled in does nothing yet."""
    is_form = request.method == "POST" and "HX-Request" not in request.headers
    return is_form and not request.path.startswith(("/api/", "/accounts/"))


def _led_to(response: HttpResponseBase) -> str:
    """Empty where nothing was done: also where the reader is first asked who they are."""
    place = response.headers.get(MADE, "")
    if response.status_code == HTTPStatus.FOUND:
        place = response.headers["Location"]
    signing_in = (resolve_url(settings.LOGIN_URL), reverse("account_reauthenticate"), reverse("mfa_index"))
    return "" if place.startswith(signing_in) else place


def _again(request: HttpRequest, sent: SentForm) -> HttpResponseBase:
    if sent_forms.is_the_same(request, sent):
        messages.info(request, _("This was already sent. It is saved only once."))
        return redirect(sent.led_to)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in (sent_forms.FIELD, "csrfmiddlewaretoken")
    ]
    context = {
        "address": request.get_full_path(),
        "fields": fields,
        "led_to": sent.made or sent.led_to,
        "has_files": bool(request.FILES),
    }
    return render(request, "pages/sent_before.html", context, status=HTTPStatus.CONFLICT)


def about(response: HttpResponse, url: str) -> HttpResponse:
    """An answer that leads elsewhere than to `url`, where what was saved can be looked at."""
    response.headers[MADE] = url
    return response


def shown_once(response: HttpResponse, url: str) -> HttpResponse:
    """A page with a secret that was just made: who sends its form again is led to `url`, without it."""
    response.headers[MADE] = url
    return response
