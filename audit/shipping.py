"""The file of seals, a line each, that can be kept where nobody of the database reaches it.

It holds signatures and roots, nothing about anybody. Appended only; what is missing is made up for,
so that a worker on another machine completes a file of its own.
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
#: What a line says of a seal; `leaves` stay in the database, bound by the root.
SHIPPED: Final = ("number", "at", "first_seq", "last_seq", "key_id", *_BYTES)


def ship(file: Path, *, using: str = "default") -> int:
    """Append the seals that the file lacks, in order, and wait for the disk. Answers how many."""
    with file.open("a+b") as open_file:
        fcntl.flock(open_file, fcntl.LOCK_EX)
        last = _last_line(open_file)
        rows = Seal.objects.using(using).filter(number__gt=last["number"] if last else 0)
        written = 0
        for seal in rows.defer("leaves").order_by("number").iterator():
            open_file.write(as_line(seal))
            written += 1
        open_file.flush()
        os.fsync(open_file.fileno())
    return written


def last_shipped(file: Path) -> dict[str, Any] | None:
    """The last whole seal of the file, if there is one."""
    if not file.exists():
        return None
    with file.open("rb") as open_file:
        return _last_line(open_file)


def read_shipped(file: Path) -> Iterator[dict[str, Any]]:
    """Every seal of the file, as `Seal` has its columns."""
    with file.open("rb") as lines:
        for line in lines:
            yield _read(line)


def as_line(seal: Seal) -> bytes:
    said = {name: getattr(seal, name) for name in SHIPPED}
    said |= {name: bytes(said[name]).hex() for name in _BYTES}
    said["at"] = seal.at.isoformat()
    return json.dumps(said).encode() + b"\n"


def _read(line: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(line)
    said |= {name: bytes.fromhex(said[name]) for name in _BYTES}
    said["at"] = datetime.fromisoformat(said["at"])
    return said


def _last_line(file: IO[bytes]) -> dict[str, Any] | None:
    """Lines are short. A line that a power cut has left unfinished is cut off when the next is written."""
    end = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, end - 8192))
    *whole, rest = file.read().split(b"\n")
    if rest and file.writable():
        file.truncate(end - len(rest))
    if start and len(whole) < 2:
        raise ValueError(f"{file.name} holds a line that is no seal")
    return _read(whole[-1]) if whole else None


def is_same(seal: Seal, shipped: Mapping[str, Any]) -> bool:
    """Whether the database's seal says what the file says, byte for byte."""
    return all(
        (bytes(getattr(seal, name)) if name in _BYTES else getattr(seal, name)) == shipped[name]
        for name in SHIPPED
    )
