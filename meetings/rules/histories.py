"""Histories of follow-ups and concerns: states in half-open spans, for figures about the past."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Generic, Protocol, TypeVar

# A change that is undone within this time leaves no trace in the history.
UNDONE_WITHIN: Final = timedelta(minutes=10)
# A follow-up reopened by mistake and done again within this time keeps its first completion.
DONE_AGAIN_WITHIN: Final = timedelta(days=7)


class HasMoments(Protocol):
    @property
    def moments(self) -> set[datetime | None]:
        """Moments that are part of the state."""


State = TypeVar("State", bound=HasMoments)


@dataclass(frozen=True, slots=True)
class FollowUpState:
    status: str
    due_on: date
    completed_at: datetime | None

    @property
    def moments(self) -> set[datetime | None]:
        return {self.completed_at}


@dataclass(frozen=True, slots=True)
class ConcernState:
    """A state of a concern. `answered_at` stays set while the concern is closed."""

    status: str
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def moments(self) -> set[datetime | None]:
        return {self.answered_at, self.closed_at}


@dataclass(frozen=True, slots=True)
class Span(Generic[State]):
    """A state from `since` to `until` (None: current)."""

    since: datetime
    until: datetime | None
    state: State


def spans_of_follow_up(
    state: FollowUpState, created_at: datetime, first_due_on: date
) -> list[Span[FollowUpState]]:
    """Return the history of a new follow-up. It is open from its first due date at the latest."""
    promised_at = min(created_at, datetime.combine(first_due_on, time(), UTC))
    if state.completed_at is None:
        return [Span(promised_at, None, state)]
    before = replace(state, status="open", completed_at=None)
    return _spans_from_steps([(promised_at, before), (state.completed_at, state)])


def spans_of_concern(state: ConcernState, received_at: datetime) -> list[Span[ConcernState]]:
    """Return the history of a new concern: open since its receipt, then answered, then closed."""
    steps = [(received_at, ConcernState("open", None, None))]
    if state.answered_at:
        steps.append((state.answered_at, ConcernState("answered", state.answered_at, None)))
    if state.closed_at:
        steps.append((state.closed_at, state))
    return _spans_from_steps(steps)


def changed_to(spans: Sequence[Span[State]], state: State, now: datetime) -> list[Span[State]]:
    """Return the history of a row that now has `state`, oldest first. `spans` is the history so far.

    A state begins at the latest new moment that it contains, else now. It replaces spans that begin later.
    A change that is undone within a few minutes leaves no trace.
    """
    same_spans = [span for span in spans if span.state == state and _held_since(span, now - UNDONE_WITHIN)]
    if same_spans:
        going_on = same_spans[-1]
        return [*(span for span in spans if span.since < going_on.since), replace(going_on, until=None)]
    known_moments = spans[-1].state.moments if spans else set()
    began_at = max(filter(None, state.moments - known_moments), default=now)
    return [*(_ended(span, began_at) for span in spans if span.since < began_at), Span(began_at, None, state)]


def first_completion(spans: Sequence[Span[FollowUpState]], now: datetime) -> datetime | None:
    """Return the first completion of a follow-up that was reopened only a few days ago, else None."""
    done_states = [
        span.state for span in spans if span.state.completed_at and _held_since(span, now - DONE_AGAIN_WITHIN)
    ]
    return done_states[-1].completed_at if done_states else None


def _spans_from_steps(steps: Sequence[tuple[datetime, State]]) -> list[Span[State]]:
    """Return spans that begin with each step. A step replaces earlier ones that begin no sooner."""
    spans: list[Span[State]] = []
    for since, state in steps:
        spans = [*(_ended(span, since) for span in spans if span.since < since), Span(since, None, state)]
    return spans


def _ended(span: Span[State], at: datetime) -> Span[State]:
    return span if span.until and span.until <= at else replace(span, until=at)


def _held_since(span: Span[State], moment: datetime) -> bool:
    """Whether the span is current, or ended at `moment` or later."""
    return span.until is None or span.until >= moment
