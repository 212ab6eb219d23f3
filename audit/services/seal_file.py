"""The shipped file of seals, one per line, for a place that database administrators cannot reach.

The file contains signatures and roots but no personal data. It is append-only, and missing lines are added
later, so a worker on another machine completes its own file.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from audit.models import Seal

_BYTES: Final = ("previous_root", "root", "public_key", "signature")
#: Fields of a seal in a line. `leaves` stay in the database and are covered by the root.
SHIPPED: Final = ("number", "at", "first_seq", "last_seq", "key_id", *_BYTES)


def ship(file: Path, *, using: str = "default") -> int:
    """Append the missing seals in order, sync to disk, and return the number of seals added."""
    with file.open("a+b") as open_file:
        fcntl.flock(open_file, fcntl.LOCK_EX)
        last_seal = _last_line(open_file)
        rows = Seal.objects.using(using).filter(number__gt=last_seal["number"] if last_seal else 0)
        written = 0
        for seal in rows.defer("leaves").order_by("number").iterator():
            open_file.write(as_line(seal))
            written += 1
        open_file.flush()
        os.fsync(open_file.fileno())
    return written


def last_shipped(file: Path) -> dict[str, Any] | None:
    """Return the last complete seal of the file, or None."""
    if not file.exists():
        return None
    with file.open("rb") as open_file:
        return _last_line(open_file)


def read_shipped(file: Path) -> Iterator[dict[str, Any]]:
    """Yield every seal of the file with the columns of `Seal`."""
    with file.open("rb") as lines:
        for line in lines:
            yield read_line(line)


def as_line(seal: Seal) -> bytes:
    columns = {name: getattr(seal, name) for name in SHIPPED}
    columns |= {name: bytes(columns[name]).hex() for name in _BYTES}
    columns["at"] = seal.at.isoformat()
    return json.dumps(columns).encode() + b"\n"


def read_line(line: bytes) -> dict[str, Any]:
    """Return the columns of `Seal` in a line. Raises ValueError, KeyError."""
    columns: dict[str, Any] = json.loads(line)
    columns |= {name: bytes.fromhex(columns[name]) for name in _BYTES}
    columns["at"] = datetime.fromisoformat(columns["at"])
    return columns


def _last_line(file: IO[bytes]) -> dict[str, Any] | None:
    """Return the last line, assuming short lines.

    An incomplete line after a power cut is removed when the next line is written.
    """
    end = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, end - 8192))
    *complete, incomplete = file.read().split(b"\n")
    if incomplete and file.writable():
        file.truncate(end - len(incomplete))
    if start and len(complete) < 2:
        raise ValueError(f"{file.name} holds a line that is no seal")
    return read_line(complete[-1]) if complete else None


def is_same(seal: Seal, shipped: Mapping[str, Any]) -> bool:
    """Whether the database's seal equals the line of the file, byte for byte."""
    return all(
        (bytes(getattr(seal, name)) if name in _BYTES else getattr(seal, name)) == shipped[name]
        for name in SHIPPED
    )
