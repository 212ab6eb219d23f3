"""An import step by step: a file, what its columns and values mean, trying it out, bringing it in, undo.

A trial always comes first. All long steps are jobs (jobs.kinds), done by a worker.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.imports.guessing import guess_columns, guess_values
from contacts.imports.organisations import places_of, shouted
from contacts.imports.reading import named_headings, read_cells
from contacts.imports.tables import Table, count_values, look, read_table
from contacts.imports.targets import Target, targets
from contacts.imports.writing import Outcome
from contacts.models import DraftState, ImportDraft, SavedMapping
from contacts.policies import can_import
from jobs import kinds
from jobs.files import spool
from jobs.models import Job
from jobs.services import queue_job
from lib.fold import fold, squash
from lib.sheets import CSV_TYPE, Column, Sheet, write_csv

KIND: Final = "import_table"
KEPT_FOR: Final = timedelta(hours=24)
LINES_SHOWN: Final = 100  # of each outcome
VALUES_SHOWN: Final = 200  # of each field
_PIECE: Final = 16 * 1024  # packed: at most a thousand times as much unpacked
TRY, RUN, UNDO = "try", "run", "undo"
_DURING: Final = {TRY: DraftState.TRYING, RUN: DraftState.IMPORTING, UNDO: DraftState.UNDOING}
_AFTER: Final = {TRY: DraftState.TRIED, RUN: DraftState.IMPORTED, UNDO: DraftState.UNDONE}
_BEFORE: Final = {
    DraftState.TRYING: DraftState.MAPPING,
    DraftState.IMPORTING: DraftState.TRIED,
    DraftState.UNDOING: DraftState.IMPORTED,
}
_FROM: Final = {
    TRY: {DraftState.MAPPING, DraftState.TRIED, DraftState.FAILED},
    RUN: {DraftState.TRIED},
    UNDO: {DraftState.IMPORTED},
}


@transaction.atomic
def start_draft(
    *, actor: Actor, what: str, file: BinaryIO, file_name: str, source: str, purpose: str
) -> ImportDraft:
    """Take a file in and guess what it says; a mapping saved for the source comes before a guess.

    Raises PermissionDenied, ValidationError by field (`file` for one that cannot be read).
    """
    if not can_import(actor) or actor.id is None:
        raise PermissionDenied
    source = squash(source)
    if not source:
        raise ValidationError({"source": _("Say where the file is from.")})
    try:
        table = read_table(file)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    draft = ImportDraft(
        started_by=actor.id,
        what=what,
        source=source,
        file_name=file_name[:200],
        digest=table.digest,
        purpose=purpose,
        content=_packed(table.content),
        encoding=table.encoding,
        delimiter=table.delimiter,
    )
    _guess(actor, draft, table)
    draft.save()
    record(actor, Action.IMPORT, "import", [draft.pk], purpose=purpose)
    return draft


@transaction.atomic
def choose_headings(*, actor: Actor, draft_id: UUID, row: int) -> ImportDraft:
    """Read the headings from another of the first rows; what is above is left out. Raises ValidationError."""
    draft = _own(actor, draft_id)
    if not _has_content(draft) or not 1 <= row <= len(draft.first_rows):
        raise ValidationError(_("Choose one of the first rows."))
    with content_of(draft) as file:
        _guess(actor, draft, look(file, draft.digest, draft.encoding, draft.delimiter, row))
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    return draft


def _guess(actor: Actor, draft: ImportDraft, table: Table) -> None:
    """What the columns mean: as earlier files of the source said, else by their headings and values."""
    draft.first_rows, draft.heading_row = table.first_rows, table.heading_row
    draft.headings, draft.counted = table.headings, {}
    draft.sample = {heading: values[:3] for heading, values in table.distinct.items()}
    headings = targets()[draft.what].headings
    saved = SavedMapping.objects.visible_to(actor).filter(what=draft.what, source=draft.source).first()
    draft.columns = guess_columns(table.distinct, settings.PHONENUMBER_DEFAULT_REGION, headings)
    if saved:
        draft.columns = _as_before(saved.columns, draft.columns, draft.headings)
        draft.fixed, draft.values = saved.fixed, saved.values
    elif case := shouted(
        value
        for name, field in draft.columns.items()
        if field == "name"
        for value in table.distinct.get(name, ())
    ):
        draft.fixed = {"case": case}


@transaction.atomic
def name_columns(
    *, actor: Actor, draft_id: UUID, columns: Mapping[str, str], fixed: Mapping[str, str]
) -> ImportDraft:
    """Say what each column means, and what is the same in all rows. Raises ValidationError by field."""
    draft = _own(actor, draft_id)
    target = targets()[draft.what]
    known = {field.name for field in target.fields}
    draft.columns = {h: name for h, name in columns.items() if h in draft.headings and name in known}
    draft.fixed = {name: value for name, value in fixed.items() if value and name in known | {"case"}}
    if missing := [
        str(field.label)
        for field in target.fields
        if field.is_needed and field.name not in {*draft.columns.values(), *draft.fixed}
    ]:
        raise ValidationError(_("Say where these come from: %(names)s.") % {"names": ", ".join(missing)})
    draft.counted = _counted(draft)
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    return draft


@dataclass(frozen=True, slots=True)
class Values:
    """What a field's columns say: `meant` is text → code, the most frequent text first."""

    meant: dict[str, str]
    has_more: bool


def values_to_name(actor: Actor, draft: ImportDraft) -> dict[str, Values]:
    """By field with codes: the values its columns have in all rows, each with the code meant or guessed."""
    target, places = targets()[draft.what], _by_name(actor)
    named: dict[str, Values] = {}
    for name, (values, has_more) in (draft.counted or _counted(draft)).items():
        meaning = target.field(name)
        codes = meaning.codes(actor) if meaning.codes else {}
        guessed = guess_values(
            values, codes, meaning.stems or {}, places if meaning.codes is places_of else {}
        )
        meant = dict.fromkeys(values, "") | guessed | draft.values.get(name, {})
        named[name] = Values({value: meant[value] for value in values}, has_more)
    # Districts first: a row of none is refused, whatever else is known of it.
    return dict(sorted(named.items(), key=lambda one: target.field(one[0]).codes is not places_of))


def _counted(draft: ImportDraft) -> dict[str, tuple[list[str], bool]]:
    """By field with codes: the values of all its rows, the most frequent first; whether there are more."""
    target = targets()[draft.what]
    fields = {
        number: name
        for number, heading in enumerate(draft.headings)
        if (name := draft.columns.get(heading)) and target.field(name).codes
    }
    if not fields:
        return {}
    with content_of(draft) as file:
        rows = read_cells(file, draft.encoding, draft.delimiter, draft.heading_row)
        counted = count_values((cells for _line, cells in rows), fields)
    return {
        name: ([value for value, _times in times.most_common(VALUES_SHOWN)], len(times) > VALUES_SHOWN)
        for name, times in counted.items()
    }


@transaction.atomic
def name_values(
    *, actor: Actor, draft_id: UUID, values: Mapping[str, Mapping[str, str]], keep: bool
) -> ImportDraft:
    """Say which code each value means; with `keep` the next file of the source is read alike."""
    draft = _own(actor, draft_id)
    target = targets()[draft.what]
    for name, given in values.items():
        codes = target.field(name).codes
        allowed = set(codes(actor)) if codes else set()
        if wrong := [code for code in given.values() if code and code not in allowed]:
            raise ValidationError(_("“%(code)s” is not in the list.") % {"code": wrong[0]})
    draft.values = draft.values | {name: draft.values.get(name, {}) | given for name, given in values.items()}
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    if keep:
        _save_mapping(draft)
    return draft


def _save_mapping(draft: ImportDraft) -> None:
    """Add what this file says to what earlier ones of the source said; its own word is the newest."""
    key: dict[str, Any] = {"owner": draft.started_by, "what": draft.what, "source": draft.source}
    saved, _is_new = SavedMapping.objects.select_for_update().get_or_create(**key)
    # A column that is left out is remembered too, so that it is not guessed again.
    saved.columns = saved.columns | {h: draft.columns.get(h, "") for h in draft.headings if h}
    saved.values = saved.values | {
        name: saved.values.get(name, {}) | given for name, given in draft.values.items()
    }
    saved.fixed, saved.saved_at = draft.fixed, timezone.now()
    saved.save()


def _as_before(
    saved: Mapping[str, str], guessed: Mapping[str, str], headings: Iterable[str]
) -> dict[str, str]:
    """Heading → field, as earlier files of the source had it; a new column is guessed."""
    before = {heading: saved[heading] for heading in headings if heading in saved}
    new = {h: name for h, name in guessed.items() if h not in before and name not in before.values()}
    return {heading: name for heading, name in (before | new).items() if name}


@transaction.atomic
def queue_step(*, actor: Actor, draft_id: UUID, step: str) -> ImportDraft:
    """Have a worker TRY the import, RUN it or UNDO it. Raises ValidationError where it is not its turn."""
    draft = _own(actor, draft_id)
    if draft.state not in _FROM[step] or (step != UNDO and not _has_content(draft)):
        raise ValidationError(_("This is not possible now. Look at the import again."))
    if step == UNDO and (not draft.imported_at or timezone.now() > draft.imported_at + KEPT_FOR):
        raise ValidationError(_("An import can be undone for 24 hours."))
    job = queue_job(
        actor=actor,
        kind=KIND,
        parameters={
            "title": str(TITLES[step]),
            "draft": str(draft.pk),
            "step": step,
            "purpose": draft.purpose,
        },
    )
    draft.state, draft.job_id = _DURING[step], job.pk
    draft.report.pop("error", None)  # of the time before
    draft.save()
    return draft


def settle_draft(draft: ImportDraft) -> None:
    """A step that was stopped, or took its workers with it, is not under way: it can be done again."""
    before = _BEFORE.get(DraftState(draft.state))
    if before is None or (draft.job_id and Job.objects.under_way().filter(pk=draft.job_id).exists()):
        return
    report = draft.report
    if draft.state == DraftState.IMPORTING:
        said = _("It stopped before its end. What was written stays: import again and it goes on from there.")
        report = report | {"error": said}
    # A job is over after its draft was saved: one that has just ended is found in its new state.
    was = ImportDraft.objects.filter(pk=draft.pk, state=draft.state, job_id=draft.job_id)
    was.update(state=before, report=report)
    draft.refresh_from_db(fields=["state", "report"])


def forget_drafts(now: datetime) -> int:
    """Files of imports, and what would take them back, go after a day; their sums stay."""
    old = ImportDraft.objects.with_content().filter(created_at__lt=now - KEPT_FOR)
    old = old.exclude(imported_at__gt=now - KEPT_FOR)
    ids = list(old.values_list("pk", flat=True))
    for draft in ImportDraft.objects.filter(pk__in=ids):
        draft.steps.all().delete()
        draft.report.pop("lines", None)
        draft.content, draft.first_rows = None, []
        draft.sample, draft.values, draft.counted = {}, {}, {}
        draft.save()
    return len(ids)


def content_of(draft: ImportDraft) -> BinaryIO:
    """The table as it was given, on disk once it is large: a file of 50 MB is never in memory whole."""
    copy, unpacking = spool(), zlib.decompressobj()
    # Past the draft, which would hold it as long as the work lasts and write it anew each time it is saved.
    packed = ImportDraft.objects.values_list("content", flat=True).get(pk=draft.pk) or b""
    for start in range(0, len(packed), _PIECE):
        copy.write(unpacking.decompress(packed[start : start + _PIECE]))
    copy.write(unpacking.flush())
    copy.seek(0)
    return copy


def _has_content(draft: ImportDraft) -> bool:
    return ImportDraft.objects.with_content().filter(pk=draft.pk).exists()


def _packed(content: BinaryIO) -> bytes:
    packing, parts = zlib.compressobj(6), []
    content.seek(0)
    while piece := content.read(_PIECE):
        parts.append(packing.compress(piece))
    return b"".join([*parts, packing.flush()])


# --- In the worker ------------------------------------------------------------------------------------

TITLES: Final = {
    TRY: gettext_lazy("Trying an import out"),
    RUN: gettext_lazy("Importing"),
    UNDO: gettext_lazy("Undoing an import"),
}


def work_on_draft(work: kinds.Work) -> kinds.Outcome:
    """One step of a draft; a worker that died is followed by another, and the import converges."""
    draft = ImportDraft.objects.visible_to(work.actor).get(pk=work.parameters["draft"])
    step, target = work.parameters["step"], targets()[draft.what]
    try:
        outcome = _undo(work, draft, target) if step == UNDO else _import(work, draft, target, step)
    except ValidationError as error:
        draft.state = DraftState.IMPORTED if step == UNDO else DraftState.FAILED
        draft.report = draft.report | {"error": " ".join(error.messages)}
        draft.save()
        raise kinds.JobRefused(" ".join(error.messages)) from error
    draft.state = _AFTER[step]
    draft.save()
    return outcome


def _undo(work: kinds.Work, draft: ImportDraft, target: Target) -> kinds.Outcome:
    target.undo(work.actor, draft, lambda _step, done, total: work.progress(done, total))
    return kinds.Outcome()


def _import(work: kinds.Work, draft: ImportDraft, target: Target, step: str) -> kinds.Outcome:
    def remember(rows: list[dict[str, Any]]) -> None:
        if rows and step == RUN:
            draft.steps.create(rows=rows)

    def tell(part: str, done: int, total: int | None) -> None:
        work.progress(done, total if part == "write" else None)  # else it would be whole before it begins

    with content_of(draft) as file:
        report = target.bring_in(work.actor, draft, file, step == TRY, tell, remember)
    sums = {outcome.value: report.sums[outcome] for outcome in Outcome}
    lines, refused = _lines(report)
    draft.report = {"sums": sums, "lines": lines}
    if step == RUN:
        draft.imported_at = timezone.now()
    files = [_refused_file(draft, refused)] if refused else []
    return kinds.Outcome({"rows": sum(sums.values()), "files": len(files)}, files)


def _lines(report: Any) -> tuple[dict[str, list[list[Any]]], dict[int, str]]:
    """Some lines of each outcome for the page, those with a reason first; the reasons of all refused ones."""
    told: dict[str, list[list[Any]]] = {}
    plain: dict[str, list[list[Any]]] = {}
    refused: dict[int, str] = {}
    for line in report.lines():
        if line.outcome == Outcome.REFUSED:
            refused[line.number] = line.reason
        some = (told if line.reason else plain).setdefault(line.outcome.value, [])
        if len(some) < LINES_SHOWN:
            some.append([line.number, line.name, line.reason])
    outcomes = [*told, *plain]
    return {one: [*told.get(one, []), *plain.get(one, [])][:LINES_SHOWN] for one in outcomes}, refused


def _refused_file(draft: ImportDraft, reasons: Mapping[int, str]) -> kinds.Output:
    """The refused rows as they were given, with the reason: to be corrected and imported again."""

    def rows() -> Iterable[list[str]]:
        with content_of(draft) as file:
            for number, cells in read_cells(file, draft.encoding, draft.delimiter, draft.heading_row):
                if number in reasons:
                    padded = [*cells, *([""] * len(headings))][: len(headings)]
                    yield [*padded, reasons[number]]

    content, headings, reason = spool(), draft.headings, _("Refused because")
    if headings[-1] == reason and reason not in draft.columns:  # of the time before
        headings = headings[:-1]
    columns = [Column(heading) for heading in (*headings, named_headings([*headings, reason])[-1])]
    write_csv(content, Sheet(_("Refused"), columns, rows()))
    return kinds.Output(_("refused") + ".csv", CSV_TYPE, content)


def _own(actor: Actor, draft_id: UUID) -> ImportDraft:
    if not can_import(actor):
        raise PermissionDenied
    draft = ImportDraft.objects.visible_to(actor).select_for_update().get(pk=draft_id)
    settle_draft(draft)
    return draft


def _by_name(actor: Actor) -> dict[str, str]:
    places = places_of(actor)
    return {fold(code): code for code in places} | {fold(name): code for code, name in places.items()}


def register() -> None:
    kinds.register(KIND, work_on_draft, title=gettext_lazy("Import"), may=can_import)
