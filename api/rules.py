"""Pure rules of the API: what a token looks like, what a caller may have meant. No Django."""

import difflib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

PREFIX: Final = "crm"
MAX_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Token:
    """`crm_<id>.<secret>`: which key, and the secret that proves it."""

    key_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}_{self.key_id.hex}.{self.secret}"


def new_token(key_id: UUID) -> Token:
    """A token with 256 random bits."""
    return Token(key_id, secrets.token_urlsafe(32))


def read_token(text: str) -> Token | None:
    """The token written in an Authorization header, or None when it is none of ours."""
    head, dot, secret = text.partition(".")
    prefix, line, hexadecimal = head.partition("_")
    if not (dot and line and secret) or prefix != PREFIX or len(hexadecimal) != 32 or len(secret) > 100:
        return None
    try:
        return Token(UUID(hex=hexadecimal), secret)
    except ValueError:
        return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word a caller most likely meant."""
    return next(iter(difflib.get_close_matches(word[:60], list(known), n=1, cutoff=0.5)), None)
