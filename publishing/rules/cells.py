"""The numbers of a release: one cell for each that a reader can see or work out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5  # a smaller number is hidden
TOTAL: Final = ""  # the group of a table's total

Pair = tuple[int, int]  # n, of
# Release, quarter, what it counts (population or indicator), split, group, and `of`, `n` or `rest`.
Cell = tuple[int, str, str, str, str, str]
# Grounds of two quarters that are the same: the earlier groups together are the later ones together.
Same = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One indicator of one quarter in one release, as it was counted.

    `rows` are n and `of` by group. Tables with one `population` have the same `of`; `within` is the
    population that this one is a part of. `hides_n` and `hides_of` are groups whose numbers are not
    published, TOTAL among them; an `of` is never hidden without its n. They are None before the decision.
    `is_state`: n is of a moment, `is_stock`: so is `of`. `never` are groups that are hidden whatever they
    count, so that a reader does not know whether they count anybody. `adds_up` are quarters whose totals are
    together the total of this table, which is of a longer period.
    """

    release: int
    quarter: str
    slug: str
    split: str
    rows: Mapping[str, Pair]
    total: Pair
    population: str
    within: str = ""
    is_state: bool = False
    is_stock: bool = False
    never: frozenset[str] = frozenset()
    adds_up: Sequence[str] = ()
    hides_n: frozenset[str] | None = None
    hides_of: frozenset[str] | None = None

    @property
    def pairs(self) -> dict[str, Pair]:
        return {**self.rows, TOTAL: self.total}

    def cell(self, group: str, what: str) -> Cell:
        counted = self.population if what == "of" else self.slug
        return (self.release, self.quarter, counted, self.split if group else "", group, what)
