"""The ledger of erasures: a file outside the database, so that a restored backup can be erased again.

A line has IDs, places of texts and keyed hashes, and no personal data. Each line's digest covers the line
before, so that a line that was changed or removed is noticed. The last lines can be missing: keep copies.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from contacts.models import Contact, NotADuplicate
from lib import erasable
from lib.erasable import Leaving
from privacy.erasing import Place, carry_out, is_as_before, search_for
from privacy.models import LedgerEntry

_START: Final = ""  # the digest before the first line
_AT_ONCE: Final = 1_000


class LedgerBroken(Exception):
    """A line of the ledger does not follow from the line before. The message names the line."""


def note_leaving(_actor: Actor, leaving: Leaving) -> None:
    """Remember contacts that are erased now, in the transaction that erases them."""
    ids = list(Contact.objects.filter(pk__in=leaving.ids).values_list("pk", flat=True))
    if ids:
        LedgerEntry.objects.create(contact_ids=ids)


def begin_ledger(file: Path) -> None:
    """Create a missing file, and have every line written again.

    A restore can then tell a city without erasures from a city whose ledger is missing.
    """
    if not file.exists():
        LedgerEntry.objects.filter(written_at__isnull=False).update(written_at=None)
        file.touch(mode=0o600)


def write_ledger(file: Path) -> int:
    """Append what is not in the file yet, and return the number of lines."""
    rows = list(LedgerEntry.objects.to_write()[:_AT_ONCE])
    if not rows:
        return 0
    with file.open("a+b") as open_file:
        os.fchmod(open_file.fileno(), 0o600)
        fcntl.flock(open_file, fcntl.LOCK_EX)
        before = _last_digest(open_file)
        for row in rows:
            line = as_line(row, before)
            before = line["digest"]
            open_file.write(json.dumps(line).encode() + b"\n")
        open_file.flush()
        os.fsync(open_file.fileno())
    LedgerEntry.objects.filter(pk__in=[row.pk for row in rows]).update(written_at=timezone.now())
    return len(rows)


def as_line(row: LedgerEntry, before: str) -> dict[str, Any]:
    told = {
        "id": str(row.pk),
        "at": row.at.isoformat(),
        "contacts": [str(pk) for pk in row.contact_ids],
        "places": row.places,
    }
    return {**told, "digest": _digest(told, before)}


def read_ledger(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines. A line that was not written to its end is left out. Raises LedgerBroken."""
    before = _START
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.endswith(b"\n"):
                return
            line = _parsed(raw, number)
            digest = line.pop("digest", None)
            if digest != _digest(line, before):
                raise LedgerBroken(f"Line {number} of {file} does not follow from the line before.")
            before = digest
            yield line


def replay(file: Path, actor: Actor = SYSTEM) -> int:
    """Erase again what the ledger names, and return the number of lines. It can be repeated."""
    count = 0
    for line in read_ledger(file):
        count += 1
        contacts = [UUID(pk) for pk in line["contacts"]]
        places = [Place(*place) for place in line["places"]]
        carry_out(actor, places, contacts, search_for(None, contacts))
    return count


def findings(file: Path) -> Iterator[str]:
    """Yield what the ledger says is erased and is still there: tables with IDs of contacts, and texts."""
    ids: set[UUID] = set()
    for line in read_ledger(file):
        ids |= {UUID(pk) for pk in line["contacts"]}
        for place in (Place(*one) for one in line["places"]):
            if is_as_before(place):
                yield f"{place.model} {place.key}: {place.field} is as it was before the erasure"
    for label, field in _references():
        rows = apps.get_model(label)._base_manager
        for pk in rows.filter(**{f"{field}__in": ids}).values_list(field, flat=True):
            yield f"{label}: {field} is the erased contact {pk}"


def _references() -> Iterator[tuple[str, str]]:
    """Table and column of each reference to a contact."""
    yield Contact._meta.label, "pk"
    yield from ((NotADuplicate._meta.label, name) for name in ("one", "other"))
    for relation in Contact._meta.related_objects:
        model: Any = relation.related_model
        yield model._meta.label, relation.field.attname


def _digest(line: Mapping[str, Any], before: str) -> str:
    return sha256((before + json.dumps(line, sort_keys=True)).encode()).hexdigest()


def _parsed(raw: bytes, number: int) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(raw)
    except ValueError as problem:
        raise LedgerBroken(f"Line {number} cannot be read: {problem}") from problem
    return line


def _last_digest(file: IO[bytes]) -> str:
    """The digest of the last complete line. What a killed writer left of a line is removed."""
    file.seek(0)
    last, end = _START, 0
    for number, raw in enumerate(file, 1):
        if not raw.endswith(b"\n"):
            file.truncate(end)
            break
        last, end = str(_parsed(raw, number)["digest"]), end + len(raw)
    file.seek(0, os.SEEK_END)
    return last


def register() -> None:
    erasable.on_leaving(note_leaving)
