"""Pure rules of the API, without Django: tokens, suggestions, JSON, and webhook pauses."""

import difflib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from uuid import UUID

import orjson

PREFIX: Final = "crm"
MAX_DAYS: Final = 365
WARN_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Token:
    """`crm_<id>.<secret>`: the key's ID and a secret."""

    key_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}_{self.key_id.hex}.{self.secret}"


def new_token(key_id: UUID) -> Token:
    """Create a token with 256 random bits."""
    return Token(key_id, secrets.token_urlsafe(32))


def read_token(text: str) -> Token | None:
    """Parse the token in an Authorization header, or return None if it is not one of ours."""
    head, dot, secret = text.partition(".")
    prefix, line, hexadecimal = head.partition("_")
    if not (dot and line and secret) or prefix != PREFIX or len(hexadecimal) != 32 or len(secret) > 100:
        return None
    try:
        return Token(UUID(hex=hexadecimal), secret)
    except ValueError:
        return None


def nearest(word: str, known_words: Iterable[str]) -> str | None:
    """The known word most similar to `word`, or None."""
    return next(iter(difflib.get_close_matches(word[:60], list(known_words), n=1, cutoff=0.5)), None)


def to_json(data: Any) -> bytes:
    """Serialise `data` as UTF-8 JSON. Lazy translations become text."""
    return orjson.dumps(data, default=str)


# --- Webhook pauses ----------------------------------------------------------------------------------

# Seconds before each retry: ten retries over three days.
_MINUTE, _HOUR = 60, 3600
WAITS: Final = (
    5, _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR,
    18 * _HOUR, 22 * _HOUR,
)  # fmt: skip


def wait_after(attempts: int) -> timedelta | None:
    """Time to wait after this number of failed attempts, or None to give up."""
    return timedelta(seconds=WAITS[attempts - 1]) if attempts <= len(WAITS) else None


# Pauses in seconds for a failing receiver, short enough to notice a recovery soon.
PAUSES: Final = (5, _MINUTE, 5 * _MINUTE, 30 * _MINUTE)
LONGEST_PAUSE: Final = timedelta(days=1)
GIVEN_UP_AFTER: Final = timedelta(seconds=sum(WAITS))


def pause_after(failures: int, requested_pause: timedelta = timedelta()) -> timedelta:
    """The pause of a receiver after consecutive failures. `asked` is the pause that the receiver requested.

    >>> pause_after(1), pause_after(99), pause_after(1, timedelta(hours=1))
    (datetime.timedelta(seconds=5), datetime.timedelta(seconds=1800), datetime.timedelta(seconds=3600))
    """
    pause = timedelta(seconds=PAUSES[min(failures, len(PAUSES)) - 1])
    return min(max(pause, requested_pause), LONGEST_PAUSE)


def read_retry_after(text: str, now: datetime) -> timedelta:
    """The duration in a Retry-After header, given as seconds or as a date; zero if it is not valid.

    >>> read_retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return timedelta()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())
