"""The file of a signed audit, which anybody can verify (docs/verify/). It is one line of canonical JSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lib.canonical import canonical
from reviews.models import Review, SignedRecord, Stated
from reviews.queries.records import FIGURES, counted_of, name_of


def write_json(review: Review, out: BinaryIO) -> None:
    """Write the file. A few figures are in memory at a time."""
    kept = SignedRecord.objects.get(review=review)
    addenda = review.addenda.exclude(statement="").order_by("written_at", "pk")
    names = review.kept_names.order_by("object_id")
    members: dict[str, Iterable[bytes]] = {
        "addenda": [canonical(_signed(addenda))],
        "counted": _counted(review),
        "names": [canonical({str(one.object_id): name_of(one) for one in names.iterator()})],
        "record": [kept.record.encode()],
        "signatures": [canonical(_signed(review.signatures.order_by("position")))],
    }
    for number, name in enumerate(sorted(members)):
        out.write(f'{"," if number else "{"}"{name}":'.encode())
        out.writelines(members[name])
    out.write(b"}")


def _signed(statements: Iterable[Stated]) -> list[dict[str, Any]]:
    return [
        {
            "statement": json.loads(one.statement),
            "key_id": one.key_id,
            "public_key": one.public_key,
            "signature": one.signature,
        }
        for one in statements
    ]


def _counted(review: Review) -> Iterator[bytes]:
    """Yield the lists of IDs of all figures in pieces."""
    figures = review.figures.only("ids", "rest", "review").order_by("position")
    before = b"["
    for figure in figures.iterator(chunk_size=FIGURES):
        yield before + canonical(counted_of(figure))
        before = b","
    yield b"]" if before == b"," else b"[]"
