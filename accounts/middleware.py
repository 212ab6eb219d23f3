"""Puts the actor on the request: one query, for the districts the user covers."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from structlog.contextvars import get_contextvars

from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record


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
                request.actor,  # type: ignore[attr-defined]
                Action.DENY,
                (match.url_name or "")[:30],
                [value for value in match.kwargs.values() if isinstance(value, UUID)],
                allowed=False,
            )
