"""Undo for ten minutes, instead of “are you sure?”.

The way back travels in a signed address and is kept nowhere, but for what is too long for one and what a
list offers again after its message, which the session keeps. It names the service that reverses the write
and the version the write left, so that undoing never overwrites what came after.
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
LONGEST: Final = 1_500  # letters of an address

Undoer = Callable[..., None]
_OFFERED: Final = "undo_offered"  # in the session: {list: [text, address, until]}
_undoers: dict[str, Undoer] = {}


def undoer(name: str) -> Callable[[Undoer], Undoer]:
    """Register a function `(*, actor, **payload)` that reverses the write called `name`."""

    def register(function: Undoer) -> Undoer:
        _undoers[name] = function
        return function

    return register


def undo_url(request: ActorRequest, name: str, **payload: Any) -> str:
    """Where a message's Undo goes: `messages.success(request, text, extra_tags=f"undo:{url}")`.

    `payload` is plain JSON: ids as text, versions, the values to go back to (they are signed, not secret).
    """
    if name not in _undoers:
        raise KeyError(name)
    said: dict[str, Any] = {"name": name, "user": str(request.user.pk), "payload": payload}
    token = signing.dumps(said, salt=SALT, compress=True)
    if len(token) > LONGEST:  # many rows at once: the session keeps them
        key = f"undo_{secrets.token_hex(8)}"
        request.session[key] = payload
        token = signing.dumps(said | {"payload": None, "key": key}, salt=SALT)
    return reverse("undo", args=[token])


@dataclass(frozen=True, slots=True)
class Offer:
    """What was done, and where its Undo goes: `components/undo.html`; what can be undone only after it."""

    text: str
    url: str
    then: Sequence[str] = ()


class LaterFirst(Exception):
    """Another write came after this one and is undone first: the arguments of its `undo_url`."""

    def __init__(self, text: str, name: str, **payload: Any) -> None:
        super().__init__(text)
        self.name, self.payload = name, payload


def offer_undo(request: ActorRequest, text: str, url: str, *, on: str) -> None:
    """Say what was done with its Undo, and again on the list called `on` while it lasts: the last of each."""
    messages.success(request, text, extra_tags=f"undo:{url}")
    offers = request.session.get(_OFFERED, {})
    request.session[_OFFERED] = offers | {on: [text, url, int(time.time()) + TEN_MINUTES]}


def offered_undo(request: ActorRequest, on: str) -> Offer | None:
    text, url, until = request.session.get(_OFFERED, {}).get(on, ("", "", 0))
    return Offer(text, url) if until > time.time() else None


def undo(request: ActorRequest, token: str) -> None:
    """Reverse the write behind `token`; raises BadSignature when too old, forged or somebody else's."""
    found = signing.loads(token, salt=SALT, max_age=TEN_MINUTES)
    if found["user"] != str(request.user.pk):
        raise signing.BadSignature
    url, offers = reverse("undo", args=[token]), request.session.get(_OFFERED, {})
    request.session[_OFFERED] = {on: offer for on, offer in offers.items() if offer[1] != url}
    payload = found["payload"]
    if payload is None:
        payload = request.session.pop(found["key"], None)
    if payload is None:
        raise signing.BadSignature
    _undoers[found["name"]](actor=request.actor, **payload)
