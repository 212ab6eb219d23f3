"""How every import runs: by batches, each with what undoes it; while it is small, all or nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from audit.models import Action
from contacts.queries.pairs import Likely
from disclosure.services.disclosing import disclose
from exchange.imports.outcomes import ImportReport, RowOutcome
from exchange.models import ImportDraft

Row = TypeVar("Row")
# Told (step, done, total).
Progress = Callable[[str, int, int | None], None]
# Told what a batch wrote, in its transaction: what it takes to undo it.
Remember = Callable[[list[dict[str, Any]]], None]

_IDS: Final = 1_000  # of one event


def written_outcomes(draft: ImportDraft) -> dict[UUID, RowOutcome]:
    """What an attempt of this import that was interrupted has done, by the id of the record."""
    return {
        UUID(row["id"]): RowOutcome.UPDATED if "version" in row else RowOutcome.CREATED
        for rows in draft.steps.values_list("rows", flat=True).iterator(10)
        for row in rows
    }


@contextmanager
def all_or_nothing(*, is_small: bool, dry_run: bool) -> Iterator[None]:
    """One transaction for a small import; a trial's is taken back."""
    with transaction.atomic() if is_small or dry_run else nullcontext():
        yield
        if dry_run:
            transaction.set_rollback(True)


def write_batches(
    rows: Iterable[Row],
    size: int,
    write: Callable[[list[Row]], None],
    *,
    report: ImportReport,
    total: int,
    progress: Progress,
) -> None:
    """Each batch is a transaction."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        with transaction.atomic():
            write(batch)
        progress("write", report.sums.total(), total)


def disclose_likely(
    actor: Actor, object_type: str, visible_rows: Any, likely_pairs: Iterable[list[Likely]], purpose: str
) -> None:
    """Whoever imports is told the names of those that new rows look like: of those, the ones that are there.

    After the transaction, since a trial's is rolled back.
    """
    ids = {likely.row.pk for likely_rows in likely_pairs for likely in likely_rows}
    rows = list(visible_rows.filter(pk__in=ids).values_list("pk", flat=True)) if ids else []
    for start in range(0, len(rows), _IDS):
        disclose(actor, object_type, rows[start : start + _IDS], action=Action.SEARCH, reason=purpose)
