"""Signing in, out and failing to, in the trail. The only signals there are: allauth has no other way."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from structlog.contextvars import get_contextvars

from accounts.actors import Actor, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record


def _request_id() -> str:
    return str(get_contextvars().get("request_id", ""))


@receiver(user_logged_in)
def record_sign_in(user: User, **_kwargs: Any) -> None:
    record(actor_for(user, request_id=_request_id()), Action.SIGN_IN, "user", [user.pk])


@receiver(user_logged_out)
def record_sign_out(user: User | None, **_kwargs: Any) -> None:
    """Without a user the session had ended before."""
    if user is not None:
        record(actor_for(user, request_id=_request_id()), Action.SIGN_OUT, "user", [user.pk])


@receiver(user_login_failed)
def record_failed_sign_in(credentials: dict[str, Any], **_kwargs: Any) -> None:
    """Whose account it was; of an unknown address nothing is kept. Both take the same steps."""
    address = str(credentials.get("email") or credentials.get("username") or "")
    found = User.objects.with_address(address).values_list("pk", flat=True)
    nobody = Actor(kind="user", request_id=_request_id())
    record(nobody, Action.SIGN_IN_FAILED, "user", found, allowed=False)
