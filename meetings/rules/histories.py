"""States of follow-ups and concerns as half-open spans, one at a time: what figures of the past read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Generic, Protocol, TypeVar

# A state that is again as it was within this time never was otherwise.
TAKEN_BACK_WITHIN: Final = timedelta(minutes=10)
# A follow-up reopened by mistake and done again within this time keeps its first completion.
DONE_AGAIN_WITHIN: Final = timedelta(days=7)


class NamesMoments(Protocol):
    @property
    def moments(self) -> set[datetime | None]:
        """Moments that a state itself names."""


State = TypeVar("State", bound=NamesMoments)


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
    """`answered_at` stays known while the concern is closed."""

    status: str
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def moments(self) -> set[datetime | None]:
        return {self.answered_at, self.closed_at}


@dataclass(frozen=True, slots=True)
class Span(Generic[State]):
    """`state` held from `since` until `until`; None: it still holds."""

    since: datetime
    until: datetime | None
    state: State


def spans_of_follow_up(
    state: FollowUpState, created_at: datetime, first_due_on: date
) -> list[Span[FollowUpState]]:
    """The history of a new follow-up. It is open from its first due date on, even if it is entered later."""
    promised_at = min(created_at, datetime.combine(first_due_on, time(), UTC))
    if state.completed_at is None:
        return [Span(promised_at, None, state)]
    before = replace(state, status="open", completed_at=None)
    return _chain([(promised_at, before), (state.completed_at, state)])


def spans_of_concern(state: ConcernState, received_at: datetime) -> list[Span[ConcernState]]:
    """The history of a new concern: open since it was received, then answered, then closed."""
    steps = [(received_at, ConcernState("open", None, None))]
    if state.answered_at:
        steps.append((state.answered_at, ConcernState("answered", state.answered_at, None)))
    if state.closed_at:
        steps.append((state.closed_at, state))
    return _chain(steps)


def changed_to(spans: Sequence[Span[State]], state: State, now: datetime) -> list[Span[State]]:
    """The history of a row that now has `state`, oldest first; `spans` is the history so far.

    A state begins at the moment that it names first, else now; later spans give way to it. What is again as
    it was a few minutes ago never was otherwise.
    """
    same = [one for one in spans if one.state == state and _held_since(one, now - TAKEN_BACK_WITHIN)]
    if same:
        going_on = same[-1]
        return [*(one for one in spans if one.since < going_on.since), replace(going_on, until=None)]
    known = spans[-1].state.moments if spans else set()
    began_at = max(filter(None, state.moments - known), default=now)
    return [*(_ended(one, began_at) for one in spans if one.since < began_at), Span(began_at, None, state)]


def first_completion(spans: Sequence[Span[FollowUpState]], now: datetime) -> datetime | None:
    """When a follow-up that is done again was first done, if it was reopened only a few days ago."""
    done = [
        one.state for one in spans if one.state.completed_at and _held_since(one, now - DONE_AGAIN_WITHIN)
    ]
    return done[-1].completed_at if done else None


def _chain(steps: Sequence[tuple[datetime, State]]) -> list[Span[State]]:
    """Spans that begin with each step; a step that begins no later than one before takes its place."""
    spans: list[Span[State]] = []
    for since, state in steps:
        spans = [*(_ended(one, since) for one in spans if one.since < since), Span(since, None, state)]
    return spans


def _ended(span: Span[State], at: datetime) -> Span[State]:
    return span if span.until and span.until <= at else replace(span, until=at)


def _held_since(span: Span[State], moment: datetime) -> bool:
    """Whether it still holds, or held until `moment` or later."""
    return span.until is None or span.until >= moment
