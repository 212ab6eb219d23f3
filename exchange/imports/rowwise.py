"""Bringing rows in one by one through their services: people, meetings, promises.

What a source last said of a row is remembered as fingerprints (`ImportedRow`), field by field: the same
again changes nothing, and where a person has written since, the person's word stays.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, NamedTuple
from uuid import UUID

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.pairs import Likely
from contacts.remembered import fingerprint
from exchange.imports.converting import LONGEST_ID
from exchange.imports.engine import Progress, Remember, all_or_nothing, record_looked_at, write_batches
from exchange.imports.fields import Field, Target
from exchange.imports.given import Given, Together, given, of_one_number
from exchange.imports.noting import NoteKind
from exchange.imports.outcomes import ImportReport, RowOutcome, result_of
from exchange.imports.undoing import PutBack, Undo, undo_import
from exchange.models import ImportDraft, ImportedRow
from exchange.policies import can_import
from lib.fold import fold, squash

BATCH: Final = 200
ALL_AT_ONCE: Final = 2_000  # past that many rows each batch is a transaction

Plain = dict[str, Any]  # what a row says, as JSON: codes, ids as text, days in ISO
NOTES: Final = "notes"  # in it: what is odd about the row, or left out (noting)
_KIND_OF: Final = {RowOutcome.REFUSED: NoteKind.REFUSED, RowOutcome.MERGED: NoteKind.SAME}


@dataclass(frozen=True, slots=True)
class RowImporter:
    """How rows of one kind are read and written.

    `read(cells)` makes field → text what the row says, or raises ValidationError; under `key` what, with the
    label, tells it from others where the file has no numbers; under NOTES what no field keeps. `arguments`
    turns some of that into what the services take; `current` says the same of a row that is there.
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
    may_edit: Callable[[Any], bool]
    label: Callable[[Plain], str]
    named_by: tuple[str, ...]  # columns that say which row it is, where it cannot be read
    columns: Mapping[str, str] = field(default_factory=dict)  # what `read` calls otherwise than its column
    alike: Callable[[Collection[UUID]], dict[UUID, list[Likely]]] = lambda _new: {}  # what new rows may be
    reads: tuple[str, ...] = ()  # what `may_edit` reads beside the row
    joined: str = ""  # the column in which rows of one number may differ: together they say who


class SeenRow(NamedTuple):
    """The first line of a file about a row, and what became of it; what it says as fingerprints."""

    line: int
    outcome: RowOutcome
    said: Mapping[str, str]


class _Named(NamedTuple):
    line: int
    name: str


def row_target(
    what: str,
    title: Promise,
    fields: tuple[Field, ...],
    headings: Mapping[str, str],
    importer: Callable[[Actor, ImportDraft], RowImporter],
) -> Target:
    """A target whose rows go through their services, as `importer` of the actor and the draft says."""

    def bring_in(
        actor: Actor,
        draft: ImportDraft,
        file: BinaryIO,
        dry_run: bool,
        progress: Progress,
        remember: Remember,
    ) -> ImportReport:
        """Write every row that can be, and say why the others cannot. Raises PermissionDenied."""
        if not can_import(actor):
            raise PermissionDenied
        kind, labels = importer(actor, draft), {one.name: str(one.label) for one in fields}
        total = sum(1 for _row in given(draft, file))
        seen = kind.model.objects.visible_to(actor)
        run = _Run(draft, kind, of_one_number(draft, file, kind.joined, labels), seen, labels)
        with all_or_nothing(is_small=total <= ALL_AT_ONCE, dry_run=dry_run):
            write_batches(
                given(draft, file),
                BATCH,
                lambda batch: remember(run.write(batch)),
                report=run.report,
                total=total,
                progress=progress,
            )
            likely = kind.alike(run.made)
            run.report.point_out({run.made[pk]: found for pk, found in likely.items()})
        record_looked_at(actor, kind.object_type, seen, likely.values(), draft.purpose)
        return run.report

    def undo(actor: Actor, draft: ImportDraft, progress: Progress) -> None:
        kind = importer(actor, draft)
        how = Undo(
            rows=kind.model.objects.prefetch_related(*kind.reads),
            own=kind.own,
            may_edit=kind.may_edit,
            take_back=lambda rows: _take_back(draft, kind, rows),
            at_once=True,
        )
        undo_import(actor, draft, progress, how)

    return Target(what, title, fields, headings, bring_in, undo)


class _Run:
    """One file on its way in, from the first row to the last."""

    def __init__(
        self,
        draft: ImportDraft,
        kind: RowImporter,
        together: Together,
        seen: QuerySet[Any],
        labels: Mapping[str, str],
    ) -> None:
        self._draft, self._kind, self._together = draft, kind, together
        self._seen, self._labels = seen.values("pk"), labels
        self._first: dict[str, SeenRow] = {}  # by external id
        self._came_of: dict[int, RowOutcome] = {}  # of lines that others are joined to
        self._written: list[dict[str, Any]] = []
        self._named: list[_Named] = []
        self.report = ImportReport(self._named)
        self.made: dict[UUID, int] = {}  # new row → its line

    def write(self, batch: Iterable[Given]) -> list[dict[str, Any]]:
        """Bring some rows in; answers what it takes to undo them. The caller holds the transaction."""
        self._written = []
        for row in batch:
            self._one(row)
        return self._written

    def _one(self, row: Given) -> None:
        number, cells, notes = row.line, row.cells, list(row.notes)
        name = squash(" ".join(cells.get(column, "") for column in self._kind.named_by))
        try:
            with transaction.atomic():
                if number in self._together.refusals:
                    raise ValidationError(self._together.refusals[number])
                if number in self._together.lines:
                    outcome, reason = self._joined(self._together.lines[number])
                else:
                    plain = self._kind.read(self._together.cells(number, cells))
                    notes += plain.pop(NOTES, [])
                    name = self._kind.label(plain)
                    outcome, reason = self._write(number, cells, plain)
        except ValidationError as error:
            outcome, reason = RowOutcome.REFUSED, self._why(error)
        except (PermissionDenied, ObjectDoesNotExist):
            outcome, reason = RowOutcome.REFUSED, _("It belongs to a record you cannot change.")
        if number in self._together.said:
            self._came_of[number] = outcome
        self._named.append(_Named(number, name[:80]))
        kind = _KIND_OF.get(outcome, NoteKind.KEPT)
        self.report.add(result_of(number, outcome, reason, kind, notes))

    def _joined(self, line: int) -> tuple[RowOutcome, str]:
        """A row that only says who else belongs to an earlier one."""
        if self._came_of[line] == RowOutcome.REFUSED:
            raise ValidationError(_("Same reference as line %(line)d, which was rejected.") % {"line": line})
        return _after(self._came_of[line]), _("combined with line %(line)d") % {"line": line}

    def _again(self, first: SeenRow, said: Mapping[str, str], has_number: bool) -> tuple[RowOutcome, str]:
        """The same once more in one file is nothing new; anything else about it would overwrite it."""
        names = [name for name in {**first.said, **said} if name != self._kind.joined]
        if others := [name for name in names if first.said.get(name) != said.get(name)]:
            text = (
                _("Line %(line)d has the same reference but different values: %(fields)s.")
                if has_number
                else _(
                    "Line %(line)d looks like the same record but has different values: "
                    "%(fields)s. Give each line its own reference."
                )
            )
            raise ValidationError(text % {"line": first.line, "fields": self._called(others)})
        return _after(first.outcome), _("the same as line %(line)d") % {"line": first.line}

    def _why(self, error: ValidationError) -> str:
        """What is wrong, each with the column it is about."""
        if not hasattr(error, "error_dict"):
            return " ".join(error.messages)
        return " ".join(
            message if name == NON_FIELD_ERRORS else f"{self._called([name])}: {message}"
            for name, messages in error.message_dict.items()
            for message in messages
        )

    def _called(self, names: Iterable[str]) -> str:
        columns = (self._kind.columns.get(name, name) for name in names)
        return ", ".join(self._labels.get(name, name) for name in columns)

    def _write(self, number: int, cells: Mapping[str, str], plain: Plain) -> tuple[RowOutcome, str]:
        external_id = _external_id(cells, self._kind.label(plain), plain.pop("key", ""))
        said = {name: fingerprint(value) for name, value in plain.items()}
        if first := self._first.get(external_id):
            return self._again(first, said, bool(cells.get("external_id")))
        outcome, reason = self._bring_in(number, external_id, plain, said)
        self._first[external_id] = SeenRow(number, outcome, said)
        return outcome, reason

    def _bring_in(
        self, number: int, external_id: str, plain: Plain, said: dict[str, str]
    ) -> tuple[RowOutcome, str]:
        kind, source = self._kind, self._draft.source
        link: Any = kind.model._meta.get_field("external_ids")
        seen = {
            f"{link.field.name}__in": self._seen
        }  # of another's the id is taken: refused as by every door
        known = link.related_model.objects.filter(source=source, external_id=external_id, **seen)
        found = known.values_list(link.field.attname, flat=True).first()
        remembered, _new = ImportedRow.objects.get_or_create(
            object_type=kind.object_type, source=source, external_id=external_id
        )
        before: dict[str, str] = remembered.fingerprints
        remembered.fingerprints = said
        if found is None:
            ids = [{"source": source, "external_id": external_id}]
            made = kind.create(external_ids=ids, **kind.arguments(plain))
            self._written.append({"id": str(made.pk), "external_id": external_id})
            remembered.save()
            self.made[made.pk] = number
            return RowOutcome.CREATED, ""
        if said == before:
            return RowOutcome.UNCHANGED, ""
        row = kind.model.objects.get(pk=found)
        now = kind.current(row)
        new = {name: value for name, value in plain.items() if said[name] != before.get(name)}
        write = {
            name: value
            for name, value in new.items()
            if now.get(name) != value and before.get(name) in (None, fingerprint(now.get(name, "")))
        }
        kept = [name for name, value in new.items() if name not in write and now.get(name) != value]
        remembered.save()
        reason = (
            _("%(fields)s: kept as edited by a colleague") % {"fields": self._called(kept)} if kept else ""
        )
        if not write:
            return RowOutcome.UNCHANGED, reason
        done = kind.edit(row.pk, **kind.arguments(write))
        self._written.append(
            {
                "id": str(row.pk),
                "version": done.version,
                "fields": {name: now.get(name, "") for name in write},
                "external_id": external_id,
                "before": before,
            }
        )
        return RowOutcome.UPDATED, reason


def _after(first: RowOutcome) -> RowOutcome:
    """What becomes of a row that says what an earlier one said already."""
    return RowOutcome.MERGED if first in (RowOutcome.CREATED, RowOutcome.UPDATED) else RowOutcome.UNCHANGED


def _external_id(cells: Mapping[str, str], label: str, key: str) -> str:
    """The number the file gives, as it is, or what names the row: by it the next file finds it again."""
    if number := squash(cells.get("external_id", "")):
        if len(number) > LONGEST_ID:
            raise ValidationError(
                _("Its number is too long. Limit in characters: %(most)d.") % {"most": LONGEST_ID}
            )
        return number
    said = "\0".join(fold(part) for part in (label, key))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _take_back(draft: ImportDraft, kind: RowImporter, rows: Iterable[Mapping[str, Any]]) -> PutBack:
    put_back: PutBack = {}
    for row in rows:
        remembered = ImportedRow.objects.filter(
            object_type=kind.object_type, source=draft.source, external_id=row["external_id"]
        )
        if "version" not in row:
            kind.remove(kind.model.objects.get(pk=row["id"]))
            remembered.delete()
        else:
            done = kind.edit(UUID(row["id"]), **kind.arguments(row["fields"]))
            remembered.update(fingerprints=row["before"])
            put_back[row["id"]] = row["version"] - 1, done.version
    return put_back
