"""Records of kept figures: the canonical text of one keeping, which an event of the activity log seals."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from audit.models import Event
from lib.canonical import canonical
from reports.models import FigureChange, KeptFigure, KeptMembers, KeptPeriod, KeptRecord

FORMAT: Final = "proximity kept figures 1"
OBJECT_TYPE: Final = "kept_period"
DIGEST: Final = "figures sha256:"  # begins the purpose of the event

# Columns of each row in the text, by their names in the tables.
FIGURE: Final = (
    *(
        "id",
        "indicator",
        "split",
        "key",
        "vintage",
        "definition",
        "reason",
        "n",
        "total",
        "columns",
        "digest",
    ),
    "kept_at",
)


def text_of(
    kept_period: KeptPeriod,
    kept_at: Any,
    figures: Iterable[KeptFigure],
    members: Iterable[KeptMembers],
    changes: Iterable[FigureChange],
) -> bytes:
    """Return the canonical text of a keeping. The salt and IDs of records stand in it as digests."""
    return canonical(
        {
            "format": FORMAT,
            "period": str(kept_period.pk),
            "district": str(kept_period.district_id),
            "since": kept_period.since.isoformat(),
            "until": kept_period.until.isoformat(),
            "salt": _digest(bytes(kept_period.salt or b"")),
            "final_at": canonical_value(kept_period.final_at),
            "kept_at": canonical_value(kept_at),
            "figures": [row_of_figure(figure) for figure in sorted(figures, key=lambda figure: figure.pk)],
            "members": {row.noun: digest_of_ids(row) for row in members},
            "changes": {str(change.pk): digest_of_change(change) for change in changes},
        }
    )


def row_of_figure(figure: KeptFigure) -> list[Any]:
    """Return the columns of a figure in the order of `FIGURE`."""
    return [canonical_value(getattr(figure, name)) for name in FIGURE]


def canonical_value(value: Any) -> Any:
    """Return a value as the text has it: bytes in hexadecimal digits, fractions and times as text."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {name: canonical_value(item) for name, item in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def digest_of_ids(members: KeptMembers) -> str:
    place = f"{members.noun} {' '.join(members.indicators)} {canonical_value(members.kept_at)} "
    return _digest(place.encode() + bytes(members.ids) + b"/" + bytes(members.marks))


def digest_of_change(change: FigureChange) -> str:
    lists = (change.came, change.went, change.came_in_total, change.went_from_total, change.events)
    return _digest("/".join(" ".join(map(str, ids)) for ids in lists).encode())


def purpose_of(text: bytes) -> str:
    """Return the purpose of the event of a keeping. Seals cover the purpose, and so the text."""
    return f"{DIGEST}{_digest(text)}"


def compress(text: bytes) -> bytes:
    return zlib.compress(text, 9)


def read_text(record: KeptRecord) -> bytes:
    """Return the text of a record, or no text if it cannot be read, since its digest differs anyway."""
    try:
        return zlib.decompress(bytes(record.content))
    except zlib.error:
        return b""


def events_of(kept_period: KeptPeriod, using: str | None) -> Iterator[Event]:
    """Return the events that seal the records of a period, oldest first."""
    events = Event.objects.using(using).filter(object_type=OBJECT_TYPE, object_ids__contains=[kept_period.pk])
    yield from events.select_related("reason").order_by("at", "pk")


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
