"""Hashes of the activity log: row contents, search words and seals."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson

# Times are formatted by `_plain`, so that the hash of a row does not depend on the writer.
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def content_hash(row: Mapping[str, object]) -> bytes:
    """Return SHA-256 (32 bytes) of the row's fields as sorted JSON. Times are in UTC, IDs are text."""
    return hashlib.sha256(orjson.dumps(row, default=_plain, option=_SORTED)).digest()


def search_hash(secret: str, words: str) -> bytes:
    """Return HMAC-SHA256 (32 bytes) of folded words. It can test whether a name was searched, not reveal it.

    The key is derived from the installation's secret for this purpose only.
    """
    key = hmac.digest(secret.encode(), b"audit: words of a search", "sha256")
    return hmac.digest(key, words.encode(), "sha256")


def both_purposes(standing: str, given: str) -> str:
    """Join the purpose that covers everything a user does (such as temporary access) and the given reason.

    >>> both_purposes("relief: event", "she called"), both_purposes("", "she called")
    ('relief: event; she called', 'she called')
    """
    return f"{standing}; {given}" if standing and given and standing != given else given or standing


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no place in the trail")


# --- Seals: a Merkle tree as in RFC 6962 (leaves, nodes and the chain cannot be taken for each other) ------

NO_ROOT: Final = bytes(32)  # previous root of the first seal
_LEAF, _NODE, _CHAIN = b"\0", b"\1", b"\2"


def leaf(*, seq: int, below_xid: int, xid: int, kind: str, hash: bytes) -> bytes:
    """Return the hash (32 bytes) of a numbered row. `hash` is its content hash, `kind` is event or change."""
    place = f"{seq} {below_xid} {xid} {kind} ".encode()
    return hashlib.sha256(_LEAF + place + hash).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of at least one leaf. An odd node moves up unchanged."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [hashlib.sha256(_NODE + a + b).digest() for a, b in _pairs(level)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0]


def _pairs(level: Sequence[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return zip(level[::2], level[1::2], strict=False)


def chained_root(previous: bytes, leaves: Sequence[bytes]) -> bytes:
    """Return the root of a seal, which covers its rows and all previous seals."""
    return hashlib.sha256(_CHAIN + previous + merkle_root(leaves)).digest()


def seal_message(seal: Mapping[str, object]) -> bytes:
    """Return the signed bytes: number, at, first_seq, last_seq, previous_root, root and key_id of a seal."""
    names = ("number", "at", "first_seq", "last_seq", "previous_root", "root", "key_id")
    said = {name: seal[name] for name in names}
    return b"proximity audit seal 1\n" + orjson.dumps(said, default=_plain, option=_SORTED)
