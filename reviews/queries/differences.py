"""Differences between a signed audit's figures and the newest ones, with the records behind them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.actors import Actor
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import By, Question
from reviews.models import FrozenFigure, Review
from reviews.queries.definitions import Definition, definition_of, n_of
from reviews.queries.figures import figure_of, kept_members, member_ids, rows_by_report
from reviews.queries.parts import readable

AT_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """Records that moved into or out of n, or the rest, by revisions of a kept figure.

    `rows` are records that the reader sees now. `hidden` counts the others, and those that are gone.
    """

    code: str
    rows: list[Any]
    hidden: int


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """A figure as it was frozen, and today. `differences` are empty if no IDs were stored."""

    frozen: FrozenFigure
    current: FrozenFigure
    definition: Definition
    noun: str
    differences: list[Difference]

    @property
    def frozen_value(self) -> str:
        return self.definition.value_of(self.frozen)

    @property
    def current_value(self) -> str:
        return self.definition.value_of(self.current)

    @property
    def frozen_numbers(self) -> str:
        return n_of(self.frozen)

    @property
    def current_numbers(self) -> str:
        return n_of(self.current)

    @property
    def is_same(self) -> bool:
        return (self.frozen.n, self.frozen.of) == (self.current.n, self.current.of) and not self.differences


def since_signed(actor: Actor, review: Review) -> list[FigureComparison]:
    """Compare each figure of the whole district with the newest one, in the order of the audit.

    A kept figure is compared with its newest revision, and with the records of it. Other figures are counted
    from the records of today, without a list.
    """
    rows = rows_by_report(Question((review.period,), (review.district,)))
    members = kept_members(review.district, rows)
    district_figures = review.figures.filter(by=By.DISTRICT, group=review.district_code).order_by("position")
    comparisons = []
    for frozen in district_figures:
        definition = definition_of(review.definitions, frozen.slug)
        if frozen.slug not in rows or definition is None:
            continue
        [row] = rows[frozen.slug]
        report = REPORTS[frozen.slug]
        current = figure_of(review, report, By.DISTRICT, row)
        differences: list[Difference] = []
        if row.vintage and (total := members.get((review.district_id, report.slug))):
            current.ids, current.rest = member_ids(report, total)
            differences = list(_differences(actor, frozen, current))
        comparisons.append(FigureComparison(frozen, current, definition, frozen.noun, differences))
    return comparisons


def _differences(actor: Actor, frozen: FrozenFigure, current: FrozenFigure) -> Iterable[Difference]:
    if frozen.ids is None:
        return
    counted_then, counted_now = set(frozen.ids), set(current.ids or ())
    rest_then, rest_now = set(frozen.rest or ()), set(current.rest or ())
    moved_ids = {
        "counted": counted_now - counted_then,
        "not_counted": counted_then - counted_now,
        "new": rest_now - rest_then - counted_then,
        "gone": rest_then - rest_now - counted_now,
    }
    for code, ids in moved_ids.items():
        if ids:
            yield _visible_difference(actor, frozen.noun, code, ids)


def _visible_difference(actor: Actor, noun: str, code: str, ids: set[UUID]) -> Difference:
    visible = list(readable(actor, noun, ids).order_by("-created_at", "pk")[:AT_MOST])
    return Difference(code, visible, len(ids) - len(visible))
