"""Bringing rows in batch by batch through their writers: people, meetings, promises.

What a source last said of a row is remembered as fingerprints (`ImportedRow`), field by field: the same
again changes nothing, and where a person has written since, the person's word stays.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
from contacts.queries.pairs import Likely
from contacts.rules.fingerprints import fingerprint
from contacts.services.changes import Change, lock
from contacts.services.details import OTHER
from exchange.imports.converting import LONGEST_ID
from exchange.imports.engine import (
    Progress,
    Remember,
    all_or_nothing,
    record_looked_at,
    write_batches,
    written_by,
)
from exchange.imports.fields import NUMBER, Field, Target
from exchange.imports.given import Given, Together, given, of_one_number
from exchange.imports.noting import Note, NoteKind
from exchange.imports.outcomes import ImportReport, RowOutcome, result_of, say_changes
from exchange.imports.undoing import PutBack, Undo, undo_import
from exchange.models import ImportDraft, ImportedRow
from exchange.policies import can_import
from lib.fold import fold, squash

BATCH: Final = 200
ALL_AT_ONCE: Final = 2_000  # past that many rows each batch is a transaction

Plain = dict[str, Any]  # what a row says, as JSON: codes, ids as text, days in ISO
NOTES: Final = "notes"  # in it: what is odd about the row, or left out (noting)
_REFUSALS: Final = (ValidationError, PermissionDenied, ObjectDoesNotExist)
_KIND_OF: Final = {RowOutcome.REFUSED: NoteKind.REFUSED, RowOutcome.MERGED: NoteKind.SAME}


def is_whole(cells: Mapping[str, str], needed: Collection[str]) -> bool:
    """Whether a row says all of a record. With a reference it may say only what changes."""
    return not cells.get(NUMBER.name) or all(cells.get(name) for name in needed)


def read_fields(cells: Mapping[str, str], whole: bool, readers: Mapping[str, Callable[[], Any]]) -> Plain:
    """What the readers of fields find: every field of a whole row, or else those with a cell."""
    return {name: read() for name, read in readers.items() if whole or cells.get(name)}


@dataclass(frozen=True, slots=True)
class RowImporter:
    """How rows of one kind are read and written.

    `read(cells)` makes field → text what the row says, or raises ValidationError; under `key` what, with the
    label, tells it from others where the file has no numbers; under NOTES what no field keeps. `arguments`
    turns some of that into what the writers take; `current` says the same of a row that is there.
    """

    object_type: str
    model: Any
    own: frozenset[Any]  # models whose rows belong to a row alone
    read: Callable[[Mapping[str, str]], Plain]
    arguments: Callable[[Plain], dict[str, Any]]
    current: Callable[[Any], Plain]
    new: Callable[[Mapping[str, Any]], Any]  # a row that is to be made, by its values
    write: Callable[[list[Change]], Any]
    erase: Callable[[list[Any]], None]
    may_edit: Callable[[Any], bool]
    label: Callable[[Plain], str]
    named_by: tuple[str, ...]  # columns that say which row it is, where it cannot be read
    columns: Mapping[str, str] = field(default_factory=dict)  # what `read` calls otherwise than its column
    alike: Callable[[Collection[UUID]], dict[UUID, list[Likely]]] = lambda _new: {}  # what new rows may be
    reads: tuple[str, ...] = ()  # what `may_edit` reads beside the row
    told: tuple[str, ...] = ()  # fields whose values the report of an import shows
    needed: tuple[str, ...] = ()  # of a new row, where `read` may leave them out
    joined: str = ""  # the column in which rows of one number may differ: together they say who


class SeenRow(NamedTuple):
    """The first line of a file about a row, and what became of it; what it says as fingerprints."""

    line: int
    outcome: RowOutcome
    said: Mapping[str, str]


class _Named(NamedTuple):
    line: int
    name: str


@dataclass(slots=True)
class _Row:
    """A line of a batch: what it says, what is to be written of that, and what became of it."""

    line: int
    name: str
    notes: list[Note]
    has_number: bool
    external_id: str = ""
    plain: Plain = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)  # what the source said last
    known: UUID | None = None  # the row in the book
    values: dict[str, Any] = field(default_factory=dict)
    fields: Plain = field(default_factory=dict)  # what the book says there now
    outcome: RowOutcome | None = None
    reason: str = ""

    @property
    def remembered(self) -> dict[str, str]:
        """What the source has said of the row, now or before: a file may name only what changed."""
        return self.before | self.said


def row_target(
    what: str,
    title: Promise,
    fields: tuple[Field, ...],
    headings: Mapping[str, str],
    importer: Callable[[Actor, ImportDraft], RowImporter],
    instead: Mapping[str, Collection[frozenset[str]]] | None = None,
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
        together = of_one_number(draft, file, kind.joined, labels)
        run = _Run(draft, kind, together, seen, labels, {} if dry_run else written_by(draft))
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

    return Target(what, title, fields, headings, bring_in, undo, instead or {})


class _Run:
    """One file on its way in, from the first row to the last."""

    def __init__(
        self,
        draft: ImportDraft,
        kind: RowImporter,
        together: Together,
        seen: QuerySet[Any],
        labels: Mapping[str, str],
        before: Mapping[UUID, RowOutcome],
    ) -> None:
        self._draft, self._kind, self._together = draft, kind, together
        self._seen, self._labels = seen.values("pk"), labels
        self._before = before  # by an attempt of this import that was interrupted
        self._first: dict[str, SeenRow] = {}  # by external id
        self._came_of: dict[int, RowOutcome] = {}  # of lines that others are joined to
        self._written: list[dict[str, Any]] = []
        self._named: list[_Named] = []
        self.report = ImportReport(self._named)
        self.made: dict[UUID, int] = {}  # new row → its line

    def write(self, batch: Iterable[Given]) -> list[dict[str, Any]]:
        """Bring some rows in; answers what it takes to undo them. The caller holds the transaction."""
        self._written = []
        rows = [self._read(one) for one in batch]
        while waiting := [row for row in rows if row.external_id and not row.outcome]:
            self._bring_in(list({row.external_id: row for row in reversed(waiting)}.values())[::-1])
            for row in (row for row in waiting if not row.outcome and row.external_id in self._first):
                with self._refusing(row):
                    self._again(row, self._first[row.external_id])
        for row in rows:
            if not row.outcome:
                with self._refusing(row):
                    self._join(row, self._together.lines[row.line])
            outcome = row.outcome or RowOutcome.REFUSED
            if row.line in self._together.said:
                self._came_of[row.line] = outcome
            self._named.append(_Named(row.line, row.name[:80]))
            kind = _KIND_OF.get(outcome, NoteKind.KEPT)
            changes = self._say_changes(row) if outcome == RowOutcome.UPDATED else ""
            self.report.add(result_of(row.line, outcome, row.reason, kind, row.notes, changes))
        return self._written

    @contextmanager
    def _refusing(self, row: _Row) -> Iterator[None]:
        """What is raised refuses the row."""
        try:
            yield
        except _REFUSALS as error:
            self._refuse(row, error)

    def _read(self, given: Given) -> _Row:
        """What a row says; nothing where it only says who else belongs to an earlier one."""
        number, cells, kind = given.line, given.cells, self._kind
        name = squash(" ".join(cells.get(column, "") for column in kind.named_by))
        row = _Row(number, name, list(given.notes), bool(cells.get("external_id")))
        with self._refusing(row):
            if number in self._together.refusals:
                raise ValidationError(self._together.refusals[number])
            if number not in self._together.lines:
                plain = kind.read(self._together.cells(number, cells))
                row.notes += plain.pop(NOTES, [])
                row.name = kind.label(plain) or squash(cells.get("external_id", ""))
                row.external_id = _external_id(cells, row.name, plain.pop("key", ""))
                row.plain, row.said = plain, {name: fingerprint(value) for name, value in plain.items()}
        return row

    def _join(self, row: _Row, line: int) -> None:
        """A row that only says who else belongs to an earlier one."""
        if self._came_of[line] == RowOutcome.REFUSED:
            raise ValidationError(_("Same reference as line %(line)d, which was rejected.") % {"line": line})
        row.outcome = _after(self._came_of[line])
        row.reason = _("combined with line %(line)d") % {"line": line}

    def _again(self, row: _Row, first: SeenRow) -> None:
        """The same once more in one file is nothing new; anything else about it would overwrite it."""
        names = [name for name in {**first.said, **row.said} if name != self._kind.joined]
        if others := [name for name in names if first.said.get(name) != row.said.get(name)]:
            text = (
                _("Line %(line)d has the same reference but different values: %(fields)s.")
                if row.has_number
                else _(
                    "Line %(line)d looks like the same record but has different values: "
                    "%(fields)s. Give each line its own reference."
                )
            )
            raise ValidationError(text % {"line": first.line, "fields": self._called(others)})
        row.outcome = _after(first.outcome)
        row.reason = _("the same as line %(line)d") % {"line": first.line}

    def _refuse(self, row: _Row, error: Exception) -> None:
        row.outcome, row.reason = RowOutcome.REFUSED, _("It belongs to a record you cannot change.")
        if isinstance(error, ValidationError):
            row.reason = self._why(error)

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

    def _say_changes(self, row: _Row) -> str:
        """What changes in a row that is there, with the values that a file may show."""
        told = self._kind.told
        return say_changes(
            (self._called([name]), *((now, row.plain[name]) if name in told else ()))
            for name, now in row.fields.items()
        )

    def _bring_in(self, rows: list[_Row]) -> None:
        """Write what rows of different numbers say, as far as it is new."""
        kind, source = self._kind, self._draft.source
        link: Any = kind.model._meta.get_field("external_ids")
        ids = [row.external_id for row in rows]
        seen = {
            f"{link.field.name}__in": self._seen
        }  # of another's the id is taken: refused as by every door
        links = link.related_model.objects.filter(source=source, external_id__in=ids, **seen)
        known = dict(links.values_list("external_id", link.field.attname))
        remembered = _remembered(kind, source, ids)
        before = dict(remembered.values_list("external_id", "fingerprints"))
        there = lock(kind.model.objects.all(), list(known.values()))
        for row in rows:
            row.before, row.known = before.get(row.external_id, {}), known.get(row.external_id)
            with self._refusing(row):
                if row.known is None:
                    self._check_needed(row)
                    taken = [{"source": source, "external_id": row.external_id}]
                    row.values = {**kind.arguments(row.plain), "external_ids": taken}
                elif row.remembered != row.before:
                    self._compare(row, kind.current(there[row.known]))
        self._write([row for row in rows if row.values and not row.outcome])
        for row in rows:
            if not row.outcome:
                was = self._before.get(row.known) if row.known else None
                row.outcome = was or RowOutcome.UNCHANGED
        taken_in = [row for row in rows if row.outcome != RowOutcome.REFUSED]
        self._first |= {r.external_id: SeenRow(r.line, r.outcome, r.said) for r in taken_in if r.outcome}
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(
                    object_type=kind.object_type,
                    source=source,
                    external_id=row.external_id,
                    fingerprints=row.remembered,
                )
                for row in taken_in
                if row.remembered != row.before
            ],
            update_conflicts=True,
            unique_fields=["object_type", "source", "external_id"],
            update_fields=["fingerprints"],
        )

    def _check_needed(self, row: _Row) -> None:
        """Refuse a row that makes a new one, and lacks what each has to say."""
        if lacks := [name for name in self._kind.needed if name not in row.plain]:
            raise ValidationError(_("%(what)s is missing.") % {"what": self._called(lacks[:1])})

    def _compare(self, row: _Row, now: Plain) -> None:
        """What is to be written of a row that is in the book: not where a person has written since."""
        before = row.before
        new = {name: value for name, value in row.plain.items() if row.said[name] != before.get(name)}
        write = {
            name: value
            for name, value in new.items()
            if now.get(name) != value
            and before.get(name) in (None, fingerprint(now.get(name, "")))
            and not (name == OTHER and name not in before and now.get(name))  # what a person has listed stays
        }
        if kept := [name for name, value in new.items() if name not in write and now.get(name) != value]:
            row.reason = _("%(fields)s: kept as edited by a colleague") % {"fields": self._called(kept)}
        row.values = self._kind.arguments(write)
        row.fields = {name: now.get(name, "") for name in write}

    def _write(self, rows: list[_Row]) -> None:
        """Write them together; where that is refused each half by itself, so that one holds up no other."""
        kind = self._kind
        there = lock(
            kind.model.objects.prefetch_related(*kind.reads), [row.known for row in rows if row.known]
        )
        changes = [
            Change(there[row.known] if row.known else kind.new(row.values), row.values) for row in rows
        ]
        try:
            with transaction.atomic():
                kind.write(changes)
        except _REFUSALS as error:
            if len(rows) == 1:
                self._refuse(rows[0], error)
                return
            half = len(rows) // 2
            self._write(rows[:half])
            self._write(rows[half:])
            return
        for row, change in zip(rows, changes, strict=True):
            memory: dict[str, Any] = {"id": str(change.row.pk), "external_id": row.external_id}
            if row.known:
                memory |= {"version": change.row.version, "fields": row.fields, "before": row.before}
            else:
                self.made[change.row.pk] = row.line
            row.outcome = RowOutcome.UPDATED if row.known else RowOutcome.CREATED
            self._written.append(memory)


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


def _remembered(kind: RowImporter, source: str, ids: Collection[str]) -> QuerySet[ImportedRow]:
    rows = ImportedRow.objects.filter(object_type=kind.object_type, source=source)
    return rows.filter(external_id__in=ids)


def _take_back(draft: ImportDraft, kind: RowImporter, rows: Iterable[Mapping[str, Any]]) -> PutBack:
    changed = {UUID(row["id"]): row for row in rows if "version" in row}
    made = {UUID(row["id"]): row["external_id"] for row in rows if "version" not in row}
    kind.erase(list(lock(kind.model.objects.all(), made).values()))
    _remembered(kind, draft.source, made.values()).delete()
    there = lock(kind.model.objects.prefetch_related(*kind.reads), changed)
    kind.write([Change(row, kind.arguments(changed[pk]["fields"])) for pk, row in there.items()])
    for row in changed.values():
        _remembered(kind, draft.source, [row["external_id"]]).update(fingerprints=row["before"])
    return {str(pk): (changed[pk]["version"] - 1, row.version) for pk, row in there.items()}
