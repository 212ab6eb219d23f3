"""Import contacts, meetings and follow-ups in batches through their services.

The last values of a source are stored as fingerprints by field (`ImportedRow`). The same values again change
nothing. If a colleague has changed a field since, the colleague's value stays.
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
from exchange.imports.fields import Field, Target
from exchange.imports.given import FilledRow, RepeatedRows, filled_rows, find_repeated_rows
from exchange.imports.noting import Note, NoteKind
from exchange.imports.outcomes import ImportReport, RowOutcome, changes_text, result_of
from exchange.imports.undoing import PutBack, Undo, undo_import
from exchange.models import ImportDraft, ImportedRow
from exchange.policies import can_import
from lib.fold import fold, squash

BATCH: Final = 200
ALL_AT_ONCE: Final = 2_000  # with more rows, each batch is a transaction

ParsedRow = dict[str, Any]  # values of a row as JSON: codes, IDs as text, ISO dates
NOTES: Final = "notes"  # key in it: notes about the row (noting)
_REFUSALS: Final = (ValidationError, PermissionDenied, ObjectDoesNotExist)
_KIND_OF: Final = {RowOutcome.REFUSED: NoteKind.REFUSED, RowOutcome.MERGED: NoteKind.SAME}


@dataclass(frozen=True, slots=True)
class RowImporter:
    """Functions that read and write rows of one type.

    `read(cells)` returns the values of a row, or raises ValidationError. Its `key` identifies the row, with
    the label, if the file has no references. Its NOTES are about text that no field takes. `arguments` turns
    such values into arguments of the services. `current` returns the same values of a stored record.
    """

    object_type: str
    model: Any
    own_models: frozenset[Any]  # models whose rows belong to one record alone
    read: Callable[[Mapping[str, str]], ParsedRow]
    arguments: Callable[[ParsedRow], dict[str, Any]]
    current: Callable[[Any], ParsedRow]
    new: Callable[[Mapping[str, Any]], Any]  # a record to create, from its values
    write: Callable[[list[Change]], Any]
    erase: Callable[[list[Any]], None]
    may_edit: Callable[[Any], bool]
    label: Callable[[ParsedRow], str]
    named_by: tuple[str, ...]  # columns that name an unreadable row in the report
    columns: Mapping[str, str] = field(default_factory=dict)  # columns of values with another name
    # Likely duplicates of new records.
    alike: Callable[[Collection[UUID]], dict[UUID, list[Likely]]] = lambda _new: {}
    reads: tuple[str, ...] = ()  # relations that `may_edit` reads
    shown_fields: tuple[str, ...] = ()  # fields whose values the report shows
    needed: tuple[str, ...] = ()  # fields that a new record must have
    # Called before the rows are read, in their transaction, and after they are undone.
    prepare: Callable[[], None] = lambda: None
    clear: Callable[[], None] = lambda: None
    joined: str = ""  # the column in which rows with the same reference may differ


class SeenRow(NamedTuple):
    """The first line of a file about a record, with its outcome and the fingerprints of its values."""

    line: int
    outcome: RowOutcome
    fingerprints: Mapping[str, str]


class _ReportRow(NamedTuple):
    line: int
    name: str


@dataclass(slots=True)
class _Row:
    """A line of a batch: its values, the values to write, and its outcome."""

    line: int
    name: str
    notes: list[Note]
    has_number: bool
    external_id: str = ""
    parsed: ParsedRow = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)  # fingerprints of the source's last values
    existing_id: UUID | None = None  # ID of the stored record
    values: dict[str, Any] = field(default_factory=dict)
    fields: ParsedRow = field(default_factory=dict)  # stored values of the fields that change
    outcome: RowOutcome | None = None
    reason: str = ""

    @property
    def remembered(self) -> dict[str, str]:
        """Fingerprints of the source's values now and before, because a file may have only changed fields."""
        return self.before | self.fingerprints


def row_target(
    name: str,
    title: Promise,
    fields: tuple[Field, ...],
    headings: Mapping[str, str],
    importer: Callable[[Actor, ImportDraft], RowImporter],
    instead: Mapping[str, Collection[frozenset[str]]] | None = None,
    names_in: str = "",
) -> Target:
    """Return a target whose rows are written with the functions of `importer` for an actor and a draft."""

    def bring_in(
        actor: Actor,
        draft: ImportDraft,
        file: BinaryIO,
        dry_run: bool,
        progress: Progress,
        remember: Remember,
    ) -> ImportReport:
        """Write every valid row, and report why others are rejected. Raises PermissionDenied."""
        if not can_import(actor, name):
            raise PermissionDenied
        kind = importer(actor, draft)
        labels = {import_field.name: str(import_field.label) for import_field in fields}
        total = sum(1 for _row in filled_rows(draft, file))
        visible_rows = kind.model.objects.visible_to(actor)
        repeated = find_repeated_rows(draft, file, kind.joined, labels)
        earlier_outcomes = {} if dry_run else written_outcomes(draft)
        run = _ImportRun(draft, kind, repeated, visible_rows, labels, earlier_outcomes)
        with all_or_nothing(is_small=total <= ALL_AT_ONCE, dry_run=dry_run):
            kind.prepare()
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
        with transaction.atomic():
            kind.clear()

    return Target(name, title, fields, headings, bring_in, undo, instead or {}, names_in)


class _ImportRun:
    """The import of one file, from the first row to the last."""

    def __init__(
        self,
        draft: ImportDraft,
        kind: RowImporter,
        repeated: RepeatedRows,
        visible_rows: QuerySet[Any],
        labels: Mapping[str, str],
        earlier_outcomes: Mapping[UUID, RowOutcome],
    ) -> None:
        self._draft, self._kind, self._repeated = draft, kind, repeated
        self._visible, self._labels = visible_rows.values("pk"), labels
        self._earlier_outcomes = earlier_outcomes  # of an interrupted attempt of this import
        self._first_rows: dict[str, SeenRow] = {}  # by external ID
        self._outcomes: dict[int, RowOutcome] = {}  # of lines with which others are combined
        self._undo_records: list[dict[str, Any]] = []
        self._report_rows: list[_ReportRow] = []
        self.report = ImportReport(self._report_rows)
        self.created_lines: dict[UUID, int] = {}  # new row → its line

    def write(self, batch: Iterable[FilledRow]) -> list[dict[str, Any]]:
        """Import a batch of rows, and return its undo data. The caller holds the transaction."""
        self._undo_records = []
        rows = [self._parse(filled_row) for filled_row in batch]
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
        """Reject the row if the block raises a refusal."""
        try:
            yield
        except _REFUSALS as error:
            self._refuse(row, error)

    def _parse(self, filled_row: FilledRow) -> _Row:
        """Parse a row. A row that only adds organisations to an earlier one stays empty."""
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
                row.parsed = parsed
                row.fingerprints = {name: fingerprint(value) for name, value in parsed.items()}
        return row

    def _combine(self, row: _Row, line: int) -> None:
        """Set the outcome of a row that only adds organisations to an earlier one."""
        if self._outcomes[line] == RowOutcome.REFUSED:
            raise ValidationError(_("Same reference as line %(line)d, which was rejected.") % {"line": line})
        row.outcome = _outcome_of_repeat(self._outcomes[line])
        row.reason = _("combined with line %(line)d") % {"line": line}

    def _compare_with_first(self, row: _Row, first_row: SeenRow) -> None:
        """Set the outcome of a repeated row.

        A row with other values would overwrite the first, so it is rejected.
        """
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
        """Return the messages of an error, each with its column."""
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
        """Describe the changes of a stored record, with the values that a report may show."""
        shown_fields = self._kind.shown_fields
        return changes_text(
            (self._labels_of([name]), *((current_value, row.parsed[name]) if name in shown_fields else ()))
            for name, current_value in row.fields.items()
        )

    def _write_news(self, rows: list[_Row]) -> None:
        """Write new values of rows with different references."""
        kind, source = self._kind, self._draft.source
        link: Any = kind.model._meta.get_field("external_ids")
        ids = [row.external_id for row in rows]
        # The reference of a hidden record is not found, so that the service rejects the row.
        of_visible_rows = {f"{link.field.name}__in": self._visible}
        links = link.related_model.objects.filter(source=source, external_id__in=ids, **of_visible_rows)
        ids_by_reference = dict(links.values_list("external_id", link.field.attname))
        remembered = _remembered(kind, source, ids)
        before = dict(remembered.values_list("external_id", "fingerprints"))
        present_rows = lock(kind.model.objects.all(), list(ids_by_reference.values()))
        for row in rows:
            row.before = before.get(row.external_id, {})
            row.existing_id = ids_by_reference.get(row.external_id)
            with self._refuse_on_error(row):
                if row.existing_id is None:
                    self._check_needed(row)
                    references = [{"source": source, "external_id": row.external_id}]
                    row.values = {**kind.arguments(row.parsed), "external_ids": references}
                elif row.remembered != row.before:
                    self._find_changes(row, kind.current(present_rows[row.existing_id]))
        self._write_rows([row for row in rows if row.values and not row.outcome])
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
        """Reject a row for a new record that lacks a needed field."""
        if missing_fields := [name for name in self._kind.needed if name not in row.parsed]:
            raise ValidationError(_("%(what)s is missing.") % {"what": self._labels_of(missing_fields[:1])})

    def _find_changes(self, row: _Row, current: ParsedRow) -> None:
        """Set the values to write to a stored record, except fields that a colleague has changed since."""
        before = row.before
        new = {
            name: value for name, value in row.parsed.items() if row.fingerprints[name] != before.get(name)
        }
        write = {
            name: value
            for name, value in new.items()
            if current.get(name) != value
            and before.get(name) in (None, fingerprint(current.get(name, "")))
            # Details that a colleague has listed stay.
            and not (name == OTHER and name not in before and current.get(name))
        }
        if kept_names := [
            name for name, value in new.items() if name not in write and current.get(name) != value
        ]:
            row.reason = _("%(fields)s: kept as edited by a colleague") % {
                "fields": self._labels_of(kept_names)
            }
        row.values = self._kind.arguments(write)
        row.fields = {name: current.get(name, "") for name in write}

    def _write_rows(self, rows: list[_Row]) -> None:
        """Write rows together.

        If that is refused, write each half alone, so that one row cannot block others.
        """
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
            self._write_rows(rows[:half])
            self._write_rows(rows[half:])
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
    """Return the outcome of a row that repeats an earlier one."""
    return (
        RowOutcome.MERGED
        if first_outcome in (RowOutcome.CREATED, RowOutcome.UPDATED)
        else RowOutcome.UNCHANGED
    )


def _external_id(cells: Mapping[str, str], label: str, key: str) -> str:
    """Return the row's reference unchanged, or a hash of its label and key."""
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
