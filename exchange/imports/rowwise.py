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
    disclose_likely,
    write_batches,
    written_outcomes,
)
from exchange.imports.fields import NUMBER, Field, Target
from exchange.imports.given import FilledRow, RepeatedRows, filled_rows, find_repeated_rows
from exchange.imports.noting import Note, NoteKind
from exchange.imports.outcomes import ImportReport, RowOutcome, changes_text, result_of
from exchange.imports.undoing import PutBack, Undo, undo_import
from exchange.models import ImportDraft, ImportedRow
from exchange.policies import can_import
from lib.fold import fold, squash

BATCH: Final = 200
ALL_AT_ONCE: Final = 2_000  # past that many rows each batch is a transaction

ParsedRow = dict[str, Any]  # what a row says, as JSON: codes, ids as text, days in ISO
NOTES: Final = "notes"  # in it: what is odd about the row, or left out (noting)
_REFUSALS: Final = (ValidationError, PermissionDenied, ObjectDoesNotExist)
_KIND_OF: Final = {RowOutcome.REFUSED: NoteKind.REFUSED, RowOutcome.MERGED: NoteKind.SAME}


def is_whole(cells: Mapping[str, str], needed: Collection[str]) -> bool:
    """Whether a row says all of a record. With a reference it may say only what changes."""
    return not cells.get(NUMBER.name) or all(cells.get(name) for name in needed)


def read_fields(
    cells: Mapping[str, str], is_whole_row: bool, readers: Mapping[str, Callable[[], Any]]
) -> ParsedRow:
    """What the readers of fields find: every field of a whole row, or else those with a cell."""
    return {name: read() for name, read in readers.items() if is_whole_row or cells.get(name)}


@dataclass(frozen=True, slots=True)
class RowImporter:
    """How rows of one kind are read and written.

    `read(cells)` makes field → text what the row says, or raises ValidationError; under `key` what, with the
    label, tells it from others where the file has no numbers; under NOTES what no field keeps. `arguments`
    turns some of that into what the writers take; `current` says the same of a row that is there.
    """

    object_type: str
    model: Any
    own_models: frozenset[Any]  # models whose rows belong to a row alone
    read: Callable[[Mapping[str, str]], ParsedRow]
    arguments: Callable[[ParsedRow], dict[str, Any]]
    current: Callable[[Any], ParsedRow]
    new: Callable[[Mapping[str, Any]], Any]  # a row that is to be made, by its values
    write: Callable[[list[Change]], Any]
    erase: Callable[[list[Any]], None]
    may_edit: Callable[[Any], bool]
    label: Callable[[ParsedRow], str]
    named_by: tuple[str, ...]  # columns that say which row it is, where it cannot be read
    columns: Mapping[str, str] = field(default_factory=dict)  # what `read` calls otherwise than its column
    alike: Callable[[Collection[UUID]], dict[UUID, list[Likely]]] = lambda _new: {}  # what new rows may be
    reads: tuple[str, ...] = ()  # what `may_edit` reads beside the row
    shown_fields: tuple[str, ...] = ()  # fields whose values the report of an import shows
    needed: tuple[str, ...] = ()  # of a new row, where `read` may leave them out
    joined: str = ""  # the column in which rows of one number may differ: together they say who


class SeenRow(NamedTuple):
    """The first line of a file about a row, and what became of it; what it says as fingerprints."""

    line: int
    outcome: RowOutcome
    fingerprints: Mapping[str, str]


class _ReportRow(NamedTuple):
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
    parsed: ParsedRow = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)  # what the source said last
    existing_id: UUID | None = None  # the row in the book
    values: dict[str, Any] = field(default_factory=dict)
    fields: ParsedRow = field(default_factory=dict)  # what the book says there now
    outcome: RowOutcome | None = None
    reason: str = ""

    @property
    def remembered(self) -> dict[str, str]:
        """What the source has said of the row, now or before: a file may name only what changed."""
        return self.before | self.fingerprints


def row_target(
    name: str,
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
        kind, labels = (
            importer(actor, draft),
            {import_field.name: str(import_field.label) for import_field in fields},
        )
        total = sum(1 for _row in filled_rows(draft, file))
        visible_rows = kind.model.objects.visible_to(actor)
        repeated = find_repeated_rows(draft, file, kind.joined, labels)
        run = _ImportRun(
            draft, kind, repeated, visible_rows, labels, {} if dry_run else written_outcomes(draft)
        )
        with all_or_nothing(is_small=total <= ALL_AT_ONCE, dry_run=dry_run):
            write_batches(
                filled_rows(draft, file),
                BATCH,
                lambda batch: remember(run.write(batch)),
                report=run.report,
                total=total,
                progress=progress,
            )
            likely = kind.alike(run.created_lines)
            run.report.point_out({run.created_lines[pk]: likely_rows for pk, likely_rows in likely.items()})
        disclose_likely(actor, kind.object_type, visible_rows, likely.values(), draft.purpose)
        return run.report

    def undo(actor: Actor, draft: ImportDraft, progress: Progress) -> None:
        kind = importer(actor, draft)
        undo_kind = Undo(
            rows=kind.model.objects.prefetch_related(*kind.reads),
            own_models=kind.own_models,
            may_edit=kind.may_edit,
            restore=lambda rows: _restore_rows(draft, kind, rows),
            at_once=True,
        )
        undo_import(actor, draft, progress, undo_kind)

    return Target(name, title, fields, headings, bring_in, undo, instead or {})


class _ImportRun:
    """One file on its way in, from the first row to the last."""

    def __init__(
        self,
        draft: ImportDraft,
        kind: RowImporter,
        repeated: RepeatedRows,
        visible_rows: QuerySet[Any],
        labels: Mapping[str, str],
        before: Mapping[UUID, RowOutcome],
    ) -> None:
        self._draft, self._kind, self._repeated = draft, kind, repeated
        self._visible, self._labels = visible_rows.values("pk"), labels
        self._earlier_outcomes = before  # by an attempt of this import that was interrupted
        self._first_rows: dict[str, SeenRow] = {}  # by external id
        self._outcomes: dict[int, RowOutcome] = {}  # of lines that others are joined to
        self._undo_records: list[dict[str, Any]] = []
        self._report_rows: list[_ReportRow] = []
        self.report = ImportReport(self._report_rows)
        self.created_lines: dict[UUID, int] = {}  # new row → its line

    def write(self, batch: Iterable[FilledRow]) -> list[dict[str, Any]]:
        """Bring some rows in; answers what it takes to undo them. The caller holds the transaction."""
        self._undo_records = []
        rows = [self._read(filled_row) for filled_row in batch]
        while waiting := [row for row in rows if row.external_id and not row.outcome]:
            self._write_news(list({row.external_id: row for row in reversed(waiting)}.values())[::-1])
            for row in (row for row in waiting if not row.outcome and row.external_id in self._first_rows):
                with self._refuse_on_error(row):
                    self._compare_with_first(row, self._first_rows[row.external_id])
        for row in rows:
            if not row.outcome:
                with self._refuse_on_error(row):
                    self._combine(row, self._repeated.lines[row.line])
            outcome = row.outcome or RowOutcome.REFUSED
            if row.line in self._repeated.column_texts:
                self._outcomes[row.line] = outcome
            self._report_rows.append(_ReportRow(row.line, row.name[:80]))
            kind = _KIND_OF.get(outcome, NoteKind.KEPT)
            changes = self._changes_text(row) if outcome == RowOutcome.UPDATED else ""
            self.report.add(result_of(row.line, outcome, row.reason, kind, row.notes, changes))
        return self._undo_records

    @contextmanager
    def _refuse_on_error(self, row: _Row) -> Iterator[None]:
        """What is raised refuses the row."""
        try:
            yield
        except _REFUSALS as error:
            self._refuse(row, error)

    def _read(self, filled_row: FilledRow) -> _Row:
        """What a row says; nothing where it only says who else belongs to an earlier one."""
        number, cells, kind = filled_row.line, filled_row.cells, self._kind
        name = squash(" ".join(cells.get(column, "") for column in kind.named_by))
        row = _Row(number, name, list(filled_row.notes), bool(cells.get("external_id")))
        with self._refuse_on_error(row):
            if number in self._repeated.refusals:
                raise ValidationError(self._repeated.refusals[number])
            if number not in self._repeated.lines:
                parsed = kind.read(self._repeated.cells(number, cells))
                row.notes += parsed.pop(NOTES, [])
                row.name = kind.label(parsed) or squash(cells.get("external_id", ""))
                row.external_id = _external_id(cells, row.name, parsed.pop("key", ""))
                row.parsed, row.fingerprints = (
                    parsed,
                    {name: fingerprint(value) for name, value in parsed.items()},
                )
        return row

    def _combine(self, row: _Row, line: int) -> None:
        """A row that only says who else belongs to an earlier one."""
        if self._outcomes[line] == RowOutcome.REFUSED:
            raise ValidationError(_("Same reference as line %(line)d, which was rejected.") % {"line": line})
        row.outcome = _outcome_of_repeat(self._outcomes[line])
        row.reason = _("combined with line %(line)d") % {"line": line}

    def _compare_with_first(self, row: _Row, first_row: SeenRow) -> None:
        """The same once more in one file is nothing new; anything else about it would overwrite it."""
        names = [name for name in {**first_row.fingerprints, **row.fingerprints} if name != self._kind.joined]
        if different_names := [
            name for name in names if first_row.fingerprints.get(name) != row.fingerprints.get(name)
        ]:
            text = (
                _("Line %(line)d has the same reference but different values: %(fields)s.")
                if row.has_number
                else _(
                    "Line %(line)d looks like the same record but has different values: "
                    "%(fields)s. Give each line its own reference."
                )
            )
            raise ValidationError(text % {"line": first_row.line, "fields": self._labels_of(different_names)})
        row.outcome = _outcome_of_repeat(first_row.outcome)
        row.reason = _("the same as line %(line)d") % {"line": first_row.line}

    def _refuse(self, row: _Row, error: Exception) -> None:
        row.outcome, row.reason = RowOutcome.REFUSED, _("It belongs to a record you cannot change.")
        if isinstance(error, ValidationError):
            row.reason = self._reasons_text(error)

    def _reasons_text(self, error: ValidationError) -> str:
        """What is wrong, each with the column it is about."""
        if not hasattr(error, "error_dict"):
            return " ".join(error.messages)
        return " ".join(
            message if name == NON_FIELD_ERRORS else f"{self._labels_of([name])}: {message}"
            for name, messages in error.message_dict.items()
            for message in messages
        )

    def _labels_of(self, names: Iterable[str]) -> str:
        columns = (self._kind.columns.get(name, name) for name in names)
        return ", ".join(self._labels.get(name, name) for name in columns)

    def _changes_text(self, row: _Row) -> str:
        """What changes in a row that is there, with the values that a file may show."""
        shown_fields = self._kind.shown_fields
        return changes_text(
            (self._labels_of([name]), *((current_value, row.parsed[name]) if name in shown_fields else ()))
            for name, current_value in row.fields.items()
        )

    def _write_news(self, rows: list[_Row]) -> None:
        """Write what rows of different numbers say, as far as it is new."""
        kind, source = self._kind, self._draft.source
        link: Any = kind.model._meta.get_field("external_ids")
        ids = [row.external_id for row in rows]
        of_visible_rows = {
            f"{link.field.name}__in": self._visible
        }  # of another's the id is taken: refused as by every door
        links = link.related_model.objects.filter(source=source, external_id__in=ids, **of_visible_rows)
        ids_by_reference = dict(links.values_list("external_id", link.field.attname))
        remembered = _remembered(kind, source, ids)
        before = dict(remembered.values_list("external_id", "fingerprints"))
        present_rows = lock(kind.model.objects.all(), list(ids_by_reference.values()))
        for row in rows:
            row.before, row.existing_id = (
                before.get(row.external_id, {}),
                ids_by_reference.get(row.external_id),
            )
            with self._refuse_on_error(row):
                if row.existing_id is None:
                    self._check_needed(row)
                    references = [{"source": source, "external_id": row.external_id}]
                    row.values = {**kind.arguments(row.parsed), "external_ids": references}
                elif row.remembered != row.before:
                    self._find_changes(row, kind.current(present_rows[row.existing_id]))
        self._write([row for row in rows if row.values and not row.outcome])
        for row in rows:
            if not row.outcome:
                earlier_outcome = self._earlier_outcomes.get(row.existing_id) if row.existing_id else None
                row.outcome = earlier_outcome or RowOutcome.UNCHANGED
        accepted = [row for row in rows if row.outcome != RowOutcome.REFUSED]
        self._first_rows |= {
            r.external_id: SeenRow(r.line, r.outcome, r.fingerprints) for r in accepted if r.outcome
        }
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(
                    object_type=kind.object_type,
                    source=source,
                    external_id=row.external_id,
                    fingerprints=row.remembered,
                )
                for row in accepted
                if row.remembered != row.before
            ],
            update_conflicts=True,
            unique_fields=["object_type", "source", "external_id"],
            update_fields=["fingerprints"],
        )

    def _check_needed(self, row: _Row) -> None:
        """Refuse a row that makes a new one, and lacks what each has to say."""
        if missing_fields := [name for name in self._kind.needed if name not in row.parsed]:
            raise ValidationError(_("%(what)s is missing.") % {"what": self._labels_of(missing_fields[:1])})

    def _find_changes(self, row: _Row, current: ParsedRow) -> None:
        """What is to be written of a row that is in the book: not where a person has written since."""
        before = row.before
        new = {
            name: value for name, value in row.parsed.items() if row.fingerprints[name] != before.get(name)
        }
        write = {
            name: value
            for name, value in new.items()
            if current.get(name) != value
            and before.get(name) in (None, fingerprint(current.get(name, "")))
            and not (
                name == OTHER and name not in before and current.get(name)
            )  # what a person has listed stays
        }
        if kept_names := [
            name for name, value in new.items() if name not in write and current.get(name) != value
        ]:
            row.reason = _("%(fields)s: kept as edited by a colleague") % {
                "fields": self._labels_of(kept_names)
            }
        row.values = self._kind.arguments(write)
        row.fields = {name: current.get(name, "") for name in write}

    def _write(self, rows: list[_Row]) -> None:
        """Write them together; where that is refused each half by itself, so that one holds up no other."""
        kind = self._kind
        present_rows = lock(
            kind.model.objects.prefetch_related(*kind.reads),
            [row.existing_id for row in rows if row.existing_id],
        )
        changes = [
            Change(present_rows[row.existing_id] if row.existing_id else kind.new(row.values), row.values)
            for row in rows
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
            undo_record: dict[str, Any] = {"id": str(change.row.pk), "external_id": row.external_id}
            if row.existing_id:
                undo_record |= {"version": change.row.version, "fields": row.fields, "before": row.before}
            else:
                self.created_lines[change.row.pk] = row.line
            row.outcome = RowOutcome.UPDATED if row.existing_id else RowOutcome.CREATED
            self._undo_records.append(undo_record)


def _outcome_of_repeat(first_outcome: RowOutcome) -> RowOutcome:
    """What becomes of a row that says what an earlier one said already."""
    return (
        RowOutcome.MERGED
        if first_outcome in (RowOutcome.CREATED, RowOutcome.UPDATED)
        else RowOutcome.UNCHANGED
    )


def _external_id(cells: Mapping[str, str], label: str, key: str) -> str:
    """The number the file gives, as it is, or what names the row: by it the next file finds it again."""
    if number := squash(cells.get("external_id", "")):
        if len(number) > LONGEST_ID:
            raise ValidationError(
                _("Its number is too long. Limit in characters: %(most)d.") % {"most": LONGEST_ID}
            )
        return number
    identity = "\0".join(fold(part) for part in (label, key))
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _remembered(kind: RowImporter, source: str, ids: Collection[str]) -> QuerySet[ImportedRow]:
    rows = ImportedRow.objects.filter(object_type=kind.object_type, source=source)
    return rows.filter(external_id__in=ids)


def _restore_rows(draft: ImportDraft, kind: RowImporter, rows: Iterable[Mapping[str, Any]]) -> PutBack:
    changed = {UUID(row["id"]): row for row in rows if "version" in row}
    created = {UUID(row["id"]): row["external_id"] for row in rows if "version" not in row}
    kind.erase(list(lock(kind.model.objects.all(), created).values()))
    _remembered(kind, draft.source, created.values()).delete()
    present_rows = lock(kind.model.objects.prefetch_related(*kind.reads), changed)
    kind.write([Change(row, kind.arguments(changed[pk]["fields"])) for pk, row in present_rows.items()])
    for row in changed.values():
        _remembered(kind, draft.source, [row["external_id"]]).update(fingerprints=row["before"])
    return {str(pk): (changed[pk]["version"] - 1, row.version) for pk, row in present_rows.items()}
