"""The hashes a row of the trail carries: of its own content, and of the words of a search."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson

# Moments by `_plain`, so that a row's hash is the same whatever wrote it.
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def content_hash(row: Mapping[str, object]) -> bytes:
    """SHA-256 over the row's fields as sorted JSON: 32 bytes. Moments in UTC, ids as text, sets sorted."""
    return hashlib.sha256(orjson.dumps(row, default=_plain, option=_SORTED)).digest()


def search_hash(secret: str, words: str) -> bytes:
    """HMAC-SHA256 over folded words: whether a name was looked for can be tested, not read (32 bytes).

    The key is derived from the installation's secret for this purpose alone.
    """
    key = hmac.digest(secret.encode(), b"audit: words of a search", "sha256")
    return hmac.digest(key, words.encode(), "sha256")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no place in the trail")
