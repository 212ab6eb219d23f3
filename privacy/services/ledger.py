"""Ledger: a file outside the database, to repeat erasures and corrections after a restore.

A line has IDs, places of texts and keyed hashes. Names, numbers and corrected values are encrypted. This
encrypted content is destroyed when no backup could bring the person back. Each line's digest covers the line
before, which reveals a changed or removed line. Nothing reveals that the last lines are lost: keep copies.
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
_BATCH_SIZE: Final = 1_000
#: Lifetime of encrypted content: longer than the oldest backup (docs/operations.md).
SEALED_FOR: Final = timedelta(days=90)
_CONTACT: Final = Contact._meta.label
_SEALED: Final = "sealed"  # not covered by the digest, because it is destroyed earlier


class LedgerBroken(Exception):
    """A line of the ledger that does not follow from the line before, or cannot be decrypted."""


def note_leaving(_actor: Actor, leaving: Leaving) -> None:
    """Record contacts that are about to be erased, in the transaction of the erasure."""
    ids = list(Contact.objects.filter(pk__in=leaving.ids).values_list("pk", flat=True))
    if ids:
        LedgerEntry.objects.create(contact_ids=ids)


def begin_ledger(file: Path) -> None:
    """If the file is missing, create it and mark all entries to be written again.

    To a restore, an empty file means that there were no erasures. A missing file means a lost ledger.
    """
    if not file.exists():
        LedgerEntry.objects.filter(written_at__isnull=False).update(written_at=None)
        file.touch(mode=0o600)


def write_ledger(file: Path) -> int:
    """Append new entries to the file, and return their number. Destroy old encrypted content."""
    record_changed_marks()
    forget_sealed(file)
    rows = list(LedgerEntry.objects.to_write()[:_BATCH_SIZE])
    if not rows:
        return 0
    with file.open("a+b") as open_file:
        os.fchmod(open_file.fileno(), 0o600)
        fcntl.flock(open_file, fcntl.LOCK_EX)
        previous_digest = _last_digest(open_file)
        for row in rows:
            line = as_line(row, previous_digest)
            previous_digest = line["digest"]
            open_file.write(json.dumps(line).encode() + b"\n")
        open_file.flush()
        os.fsync(open_file.fileno())
    written = LedgerEntry.objects.filter(pk__in=[row.pk for row in rows])
    written.update(written_at=timezone.now(), sealed=None)
    return len(rows)


def as_line(row: LedgerEntry, previous_digest: str) -> dict[str, Any]:
    content: dict[str, Any] = {
        "id": str(row.pk),
        "at": row.at.isoformat(),
        "contacts": [str(pk) for pk in row.contact_ids],
        "places": row.places,
        "kind": row.kind,
    }
    if row.marks:
        content["marks"] = row.marks
    line = {**content, "digest": _digest(content, previous_digest)}
    return line | ({_SEALED: base64.b64encode(bytes(row.sealed)).decode()} if row.sealed else {})


def forget_sealed(file: Path) -> int:
    """Destroy encrypted content that no backup needs, and return the number of lines."""
    cutoff = timezone.now() - SEALED_FOR
    LedgerEntry.objects.filter(sealed__isnull=False, at__lt=cutoff).update(sealed=None)
    if not file.exists():
        return 0
    with file.open("rb") as lines:
        first_sealed = next((line for raw in lines if _SEALED in (line := _complete_line(raw))), None)
    if first_sealed is None or datetime.fromisoformat(first_sealed["at"]) >= cutoff:
        return 0
    return _rewrite_without(file, cutoff)


def _rewrite_without(file: Path, cutoff: datetime) -> int:
    """Destroy the encrypted content of lines before `cutoff`, and return the number of these lines."""
    count, new_path = 0, file.with_name(f"{file.name}.new")
    with file.open("r+b") as old_file:
        fcntl.flock(old_file, fcntl.LOCK_EX)
        with new_path.open("wb") as new_file:
            os.fchmod(new_file.fileno(), 0o600)
            for raw in old_file:
                line = _complete_line(raw)
                if _SEALED in line and datetime.fromisoformat(line["at"]) < cutoff:
                    del line[_SEALED]
                    count += 1
                    raw = json.dumps(line).encode() + b"\n"
                new_file.write(raw)
            new_file.flush()
            os.fsync(new_file.fileno())
        new_path.replace(file)
    return count


def _complete_line(raw: bytes) -> dict[str, Any]:
    """Return a parsed line, or an empty dictionary if the line is incomplete."""
    line: dict[str, Any] = json.loads(raw) if raw.endswith(b"\n") else {}
    return line


def read_ledger(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines. An incomplete last line is left out. Raises LedgerBroken."""
    previous_digest = _START
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.endswith(b"\n"):
                return
            line = _parse_line(raw, number)
            digest = line.pop("digest", None)
            if digest != _digest(
                {name: value for name, value in line.items() if name != _SEALED}, previous_digest
            ):
                raise LedgerBroken(f"Line {number} of {file} does not follow from the line before.")
            previous_digest = digest
            yield line


def replay(file: Path, actor: Actor = SYSTEM) -> int:
    """Repeat the acts in the ledger, and return the number of erasures. Idempotent.

    Restrictions, opt-outs and corrections are repeated only if the database has no entry for their line: then
    its backup was older than the act.
    """
    lines = list(read_ledger(file))
    erasures = [line for line in lines if line["kind"] == LedgerKind.ERASURE]
    matches_by_line: dict[str, list[TextMatch]] = {line["id"]: [] for line in erasures}
    people = _erased_people(erasures)
    for person, match in texts_naming_erased_people(people):
        matches_by_line[person.id].append(match)
    kept_by_line = {person.id: person.stays for person in people}
    kept_by_contact: dict[str, set[Key]] = {}  # an erasure has a second line, with only IDs
    for line in erasures:
        for pk in line["contacts"]:
            kept_by_contact.setdefault(pk, set()).update(kept_by_line.get(line["id"], ()))
    for line in erasures:
        kept_of_contacts = [kept_by_contact[pk] for pk in line["contacts"]]
        _repeat_erasure(
            actor,
            line,
            matches_by_line[line["id"]],
            kept_by_line.get(line["id"], frozenset()).union(*kept_of_contacts),
        )
    missing_lines = _missing_lines(lines)
    restore_marks(
        actor, latest_marks(line["marks"] for line in missing_lines if line["kind"] == LedgerKind.MARKS)
    )
    for content in _missing_corrections(missing_lines):
        _repeat_correction(actor, content)
    LedgerEntry.objects.bulk_create(map(_as_entry, missing_lines))
    return len(erasures)


def ledger_problems(file: Path) -> Iterator[str]:
    """Yield a description of each contradiction between database and ledger. Raises LedgerBroken."""
    lines = list(read_ledger(file))
    erasures = [line for line in lines if line["kind"] == LedgerKind.ERASURE]
    erased_ids: set[UUID] = set()
    for line in erasures:
        erased_ids |= {UUID(pk) for pk in line["contacts"]}
        for place in (Place(*place_values) for place_values in line["places"]):
            if is_as_before(place):
                yield f"{place.model} {place.key}: {place.field} is as it was before the erasure"
    for label, field in _references():
        rows = apps.get_model(label)._base_manager
        for pk in rows.filter(**{f"{field}__in": erased_ids}).values_list(field, flat=True):
            yield f"{label}: {field} is the erased contact {pk}"
    counts = Counter(
        (match.model, match.field, person.at)
        for person, match in texts_naming_erased_people(_erased_people(erasures))
    )
    for (label, field, at), count in sorted(counts.items()):
        yield f"{label}: {field} names a person who was erased on {at:%Y-%m-%d}, in {count} rows"
    missing_lines = _missing_lines(lines)
    marks = marks_to_restore(
        latest_marks(line["marks"] for line in missing_lines if line["kind"] == LedgerKind.MARKS)
    )
    for label, count in sorted(Counter(label for label, _key in marks).items()):
        yield f"{label}: {count} rows lack a restriction or an opt-out, or have one that has ended"
    uncorrected = Counter(
        content["model"] for content in _missing_corrections(missing_lines) if not _is_corrected(content)
    )
    for label, count in sorted(uncorrected.items()):
        yield f"{label}: {count} rows are as they were before a correction"


def _erased_people(erasures: Collection[Mapping[str, Any]]) -> list[ErasedPerson]:
    """Return the erased people whose search terms have not been destroyed."""
    people = []
    for line in erasures:
        if content := _content(line):
            at, exact = datetime.fromisoformat(line["at"]), bool(content.get("exact"))
            people.append(ErasedPerson(line["id"], at, content["terms"], as_keys(content["stays"]), exact))
    return people


def _content(line: Mapping[str, Any]) -> Any:
    """Return the decrypted content of a line, or None if it has none. Raises LedgerBroken."""
    if _SEALED not in line:
        return None
    try:
        return unseal(base64.b64decode(line[_SEALED]), place=LEDGER, row=line["id"])
    except NotDecrypted as problem:
        raise LedgerBroken(f"Line {line['id']} cannot be decrypted: {problem}") from problem


def _missing_lines(lines: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
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


def _repeat_erasure(
    actor: Actor, line: Mapping[str, Any], matches: Collection[TextMatch], kept_texts: Collection[Key]
) -> None:
    """Erase the contacts and places of a line, and texts that name them (`matches`), but no `kept_texts`."""
    contacts = [UUID(pk) for pk in line["contacts"]]
    contacts += [UUID(match.object_id) for match in matches if match.model == _CONTACT]
    terms = terms_for(None, contacts)
    content = _content(line) or {"terms": {}}
    for name, values in content["terms"].items():
        terms[name] += values
    search = person_search(**terms)
    if content.get("exact"):
        search = search.exactly()
    matched_places = [place_of(match, search) for match in matches if match.model in writers()]
    places = [Place(*place) for place in line["places"]]
    carry_out(actor, [*places, *filter(None, matched_places)], contacts, search, stays=kept_texts)


def _missing_corrections(missing_lines: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the corrections among these lines in order, except those whose values were destroyed."""
    contents = (_content(line) for line in missing_lines if line["kind"] == LedgerKind.CORRECTION)
    return [content for content in contents if content]


@transaction.atomic
def _repeat_correction(actor: Actor, content: Mapping[str, Any]) -> None:
    label, key, values = content["model"], content["key"], content["values"]

    def change(row: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if _as_json(getattr(row, name)) != value}

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
    hidden_texts = HiddenText.objects.texts([label])
    return row is None or all(
        hidden_texts.get((label, key, name), _as_json(getattr(row, name))) == value
        for name, value in content["values"].items()
    )


def _as_json(value: Any) -> Any:
    """Return a value in the form that the ledger has."""
    return value if isinstance(value, list | str) or value is None else str(value)


def _references() -> Iterator[tuple[str, str]]:
    """Yield model label and field of each reference to a contact, the contact's own ID first."""
    yield Contact._meta.label, "pk"
    yield from ((NotADuplicate._meta.label, name) for name in ("one", "other"))
    for relation in Contact._meta.related_objects:
        model: Any = relation.related_model
        yield model._meta.label, relation.field.attname


def _digest(line: Mapping[str, Any], previous_digest: str) -> str:
    return sha256((previous_digest + json.dumps(line, sort_keys=True)).encode()).hexdigest()


def _parse_line(raw: bytes, number: int) -> dict[str, Any]:
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
        digest, end = str(_parse_line(raw, number)["digest"]), end + len(raw)
    file.seek(0, os.SEEK_END)
    return digest
