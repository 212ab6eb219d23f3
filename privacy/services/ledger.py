"""The ledger: a file outside the database, so that a restored backup is erased and corrected again.

A line has IDs, places of texts and keyed hashes. Names, numbers and corrected values are encrypted, and
destroyed when no backup is left that could bring the person back. Each line's digest covers the line before,
so that a line that was changed or removed is noticed. The last lines can be missing: keep copies.
"""

import base64
import fcntl
import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from contacts.models import Contact, NotADuplicate
from contacts.services.change_feed import districts_of_contacts
from contacts.services.changes import rewrite_rows
from contacts.services.contacts import save_contacts
from lib.encryption import NotDecrypted, unseal
from lib.erasable import Leaving, writers
from privacy.codes import LedgerKind
from privacy.models import HiddenText, LedgerEntry
from privacy.models.ledger import LEDGER
from privacy.queries.erased_people import Erased, named_again
from privacy.queries.erasure_plans import Key, Place, as_keys, is_as_before, place_of, terms_for
from privacy.queries.text_search import Found
from privacy.rules.finding import wanted
from privacy.services.erasure_job import carry_out
from privacy.services.hiding import correct_hidden
from privacy.services.marks import differing, folded, note_marks, put_marks

_START: Final = ""  # the digest before the first line
_AT_ONCE: Final = 1_000
#: How long encrypted content stays: longer than the oldest backup (docs/operations.md).
SEALED_FOR: Final = timedelta(days=90)
_CONTACT: Final = Contact._meta.label
_SEALED: Final = "sealed"  # not covered by the digest, because it is destroyed before the line is


class LedgerBroken(Exception):
    """A line of the ledger does not follow from the line before, or cannot be decrypted."""


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
    """Append what is not in the file yet, and return the number of lines. Destroy old content of others."""
    note_marks()
    forget_sealed(file)
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
    written = LedgerEntry.objects.filter(pk__in=[row.pk for row in rows])
    written.update(written_at=timezone.now(), sealed=None)
    return len(rows)


def as_line(row: LedgerEntry, before: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(row.pk),
        "at": row.at.isoformat(),
        "contacts": [str(pk) for pk in row.contact_ids],
        "places": row.places,
        "kind": row.kind,
    }
    if row.marks:
        told["marks"] = row.marks
    line = {**told, "digest": _digest(told, before)}
    return line | ({_SEALED: base64.b64encode(bytes(row.sealed)).decode()} if row.sealed else {})


def forget_sealed(file: Path) -> int:
    """Destroy encrypted content that no backup needs any more, and return the number of lines."""
    old = timezone.now() - SEALED_FOR
    LedgerEntry.objects.filter(sealed__isnull=False, at__lt=old).update(sealed=None)
    if not file.exists():
        return 0
    with file.open("rb") as lines:
        first = next((line for raw in lines if _SEALED in (line := _whole(raw))), None)
    if first is None or datetime.fromisoformat(first["at"]) >= old:
        return 0
    return _rewrite_without(file, old)


def _rewrite_without(file: Path, old: datetime) -> int:
    """Replace the file by one without the encrypted content of lines before a moment."""
    count, copy = 0, file.with_name(f"{file.name}.new")
    with file.open("r+b") as before:
        fcntl.flock(before, fcntl.LOCK_EX)
        with copy.open("wb") as after:
            os.fchmod(after.fileno(), 0o600)
            for raw in before:
                line = _whole(raw)
                if _SEALED in line and datetime.fromisoformat(line["at"]) < old:
                    del line[_SEALED]
                    count += 1
                    raw = json.dumps(line).encode() + b"\n"
                after.write(raw)
            after.flush()
            os.fsync(after.fileno())
        copy.replace(file)
    return count


def _whole(raw: bytes) -> dict[str, Any]:
    """A line, or nothing if it was not written to its end."""
    line: dict[str, Any] = json.loads(raw) if raw.endswith(b"\n") else {}
    return line


def read_ledger(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines. A line that was not written to its end is left out. Raises LedgerBroken."""
    before = _START
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.endswith(b"\n"):
                return
            line = _parsed(raw, number)
            digest = line.pop("digest", None)
            if digest != _digest({name: value for name, value in line.items() if name != _SEALED}, before):
                raise LedgerBroken(f"Line {number} of {file} does not follow from the line before.")
            before = digest
            yield line


def replay(file: Path, actor: Actor = SYSTEM) -> int:
    """Repeat what the ledger names, and return the number of erasures. It can be repeated.

    Restrictions, opt-outs and corrections are repeated only if the database lacks their lines: then it is
    older than they are.
    """
    lines = list(read_ledger(file))
    erasures = [line for line in lines if line["kind"] == LedgerKind.ERASURE]
    found: dict[str, list[Found]] = {line["id"]: [] for line in erasures}
    people = _people(erasures)
    for person, one in named_again(people):
        found[person.id].append(one)
    stays = {person.id: person.stays for person in people}
    left: dict[str, set[Key]] = {}  # by contact: an erasure has a line with IDs alone, too
    for line in erasures:
        for pk in line["contacts"]:
            left.setdefault(pk, set()).update(stays.get(line["id"], ()))
    for line in erasures:
        others = [left[pk] for pk in line["contacts"]]
        _erase_again(actor, line, found[line["id"]], stays.get(line["id"], frozenset()).union(*others))
    missing = _missing(lines)
    put_marks(actor, folded(line["marks"] for line in missing if line["kind"] == LedgerKind.MARKS))
    for content in _corrections(missing):
        _correct_again(actor, content)
    LedgerEntry.objects.bulk_create(map(_as_entry, missing))
    return len(erasures)


def findings(file: Path) -> Iterator[str]:
    """Yield what the ledger says is gone or changed and is not, as numbers by table. Raises LedgerBroken."""
    lines = list(read_ledger(file))
    erasures = [line for line in lines if line["kind"] == LedgerKind.ERASURE]
    ids: set[UUID] = set()
    for line in erasures:
        ids |= {UUID(pk) for pk in line["contacts"]}
        for place in (Place(*one) for one in line["places"]):
            if is_as_before(place):
                yield f"{place.model} {place.key}: {place.field} is as it was before the erasure"
    for label, field in _references():
        rows = apps.get_model(label)._base_manager
        for pk in rows.filter(**{f"{field}__in": ids}).values_list(field, flat=True):
            yield f"{label}: {field} is the erased contact {pk}"
    named = Counter((one.model, one.field, person.at) for person, one in named_again(_people(erasures)))
    for (label, field, at), count in sorted(named.items()):
        yield f"{label}: {field} names a person who was erased on {at:%Y-%m-%d}, in {count} rows"
    missing = _missing(lines)
    marks = differing(folded(line["marks"] for line in missing if line["kind"] == LedgerKind.MARKS))
    for label, count in sorted(Counter(label for label, _key in marks).items()):
        yield f"{label}: {count} rows lack a restriction or an opt-out, or have one that has ended"
    wrong = Counter(content["model"] for content in _corrections(missing) if not _is_corrected(content))
    for label, count in sorted(wrong.items()):
        yield f"{label}: {count} rows are as they were before a correction"


def _people(erasures: Collection[Mapping[str, Any]]) -> list[Erased]:
    """Erased people whose terms are still there."""
    found = []
    for line in erasures:
        if content := _content(line):
            at, exact = datetime.fromisoformat(line["at"]), bool(content.get("exact"))
            found.append(Erased(line["id"], at, content["terms"], as_keys(content["stays"]), exact))
    return found


def _content(line: Mapping[str, Any]) -> Any:
    """What a line encrypts; None if nothing, or if it was destroyed. Raises LedgerBroken."""
    if _SEALED not in line:
        return None
    try:
        return unseal(base64.b64decode(line[_SEALED]), place=LEDGER, row=line["id"])
    except NotDecrypted as problem:
        raise LedgerBroken(f"Line {line['id']} cannot be decrypted: {problem}") from problem


def _missing(lines: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Lines that the database lacks, because its backup is older."""
    ids = [UUID(line["id"]) for line in lines]
    known = {str(pk) for pk in LedgerEntry.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return [line for line in lines if line["id"] not in known]


def _as_entry(line: Mapping[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        id=UUID(line["id"]),
        at=datetime.fromisoformat(line["at"]),
        kind=line["kind"],
        contact_ids=line["contacts"],
        places=line["places"],
        marks=line.get("marks", []),
        written_at=timezone.now(),
    )


def _erase_again(
    actor: Actor, line: Mapping[str, Any], found: Collection[Found], stays: Collection[Key]
) -> None:
    """Erase the contacts and places of a line, and what names the person now. Texts that stay, stay again."""
    contacts = [UUID(pk) for pk in line["contacts"]]
    contacts += [UUID(one.object_id) for one in found if one.model == _CONTACT]
    terms = terms_for(None, contacts)
    content = _content(line) or {"terms": {}}
    for name, values in content["terms"].items():
        terms[name] += values
    search = wanted(**terms)
    if content.get("exact"):
        search = search.exactly()
    again = [place_of(one, search) for one in found if one.model in writers()]
    places = [Place(*place) for place in line["places"]]
    carry_out(actor, [*places, *filter(None, again)], contacts, search, stays=stays)


def _corrections(missing: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Corrected values in order, as far as they are still there."""
    found = (_content(line) for line in missing if line["kind"] == LedgerKind.CORRECTION)
    return [content for content in found if content]


@transaction.atomic
def _correct_again(actor: Actor, content: Mapping[str, Any]) -> None:
    label, key, values = content["model"], content["key"], content["values"]

    def change(row: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if _as_text(getattr(row, name)) != value}

    if label == _CONTACT:
        rows = Contact.objects.all()
        rewrite_rows(actor, rows, [key], change, save_contacts, "contact", districts_of_contacts)
    elif key not in writers()[label].kept([key]):
        values = correct_hidden(label, key, values)
        writers()[label].write(actor, [key], change)


def _is_corrected(content: Mapping[str, Any]) -> bool:
    """Whether a row has its corrected values, or is gone."""
    label, key = content["model"], content["key"]
    row = apps.get_model(label)._base_manager.filter(pk=key).first()
    held = HiddenText.objects.texts([label])
    return row is None or all(
        held.get((label, key, name), _as_text(getattr(row, name))) == value
        for name, value in content["values"].items()
    )


def _as_text(value: Any) -> Any:
    return value if isinstance(value, list | str) or value is None else str(value)


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
