"""Ledger: a file outside the database, to repeat erasures and corrections after a restore.

A line has IDs, places of texts and keyed hashes. Names, numbers and corrected values are encrypted. They are
destroyed when no backup could bring the person back. Each line's digest covers the line before, which reveals
a changed or removed line. A loss of the last lines stays unnoticed: keep copies.
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
from privacy.queries.erased_people import ErasedPerson, texts_naming_erased_people
from privacy.queries.erasure_plans import Key, Place, as_keys, is_as_before, place_of, terms_for
from privacy.queries.text_search import TextMatch
from privacy.rules.finding import person_search
from privacy.services.erasure_job import carry_out
from privacy.services.hiding import correct_hidden
from privacy.services.marks import latest_marks, marks_to_restore, record_changed_marks, restore_marks

_START: Final = ""  # the digest before the first line
_AT_ONCE: Final = 1_000
#: Lifetime of encrypted content: longer than the oldest backup (docs/operations.md).
SEALED_FOR: Final = timedelta(days=90)
_CONTACT: Final = Contact._meta.label
_SEALED: Final = "sealed"  # not covered by the digest, because it is destroyed earlier


class LedgerBroken(Exception):
    """A line of the ledger that does not follow from the line before, or cannot be decrypted."""


def note_leaving(_actor: Actor, leaving: Leaving) -> None:
    """Record erased contacts in the transaction of the erasure."""
    ids = list(Contact.objects.filter(pk__in=leaving.ids).values_list("pk", flat=True))
    if ids:
        LedgerEntry.objects.create(contact_ids=ids)


def begin_ledger(file: Path) -> None:
    """Create the file if it is missing, and mark all entries to be written again.

    So a restore can tell a city without erasures from a city with a missing ledger.
    """
    if not file.exists():
        LedgerEntry.objects.filter(written_at__isnull=False).update(written_at=None)
        file.touch(mode=0o600)


def write_ledger(file: Path) -> int:
    """Append new entries to the file, and return their number. Destroy old encrypted content."""
    record_changed_marks()
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
    content: dict[str, Any] = {
        "id": str(row.pk),
        "at": row.at.isoformat(),
        "contacts": [str(pk) for pk in row.contact_ids],
        "places": row.places,
        "kind": row.kind,
    }
    if row.marks:
        content["marks"] = row.marks
    line = {**content, "digest": _digest(content, before)}
    return line | ({_SEALED: base64.b64encode(bytes(row.sealed)).decode()} if row.sealed else {})


def forget_sealed(file: Path) -> int:
    """Destroy encrypted content that no backup needs, and return the number of lines."""
    old = timezone.now() - SEALED_FOR
    LedgerEntry.objects.filter(sealed__isnull=False, at__lt=old).update(sealed=None)
    if not file.exists():
        return 0
    with file.open("rb") as lines:
        first_sealed = next((line for raw in lines if _SEALED in (line := _complete_line(raw))), None)
    if first_sealed is None or datetime.fromisoformat(first_sealed["at"]) >= old:
        return 0
    return _rewrite_without(file, old)


def _rewrite_without(file: Path, old: datetime) -> int:
    """Rewrite the file without the encrypted content of lines before a moment."""
    count, copy = 0, file.with_name(f"{file.name}.new")
    with file.open("r+b") as before:
        fcntl.flock(before, fcntl.LOCK_EX)
        with copy.open("wb") as after:
            os.fchmod(after.fileno(), 0o600)
            for raw in before:
                line = _complete_line(raw)
                if _SEALED in line and datetime.fromisoformat(line["at"]) < old:
                    del line[_SEALED]
                    count += 1
                    raw = json.dumps(line).encode() + b"\n"
                after.write(raw)
            after.flush()
            os.fsync(after.fileno())
        copy.replace(file)
    return count


def _complete_line(raw: bytes) -> dict[str, Any]:
    """Return a parsed line; empty if it is incomplete."""
    line: dict[str, Any] = json.loads(raw) if raw.endswith(b"\n") else {}
    return line


def read_ledger(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines. An incomplete last line is left out. Raises LedgerBroken."""
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
    """Repeat the acts in the ledger, and return the number of erasures. Idempotent.

    Restrictions, opt-outs and corrections are repeated only if the database lacks their lines, because it is
    then older.
    """
    lines = list(read_ledger(file))
    erasures = [line for line in lines if line["kind"] == LedgerKind.ERASURE]
    matches_by_line: dict[str, list[TextMatch]] = {line["id"]: [] for line in erasures}
    people = _people(erasures)
    for person, match in texts_naming_erased_people(people):
        matches_by_line[person.id].append(match)
    stays = {person.id: person.stays for person in people}
    stays_by_contact: dict[str, set[Key]] = {}  # an erasure also has a line with IDs alone
    for line in erasures:
        for pk in line["contacts"]:
            stays_by_contact.setdefault(pk, set()).update(stays.get(line["id"], ()))
    for line in erasures:
        stays_of_contacts = [stays_by_contact[pk] for pk in line["contacts"]]
        _erase_again(
            actor,
            line,
            matches_by_line[line["id"]],
            stays.get(line["id"], frozenset()).union(*stays_of_contacts),
        )
    missing = _missing(lines)
    restore_marks(actor, latest_marks(line["marks"] for line in missing if line["kind"] == LedgerKind.MARKS))
    for content in _corrections(missing):
        _correct_again(actor, content)
    LedgerEntry.objects.bulk_create(map(_as_entry, missing))
    return len(erasures)


def ledger_problems(file: Path) -> Iterator[str]:
    """Yield data that contradicts the ledger, as numbers by table. Raises LedgerBroken."""
    lines = list(read_ledger(file))
    erasures = [line for line in lines if line["kind"] == LedgerKind.ERASURE]
    ids: set[UUID] = set()
    for line in erasures:
        ids |= {UUID(pk) for pk in line["contacts"]}
        for place in (Place(*place_values) for place_values in line["places"]):
            if is_as_before(place):
                yield f"{place.model} {place.key}: {place.field} is as it was before the erasure"
    for label, field in _references():
        rows = apps.get_model(label)._base_manager
        for pk in rows.filter(**{f"{field}__in": ids}).values_list(field, flat=True):
            yield f"{label}: {field} is the erased contact {pk}"
    counts = Counter(
        (match.model, match.field, person.at)
        for person, match in texts_naming_erased_people(_people(erasures))
    )
    for (label, field, at), count in sorted(counts.items()):
        yield f"{label}: {field} names a person who was erased on {at:%Y-%m-%d}, in {count} rows"
    missing = _missing(lines)
    marks = marks_to_restore(
        latest_marks(line["marks"] for line in missing if line["kind"] == LedgerKind.MARKS)
    )
    for label, count in sorted(Counter(label for label, _key in marks).items()):
        yield f"{label}: {count} rows lack a restriction or an opt-out, or have one that has ended"
    wrong = Counter(content["model"] for content in _corrections(missing) if not _is_corrected(content))
    for label, count in sorted(wrong.items()):
        yield f"{label}: {count} rows are as they were before a correction"


def _people(erasures: Collection[Mapping[str, Any]]) -> list[ErasedPerson]:
    """Return the erased people whose terms still exist."""
    people = []
    for line in erasures:
        if content := _content(line):
            at, exact = datetime.fromisoformat(line["at"]), bool(content.get("exact"))
            people.append(ErasedPerson(line["id"], at, content["terms"], as_keys(content["stays"]), exact))
    return people


def _content(line: Mapping[str, Any]) -> Any:
    """Return the decrypted content of a line; None without content. Raises LedgerBroken."""
    if _SEALED not in line:
        return None
    try:
        return unseal(base64.b64decode(line[_SEALED]), place=LEDGER, row=line["id"])
    except NotDecrypted as problem:
        raise LedgerBroken(f"Line {line['id']} cannot be decrypted: {problem}") from problem


def _missing(lines: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lines that the database lacks, because its backup is older."""
    ids = [UUID(line["id"]) for line in lines]
    known_ids = {str(pk) for pk in LedgerEntry.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return [line for line in lines if line["id"] not in known_ids]


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
    actor: Actor, line: Mapping[str, Any], matches: Collection[TextMatch], stays: Collection[Key]
) -> None:
    """Erase the contacts and places of a line, and present matches, but not the texts in `stays`."""
    contacts = [UUID(pk) for pk in line["contacts"]]
    contacts += [UUID(match.object_id) for match in matches if match.model == _CONTACT]
    terms = terms_for(None, contacts)
    content = _content(line) or {"terms": {}}
    for name, values in content["terms"].items():
        terms[name] += values
    search = person_search(**terms)
    if content.get("exact"):
        search = search.exactly()
    places_again = [place_of(match, search) for match in matches if match.model in writers()]
    places = [Place(*place) for place in line["places"]]
    carry_out(actor, [*places, *filter(None, places_again)], contacts, search, stays=stays)


def _corrections(missing: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the corrected values that still exist, in order."""
    contents = (_content(line) for line in missing if line["kind"] == LedgerKind.CORRECTION)
    return [content for content in contents if content]


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
    """Whether a row has its corrected values, or no longer exists."""
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
    """Yield table and column of each reference to a contact."""
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
    """Return the digest of the last complete line. Remove an incomplete line of a killed writer."""
    file.seek(0)
    digest, end = _START, 0
    for number, raw in enumerate(file, 1):
        if not raw.endswith(b"\n"):
            file.truncate(end)
            break
        digest, end = str(_parsed(raw, number)["digest"]), end + len(raw)
    file.seek(0, os.SEEK_END)
    return digest
