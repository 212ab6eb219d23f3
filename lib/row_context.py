"""The actor on whose behalf statements run. Row policies and the activity log read it (docs/adr/0046).

crm.database sends the context with each transaction, signed, so that the database password alone is not
enough to act as an actor. Without a context a statement sees no row of a table with policies.
"""

import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction

from lib.acting import Acting
from lib.secret_keys import derived_keys

#: First letters of the names of tables with policies (tests/crm/test_row_context.py).
GUARDED: Final = ("contacts_", "meetings_", "incidents_", "publishing_", "reports_")

_BLOCK: Final = 64  # bytes that SHA-256 hashes at a time
# The placeholder of the context in a prepared statement that sets it. Its value is `signed()`.
CONTEXT: Final = "%(context)s"
_MINUTE: Final = 60  # a context is signed once a minute; the database accepts it for ten

P = ParamSpec("P")
R = TypeVar("R")


class Opened(StrEnum):
    """The reason why a statement sees the rows of every district (listed in test_row_contexts.py)."""

    WRITER = "writer"  # a change whose rows were read and checked as the actor
    FIGURES = "figures"  # numbers of a district, whose rows a reader may not see
    RECOUNT = "recount"  # values derived from rows: summaries, folded texts, clues, reminders
    PUBLISHER = "publisher"  # output with rules of its own: the change feed, webhooks, released figures


class _Context(NamedTuple):
    actor: UUID | None  # none: the system
    opened: str = ""


_NOBODY: Final = UUID(int=0)  # an actor without coverage
_current: ContextVar[_Context | None] = ContextVar("row_context", default=None)


def _context_of(actor: Acting) -> _Context | None:
    if actor.kind == "system":
        return _Context(None)
    if actor.recording_in:  # the database no longer opens the districts of a shift that has ended
        return _Context(actor.id, Opened.WRITER)
    return None if actor.id is None else _Context(actor.id)


@contextmanager
def acting_as(actor: Acting) -> Iterator[None]:
    """Run statements on behalf of `actor`. An actor without an ID sees nothing."""
    token = _current.set(_context_of(actor))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def naming(actor: Acting) -> Iterator[None]:
    """Run statements on behalf of `actor`. A context that is opened for the same actor stays open."""
    current, wanted_context = _current.get(), _context_of(actor)
    if current == wanted_context or (current and wanted_context and current.actor == wanted_context.actor):
        yield
        return
    with acting_as(actor):
        yield


def act_as(actor: Acting) -> None:
    """Run all later statements of this thread on behalf of `actor`."""
    _current.set(_context_of(actor))


def act_as_system() -> None:
    """Run all later statements of this thread on behalf of the system, which sees everything."""
    _current.set(_Context(None))


@contextmanager
def opened(purpose: Opened) -> Iterator[None]:
    """See and write the rows of every district, still on behalf of the same actor. Also a decorator."""
    current = _current.get()
    token = _current.set(_Context(current and current.actor, purpose))
    try:
        yield
    finally:
        _current.reset(token)


def writes(service: Callable[P, R]) -> Callable[P, R]:
    """Decorate a service that writes: one transaction, which sees and writes the rows of every district.

    It still runs on behalf of the same actor. The service itself checks what the actor can change.
    """
    return transaction.atomic(opened(Opened.WRITER)(service))


def signed() -> str:
    """The current context as the database reads it: `<HMAC>:<actor>|<issued>|<opened>`; empty if none."""
    current = _current.get()
    return _signed(current, int(time.time()) // _MINUTE * _MINUTE) if current else ""


def signed_for_nobody() -> str:
    """A genuine context for writes before anyone is known, such as a sign-in. It sees no row."""
    return _signed(_Context(_NOBODY), int(time.time()) // _MINUTE * _MINUTE)


@lru_cache(maxsize=1024)
def _signed(context: _Context, issued: int) -> str:
    message = f"{context.actor or ''}|{issued}|{context.opened}"
    return f"{hmac.digest(_keys()[0], message.encode(), 'sha256').hex()}:{message}"


@cache
def _keys() -> list[bytes]:
    return derived_keys("row context")


def pads() -> list[tuple[bytes, bytes]]:
    """The inner and outer padded key of each secret in use, as HMAC (RFC 2104) needs them."""
    return [
        (bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block))
        for block in (key.ljust(_BLOCK, b"\0") for key in _keys())
    ]
