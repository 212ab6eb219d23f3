"""Confirm identity again before sensitive actions: by second factor, or by password without one."""

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from accounts.actors import Actor
from accounts.middleware import ActorRequest

View = Callable[..., HttpResponse]


def require_reauthentication(request: ActorRequest) -> None:
    """Ask the user to confirm their identity, unless they did so a few minutes ago. The sent form is kept."""
    raise_if_reauthentication_required(request, app="accounts")


def reauthenticated(may: Callable[[Actor], bool]) -> Callable[[View], View]:
    """Decorator that confirms identity for users who `may`; others are rejected (403) first.

    Typed data is kept.
    """

    def guard(view: View) -> View:
        asking: View = reauthentication_required(view)

        @wraps(view)
        def guarded(request: ActorRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not may(request.actor):
                raise PermissionDenied
            return asking(request, *args, **kwargs)

        return guarded

    return guard
