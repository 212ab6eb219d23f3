"""The file of a signed audit, in two editions: for everybody who reads audits, and for readers of samples."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lib.canonical import canonical
from reviews.models import Review, SignedRecord, Stated
from reviews.records import FIGURES, counted_of, name_of


def write_json(review: Review, out: BinaryIO, *, is_inside: bool) -> None:
    """Write the file that docs/verify/ describes. A few figures are in memory at a time."""
    kept = SignedRecord.objects.get(review=review)
    names = review.kept_names.order_by("object_id")
    if not is_inside:
        names = names.filter(object_type="user")
    members: dict[str, Iterator[bytes]] = {
        "record": iter([kept.record.encode()]),
        "signatures": iter([canonical(_signed(review.signatures.order_by("position")))]),
        "addenda": iter(
            [canonical(_signed(review.addenda.exclude(statement="").order_by("written_at", "pk")))]
        ),
        "names": iter([canonical({str(one.object_id): name_of(one) for one in names.iterator()})]),
    }
    if is_inside:
        members |= {"inside": iter([kept.inside.encode()]), "counted": _counted(review)}
    for number, (name, pieces) in enumerate(members.items()):
        out.write(f'{"," if number else "{"}\n"{name}":'.encode())
        out.writelines(pieces)
    out.write(b"\n}\n")


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
    before = b"["
    for figure in (
        review.figures.only("ids", "rest", "review").order_by("position").iterator(chunk_size=FIGURES)
    ):
        yield before + b"\n" + canonical(counted_of(figure))
        before = b","
    yield b"\n]" if before == b"," else b"[]"
