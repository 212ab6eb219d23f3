"""Run imports in batches. Each batch stores how to undo it, and a small import is one transaction."""

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
# Called with (step, done, total).
Progress = Callable[[str, int, int | None], None]
# Called in the transaction of a batch, with the rows that undo it.
Remember = Callable[[list[dict[str, Any]]], None]

_IDS: Final = 1_000  # of one event


def written_outcomes(draft: ImportDraft) -> dict[UUID, RowOutcome]:
    """Return the outcomes of an interrupted attempt of this import, by record ID."""
    return {
        UUID(row["id"]): RowOutcome.UPDATED if "version" in row else RowOutcome.CREATED
        for rows in draft.steps.values_list("rows", flat=True).iterator(10)
        for row in rows
    }


@contextmanager
def all_or_nothing(*, is_small: bool, dry_run: bool) -> Iterator[None]:
    """Open one transaction for a small import or a trial. A trial is rolled back."""
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
    """Write the rows in batches, each in a transaction."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        with transaction.atomic():
            write(batch)
        progress("write", report.sums.total(), total)


def disclose_likely(
    actor: Actor, object_type: str, visible_rows: Any, likely_pairs: Iterable[list[Likely]], purpose: str
) -> None:
    """Record that the importer sees the names of likely duplicates of new rows.

    Called after the transaction, because that of a trial is rolled back.
    """
    ids = {likely.row.pk for likely_rows in likely_pairs for likely in likely_rows}
    rows = list(visible_rows.filter(pk__in=ids).values_list("pk", flat=True)) if ids else []
    for start in range(0, len(rows), _IDS):
        disclose(actor, object_type, rows[start : start + _IDS], action=Action.SEARCH, reason=purpose)
