"""Doing something grave: the role first, then the second factor, or the password of who has none, again."""

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
    """In the middle of a view: go on if it was said in the last minutes, else ask; what was sent waits."""
    raise_if_reauthentication_required(request, app="accounts")


def reauthenticated(may: Callable[[Actor], bool]) -> Callable[[View], View]:
    """For those who `may`; others are refused (403) before anything is asked. What was typed waits."""

    def guard(view: View) -> View:
        asking: View = reauthentication_required(view)

        @wraps(view)
        def guarded(request: ActorRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not may(request.actor):
                raise PermissionDenied
            return asking(request, *args, **kwargs)

        return guarded

    return guard
