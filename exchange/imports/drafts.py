"""Services of an import's steps: upload, meaning of columns and values, check, import, undo.

A check always comes first. A worker runs all long steps as jobs (jobs.services.kinds).
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from exchange.imports.content import content_of, pack_content
from exchange.imports.encodings import telling_rows
from exchange.imports.fields import Target
from exchange.imports.given import filled_rows
from exchange.imports.guessing import guess_columns, guess_values, named_codes
from exchange.imports.organisations import capitals_language, places_of
from exchange.imports.outcomes import RowOutcome, refused_file, report_file, summary_of
from exchange.imports.planning import NEW
from exchange.imports.reading import read_cells
from exchange.imports.saved_mappings import apply_saved, save_mapping
from exchange.imports.tables import Table, count_values, inspect_table, read_table
from exchange.imports.targets import TARGETS
from exchange.imports.typed_names import EARLIER, choose, earlier_choices, keep_aliases, match_names
from exchange.models import DraftState, ImportDraft, ImportStep, WatchedRegister
from exchange.policies import can_import
from jobs.models import Job
from jobs.services import kinds
from jobs.services.jobs import queue_job
from lib.fold import fold, squash
from lib.row_context import Opened, opened

KIND: Final = "import_table"
KEPT_FOR: Final = timedelta(hours=24)
WAITS_FOR: Final = timedelta(days=14)
VALUES_SHOWN: Final = 200  # of each field
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
    *, actor: Actor, target_name: str, file: BinaryIO, file_name: str, source: str, purpose: str
) -> ImportDraft:
    """Create an import from a file. Columns get their meaning from the source's saved mapping or a guess.

    Raises PermissionDenied, ValidationError by field (`file` for one that cannot be read).
    """
    if not can_import(actor, target_name) or actor.id is None:
        raise PermissionDenied
    source = squash(source)
    if not source:
        raise ValidationError({"source": _("Enter where the file comes from.")})
    try:
        table = read_table(file)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    draft = ImportDraft(
        started_by=actor.id,
        what=target_name,
        source=source,
        file_name=file_name[:200],
        digest=table.digest,
        purpose=purpose,
        content=pack_content(table.content),
        encoding=table.encoding,
        delimiter=table.delimiter,
        encodings=table.encodings,
        left_out=table.left_out,
    )
    _guess_columns(actor, draft, table)
    draft.save()
    record(actor, Action.IMPORT, "import", [draft.pk], purpose=purpose)
    return draft


@transaction.atomic
def read_again(
    *, actor: Actor, draft_id: UUID, heading_row: int | None = None, encoding: str | None = None
) -> ImportDraft:
    """Read the file again with another heading row or encoding. Rows above the headings are left out.

    Raises ValidationError.
    """
    draft = own_draft(actor, draft_id)
    row, encodings = heading_row or draft.heading_row, {draft.encoding, *draft.encodings}
    if not _has_content(draft) or not 1 <= row <= len(draft.first_rows):
        raise ValidationError(_("Choose a heading row from the first rows of the file."))
    if encoding and encoding not in encodings:
        raise ValidationError(_("Choose one of the encodings."))
    draft.encoding = encoding or draft.encoding
    with content_of(draft) as file:
        _guess_columns(actor, draft, inspect_table(file, draft.digest, draft.encoding, draft.delimiter, row))
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    return draft


def sample_rows(draft: ImportDraft, encoding: str) -> list[str]:
    """Return some rows with non-ASCII characters, decoded with this encoding."""
    with content_of(draft) as file:
        return telling_rows(file, encoding, draft.delimiter)


@transaction.atomic
def choose_joins(*, actor: Actor, draft_id: UUID, joins: Mapping[int, str]) -> ImportDraft:
    """Choose among the offered duplicates of rows.

    The import must then be checked again. Raises ValidationError.
    """
    draft = own_draft(actor, draft_id)
    if draft.state not in (DraftState.TRIED, DraftState.MAPPING):
        raise ValidationError(_("You cannot do this now. Reload the import to see its status."))
    offered = {
        offer["line"]: {NEW, *(key for key, _name, _why in offer["options"])} for offer in offers_of(draft)
    }
    for line, key in joins.items():
        if key not in offered.get(line, set()):
            raise ValidationError(_("Line %(line)d: choose one of the options.") % {"line": line})
    draft.joins = draft.joins | {str(line): key for line, key in joins.items()}
    draft.state = DraftState.MAPPING  # the choices must be checked before the import
    draft.save()
    return draft


def offers_of(draft: ImportDraft) -> list[dict[str, Any]]:
    """Return the possible duplicates of rows in the last check (offering.NamedOffer.as_json)."""
    offers: list[dict[str, Any]] = draft.report.get("offers", [])
    return offers


def _guess_columns(actor: Actor, draft: ImportDraft, table: Table) -> None:
    """Set the meaning of columns as in earlier files of the source, or else guess it."""
    draft.first_rows, draft.heading_row = table.first_rows, table.heading_row
    draft.headings, draft.counted = table.headings, {}
    draft.sample = {heading: values[:3] for heading, values in table.distinct.items()}
    headings = TARGETS[draft.what].headings
    draft.columns = guess_columns(
        table.distinct, settings.PHONENUMBER_DEFAULT_REGION, headings, table.repeated_columns
    )
    draft.also = {}
    if apply_saved(actor, draft):
        return
    if case := capitals_language(
        value
        for name, field in draft.columns.items()
        if field == "name"
        for value in table.distinct.get(name, ())
    ):
        draft.fixed = {"case": case}


@transaction.atomic
def name_columns(
    *,
    actor: Actor,
    draft_id: UUID,
    columns: Mapping[str, str],
    fixed: Mapping[str, str],
    also: Mapping[str, str] | None = None,
) -> ImportDraft:
    """Set the field of each column, second fields (`also`), and values for all rows (`fixed`).

    Raises ValidationError by field.
    """
    draft = own_draft(actor, draft_id)
    target = TARGETS[draft.what]
    field_names = {field.name for field in target.fields}
    draft.columns = {h: name for h, name in columns.items() if h in draft.headings and name in field_names}
    draft.also = {
        heading: name
        for heading, name in (also or {}).items()
        if name in field_names and draft.columns.get(heading, name) != name
    }
    draft.fixed = {name: value for name, value in fixed.items() if value and name in field_names | {"case"}}
    check_columns(draft)
    draft.counted, draft.names = _counted(draft), {}
    if target.names_in in {*draft.columns.values(), *draft.also.values()}:
        with content_of(draft) as file:
            draft.names = match_names(actor, draft, filled_rows(draft, file), target.names_in)
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    return draft


def check_columns(draft: ImportDraft) -> None:
    """Raise ValidationError unless columns and fixed values give all needed fields."""
    target = TARGETS[draft.what]
    filled_names = {*draft.columns.values(), *draft.also.values(), *draft.fixed}
    if missing := [str(field.label) for field in target.fields if target.lacks(field, filled_names)]:
        raise ValidationError(_("Choose a column for: %(names)s.") % {"names": ", ".join(missing)})


@dataclass(frozen=True, slots=True)
class Values:
    """Values in a field's columns. `meant`: text → code, the most frequent text first.

    `unclear` are texts that match several codes.
    """

    meant: dict[str, str]
    has_more: bool
    unclear: frozenset[str]


def values_to_name(actor: Actor, draft: ImportDraft) -> dict[str, Values]:
    """Return the values of each field with codes in all rows, with the chosen or guessed codes."""
    target, by_name = TARGETS[draft.what], _district_codes_by_name(actor)
    values_by_field: dict[str, Values] = {}
    for name, (values, has_more) in (draft.counted or _counted(draft)).items():
        meaning = target.field(name)
        codes = meaning.codes(actor) if meaning.codes else {}
        places = _district_codes_by_postcode(actor, values) | by_name if meaning.codes is places_of else {}
        guessed = guess_values(values, codes, meaning.stems or {}, places)
        meant = dict.fromkeys(values, "") | guessed | draft.values.get(name, {})
        several = {text for text, fitting in named_codes(codes).items() if len(fitting) > 1}
        unclear = frozenset(value for value in values if fold(value) in several)
        values_by_field[name] = Values({value: meant[value] for value in values}, has_more, unclear)
    # Districts come first, because a row without a district is rejected.
    return dict(
        sorted(
            values_by_field.items(),
            key=lambda named_values: target.field(named_values[0]).codes is not places_of,
        )
    )


def _counted(draft: ImportDraft) -> dict[str, tuple[list[str], bool]]:
    """Return the values of each field with codes, the most frequent first, and whether there are more."""
    target = TARGETS[draft.what]
    places = {heading: number for number, heading in enumerate(draft.headings)}
    fields = [(places[heading], name) for heading, name in draft.meanings if target.field(name).codes]
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
    """Set the code of each value. With `keep`, the mapping is saved for the source's next file."""
    draft = own_draft(actor, draft_id)
    target = TARGETS[draft.what]
    for name, codes_by_text in values.items():
        codes = target.field(name).codes
        allowed = set(codes(actor)) if codes else set()
        if wrong := [code for code in codes_by_text.values() if code and code not in allowed]:
            raise ValidationError(_("“%(code)s” is not in the list.") % {"code": wrong[0]})
    draft.values = draft.values | {
        name: draft.values.get(name, {}) | codes_by_text for name, codes_by_text in values.items()
    }
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    if keep:
        save_mapping(actor, draft)
    return draft


@transaction.atomic
def choose_names(
    *,
    actor: Actor,
    draft_id: UUID,
    choices: Mapping[str, str],
    dropped: Collection[str] = (),
    searches: Mapping[str, str] | None = None,
) -> bool:
    """Set the organisations that names mean (typed_names.choose), and keep the choices for the next file.

    Return whether more names must be decided. Raises ValidationError.
    """
    draft = own_draft(actor, draft_id)
    if draft.state not in (DraftState.TRIED, DraftState.MAPPING, DraftState.FAILED):
        raise ValidationError(_("You cannot do this now. Reload the import to see its status."))
    is_unfinished = choose(actor, draft, choices, dropped, searches or {})
    draft.values = draft.values | {EARLIER: draft.values.get(EARLIER, {}) | earlier_choices(draft)}
    draft.state, draft.report = DraftState.MAPPING, {}
    draft.save()
    save_mapping(actor, draft)
    return is_unfinished


@transaction.atomic
def queue_step(*, actor: Actor, draft_id: UUID, step: str) -> ImportDraft:
    """Queue a step (TRY, RUN or UNDO) for a worker. Raises ValidationError if it is not its turn."""
    draft = own_draft(actor, draft_id)
    if draft.state not in _FROM[step] or (step != UNDO and not _has_content(draft)):
        raise ValidationError(_("You cannot do this now. Reload the import to see its status."))
    if step == UNDO and (not draft.imported_at or timezone.now() > draft.imported_at + KEPT_FOR):
        raise ValidationError(_("You can undo an import only within 24 hours."))
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
    draft.report.pop("error", None)  # of the last step
    draft.save()
    return draft


def reset_interrupted(draft: ImportDraft) -> None:
    """Reset the state of an import whose step was stopped or died, so that the step can be repeated."""
    before = _BEFORE.get(DraftState(draft.state))
    if before is None or (draft.job_id and Job.objects.under_way().filter(pk=draft.job_id).exists()):
        return
    report = draft.report
    if draft.state == DraftState.IMPORTING:
        message = _("The import stopped part-way. Rows already imported are kept. Import again to continue.")
        report = report | {"error": message}
    # A job ends after its draft was saved, so the draft of a job that has just ended has its new state.
    unchanged = ImportDraft.objects.filter(pk=draft.pk, state=draft.state, job_id=draft.job_id)
    unchanged.update(state=before, report=report)
    draft.refresh_from_db(fields=["state", "report"])


def forget_drafts(moment: datetime) -> int:
    """Delete the files and undo data of imports after a day, and return their number. The sums stay.

    The last version of a watched register stays longer, so that a person can decide.
    """
    old = ImportDraft.objects.with_content().filter(created_at__lt=moment - KEPT_FOR)
    old = old.exclude(imported_at__gt=moment - KEPT_FOR)
    waiting = WatchedRegister.objects.filter(
        draft__created_at__gt=moment - WAITS_FOR, draft__imported_at=None
    )
    old = old.exclude(pk__in=waiting.values("draft"))
    ids = list(old.values_list("pk", flat=True))
    for draft in ImportDraft.objects.filter(pk__in=ids):
        clear_draft(draft)
        draft.save()
    return len(ids)


def clear_draft(draft: ImportDraft) -> None:
    """Delete the file, its values and the undo data of an import. The caller saves the draft."""
    draft.steps.all().delete()
    for names in ("lines", "offers"):
        draft.report.pop(names, None)
    draft.content, draft.first_rows = None, []
    draft.sample, draft.values, draft.counted, draft.joins, draft.names = {}, {}, {}, {}, {}


def _has_content(draft: ImportDraft) -> bool:
    return ImportDraft.objects.with_content().filter(pk=draft.pk).exists()


# --- In the worker ------------------------------------------------------------------------------------

TITLES: Final = {
    TRY: gettext_lazy("Checking an import"),
    RUN: gettext_lazy("Importing"),
    UNDO: gettext_lazy("Undoing an import"),
}


@opened(Opened.WRITER)
def work_on_draft(work: kinds.Work) -> kinds.JobResult:
    """Run a step of an import. After a worker has died, another one completes the import."""
    draft = ImportDraft.objects.visible_to(work.actor).get(pk=work.parameters["draft"])
    step, target = work.parameters["step"], TARGETS[draft.what]
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


def _undo(work: kinds.Work, draft: ImportDraft, target: Target) -> kinds.JobResult:
    target.undo(work.actor, draft, lambda _step, done, total: work.progress(done, total))
    return kinds.JobResult()


def _import(work: kinds.Work, draft: ImportDraft, target: Target, step: str) -> kinds.JobResult:
    def remember(rows: list[dict[str, Any]]) -> None:
        if rows and step == RUN:
            ImportStep.objects.create(draft=draft, rows=rows)

    def report_step(part: str, done: int, total: int | None) -> None:
        # Without the total while reading, because the bar would be full before writing begins.
        work.progress(done, total if part == "write" else None)

    with content_of(draft) as file:
        report = target.bring_in(work.actor, draft, file, step == TRY, report_step, remember)
    sums = {outcome.value: report.sums[outcome] for outcome in RowOutcome}
    draft.report, refused = summary_of(report)
    if step == RUN:
        keep_aliases(work.actor, draft)
        draft.imported_at = timezone.now()
    files = [report_file(report), *([refused_file(draft, refused)] if refused else [])]
    return kinds.JobResult({"rows": sum(sums.values()), "files": len(files)}, files)


def own_draft(actor: Actor, draft_id: UUID) -> ImportDraft:
    """Return the actor's import, locked. Raises PermissionDenied, DoesNotExist."""
    if not can_import(actor):
        raise PermissionDenied
    draft = ImportDraft.objects.visible_to(actor).select_for_update().get(pk=draft_id)
    reset_interrupted(draft)
    return draft


def _district_codes_by_name(actor: Actor) -> dict[str, str]:
    places = places_of(actor)
    return {fold(code): code for code in places} | {fold(name): code for code, name in places.items()}


def _district_codes_by_postcode(actor: Actor, values: Collection[str]) -> dict[str, str]:
    """Return the district of each postcode in which most organisations with this postcode are."""
    rows = Organisation.objects.visible_to(actor).filter(postcode__in=values).values("postcode")
    times: dict[str, Counter[str]] = {}
    for postcode, code, n in rows.values_list("postcode", "home_district__code", Count("pk")):
        times.setdefault(fold(postcode), Counter())[code] += n
    main_districts = {postcode: districts.most_common(1)[0] for postcode, districts in times.items()}
    return {
        postcode: code for postcode, (code, n) in main_districts.items() if 2 * n > times[postcode].total()
    }


JOB: Final = kinds.Kind(
    KIND, work_on_draft, title=gettext_lazy("Import"), may=can_import, lane=kinds.Lane.IMPORTS
)
