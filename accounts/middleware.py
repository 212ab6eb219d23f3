"""Puts the actor on the request: one query, for the districts the user covers."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from redis.exceptions import RedisError
from structlog import get_logger
from structlog.contextvars import get_contextvars

from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record

log = get_logger(__name__)


class ActorRequest(HttpRequest):
    """A request by a signed-in user, as views see it."""

    user: User
    actor: Actor


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
        if not (isinstance(exception, RedisError) and _is_about_signing_in(request)):
            return None
        log.error("sign_in_closed", error=str(exception))
        return render(request, "503.html", status=503)


def _is_about_signing_in(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.url_name or "").startswith("account_")
