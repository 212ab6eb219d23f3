"""Write the periods (histories) of follow-ups and concerns that figures about the past read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils import timezone

from lib.copying import insert_values
from lib.ids import uuid7
from meetings.models import Concern, ConcernPeriod, FollowUp, FollowUpPeriod
from meetings.rules.histories import (
    ConcernState,
    FollowUpState,
    Span,
    changed_to,
    spans_of_concern,
    spans_of_follow_up,
)

Row = FollowUp | Concern


@dataclass(frozen=True, slots=True)
class _History:
    """History of a noun: model of its periods, their field for the noun, and class of its state."""

    model: Any
    owner: str
    state: Any

    @property
    def names(self) -> list[str]:
        return [field.name for field in fields(self.state)]

    def state_of(self, row: Any) -> Any:
        """Return the state of a noun or of one of its periods."""
        return self.state(**{name: getattr(row, name) for name in self.names})


# The nouns that have histories.
HISTORIES: Final[dict[type[models.Model], _History]] = {
    FollowUp: _History(FollowUpPeriod, "follow_up_id", FollowUpState),
    Concern: _History(ConcernPeriod, "concern_id", ConcernState),
}


def spans_of(row: Row) -> list[Span[Any]]:
    """Return the history of a row, as far as its own columns show it."""
    state = HISTORIES[type(row)].state_of(row)
    if isinstance(row, FollowUp):
        return spans_of_follow_up(state, row.created_at, row.first_due_on)
    return spans_of_concern(state, row.received_at)


def begin_histories(rows: Iterable[Row]) -> None:
    """Insert the first periods of new rows, all of one noun."""
    new_rows = list(rows)
    if new_rows:
        _insert_periods(
            HISTORIES[type(new_rows[0])], [(row.pk, span) for row in new_rows for span in spans_of(row)]
        )


def continue_histories(rows: Sequence[Row]) -> None:
    """Bring the periods of existing rows, all of one noun, up to date."""
    if not rows:
        return
    history, moment = HISTORIES[type(rows[0])], timezone.now()
    periods_by_row = _periods(history, [row.pk for row in rows])
    new: list[tuple[UUID, Span[Any]]] = []
    for row in rows:
        periods = periods_by_row[row.pk]
        before = [_span(history, period) for period in periods]
        state = history.state_of(row)
        if before and before[-1].state == state:
            continue
        after = changed_to(before, state, row.updated_at) if before else spans_of(row)
        kept_starts = _close_periods(periods, before, after, moment)
        new += [(row.pk, span) for span in after if span.since not in kept_starts]
    _insert_periods(history, new)


def history_of(row: Row) -> list[Span[Any]]:
    """The periods of one row, oldest first."""
    history = HISTORIES[type(row)]
    return [_span(history, period) for period in _periods(history, [row.pk])[row.pk]]


def histories_behind(model: type[models.Model]) -> Iterator[UUID]:
    """IDs of rows whose last period differs from their current state."""
    history = HISTORIES[model]
    rows = model._default_manager.order_by("pk").iterator(chunk_size=1000)
    while batch := list(islice(rows, 1000)):
        periods_by_row = _periods(history, [row.pk for row in batch])
        for row in batch:
            if [history.state_of(period) for period in periods_by_row[row.pk][-1:]] != [
                history.state_of(row)
            ]:
                yield row.pk


def complete_histories(model: type[models.Model], ids: Sequence[UUID]) -> None:
    """Complete the histories of these rows."""
    rows: Any = model._default_manager.filter(pk__in=ids).order_by("pk")
    continue_histories(list(rows.select_for_update(no_key=True)))


def _close_periods(
    periods: Sequence[Any], before: Sequence[Span[Any]], after: Sequence[Span[Any]], moment: datetime
) -> set[datetime]:
    """Keep periods that are also in `after`, set their new end, and supersede the others.

    Return the starts of the kept periods. The latest come first, to free the place for a period that
    continues.
    """
    kept_starts, by_start = set(), {span.since: span for span in after}
    for period, span in reversed(list(zip(periods, before, strict=True))):
        span_after = by_start.get(span.since)
        is_same = span_after is not None and span_after.state == span.state
        if (
            span_after
            and is_same
            and (span_after.until == span.until or None in (span_after.until, span.until))
        ):
            kept_starts.add(span.since)
            period.until = span_after.until
        else:
            period.superseded_at = moment
        period.save(update_fields=["until", "superseded_at"])
    return kept_starts


def _periods(history: _History, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    periods_by_row = defaultdict(list)
    rows = history.model.objects.valid().filter(**{f"{history.owner}__in": ids})
    for period in rows.order_by("since"):
        periods_by_row[getattr(period, history.owner)].append(period)
    return periods_by_row


def _span(history: _History, period: Any) -> Span[Any]:
    return Span(period.since, period.until, history.state_of(period))


def _insert_periods(history: _History, spans: Iterable[tuple[UUID, Span[Any]]]) -> None:
    columns = ["id", history.owner, "since", "until", *history.names]
    rows = [(uuid7(), pk, span.since, span.until, *astuple(span.state)) for pk, span in spans]
    insert_values(history.model, columns, rows)
