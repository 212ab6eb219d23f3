"""Middleware for session limits, two-factor authentication, the actor of a request and sign-in errors."""

import time
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from requests import RequestException
from structlog import get_logger
from structlog.contextvars import get_contextvars

from accounts import rules
from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import DutyShift, User
from accounts.services import devices, held_forms, second_factor
from accounts.services.sessions import SEEN, STARTED
from audit.models import Action
from audit.services import record
from lib.row_context import acting_as

log = get_logger(__name__)

# Storing the time of every request would cost one write per request. Every minute is accurate enough.
SECONDS_BETWEEN_SIGHTS: Final = 60
ENROLLED: Final = "second_factor"  # session key that saves a query per request
TOLD: Final = "told_of_grace"  # session key: until when there is time for a second factor has been shown
SIGNING_IN: Final = ("account_", "mfa_", "openid_connect_", "socialaccount_")  # prefixes of URL names
# Data a browser clears when a session ends. Not "cookies": other sites of the domain have cookies too.
FORGET: Final = '"cache", "storage"'
# Header of pages that poll for progress. A poll does not prove that a person is using the page.
WAITING: Final = "X-Waiting"
# Response header: the form that was sent, or is about to be sent, is held until its writer signs in again.
HELD: Final = "X-Held"


class ActorRequest(HttpRequest):
    """A request by a signed-in user, as views see it."""

    user: User
    actor: Actor
    own_shift: DutyShift  # if the view has read the open shift of the user, with its districts


class SessionLimitMiddleware:
    """End a session after some minutes without a request, and after some hours in any case.

    The cookie outlives the session, because it identifies the form that was sent too late. The form is held
    until the same user signs in again (services.held_forms). When a session ends for any reason, the browser
    clears its cache and storage.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.ended_for = None  # type: ignore[attr-defined]  # user ID of the session that just ended
        session = request.session
        was_in = SESSION_KEY in session
        if was_in:
            moment = int(time.time())
            if _is_over(session, moment):
                request.ended_for = session[SESSION_KEY]  # type: ignore[attr-defined]  # see above
                session.clear()  # keeps the key, which other tabs send as well, until a sign-in begins
                request.user = AnonymousUser()
                request.session[held_forms.ENDED] = request.ended_for  # type: ignore[attr-defined]  # see above
            elif moment - session.get(SEEN, 0) > SECONDS_BETWEEN_SIGHTS and WAITING not in request.headers:
                session[SEEN] = moment
                session.setdefault(STARTED, moment)
        elif isinstance(owner := session.get(held_forms.ENDED), str):
            request.ended_for = owner  # type: ignore[attr-defined]  # that user, until the next sign-in
        response = self.get_response(request)
        if was_in and SESSION_KEY not in request.session:
            response["Clear-Site-Data"] = FORGET
        if request.ended_for:  # type: ignore[attr-defined]  # set above
            response[HELD] = "1"
        return response

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """Hold the form or begin the sign-in: after the CSRF check, before the redirect to sign in."""
        owner = request.ended_for  # type: ignore[attr-defined]  # set above
        if not owner or request.method != "POST":
            return
        if _is_about_signing_in(request):
            request.session.cycle_key()  # a thief of the ended session's key does not share the sign-in
        else:
            held_forms.hold(request, owner)


def _is_over(session: Any, moment: int) -> bool:
    idle = moment - session.get(SEEN, moment)
    age = moment - session.get(STARTED, moment)
    return bool(idle > settings.SESSION_IDLE_MINUTES * 60 or age > settings.SESSION_HOURS * 3600)


class SecondFactorMiddleware:
    """Redirect to the set-up page until a user who needs two-factor authentication has set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User):
            return None
        if not second_factor.is_required(user):
            _tell_of_grace(request, user)
            return None
        if _is_about_signing_in(request):
            if request.method == "POST":
                request.session.pop(ENROLLED, None)  # factors may be added or removed here
            return None
        by_machine = request.path.startswith("/api/")
        if request.session.get(ENROLLED) or not (by_machine or getattr(view, "login_required", True)):
            return None
        if second_factor.is_enrolled(user):
            request.session[ENROLLED] = True
            return None
        if by_machine:
            return _refuse_in_json()
        return redirect(reverse("mfa_index") + "?required=1")


def _tell_of_grace(request: HttpRequest, user: User) -> None:
    """Show, once in a session, until when a user may go without a second factor."""
    if request.path.startswith("/api/") or request.method != "GET" or TOLD in request.session:
        return
    if second_factor.is_in_grace(user) and not second_factor.is_enrolled(user):
        request.session[TOLD] = True
        until = date_format(timezone.localtime(second_factor.grace_end(user)))
        messages.info(
            request,
            _("Set up two-factor authentication in your settings before %(day)s. You need it from then on.")
            % {"day": until},
        )


def _refuse_in_json() -> HttpResponse:
    """Return the problem (RFC 9457) that the API would return.

    The import rules do not allow importing the API here.
    """
    text = _("Set up two-factor authentication to continue.")
    problem = {"type": "about:blank", "title": text, "status": 403, "detail": text}
    return JsonResponse(
        problem | {"code": "second_factor_required"}, status=403, content_type="application/problem+json"
    )


class ActorMiddleware:
    """Set the request's actor, on whose behalf all its statements run, and record denied requests.

    Neither the response nor the activity log reveals whether the row exists.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = NOBODY
        if request.user.is_authenticated:
            number = str(get_contextvars().get("request_id", ""))
            actor = actor_for(request.user, request_id=number, device=devices.text_of(request))
        request.actor = actor  # type: ignore[attr-defined]  # declared by ActorRequest
        with acting_as(actor):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """Close every page to confirmers that is not named for them, so that new pages begin closed."""
        if not request.actor.is_confirmer:  # type: ignore[attr-defined]  # declared by ActorRequest
            return
        match = request.resolver_match
        is_open = _is_about_signing_in(request) or not getattr(view, "login_required", True)
        if not is_open and (match is None or match.url_name not in rules.CONFIRMERS_PAGES):
            _record_denial(request)
            raise PermissionDenied

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Record the denial outside the failed transaction. Django then returns 403 or 404 as usual."""
        if isinstance(exception, PermissionDenied | Http404) and request.user.is_authenticated:
            _record_denial(request)


def _record_denial(request: HttpRequest) -> None:
    if match := request.resolver_match:
        record(
            request.actor,  # type: ignore[attr-defined]  # declared by ActorRequest
            Action.DENY,
            (match.url_name or "")[:30],
            [value for value in match.kwargs.values() if isinstance(value, UUID)],
            allowed=False,
        )


class SignInMiddleware:
    """Adjust allauth's pages: return 422 for invalid forms, and 503 while attempts cannot be limited."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if _is_about_signing_in(request) and response.status_code == 200 and form and form.errors:
            response.status_code = 422
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Close sign-in while Redis, which counts the attempts, is down."""
        if not _is_about_signing_in(request):
            return None
        if isinstance(exception, RequestException):
            log.warning("single_sign_on_failed", error=type(exception).__name__)
            return render(request, "socialaccount/authentication_error.html", status=503)
        if not isinstance(exception, RedisError):
            return None
        log.error("sign_in_closed", error=str(exception))
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "10"
        return response


def _is_about_signing_in(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.url_name or "").startswith(SIGNING_IN)
