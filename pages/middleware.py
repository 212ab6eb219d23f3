"""Middleware for pages: security headers, language and time zone, and redirects for merged records."""

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
from disclosure.services.disclosing import ReasonNeeded
from disclosure.services.limits import LimitReached
from pages.reasons import ask_reason
from pages.shell.limit import limit_page

#: Request header of forms sent by app.js. The page stays open until a response says where to go.
STAYING: Final = "X-Staying"
LEADS_TO: Final = "X-Leads-To"
#: Response header: the page was loaded before the reader signed in again and needs a fresh CSRF token.
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
    """Set headers of all responses, errors included. django-csp sets the content security policy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FOUND:
            _leave_the_page(request, response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Reporting-Endpoints", f'csp="{settings.BROWSER_REPORTS}"')
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        is_file = request.path.startswith(settings.STATIC_URL) and "Cache-Control" in response.headers
        if not is_file:
            response.headers["Cache-Control"] = "no-store"
        return response


def _leave_the_page(request: HttpRequest, response: HttpResponseBase) -> None:
    """Turn a redirect into a response that tells app.js to leave the page or to keep the typed text.

    htmx would follow a redirect to the sign-in page and insert that page as a fragment. Instead app.js tells
    the reader that they are signed out. The form is held for later (accounts: held_forms), and polling pages
    are reloaded. Cookies of the response are still set, especially the session with the held form. If no form
    is held, because the session did not time out, the page stays, since only the page has the typed text.
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
    """Django's page, with a header that tells app.js that a fresh token may help."""
    response = csrf.csrf_failure(request, reason)
    response.headers[STALE] = "1"
    return response


class PreferencesMiddleware:
    """Apply a user's own language and time zone instead of the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        translation.activate(user.language)  # LocaleMiddleware resets it with the next request
        request.LANGUAGE_CODE = user.language  # as LocaleMiddleware does
        with timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
            return self.get_response(request)


class NotAllowedMiddleware:
    """Show a page instead of Django's empty 405 response if a user opens an address for forms only."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class DisclosureMiddleware:
    """Ask for a reason, or stop, if a page may not show its contacts to the reader yet."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case LimitReached():
                return limit_page(request, exception)
            case ReasonNeeded(contact_ids=[pk, *_others]):
                return ask_reason(request, pk)  # type: ignore[arg-type]  # declared by ActorRequest
        return None


class MergedMiddleware:
    """Redirect from a merged organisation or contact to the remaining one, if the reader can see it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        place = request.resolver_match
        if not isinstance(exception, Http404) or place is None or place.url_name not in MODELS:
            return None
        heir = Merge.objects.heir_of(place.url_name, place.kwargs["pk"])
        visible = MODELS[place.url_name].objects.visible_to(request.actor).filter(pk=heir)  # type: ignore[attr-defined]  # set by ActorMiddleware
        return redirect(place.url_name, heir) if heir and visible.exists() else None
