"""Around every page: headers that protect what is on it, and its reader's language and time."""

import zoneinfo
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.views import csrf

from accounts.middleware import HELD, WAITING
from contacts.merging.services import MODELS
from contacts.models import Merge

#: A form that app.js sends: its page stays until it is told where to go.
STAYING: Final = "X-Staying"
LEADS_TO: Final = "X-Leads-To"
#: The page was loaded before its reader signed in anew: with a fresh token it is the same form.
STALE: Final = "X-Stale"

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class HeadersMiddleware:
    """Headers of every answer, errors included; the policy on content is django-csp's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FOUND:
            _leave_the_page(request, response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        is_file = request.path.startswith(settings.STATIC_URL) and "Cache-Control" in response.headers
        if not is_file:
            response.headers["Cache-Control"] = "no-store"
        return response


def _leave_the_page(request: HttpRequest, response: HttpResponseBase) -> None:
    """The page that asked goes where the answer leads, or stays: what is typed there is nowhere else.

    htmx would follow to the sign-in page and put it into a corner. app.js says that the reader was signed
    out instead, and takes a form along (accounts.held_forms); a page that asks by itself is loaded again.
    What the answer sets, a session with a form in it above all, is set all the same. Where nothing is held,
    because the session ended otherwise than by the clock, the page stays: what is typed is only there.
    """
    if STAYING in request.headers:
        signed_out = response.headers["Location"].startswith(f"{resolve_url(settings.LOGIN_URL)}?")
        if signed_out and HELD not in response.headers:
            del response.headers["Location"]
            response.status_code = HTTPStatus.UNAUTHORIZED
            return
        response.headers[LEADS_TO] = response.headers["Location"]
        del response.headers["Location"]
        response.status_code = HTTPStatus.NO_CONTENT
    elif "HX-Request" in request.headers and response.headers["Location"].startswith(
        resolve_url(settings.LOGIN_URL)
    ):
        del response.headers["Location"]
        response.status_code = HTTPStatus.UNAUTHORIZED
        if WAITING in request.headers:
            response.headers["HX-Refresh"] = "true"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's page, with a header by which app.js knows that a fresh token may help."""
    response = csrf.csrf_failure(request, reason)
    response.headers[STALE] = "1"
    return response


class PreferencesMiddleware:
    """A signed-in reader's own language and time zone, whatever the browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        translation.activate(user.language)  # LocaleMiddleware sets it anew with the next request
        request.LANGUAGE_CODE = user.language  # as LocaleMiddleware does
        with timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
            return self.get_response(request)


class NotAllowedMiddleware:
    """A page in place of Django's empty answer, for whoever opens an address that only a form sends to."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class MergedMiddleware:
    """The address of an organisation or person that was merged leads to the one that is left, where seen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        place = request.resolver_match
        if not isinstance(exception, Http404) or place is None or place.url_name not in MODELS:
            return None
        heir = Merge.objects.heir_of(place.url_name, place.kwargs["pk"])
        seen = MODELS[place.url_name].objects.visible_to(request.actor).filter(pk=heir)  # type: ignore[attr-defined]  # set by ActorMiddleware
        return redirect(place.url_name, heir) if heir and seen.exists() else None
