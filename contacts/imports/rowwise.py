"""Bringing rows in one by one through their services: people, meetings, promises.

What a source last said of a row is remembered as fingerprints (`ImportedRow`), field by field: the same
again changes nothing, and where a person has written since, the person's word stays.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from contacts.imports.converting import LONGEST_ID
from contacts.imports.merging import fingerprint
from contacts.imports.reading import read_cells
from contacts.imports.services import Progress, ReportLine
from contacts.imports.targets import Field, Target
from contacts.imports.writing import Outcome, Remember
from contacts.merging.relations import count_all
from contacts.models import ImportDraft, ImportedRow
from contacts.policies import can_import
from lib.fold import fold, squash

BATCH: Final = 200
ALL_AT_ONCE: Final = 2_000  # past that many rows each batch is a transaction

Plain = dict[str, Any]  # what a row says, as JSON: codes, ids as text, days in ISO


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of one kind are read and written.

    `read(cells)` makes field → text what the row says, or raises ValidationError. `arguments` turns some of
    that into what the services take; `current` says the same of a row that is there.
    """

    object_type: str
    model: Any
    own: frozenset[Any]  # models whose rows belong to a row alone
    read: Callable[[Mapping[str, str]], Plain]
    arguments: Callable[[Plain], dict[str, Any]]
    current: Callable[[Any], Plain]
    create: Callable[..., Any]
    edit: Callable[..., Any]
    remove: Callable[[Any], None]
    label: Callable[[Plain], str]


class Rows:
    """What came of it (contacts.imports.targets.Report)."""

    def __init__(self) -> None:
        self.sums: Counter[Outcome] = Counter()
        self._lines: list[ReportLine] = []

    def note(self, number: int, outcome: Outcome, name: str, reason: str = "") -> None:
        self.sums[outcome] += 1
        self._lines.append(ReportLine(number, outcome, name[:80], reason))

    def lines(self) -> Iterator[ReportLine]:
        return iter(self._lines)


def row_target(
    what: str,
    title: Promise,
    fields: tuple[Field, ...],
    headings: Mapping[str, str],
    kind: Callable[[Actor, ImportDraft], Kind],
) -> Target:
    """A target whose rows go through their services, as `kind` of the actor and the draft says."""

    def bring_in(
        actor: Actor,
        draft: ImportDraft,
        file: BinaryIO,
        dry_run: bool,
        progress: Progress,
        remember: Remember,
    ) -> Rows:
        return bring_in_rows(actor, draft, file, dry_run, progress, remember, kind(actor, draft))

    def undo(actor: Actor, draft: ImportDraft, progress: Progress) -> None:
        undo_rows(draft, progress, kind(actor, draft))

    return Target(what, title, fields, headings, bring_in, undo)


def bring_in_rows(
    actor: Actor,
    draft: ImportDraft,
    file: BinaryIO,
    dry_run: bool,
    progress: Progress,
    remember: Remember,
    kind: Kind,
) -> Rows:
    """Write every row that can be, and say why the others cannot. Raises PermissionDenied."""
    if not can_import(actor):
        raise PermissionDenied
    total = sum(1 for _row in _given(draft, file))
    report = Rows()
    with transaction.atomic() if dry_run or total <= ALL_AT_ONCE else _nothing():
        for batch in _batches(_given(draft, file)):
            written: list[dict[str, Any]] = []
            with transaction.atomic():
                for number, cells in batch:
                    _one(draft, kind, number, cells, report, written)
                remember(written)
            progress("write", report.sums.total(), total)
        if dry_run:
            transaction.set_rollback(True)
    return report


def undo_rows(draft: ImportDraft, progress: Progress, kind: Kind) -> None:
    """Delete what was created, put back what was changed; ValidationError where somebody built on it."""
    steps = list(draft.steps.order_by("-pk"))
    with transaction.atomic():
        built_on = [name for step in steps for name in _built_on(kind, step.rows)]
        if built_on:
            text = ngettext(
                "%(n)s row was changed or used since (%(names)s), so the import stays.",
                "%(n)s rows were changed or used since (%(names)s), so the import stays.",
                len(built_on),
            )
            raise ValidationError(text % {"n": len(built_on), "names": ", ".join(built_on[:5])})
        for done, step in enumerate(steps, 1):
            for row in reversed(step.rows):
                _take_back(draft, kind, row)
            step.delete()
            progress("undo", done, len(steps))


def _one(
    draft: ImportDraft,
    kind: Kind,
    number: int,
    cells: Mapping[str, str],
    report: Rows,
    written: list[dict[str, Any]],
) -> None:
    name = squash(" ".join(cells.values()))
    try:
        with transaction.atomic():
            plain = kind.read(cells)
            name = kind.label(plain)
            outcome, reason = _write(draft, kind, cells, plain, written)
        report.note(number, outcome, name, reason)
    except ValidationError as error:
        report.note(number, Outcome.REFUSED, name, " ".join(error.messages))
    except (PermissionDenied, ObjectDoesNotExist):
        report.note(number, Outcome.REFUSED, name, _("belongs to something you may not change"))


def _write(
    draft: ImportDraft, kind: Kind, cells: Mapping[str, str], plain: Plain, written: list[dict[str, Any]]
) -> tuple[Outcome, str]:
    external_id = _external_id(cells, plain, kind)
    link = kind.model._meta.get_field("external_ids").related_model.objects.filter(
        source=draft.source, external_id=external_id
    )
    found = link.values_list(kind.model._meta.get_field("external_ids").field.attname, flat=True).first()
    remembered, _new = ImportedRow.objects.get_or_create(
        object_type=kind.object_type, source=draft.source, external_id=external_id
    )
    before: dict[str, str] = remembered.fingerprints
    remembered.fingerprints = {name: fingerprint(value) for name, value in plain.items()}
    if found is None:
        made = kind.create(
            external_ids=[{"source": draft.source, "external_id": external_id}], **kind.arguments(plain)
        )
        written.append({"id": str(made.pk), "external_id": external_id})
        remembered.save()
        return Outcome.CREATED, ""
    if remembered.fingerprints == before:
        return Outcome.UNCHANGED, ""
    row = kind.model.objects.get(pk=found)
    now = kind.current(row)
    said = {name: value for name, value in plain.items() if remembered.fingerprints[name] != before.get(name)}
    write = {
        name: value
        for name, value in said.items()
        if now.get(name) != value and before.get(name) in (None, fingerprint(now.get(name, "")))
    }
    kept = [name for name, value in said.items() if name not in write and now.get(name) != value]
    remembered.save()
    reason = _("%(fields)s: what a person wrote is kept") % {"fields": ", ".join(kept)} if kept else ""
    if not write:
        return Outcome.UNCHANGED, reason
    done = kind.edit(row.pk, **kind.arguments(write))
    old = {name: now.get(name, "") for name in write}
    written.append(
        {
            "id": str(row.pk),
            "version": done.version,
            "fields": old,
            "external_id": external_id,
            "before": before,
        }
    )
    return Outcome.UPDATED, reason


def _external_id(cells: Mapping[str, str], plain: Plain, kind: Kind) -> str:
    """The number the file gives, as it is, or what names the row: by it the next file finds it again."""
    if given := squash(cells.get("external_id", "")):
        return given[:LONGEST_ID]
    said = "\0".join(fold(str(part)) for part in (kind.label(plain), plain.get("key", "")))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _given(draft: ImportDraft, file: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Line, and field → text, of rows that are not blank: columns joined, values mapped, what is fixed."""
    for number, row in read_cells(file, draft.encoding, draft.delimiter):
        if not any(map(str.strip, row)):
            continue
        cells: dict[str, str] = {}
        for heading, text in zip(draft.headings, row, strict=False):
            name = draft.columns.get(heading)
            if not name:
                continue
            mapped = draft.values.get(name)
            said = text.strip()
            if mapped is not None:  # what was not mapped is refused by name, unless all rows have a value
                said = mapped.get(said, "") or ("" if name in draft.fixed else said)
            if said:
                cells[name] = f"{cells[name]} {said}" if name in cells else said
        for name, value in draft.fixed.items():
            cells.setdefault(name, value)
        yield number, cells


def _batches(rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[list[tuple[int, dict[str, str]]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _built_on(kind: Kind, rows: list[dict[str, Any]]) -> list[str]:
    wanted = {UUID(row["id"]): row.get("version", 1) for row in rows}
    made = {UUID(row["id"]) for row in rows if "version" not in row}
    found = kind.model.objects.in_bulk(list(wanted))
    names = [_("one that is gone")] * (len(wanted) - len(found))
    for pk, row in found.items():
        used = pk in made and any(model not in kind.own for model, _n in count_all(row))
        if row.version != wanted[pk] or used:
            names.append(str(row))
    return names


def _take_back(draft: ImportDraft, kind: Kind, row: Mapping[str, Any]) -> None:
    remembered = ImportedRow.objects.filter(
        object_type=kind.object_type, source=draft.source, external_id=row["external_id"]
    )
    if "version" not in row:
        kind.remove(kind.model.objects.get(pk=row["id"]))
        remembered.delete()
    else:
        kind.edit(UUID(row["id"]), **kind.arguments(row["fields"]))
        remembered.update(fingerprints=row["before"])


@contextmanager
def _nothing() -> Iterator[None]:
    yield
