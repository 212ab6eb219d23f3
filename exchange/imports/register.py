"""The import of a register of organisations, from file to report."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from contacts.pairs import Likely, likely_among_organisations
from exchange.imports.converting import Row, convert
from exchange.imports.encodings import likely_encodings
from exchange.imports.mapping import Mapping as FileMapping
from exchange.imports.noting import NoteKind
from exchange.imports.offering import NamedOffer, named_offers
from exchange.imports.places import Places
from exchange.imports.planning import Group, Plan
from exchange.imports.reading import digest_and_encoding, read_lines
from exchange.imports.spooling import Spool
from exchange.imports.writing import Outcome, Remember, Result, Writer, refused
from exchange.policies import can_import
from jobs.services import Hold, IsHeld, fail_job, finish_job, held_alone, report_progress, start_job
from lib.reasons import read_reason

Progress = Callable[[str, int, int | None], None]

ALL_AT_ONCE: Final = 10_000  # past that many rows each batch is a transaction (security.md, audit trail)
_BATCH: Final = 1_000
LEASE: Final = "import"  # one at a time


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one row. `reason` says why, and what was odd or left out; `kinds` are of that."""

    number: int
    outcome: Outcome
    name: str
    reason: str
    kinds: tuple[str, ...] = ()


@dataclass(slots=True)
class ImportReport:
    """`sums` by outcome add up to the rows; `lines()` walks them in the file's order."""

    sums: Counter[Outcome]
    _spool: Spool
    _results: dict[int, Result] = field(default_factory=dict)
    offers: list[NamedOffer] = field(default_factory=list)

    def lines(self) -> Iterator[ReportLine]:
        for row in self._spool:
            found = self._results[row.line]
            yield ReportLine(row.line, found.outcome, row.name, found.reason, found.kinds)

    def add(self, result: Result) -> None:
        self.sums[result.outcome] += 1
        self._results[result.line] = result

    def point_out(self, likely: Mapping[int, Iterable[object]]) -> None:
        """Add to the reason of a line what it may be already; people decide."""
        for line, found in likely.items():
            result = self._results[line]
            reason = "; ".join([*([result.reason] if result.reason else []), *map(str, found)])
            kinds = tuple(dict.fromkeys([*result.kinds, NoteKind.ALIKE.value]))
            self._results[line] = replace(result, reason=reason, kinds=kinds)

    def name_offers(self, actor: Actor, plan: Plan) -> None:
        """Say of each line what it may be one with, by name, and what it counts as until somebody decides."""
        self.offers = named_offers(actor, plan, self._spool)
        self.point_out({offer.line: [offer] for offer in self.offers})

    def __str__(self) -> str:
        return ", ".join(f"{outcome.value} {self.sums[outcome]}" for outcome in Outcome)


def import_organisations(
    *,
    actor: Actor,
    file: BinaryIO,
    mapping: FileMapping,
    dry_run: bool = False,
    purpose: str = "",
    progress: Progress = lambda _step, _done, _total: None,
) -> ImportReport:
    """Bring a register in; `file` is seekable. The same file again changes nothing.

    Up to ALL_AT_ONCE rows all or nothing, past that in batches that converge when run again. A dry run
    writes nothing and reports what a run would. `progress` is told (step, done, total).

    Raises PermissionDenied where the actor may not import, ValidationError for an unreadable file or
    while another import runs.
    """
    if dry_run:
        return bring_in(actor, file, mapping, purpose=purpose, progress=progress, dry_run=True)
    _check(actor, purpose)
    with _alone() as hold:
        digest, _encoding = digest_and_encoding(file)
        parameters = {
            "source": mapping.source,
            "file": digest,
            "mapping": hashlib.sha256(mapping.text.encode()).hexdigest(),
            "purpose": purpose,
        }
        job = start_job(actor=actor, kind="import_organisations", parameters=parameters)

        def tell(step: str, done: int, total: int | None) -> None:
            progress(step, done, total)
            if step == "write":
                report_progress(job_id=job.pk, done=done, total=total)

        try:
            report = _run(actor, file, mapping, purpose, tell, _forget, hold, dry_run=False)
        except Exception as error:
            fail_job(job_id=job.pk, error=type(error).__name__)
            raise
        finish_job(job_id=job.pk, result={o.value: report.sums[o] for o in Outcome})
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
) -> ImportReport:
    """As `import_organisations`, inside a job that somebody else keeps; `remember` is told of each batch."""
    _check(actor, purpose)
    with _alone() as hold:
        return _run(actor, file, mapping, purpose, progress, remember or _forget, hold, dry_run=dry_run)


def _check(actor: Actor, purpose: str) -> None:
    if not can_import(actor):
        raise PermissionDenied
    if actor.kind == "user" and not read_reason(purpose):
        raise ValidationError({"purpose": _("Say why this is imported.")})


def _forget(_rows: list[dict[str, Any]]) -> None:
    """A command's import is put right by importing again."""


def _run(
    actor: Actor,
    file: BinaryIO,
    mapping: FileMapping,
    purpose: str,
    progress: Progress,
    remember: Remember,
    hold: Hold,
    *,
    dry_run: bool,
) -> ImportReport:
    places, spool, plan = Places(actor, mapping), Spool(), Plan(mapping)
    report = ImportReport(Counter(), spool)
    for row in _rows(file, mapping, places):
        spool.append(row)
        plan.add(row)
        if row.refusal:
            report.add(refused(row, row.refusal))
        if len(spool) % _BATCH == 0:
            hold.renew()
            progress("read", len(spool), None)
    progress("read", len(spool), len(spool))
    plan.look_up(actor, places)
    writer = Writer(actor, mapping, places, purpose, remember)
    at_once = dry_run or len(spool) <= ALL_AT_ONCE
    with transaction.atomic() if at_once else _nothing():
        with transaction.atomic():
            hold.renew()
            places.make_missing()
        for batch in _batches(plan.groups(spool)):
            with transaction.atomic():
                hold.renew()
                results = writer.write(batch)
            for result in results:
                report.add(result)
            progress("write", sum(report.sums.values()), len(spool))
        likely = likely_among_organisations(actor, writer.made)
        report.name_offers(actor, plan)
        offered = {offer.line for offer in report.offers}
        told = {writer.made[pk]: found for pk, found in likely.items()}
        report.point_out({line: found for line, found in told.items() if line not in offered})
        if dry_run:
            transaction.set_rollback(True)
    record_looked_at(actor, "organisation", Organisation.objects.visible_to(actor), likely.values(), purpose)
    return report


def record_looked_at(
    actor: Actor, object_type: str, seen: Any, told: Iterable[list[Likely]], purpose: str
) -> None:
    """Whoever imports is told the names of those that new rows look like: of those, the ones that are there.

    After the transaction, since a trial's is rolled back.
    """
    ids = {one.row.pk for found in told for one in found}
    rows = list(seen.filter(pk__in=ids).values_list("pk", flat=True)) if ids else []
    for start in range(0, len(rows), _BATCH):
        record(actor, Action.SEARCH, object_type, rows[start : start + _BATCH], purpose=purpose)


def _rows(file: BinaryIO, mapping: FileMapping, places: Places) -> Iterator[Row]:
    encoding = mapping.encoding or digest_and_encoding(file)[1] or likely_encodings(file)[0]
    for line in read_lines(file, mapping, encoding):
        row = convert(line, mapping)
        if not row.refusal:
            try:
                row.fields["home_district"] = places.code(str(row.fields["home_district"]))
            except ValidationError as error:
                row.refusal = " ".join(error.messages)
        yield row


def _batches(groups: Iterator[Group]) -> Iterator[list[Group]]:
    batch: list[Group] = []
    for group in groups:
        batch.append(group)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _alone() -> Iterator[Hold]:
    """Two imports at once could both miss the other's new organisations."""
    try:
        with held_alone(LEASE) as hold:
            yield hold
    except IsHeld as problem:
        raise ValidationError(_("Another import is running. Try again when it is done.")) from problem
