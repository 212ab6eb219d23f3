"""`FollowUpPeriod` and `ConcernPeriod` rows follow every change that figures depend on."""

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
class _Dated:
    """How the periods of a noun are kept: their model, the field that names the noun, and its state."""

    model: Any
    owner: str
    state: Any

    @property
    def names(self) -> list[str]:
        return [one.name for one in fields(self.state)]

    def state_of(self, row: Any) -> Any:
        """The state of a noun, or that of one of its periods."""
        return self.state(**{name: getattr(row, name) for name in self.names})


# The nouns that have histories.
DATED: Final[dict[type[models.Model], _Dated]] = {
    FollowUp: _Dated(FollowUpPeriod, "follow_up_id", FollowUpState),
    Concern: _Dated(ConcernPeriod, "concern_id", ConcernState),
}


def spans_of(row: Row) -> list[Span[Any]]:
    """The history of a row, as far as the row itself tells it."""
    state = DATED[type(row)].state_of(row)
    if isinstance(row, FollowUp):
        return spans_of_follow_up(state, row.created_at, row.first_due_on)
    return spans_of_concern(state, row.received_at)


def begin_histories(rows: Iterable[Row]) -> None:
    """Insert the first periods of new rows, all of one noun."""
    found = list(rows)
    if found:
        _insert(DATED[type(found[0])], [(row.pk, span) for row in found for span in spans_of(row)])


def continue_histories(rows: Sequence[Row]) -> None:
    """Bring the periods of known rows, all of one noun, up to what the rows are now."""
    if not rows:
        return
    dated, now = DATED[type(rows[0])], timezone.now()
    known = _periods(dated, [row.pk for row in rows])
    new: list[tuple[UUID, Span[Any]]] = []
    for row in rows:
        periods = known[row.pk]
        before = [_span(dated, one) for one in periods]
        state = dated.state_of(row)
        if before and before[-1].state == state:
            continue
        after = changed_to(before, state, row.updated_at) if before else spans_of(row)
        kept = _keep(periods, before, after, now)
        new += [(row.pk, span) for span in after if span.since not in kept]
    _insert(dated, new)


def history_of(row: Row) -> list[Span[Any]]:
    """The periods of one row, oldest first."""
    dated = DATED[type(row)]
    return [_span(dated, one) for one in _periods(dated, [row.pk])[row.pk]]


def histories_behind(model: type[models.Model]) -> Iterator[UUID]:
    """Rows whose last period is not as they are now."""
    dated = DATED[model]
    rows = model._default_manager.order_by("pk").iterator(chunk_size=1000)
    while some := list(islice(rows, 1000)):
        known = _periods(dated, [row.pk for row in some])
        for row in some:
            if [dated.state_of(one) for one in known[row.pk][-1:]] != [dated.state_of(row)]:
                yield row.pk


def bring_up_to_now(model: type[models.Model], ids: Sequence[UUID]) -> None:
    """Complete the histories of these rows."""
    rows: Any = model._default_manager.filter(pk__in=ids).order_by("pk")
    continue_histories(list(rows.select_for_update(no_key=True)))


def _keep(
    periods: Sequence[Any], before: Sequence[Span[Any]], after: Sequence[Span[Any]], now: datetime
) -> set[datetime]:
    """Keep the periods that are in `after`, at most with another open end, and supersede the others.

    Return the `since` of those kept. The latest come first: what goes on needs the place of those after it.
    """
    kept, by_start = set(), {span.since: span for span in after}
    for period, span in reversed(list(zip(periods, before, strict=True))):
        then = by_start.get(span.since)
        is_same = then is not None and then.state == span.state
        if then and is_same and (then.until == span.until or None in (then.until, span.until)):
            kept.add(span.since)
            period.until = then.until
        else:
            period.superseded_at = now
        period.save(update_fields=["until", "superseded_at"])
    return kept


def _periods(dated: _Dated, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found = defaultdict(list)
    rows = dated.model.objects.valid().filter(**{f"{dated.owner}__in": ids})
    for period in rows.order_by("since"):
        found[getattr(period, dated.owner)].append(period)
    return found


def _span(dated: _Dated, period: Any) -> Span[Any]:
    return Span(period.since, period.until, dated.state_of(period))


def _insert(dated: _Dated, spans: Iterable[tuple[UUID, Span[Any]]]) -> None:
    columns = ["id", dated.owner, "since", "until", *dated.names]
    rows = [(uuid7(), pk, span.since, span.until, *astuple(span.state)) for pk, span in spans]
    insert_values(dated.model, columns, rows)
