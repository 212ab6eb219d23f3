"""Undo for 10 minutes, instead of “are you sure?”.

A signed URL holds everything that Undo needs. The session stores only what is too long for a URL, and the
offers that a list repeats after their message. The URL names the service that reverses the write, and the
version that the write left, so that Undo never overwrites later changes.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.urls import reverse

from accounts.middleware import ActorRequest

TEN_MINUTES: Final = 10 * 60
SALT: Final = "undo"
LONGEST: Final = 1_500  # characters in a URL

Undoer = Callable[..., None]
_OFFERED: Final = "undo_offered"  # session key: {list: [text, address, until]}
_undoers: dict[str, Undoer] = {}


def undoer(name: str) -> Callable[[Undoer], Undoer]:
    """Register a function `(*, actor, **payload)` that reverses the write called `name`."""

    def register(function: Undoer) -> Undoer:
        _undoers[name] = function
        return function

    return register


def undo_url(request: ActorRequest, name: str, **payload: Any) -> str:
    """URL of an Undo. `say_with_undo` adds a message with it.

    `payload` is plain JSON: IDs as text, versions, and previous values (signed, not secret).
    """
    if name not in _undoers:
        raise KeyError(name)
    signed: dict[str, Any] = {"name": name, "user": str(request.user.pk), "payload": payload}
    token = signing.dumps(signed, salt=SALT, compress=True)
    if len(token) > LONGEST:  # many rows: stored in the session instead
        key = f"undo_{secrets.token_hex(8)}"
        request.session[key] = payload
        token = signing.dumps(signed | {"payload": None, "key": key}, salt=SALT)
    return reverse("undo", args=[token])


def say_with_undo(request: ActorRequest, text: str, name: str, /, **payload: Any) -> None:
    """Add a success message with Undo. `name` and `payload` are those of `undo_url`."""
    messages.success(request, text, extra_tags=f"undo:{undo_url(request, name, **payload)}")


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer to undo, for `components/undo.html`. `then` lists what can be undone afterwards."""

    text: str
    url: str
    then: Sequence[str] = ()


class LaterFirst(Exception):
    """A later write must be undone first. The arguments are those of its `undo_url`."""

    def __init__(self, text: str, name: str, **payload: Any) -> None:
        super().__init__(text)
        self.name, self.payload = name, payload


def offer_undo(request: ActorRequest, text: str, url: str, *, on: str) -> None:
    """Show a message with Undo. The list called `on` repeats its latest offer for 10 minutes."""
    messages.success(request, text, extra_tags=f"undo:{url}")
    offers = request.session.get(_OFFERED, {})
    request.session[_OFFERED] = offers | {on: [text, url, int(time.time()) + TEN_MINUTES]}


def offered_undo(request: ActorRequest, on: str) -> Offer | None:
    text, url, until = request.session.get(_OFFERED, {}).get(on, ("", "", 0))
    return Offer(text, url) if until > time.time() else None


def undo(request: ActorRequest, token: str) -> None:
    """Reverse the write in `token`. Raises BadSignature if it is expired, forged or another user's."""
    signed = signing.loads(token, salt=SALT, max_age=TEN_MINUTES)
    if signed["user"] != str(request.user.pk):
        raise signing.BadSignature
    url, offers = reverse("undo", args=[token]), request.session.get(_OFFERED, {})
    request.session[_OFFERED] = {on: offer for on, offer in offers.items() if offer[1] != url}
    payload = signed["payload"]
    if payload is None:
        payload = request.session.pop(signed["key"], None)
    if payload is None:
        raise signing.BadSignature
    _undoers[signed["name"]](actor=request.actor, **payload)
