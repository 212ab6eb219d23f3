"""The hash each row of the trail carries of its own content."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID


def content_hash(row: Mapping[str, object]) -> bytes:
    """SHA-256 over the row's fields as sorted JSON: 32 bytes. Moments in UTC, ids as text, sets sorted."""
    return hashlib.sha256(
        json.dumps(row, sort_keys=True, separators=(",", ":"), default=_plain, ensure_ascii=False).encode()
    ).digest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in the trail")
