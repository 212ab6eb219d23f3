"""Record signing in, signing out and failed attempts in the activity log.

These are the only signal receivers (`crm.wiring` connects them), because allauth offers no other way.
"""

import time
from typing import Any

from django.http import HttpRequest
from structlog.contextvars import get_contextvars

from accounts.actors import Actor, actor_for
from accounts.models import User
from accounts.services.sessions import DEVICE, SEEN, STARTED, SessionStore
from audit.codes import ReasonCode
from audit.models import Action, Op
from audit.services import Changed, record, record_changes


def _request_id() -> str:
    return str(get_contextvars().get("request_id", ""))


def record_sign_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Record the sign-in, and store its time and the User-Agent in the session."""
    moment = int(time.time())
    request.session.update(
        {STARTED: moment, SEEN: moment, DEVICE: request.META.get("HTTP_USER_AGENT", "")[:200]}
    )
    SessionStore.clear_expired()
    record(actor_for(user, request_id=_request_id()), Action.SIGN_IN, "user", [user.pk])


def record_sign_out(user: User | None, **_kwargs: Any) -> None:
    """Record the sign-out, unless the session had ended before (no user)."""
    if user is not None:
        record(actor_for(user, request_id=_request_id()), Action.SIGN_OUT, "user", [user.pk])


def record_failed_sign_in(credentials: dict[str, Any], **_kwargs: Any) -> None:
    """Record the account of a failed sign-in, but nothing for an unknown address.

    Both take the same steps.
    """
    address = str(credentials.get("email") or credentials.get("username") or "")
    user_ids = User.objects.with_address(address).values_list("pk", flat=True)
    unknown_actor = Actor(kind="user", request_id=_request_id())
    record(unknown_actor, Action.SIGN_IN_FAILED, "user", user_ids, allowed=False)


def record_wrong_code(user: User, **_kwargs: Any) -> None:
    """Record a wrong second factor after a correct password."""
    unknown_actor = Actor(kind="user", request_id=_request_id())
    record(
        unknown_actor,
        Action.SIGN_IN_FAILED,
        "user",
        [user.pk],
        allowed=False,
        purpose=ReasonCode.SECOND_FACTOR.sent,
    )


def record_second_factor(user: User, **_kwargs: Any) -> None:
    actor = actor_for(user, request_id=_request_id())
    changed = Changed("user", user.pk, Op.UPDATED, user.version, field_names=["second_factor"])
    record_changes(actor, Action.UPDATE, [changed])
