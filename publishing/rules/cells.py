"""Cells: the numbers of a release that a reader can see or work out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5  # smaller numbers are hidden
TOTAL: Final = ""  # the group of a table's total

Pair = tuple[int, int]  # n, of
# Release, quarter, population or indicator, split, group, and `of`, `n` or `rest`.
Cell = tuple[int, str, str, str, str, str]
# The same area in two quarters: the earlier groups together are the later groups together.
Same = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Counted numbers of an indicator in one quarter and release.

    `rows` has n and `of` by group. Tables with the same `population` have the same `of`, and `within` is the
    population that contains this one. `is_state`: n is of a moment. `is_stock`: `of` is, too.

    `hides_n` and `hides_of` are the groups whose numbers are not published, possibly with TOTAL. They are
    None before the decision. An `of` is never hidden without its n. Groups in `never` are always hidden, so
    that a reader does not know whether they count anything. `adds_up` has the quarters that together make a
    longer table. `vintage` is the newest one of its kept figures, or 0 if they were counted for the release.
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
    vintage: int = 0

    @property
    def pairs(self) -> dict[str, Pair]:
        return {**self.rows, TOTAL: self.total}

    def cell(self, group: str, part: str) -> Cell:
        counted = self.population if part == "of" else self.slug
        return (self.release, self.quarter, counted, self.split if group else "", group, part)
