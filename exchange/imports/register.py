"""The import of a register of organisations, from file to report."""

import hashlib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Organisation
from contacts.queries.pairs import likely_among_organisations
from exchange.imports.converting import Row, convert_line, label_of, refuse_incomplete
from exchange.imports.encodings import likely_encodings
from exchange.imports.engine import Progress, Remember, all_or_nothing, disclose_likely, write_batches
from exchange.imports.locating import point_of
from exchange.imports.mapping import HOME
from exchange.imports.mapping import Mapping as FileMapping
from exchange.imports.noting import NoteKind
from exchange.imports.offering import named_offers
from exchange.imports.outcomes import ImportReport, RowOutcome
from exchange.imports.places import Places
from exchange.imports.planning import Group, Plan
from exchange.imports.reading import Line, digest_and_encoding, read_lines
from exchange.imports.spooling import Spool
from exchange.imports.writing import Writer, refused_result
from exchange.policies import can_import
from jobs.services.jobs import (
    LEASE,
    Hold,
    IsHeld,
    fail_job,
    finish_job,
    held_alone,
    report_progress,
    start_job,
)
from lib.reasons import read_reason

ALL_AT_ONCE: Final = 10_000  # with more rows, each batch is a transaction
_BATCH: Final = 1_000
ONE_AT_A_TIME: Final = "import"
OUTLASTS_THE_DEAD: Final = LEASE + timedelta(seconds=5)  # the lease of a killed import lasts until then


def import_organisations(
    *,
    actor: Actor,
    file: BinaryIO,
    mapping: FileMapping,
    dry_run: bool = False,
    purpose: str = "",
    progress: Progress = lambda _step, _done, _total: None,
    patience: timedelta = timedelta(0),
) -> ImportReport:
    """Import a register from a seekable file. The same file again changes nothing.

    Up to ALL_AT_ONCE rows are one transaction. A larger register is written in batches, which a second run
    completes. A dry run writes nothing and reports the same outcomes. `progress` gets (step, done, total).

    Raises PermissionDenied if the actor may not import. Raises ValidationError for an unreadable file, or if
    another import runs for longer than `patience`.
    """
    if dry_run:
        return bring_in(
            actor, file, mapping, purpose=purpose, progress=progress, patience=patience, dry_run=True
        )
    _check_rights(actor, purpose)
    with _hold_alone(patience, progress) as hold:
        digest, _encoding = digest_and_encoding(file)
        parameters = {
            "source": mapping.source,
            "file": digest,
            "mapping": hashlib.sha256(mapping.text.encode()).hexdigest(),
            "purpose": purpose,
        }
        job = start_job(actor=actor, kind="import_organisations", parameters=parameters)

        def report_step(step: str, done: int, total: int | None) -> None:
            progress(step, done, total)
            if step == "write":
                report_progress(job_id=job.pk, done=done, total=total)

        try:
            report = _run_import(
                actor, file, mapping, purpose, report_step, _remember_nothing, hold, {}, dry_run=False
            )
        except Exception as error:
            fail_job(job_id=job.pk, error=type(error).__name__)
            raise
        finish_job(job_id=job.pk, result={o.value: report.sums[o] for o in RowOutcome})
        return report


def bring_in(
    actor: Actor,
    file: BinaryIO,
    mapping: FileMapping,
    *,
    purpose: str,
    progress: Progress,
    dry_run: bool = False,
    remember: Remember | None = None,
    patience: timedelta = OUTLASTS_THE_DEAD,
    written: Table[UUID, RowOutcome] | None = None,
) -> ImportReport:
    """Import like `import_organisations`, inside a job of the caller.

    `remember` gets the undo data of each batch.

    `written` has the outcomes of an interrupted attempt of this import (engine.written_outcomes).
    """
    _check_rights(actor, purpose)
    remember_step = remember or _remember_nothing
    with _hold_alone(patience, progress) as hold:
        return _run_import(
            actor, file, mapping, purpose, progress, remember_step, hold, written or {}, dry_run=dry_run
        )


def _check_rights(actor: Actor, purpose: str) -> None:
    if not can_import(actor, "organisations"):
        raise PermissionDenied
    if actor.kind == "user" and not read_reason(purpose):
        raise ValidationError({"purpose": _("Enter a reason for this import.")})


def _remember_nothing(_rows: list[dict[str, Any]]) -> None:
    """Store no undo data: a command's import is corrected by another import."""


def _run_import(
    actor: Actor,
    file: BinaryIO,
    mapping: FileMapping,
    purpose: str,
    progress: Progress,
    remember: Remember,
    hold: Hold,
    written: Table[UUID, RowOutcome],
    *,
    dry_run: bool,
) -> ImportReport:
    places, spool, plan = Places(actor, mapping), Spool(), Plan(mapping)
    report = ImportReport(spool)
    for row in _converted_rows(file, mapping, places):
        spool.append(row)
        plan.add(row)
        if row.refusal:
            report.add(refused_result(row, row.refusal))
        if len(spool) % _BATCH == 0:
            hold.renew()
            progress("read", len(spool), None)
    progress("read", len(spool), len(spool))
    plan.look_up(actor, places)
    writer = Writer(actor, mapping, places, purpose, remember, written)

    def write(batch: list[Group]) -> None:
        hold.renew()
        for result in writer.write(batch):
            report.add(result)

    with all_or_nothing(is_small=len(spool) <= ALL_AT_ONCE, dry_run=dry_run):
        with transaction.atomic():
            hold.renew()
            places.make_missing()
        write_batches(plan.groups(spool), _BATCH, write, report=report, total=len(spool), progress=progress)
        likely = likely_among_organisations(actor, writer.created_lines)
        report.offers = named_offers(actor, plan, spool)
        offered: dict[int, Iterable[object]] = {offer.line: [offer] for offer in report.offers}
        report.point_out(
            {writer.created_lines[pk]: likely_rows for pk, likely_rows in likely.items()} | offered
        )
    disclose_likely(actor, "organisation", Organisation.objects.visible_to(actor), likely.values(), purpose)
    return report


def _converted_rows(file: BinaryIO, mapping: FileMapping, places: Places) -> Iterator[Row]:
    encoding = mapping.encoding or digest_and_encoding(file)[1] or likely_encodings(file)[0]
    for line in read_lines(file, mapping, encoding):
        row = convert_line(line, mapping)
        if not row.refusal:
            try:
                _set_home_district(row, line, mapping, places)
            except ValidationError as error:
                row.refusal = " ".join(error.messages)
        yield row


def _set_home_district(row: Row, line: Line, mapping: FileMapping, places: Places) -> None:
    """Set the home district: the one that the row names, or the one at its coordinates, or the default.

    Raises ValidationError for a district in which the actor may not write, and if no district is found.
    """
    if HOME not in row.missing:
        row.fields[HOME] = places.code(str(row.fields[HOME]))
        return
    if not mapping.point:
        return
    code, reason = mapping.elsewhere, ""
    try:
        if point := point_of(line, mapping):
            code = places.at(*point)
    except ValidationError as error:
        reason = " ".join(error.messages)
    if code:
        row.fields[HOME] = places.code(code)
        row.missing.remove(HOME)
    if reason and (code or mapping.is_numbered):
        row.note(NoteKind.LEFT_OUT, f"{label_of(HOME)}: {reason}")
    elif reason:
        raise ValidationError(f"{label_of(HOME)}: {reason}")
    elif not mapping.is_numbered:
        refuse_incomplete(row, row.missing)


@contextmanager
def _hold_alone(patience: timedelta, progress: Progress) -> Iterator[Hold]:
    """Hold the lease of imports, because two parallel imports would miss each other's new organisations."""
    try:
        with held_alone(ONE_AT_A_TIME, patience, lambda: progress("wait", 0, None)) as hold:
            yield hold
    except IsHeld as problem:
        raise ValidationError(_("Another import is running. Try again when it has finished.")) from problem
