"""Record of a signed audit: every column of its rows as canonical JSON (docs/verify/).

Signing writes the record. Verification compares the record with the rows. The models name the columns.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from lib.canonical import canonical, digest_of
from reviews.models import Addendum, FrozenFigure, KeptName, Review, Signature, Statement

FORMAT: Final = "proximity audit record 2"
SIGNATURE: Final = "proximity audit signature 1"
ADDENDUM: Final = "proximity audit addendum 1"
#: Prefix of a digest in the purpose of an event.
DIGEST: Final = "sha256:"
#: Columns of an addendum that follow from its statement.
STATED: Final = frozenset({"statement", "key_id", "public_key", "signature"})

#: Columns of the audit that are stored elsewhere: the signer in the statement, blind spots in `inside_of`.
ELSEWHERE: Final = frozenset({"signed_by_id", "signed_by_name", "signed_at", "blind_spots"})
#: Figures in memory at once. A figure of the city has the IDs of all organisations.
FIGURES: Final = 10
#: Columns of figures of which the record has digests.
COUNTED: Final = ("ids", "rest")
#: Parts of the record by their related names.
PARTS: Final = ("comments", "actions", "checks", "samples", "calls")


def record_of(review: Review, inside: str, salt: str) -> dict[str, Any]:
    """Return the content to sign: the audit, its figures and parts, and digests of names and lists of IDs.

    `inside` is the digest of `inside_of`. Digests of lists use the audit's own salt, so that the
    lists of two audits cannot be compared.
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
    """Return the signed content that is in no file: communities known to live in the district.

    The salt prevents guessing the content from its digest.
    """
    return {"salt": salt, "blind_spots": canonical_value(review.blind_spots)}


def statement_of(signature: Signature, record: str, name: KeptName, role: str) -> dict[str, Any]:
    """Return the statement of a signature: record, person, role and moment."""
    return {
        "format": SIGNATURE,
        "id": str(signature.pk),
        "audit": str(signature.review_id),
        "record": hashlib.sha256(record.encode()).hexdigest(),
        "position": signature.position,
        "signed_by": str(signature.signed_by_id),
        "name": digest_of_name(name),
        "role": role,
        "signed_at": canonical_value(signature.signed_at),
    }


def statement_of_addendum(addendum: Addendum, record: str, name: KeptName) -> dict[str, Any]:
    """Return the statement of an addendum: record, text, person and moment."""
    return {
        "format": ADDENDUM,
        "id": str(addendum.pk),
        "audit": str(addendum.review_id),
        "record": hashlib.sha256(record.encode()).hexdigest(),
        "text": addendum.text,
        "signed_by": str(addendum.written_by_id),
        "name": digest_of_name(name),
        "signed_at": canonical_value(addendum.written_at),
    }


def message_of(statement: Statement) -> bytes:
    """Return the bytes that Ed25519 signs. The kind comes first, so a signature fits one kind only."""
    kind = ADDENDUM if isinstance(statement, Addendum) else SIGNATURE
    return f"{kind}\n{statement.statement}".encode()


def purpose_of(statement: str) -> str:
    """Return the purpose of the event of a signing. Seals cover the purpose, and so the statement."""
    return f"{DIGEST}{hashlib.sha256(statement.encode()).hexdigest()}"


def as_text(value: Mapping[str, Any]) -> str:
    return canonical(value).decode()


def digest_of_name(kept_name: KeptName) -> str:
    return digest_of(name_of(kept_name))


def name_of(kept_name: KeptName) -> dict[str, str]:
    return {"type": kept_name.object_type, "name": kept_name.name, "salt": kept_name.salt}


def counted_of(figure: Any) -> dict[str, Any]:
    return {name: canonical_value(getattr(figure, name)) for name in COUNTED}


def rows_of(review: Review, name: str) -> list[dict[str, Any]]:
    return [_columns(row) for row in getattr(review, name).order_by("pk")]


def canonical_value(value: Any) -> Any:
    """Convert a value for canonical JSON: fractions, moments, days and IDs become texts."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {name: canonical_value(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [canonical_value(part) for part in value]
    return value


def _columns(row: Model, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """Return all columns of a row by name. Parts leave out the ID of the audit."""
    names = (column.attname for column in row._meta.concrete_fields)
    skipped = {*left_out} if isinstance(row, Review) else {*left_out, "review_id"}
    return {name: canonical_value(getattr(row, name)) for name in names if name not in skipped}


def _digest(figure: FrozenFigure, name: str, salt: str) -> str | None:
    ids: list[UUID] | None = getattr(figure, name)
    if ids is None:
        return None
    return digest_of({"salt": salt, "figure": figure.position, "list": name, "ids": canonical_value(ids)})


def _digests(review: Review) -> dict[str, str]:
    return {str(kept_name.object_id): digest_of_name(kept_name) for kept_name in review.kept_names.iterator()}
