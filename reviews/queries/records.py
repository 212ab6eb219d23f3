"""The record of a signed audit: every column of its rows as canonical JSON (docs/verify/).

Signing writes it and verifying compares it with the rows, so a column is named once: by its model.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from lib.canonical import canonical, digest_of
from reviews.models import Addendum, FrozenFigure, KeptName, Review, Signature, Stated

FORMAT: Final = "proximity audit record 2"
SIGNATURE: Final = "proximity audit signature 1"
ADDENDUM: Final = "proximity audit addendum 1"
#: Before a digest in the purpose of an event.
DIGEST: Final = "sha256:"
#: Columns of an addendum that follow from its statement.
STATED: Final = frozenset({"statement", "key_id", "public_key", "signature"})

#: Columns of the audit that stand elsewhere: who signed in the statement, blind spots in `inside_of`.
ELSEWHERE: Final = frozenset({"signed_by_id", "signed_by_name", "signed_at", "blind_spots"})
#: In memory at once: a city's have the IDs of all its organisations.
FIGURES: Final = 10
#: Columns of figures that the record holds as digests.
COUNTED: Final = ("ids", "rest")
#: Parts of the record by their related names.
PARTS: Final = ("comments", "actions", "checks", "samples", "calls")


def record_of(review: Review, inside: str, salt: str) -> dict[str, Any]:
    """What is signed: the audit, its figures and parts, and digests of names and of lists of IDs.

    `inside` is the digest of what stays inside. The digests of lists have the audit's own salt, so that
    nobody compares the lists of two audits.
    """
    return {
        "format": FORMAT,
        "salt": salt,
        "audit": _columns(review, ELSEWHERE),
        "figures": [
            _columns(figure, frozenset(COUNTED)) | {name: _digest(figure, name, salt) for name in COUNTED}
            for figure in review.figures.order_by("position").iterator(chunk_size=FIGURES)
        ],
        **{name: rows_of(review, name) for name in PARTS},
        "names": _digests(review),
        "inside": inside,
    }


def inside_of(review: Review, salt: str) -> dict[str, Any]:
    """What is signed and leaves in no file: communities known to live here. Its digest cannot be guessed."""
    return {"salt": salt, "blind_spots": plain(review.blind_spots)}


def statement_of(signature: Signature, record: str, name: KeptName, role: str) -> dict[str, Any]:
    """What a person signs: this record, as who, in which role, when."""
    return {
        "format": SIGNATURE,
        "id": str(signature.pk),
        "audit": str(signature.review_id),
        "record": hashlib.sha256(record.encode()).hexdigest(),
        "position": signature.position,
        "signed_by": str(signature.signed_by_id),
        "name": digest_of_name(name),
        "role": role,
        "signed_at": plain(signature.signed_at),
    }


def statement_of_addendum(addendum: Addendum, record: str, name: KeptName) -> dict[str, Any]:
    """What a person adds to this record, as who, when."""
    return {
        "format": ADDENDUM,
        "id": str(addendum.pk),
        "audit": str(addendum.review_id),
        "record": hashlib.sha256(record.encode()).hexdigest(),
        "text": addendum.text,
        "signed_by": str(addendum.written_by_id),
        "name": digest_of_name(name),
        "signed_at": plain(addendum.written_at),
    }


def message_of(one: Stated) -> bytes:
    """The bytes that Ed25519 signs. A signature under one thing is none under another."""
    kind = ADDENDUM if isinstance(one, Addendum) else SIGNATURE
    return f"{kind}\n{one.statement}".encode()


def said_of(statement: str) -> str:
    """What the event of a signing says as its purpose, so that seals cover it."""
    return f"{DIGEST}{hashlib.sha256(statement.encode()).hexdigest()}"


def as_text(value: Mapping[str, Any]) -> str:
    return canonical(value).decode()


def digest_of_name(kept: KeptName) -> str:
    return digest_of(name_of(kept))


def name_of(kept: KeptName) -> dict[str, str]:
    return {"type": kept.object_type, "name": kept.name, "salt": kept.salt}


def counted_of(figure: Any) -> dict[str, Any]:
    return {name: plain(getattr(figure, name)) for name in COUNTED}


def rows_of(review: Review, name: str) -> list[dict[str, Any]]:
    return [_columns(row) for row in getattr(review, name).order_by("pk")]


def plain(value: Any) -> Any:
    """A value as canonical JSON can hold it: fractions, moments, days and IDs are texts."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def _columns(row: Model, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """Every column of a row by its name, but of the audit's own ID in its parts."""
    names = (column.attname for column in row._meta.concrete_fields)
    skipped = {*left_out} if isinstance(row, Review) else {*left_out, "review_id"}
    return {name: plain(getattr(row, name)) for name in names if name not in skipped}


def _digest(figure: FrozenFigure, name: str, salt: str) -> str | None:
    ids: list[UUID] | None = getattr(figure, name)
    if ids is None:
        return None
    return digest_of({"salt": salt, "figure": figure.position, "list": name, "ids": plain(ids)})


def _digests(review: Review) -> dict[str, str]:
    return {str(kept.object_id): digest_of_name(kept) for kept in review.kept_names.iterator()}
