"""The hashes of the trail: of a row's content, of the words of a search, of what a seal holds."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
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


def both_purposes(standing: str, given: str) -> str:
    """What holds for all that somebody does, such as a relief, and the reason given for one thing.

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

NO_ROOT: Final = bytes(32)  # what the first seal goes on from
_LEAF, _NODE, _CHAIN = b"\0", b"\1", b"\2"


def leaf(*, seq: int, below_xid: int, xid: int, kind: str, hash: bytes) -> bytes:
    """The hash of a numbered row (32 bytes): `hash` is that of its content, `kind` event or change."""
    place = f"{seq} {below_xid} {xid} {kind} ".encode()
    return hashlib.sha256(_LEAF + place + hash).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf; an odd one goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [hashlib.sha256(_NODE + a + b).digest() for a, b in _pairs(level)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0]


def _pairs(level: Sequence[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return zip(level[::2], level[1::2], strict=False)


def chained_root(previous: bytes, leaves: Sequence[bytes]) -> bytes:
    """The root of a seal: over its rows and over all before it."""
    return hashlib.sha256(_CHAIN + previous + merkle_root(leaves)).digest()


def seal_message(seal: Mapping[str, object]) -> bytes:
    """What is signed: number, at, first_seq, last_seq, previous_root, root and key_id of a seal."""
    names = ("number", "at", "first_seq", "last_seq", "previous_root", "root", "key_id")
    said = {name: seal[name] for name in names}
    return b"proximity audit seal 1\n" + orjson.dumps(said, default=_plain, option=_SORTED)
