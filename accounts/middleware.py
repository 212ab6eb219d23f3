"""Around every request: how long a session lasts, who must prove more, and the actor who asks."""

import time
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from requests import RequestException
from structlog import get_logger
from structlog.contextvars import get_contextvars

from accounts import held_forms, second_factor
from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import User
from accounts.sessions import SEEN, STARTED
from audit.models import Action
from audit.services import record

log = get_logger(__name__)

# Writing down each request would be a write per request; a minute is close enough.
SECONDS_BETWEEN_SIGHTS: Final = 60
ENROLLED: Final = "second_factor"  # in the session, so that it is not asked for with every request
SIGNING_IN: Final = ("account_", "mfa_", "openid_connect_", "socialaccount_")  # names of addresses
# What a browser forgets when a session ends; not "cookies", which other sites of the domain have too.
FORGET: Final = '"cache", "storage"'
# A page that asks by itself how far something has come says so: nobody sits there for certain.
WAITING: Final = "X-Waiting"
# The form that was sent, or will be from the page that asked, is held until its writer is back.
HELD: Final = "X-Held"


class ActorRequest(HttpRequest):
    """A request by a signed-in user, as views see it."""

    user: User
    actor: Actor


class SessionLimitMiddleware:
    """Ends a session after some minutes without a request, and after some hours whatever happens.

    The cookie lives longer: with it comes the form that was typed into too long, which is held until
    the same person has signed in again (accounts.held_forms). However a session ends, the browser is
    asked to forget what it kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.ended_for = None  # type: ignore[attr-defined]  # whose session ended just now
        session = request.session
        was_in = SESSION_KEY in session
        if was_in:
            now = int(time.time())
            if _is_over(session, now):
                request.ended_for = session[SESSION_KEY]  # type: ignore[attr-defined]  # see above
                session.flush()
                request.user = AnonymousUser()
                request.session[held_forms.ENDED] = request.ended_for  # type: ignore[attr-defined]  # see above
            elif now - session.get(SEEN, 0) > SECONDS_BETWEEN_SIGHTS and WAITING not in request.headers:
                session[SEEN] = now
                session.setdefault(STARTED, now)
        elif isinstance(owner := session.get(held_forms.ENDED), str):
            request.ended_for = owner  # type: ignore[attr-defined]  # whose it was, until they sign in again
        response = self.get_response(request)
        if was_in and SESSION_KEY not in request.session:
            response["Clear-Site-Data"] = FORGET
        if request.ended_for:  # type: ignore[attr-defined]  # set above
            response[HELD] = "1"
        return response

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """After the check against forged forms, before the sign-in page."""
        owner = request.ended_for  # type: ignore[attr-defined]  # set above
        if owner and request.method == "POST" and not _is_about_signing_in(request):
            held_forms.hold(request, owner)


def _is_over(session: Any, now: int) -> bool:
    idle = now - session.get(SEEN, now)
    age = now - session.get(STARTED, now)
    return bool(idle > settings.SESSION_IDLE_MINUTES * 60 or age > settings.SESSION_HOURS * 3600)


class SecondFactorMiddleware:
    """Until who must have a second factor has one, every address leads to the page where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not (isinstance(user, User) and second_factor.is_required(user)):
            return None
        if _is_about_signing_in(request):
            if request.method == "POST":
                request.session.pop(ENROLLED, None)  # it may be added or removed here
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


def _refuse_in_json() -> HttpResponse:
    """As the API says it (RFC 9457), which is a room above."""
    text = _("Set up two-factor authentication to continue.")
    problem = {"type": "about:blank", "title": text, "status": 403, "detail": text}
    return JsonResponse(
        problem | {"code": "second_factor_required"}, status=403, content_type="application/problem+json"
    )


class ActorMiddleware:
    """Also records what was refused: neither answer nor trail tells whether the row exists."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = NOBODY
        if request.user.is_authenticated:
            actor = actor_for(request.user, request_id=str(get_contextvars().get("request_id", "")))
        request.actor = actor  # type: ignore[attr-defined]  # declared by ActorRequest
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Runs outside the failed transaction; Django then answers 403 or 404 as it would."""
        match = request.resolver_match
        if isinstance(exception, PermissionDenied | Http404) and request.user.is_authenticated and match:
            record(
                request.actor,  # type: ignore[attr-defined]  # declared by ActorRequest
                Action.DENY,
                (match.url_name or "")[:30],
                [value for value in match.kwargs.values() if isinstance(value, UUID)],
                allowed=False,
            )


class SignInMiddleware:
    """What allauth's pages lack here: 422 with the mistakes, and closed while nothing limits guessing."""

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
        """Attempts are counted in Redis: while it is down, nobody signs in (design, security.md)."""
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
