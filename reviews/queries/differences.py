"""Since signed: a signed audit's figures beside today's, and the records that made the difference."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.actors import Actor
from reports.queries.questions import By
from reviews.models import FrozenFigure, Review
from reviews.queries.definitions import Definition, definition_of, n_of
from reviews.queries.figures import figures_now
from reviews.queries.parts import readable

AT_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """Records that moved into or out of n, or of the rest, since: as far as the reader sees them now.

    `hidden` are more that the reader does not see, or that are gone.
    """

    code: str
    rows: list[Any]
    hidden: int


@dataclass(frozen=True, slots=True)
class Since:
    """A figure then and now. `differences` are empty where no ids were kept."""

    then: FrozenFigure
    now: FrozenFigure
    definition: Definition
    noun: str
    differences: list[Difference]

    @property
    def value_then(self) -> str:
        return self.definition.value_of(self.then)

    @property
    def value_now(self) -> str:
        return self.definition.value_of(self.now)

    @property
    def n_of_then(self) -> str:
        return n_of(self.then)

    @property
    def n_of_now(self) -> str:
        return n_of(self.now)

    @property
    def is_same(self) -> bool:
        return (self.then.n, self.then.of) == (self.now.n, self.now.of) and not self.differences


def since_signed(actor: Actor, review: Review) -> list[Since]:
    """Each figure of the whole district, in the audit's order."""
    today = {one.slug: one for one in figures_now(review)}
    whole = review.figures.filter(by=By.DISTRICT, group=review.district_code).order_by("position")
    found = []
    for then in whole:
        now, definition = today.get(then.slug), definition_of(review.definitions, then.slug)
        if now and definition:
            found.append(Since(then, now, definition, then.noun, list(_differences(actor, then, now))))
    return found


def _differences(actor: Actor, then: FrozenFigure, now: FrozenFigure) -> Iterable[Difference]:
    if then.ids is None or now.ids is None:
        return
    counted_then, counted_now = set(then.ids), set(now.ids)
    rest_then, rest_now = set(then.rest or ()), set(now.rest or ())
    moved = {
        "counted": counted_now - counted_then,
        "not_counted": counted_then - counted_now,
        "new": rest_now - rest_then - counted_then,
        "gone": rest_then - rest_now - counted_now,
    }
    for code, ids in moved.items():
        if ids:
            yield _shown(actor, then.noun, code, ids)


def _shown(actor: Actor, noun: str, code: str, ids: set[UUID]) -> Difference:
    found = list(readable(actor, noun, ids).order_by("-created_at", "pk")[:AT_MOST])
    return Difference(code, found, len(ids) - len(found))
