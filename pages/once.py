"""Forms that are sent twice do their work once, and the second response leads to the same result.

Users tap twice, reload the page, or try again because no response came. `{% csrf_token %}` writes an ID into
every form, which identifies the repetition. IDs are per user, so another user's ID has no effect.

With scripts, going Back never returns to a saved form (app.js). Without scripts, the browser reloads the page
with the typed text, and its forms must have the same IDs as before. So a browser without scripts is sent to
an address that contains an ID (`lasting`), from which the IDs of the page's forms are derived.
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

from accounts.models import SentForm, User
from accounts.services import sent_forms
from lib.ids import uuid7

#: Response header with the URL of the saved object, if the response is a page or leads elsewhere.
MADE: Final = "Content-Location"


def id_on_page(request: HttpRequest) -> UUID:
    """The ID of the next form on the page: new, or derived from the ID in the page's address."""
    page = sent_forms.form_id(request) if request.method == "POST" else _page_id(request)
    if page is None or "HX-Request" in request.headers:
        return uuid7()
    number = getattr(request, "forms_on_page", 0)
    request.forms_on_page = number + 1  # type: ignore[attr-defined]  # counted here
    return uuid5(page, str(number))


def lasting(request: HttpRequest) -> str:
    """The page's address with an ID for stable form IDs.

    Empty if the address has one, or the page has no form.
    """
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
            sent_form, is_new = sent_forms.claim(request, user, form)
            if not is_new:
                return _again(request, sent_form)
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)
            elif led_to := _led_to(response):
                SentForm.objects.filter(pk=sent_form.pk).update(
                    led_to=led_to, made=response.headers.get(MADE, "")
                )
            else:
                sent_form.delete()  # nothing was done yet, as for a search within the form or an invalid form
        return response


def _may_be_repeated(request: HttpRequest) -> bool:
    """Whether the request is a page's form. htmx requests while filling in a form change nothing."""
    is_form = request.method == "POST" and "HX-Request" not in request.headers
    return is_form and not request.path.startswith(("/api/", "/accounts/"))


def _led_to(response: HttpResponseBase) -> str:
    """The address of the result. Empty if nothing was done, for example if the user must first sign in."""
    place = response.headers.get(MADE, "")
    if response.status_code == HTTPStatus.FOUND:
        place = response.headers["Location"]
    signing_in = (resolve_url(settings.LOGIN_URL), reverse("account_reauthenticate"), reverse("mfa_index"))
    return "" if place.startswith(signing_in) else place


def _again(request: HttpRequest, sent_form: SentForm) -> HttpResponseBase:
    if sent_forms.is_the_same(request, sent_form):
        messages.info(request, _("This was already sent. It is saved only once."))
        return redirect(sent_form.led_to)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in (sent_forms.FIELD, "csrfmiddlewaretoken")
    ]
    context = {
        "address": request.get_full_path(),
        "fields": fields,
        "led_to": sent_form.made or sent_form.led_to,
        "has_files": bool(request.FILES),
    }
    return render(request, "pages/shell/sent_before.html", context, status=HTTPStatus.CONFLICT)


def mark_saved(response: HttpResponse, url: str) -> HttpResponse:
    """Mark `url` as the address of the saved object, for a response that leads elsewhere."""
    response.headers[MADE] = url
    return response


def shown_once(response: HttpResponse, url: str) -> HttpResponse:
    """Mark a page that shows a new secret: sending its form again leads to `url`, without the secret."""
    response.headers[MADE] = url
    return response
