"""Doing something grave: the role first, then the password again, unless it was given in the last minutes."""

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from accounts.actors import Actor
from accounts.middleware import ActorRequest

View = Callable[..., HttpResponse]


def who_say_who_they_are(may: Callable[[Actor], bool]) -> Callable[[View], View]:
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
