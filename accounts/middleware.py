"""Puts the actor on the request: one query, for the districts the user covers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import get_contextvars

from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import User


class ActorRequest(HttpRequest):
    """A request by a signed-in user, as views see it."""

    user: User
    actor: Actor


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = NOBODY
        if request.user.is_authenticated:
            actor = actor_for(request.user, request_id=str(get_contextvars().get("request_id", "")))
        request.actor = actor  # type: ignore[attr-defined]  # declared by ActorRequest
        return self.get_response(request)
