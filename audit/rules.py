"""Hashes of the activity log: row contents, search words and seals."""

import hashlib
import hmac
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from lib.reasons import join_reasons

FORM: Final = 1  # of a row's content hash; a row names its form
# Fields of a content hash, in order. The owner's function `audit_write` hashes the same bytes.
_FIELDS: Final = {
    "event": (
        *("id", "at", "actor_kind", "actor_id", "actor_role", "login", "action", "object_type", "object_ids"),
        *(
            "field_names",
            "district_ids",
            "reason_code",
            "reason_digest",
            "request_id",
            "recipient_digest",
            "allowed",
        ),
        "search_hash",
    ),
    "change": (
        "id",
        "event_id",
        "at",
        "object_type",
        "object_id",
        "op",
        "version",
        "into_id",
        "district_ids",
    ),
}
_AND_HOW: Final = " · "
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# Times are formatted by `_plain`, so that the hash of a row does not depend on the writer.
_SORTED: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def row_hash(kind: str, row: Mapping[str, Any]) -> bytes:
    """Return the content hash of an event or a change (32 bytes). A form that is not known has no hash.

    `row` has all columns but `xid` and the hash.
    """
    if row["form"] != FORM:
        return b""
    content = b"".join(_field(row[name]) for name in _FIELDS[kind])
    return hashlib.sha256(f"proximity audit {kind} {FORM}".encode() + content).digest()


def salted_digest(salt: bytes, text: str) -> bytes:
    """Return the digest of the text of a reason or recipient. The salt keeps others from guessing it."""
    return hashlib.sha256(salt + text.encode()).digest()


def _field(value: object) -> bytes:
    """Return a field's bytes after their length. None has the length -1."""
    if value is None:
        return b"\xff\xff\xff\xff"
    raw = _bytes(value)
    return struct.pack(">i", len(raw)) + raw


def _bytes(value: object) -> bytes:
    match value:
        case bytes():
            return value
        case str():
            return value.encode()
        case bool():
            return bytes([value])
        case int():
            return struct.pack(">i", value)
        case UUID():
            return value.bytes
        case datetime():
            return struct.pack(">q", (value - _EPOCH) // timedelta(microseconds=1))
        case list():
            return b"".join(
                element.bytes if isinstance(element, UUID) else _field(element) for element in value
            )
    raise TypeError(f"{type(value).__name__} has no place in the activity log")


def search_hash(secret: str, words: str) -> bytes:
    """Return HMAC-SHA256 (32 bytes) of folded words. It can test whether a name was searched, not reveal it.

    The key is derived from the installation's secret for this purpose only.
    """
    key = hmac.digest(secret.encode(), b"audit: words of a search", "sha256")
    return hmac.digest(key, words.encode(), "sha256")


def both_purposes(standing: str, reason: str) -> str:
    """Join the purpose that covers everything a user does (such as a duty shift) and the given reason.

    >>> both_purposes("code:duty_event", "she called"), both_purposes("", "she called")
    ('code:duty_event; she called', 'she called')
    """
    return join_reasons([standing, reason])


def recipient_of(name: str, means: str) -> str:
    """Return who receives something and how, as events state it.

    >>> recipient_of("City council", "file sha256:1f"), recipient_of("", "file sha256:1f")
    ('City council · file sha256:1f', 'file sha256:1f')
    """
    return _AND_HOW.join(filter(None, (name, means)))


def name_and_how(recipient: str) -> tuple[str, str]:
    """Return the name of a recipient, which may be missing, and how they received it.

    >>> name_and_how("Parish · south · file sha256:1f"), name_and_how("file sha256:1f")
    (('Parish · south', 'file sha256:1f'), ('', 'file sha256:1f'))
    """
    name, _separator, means = recipient.rpartition(_AND_HOW)
    return name, means


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no place in the activity log")


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
    signed_fields = {name: seal[name] for name in names}
    return b"proximity audit seal 1\n" + orjson.dumps(signed_fields, default=_as_json, option=_SORTED)
