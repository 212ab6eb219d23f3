"""File of a signed audit: one line of canonical JSON, which anyone can verify (docs/verify/)."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lib.canonical import canonical
from reviews.models import Review, SignedRecord, Statement
from reviews.queries.records import FIGURES, counted_of, name_of


def write_json(review: Review, out: BinaryIO) -> None:
    """Write the file, with a few figures in memory at a time."""
    signed_record = SignedRecord.objects.get(review=review)
    addenda = review.addenda.exclude(statement="").order_by("written_at", "pk")
    names = review.kept_names.order_by("object_id")
    members: dict[str, Iterable[bytes]] = {
        "addenda": [canonical(_signed(addenda))],
        "counted": _counted(review),
        "names": [
            canonical({str(kept_name.object_id): name_of(kept_name) for kept_name in names.iterator()})
        ],
        "record": [signed_record.record.encode()],
        "signatures": [canonical(_signed(review.signatures.order_by("position")))],
    }
    for number, name in enumerate(sorted(members)):
        out.write(f'{"," if number else "{"}"{name}":'.encode())
        out.writelines(members[name])
    out.write(b"}")


def _signed(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    return [
        {
            "statement": json.loads(statement.statement),
            "key_id": statement.key_id,
            "public_key": statement.public_key,
            "signature": statement.signature,
        }
        for statement in statements
    ]


def _counted(review: Review) -> Iterator[bytes]:
    """Yield the lists of IDs of all figures in pieces."""
    figures = review.figures.only("ids", "rest", "review").order_by("position")
    before = b"["
    for figure in figures.iterator(chunk_size=FIGURES):
        yield before + canonical(counted_of(figure))
        before = b","
    yield b"]" if before == b"," else b"[]"
