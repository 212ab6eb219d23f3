"""Proof that no one can work out a hidden number: a system of equations over whole numbers. Pure.

The proof consists of witnesses: other numbers in the hidden cells that fit everything published. If the
search finds no witness, more cells are hidden. So a short search may hide too much, but never too little.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from publishing.rules.cells import TOTAL, Cell

POSSIBLE: Final = 6
# The order in which cells are made safe. An `of` is hidden with its n, and an n with the rest, so this hides
# fewer cells.
_ORDER: Final = {"of": 2, "n": 1}
_STEPS: Final = 200  # limit of the search for one witness


@dataclass
class System:
    """Cells with their `values`, equations between them, and the cells that the reader sees (`published`).

    The terms of an equation add up to 0. `floors` has the smallest possible value of each cell. `guarded`
    cells must stay unknown, and `fixed` cells were published by an earlier release. `lot` is a secret that
    decides which other cells are hidden. If the values decided this, readers of this program could work them
    out.
    """

    lot: bytes = b""

    values: dict[Cell, int] = field(default_factory=dict)
    floors: dict[Cell, int] = field(default_factory=dict)
    equations: list[dict[Cell, int]] = field(default_factory=list)
    published: set[Cell] = field(default_factory=set)
    fixed: set[Cell] = field(default_factory=set)
    guarded: set[Cell] = field(default_factory=set)
    _same: dict[Cell, Cell] = field(default_factory=dict)
    _equations_of: dict[Cell, list[int]] = field(default_factory=lambda: defaultdict(list))
    _witnessed: dict[Cell, set[int]] = field(default_factory=lambda: defaultdict(set))
    _steps_left: int = 0

    def representative(self, cell: Cell) -> Cell:
        """Return the cell that represents all cells which the reader takes to be equal to `cell`."""
        while (represented_by := self._same.get(cell, cell)) != cell:
            cell = represented_by
        return cell

    def add(self, cell: Cell, value: int, floor: int = 0) -> None:
        self.values[cell], self.floors[cell] = value, floor

    def equal(self, cell: Cell, equal_cell: Cell) -> None:
        """Treat two equal cells as one."""
        cell, equal_cell = self.representative(cell), self.representative(equal_cell)
        if cell != equal_cell:
            self._same[equal_cell] = cell
            self.floors[cell] = max(self.floors[cell], self.floors[equal_cell])

    def sum_up(self, parts: Iterable[Cell], wholes: Iterable[Cell], between: Cell | None = None) -> None:
        """Add the equation: the parts add up to the wholes, except for a difference in the cell `between`."""
        terms = [(cell, 1) for cell in parts] + [(cell, -1) for cell in wholes]
        difference = sum(sign * self.values[cell] for cell, sign in terms)
        if between is not None:
            self.add(between, abs(difference))
            terms.append((between, -1 if difference > 0 else 1))
        self.equations.append(_sum(terms))

    def close(self) -> None:
        """Rewrite the equations with representatives of equal cells."""
        self.equations = [
            _sum((self.representative(cell), sign) for cell, sign in terms.items())
            for terms in self.equations
        ]
        for number, terms in enumerate(self.equations):
            for cell in terms:
                self._equations_of[cell].append(number)
        for cells in (self.published, self.fixed, self.guarded):
            representatives = {self.representative(cell) for cell in cells}
            cells.clear()
            cells.update(representatives)

    # --- The proof --------------------------------------------------------------------------------------

    def is_safe(self, cell: Cell) -> bool:
        """Whether `cell` has at least POSSIBLE possible values."""
        if cell in self.published:
            return False
        witnessed_values = self._witnessed[cell]
        for step in (1, -1):
            value = self.values[cell] + step
            while len(witnessed_values) < POSSIBLE - 1 and value >= self.floors[cell]:
                if value not in witnessed_values and not self.witness(cell, value):
                    break
                value += step
        return len(witnessed_values) >= POSSIBLE - 1

    def witness(self, cell: Cell, value: int) -> dict[Cell, int]:
        """Return other hidden values with which `cell` is `value` and every equation holds, or nothing.

        The result is a witness for all cells that it changes. A possible value stays possible when more cells
        are hidden.
        """
        self._steps_left = _STEPS
        gaps: dict[int, int] = {}
        self._move(gaps, cell, value - self.values[cell])
        other_values = self._mend({cell: value}, gaps)
        for witness_cell, number in other_values.items():
            self._witnessed[witness_cell].add(number)
        return other_values

    def _move(self, gaps: dict[int, int], cell: Cell, change: int) -> None:
        """Add a change of `cell` to the gaps of its equations."""
        for number in self._equations_of[cell]:
            gap = gaps.pop(number, 0) + self.equations[number][cell] * change
            if gap:
                gaps[number] = gap

    def _mend(self, changed: dict[Cell, int], gaps: dict[int, int]) -> dict[Cell, int]:
        """Change further cells until every equation holds, those with the smallest new gaps first."""
        if not gaps:
            return changed
        tightest = min((self._moves(changed, number, gaps[number]) for number in gaps), key=len)
        attempts = []
        for cell, change in tightest:
            gaps_after = dict(gaps)
            self._move(gaps_after, cell, change)
            attempts.append(
                (sum(map(abs, gaps_after.values())), -self.values[cell], cell, change, gaps_after)
            )
        for _wrong, _size, cell, change, gaps_after in sorted(attempts, key=lambda attempt: attempt[:2]):
            self._steps_left -= 1
            if self._steps_left < 0:
                break
            if witness := self._mend({**changed, cell: self.values[cell] + change}, gaps_after):
                return witness
        return {}

    def _moves(self, changed: Mapping[Cell, int], number: int, gap: int) -> list[tuple[Cell, int]]:
        """Return the unchanged hidden cells of an equation, and the change of each that closes its gap."""
        moves = []
        for cell, sign in self.equations[number].items():
            step, remainder = divmod(-gap, sign)
            change = max(step, self.floors[cell] - self.values[cell])
            if change and not remainder and cell not in changed and cell not in self.published:
                moves.append((cell, change))
        return moves

    # --- What is hidden ---------------------------------------------------------------------------------

    def hide(self, dependents: Mapping[Cell, Iterable[Cell]]) -> list[Cell]:
        """Hide cells until every guarded cell is safe. Return the cells that cannot be made safe.

        `dependents` has the cells that may be hidden, each with the cells hidden together with it.
        """
        unsafe_cells: list[Cell] = []
        for cell in self.guarded & self.published & dependents.keys():
            self._hide_with(cell, dependents)
        waiting = list(self.guarded)
        while waiting:
            waiting.sort(key=lambda cell: (_ORDER.get(cell[5], 0), self._draw(cell)))
            cell = waiting.pop()
            while not self.is_safe(cell):
                chosen = self._next_to(cell, dependents)
                if chosen is None:
                    unsafe_cells.append(cell)
                    break
                waiting.extend(self._hide_with(chosen, dependents))
        return unsafe_cells

    def _hide_with(self, cell: Cell, dependents: Mapping[Cell, Iterable[Cell]]) -> set[Cell]:
        hidden = {
            self.representative(hidden_cell) for hidden_cell in (cell, *dependents[cell])
        } & self.published - self.fixed
        self.published -= hidden
        self.guarded |= hidden
        return hidden

    def _draw(self, cell: Cell) -> tuple[bytes, Cell]:
        """Return the lot of a cell, which is the same in each release, so that the same cells are hidden."""
        return hmac.digest(self.lot, repr(cell[2:]).encode(), "sha256"), cell

    def _next_to(self, cell: Cell, dependents: Mapping[Cell, Iterable[Cell]]) -> Cell | None:
        """Return the cell to hide: `cell` or the nearest to it, a row before a total, then by lot."""
        visited, edge = {cell}, [cell]
        while edge:
            candidates = [
                edge_cell
                for edge_cell in edge
                if edge_cell in self.published and edge_cell not in self.fixed and edge_cell in dependents
            ]
            if candidates:
                return min(
                    candidates, key=lambda near: (near[4] == TOTAL, near[5] != cell[5], self._draw(near))
                )
            hidden_cells = [edge_cell for edge_cell in edge if edge_cell not in self.published]
            reached = {
                next_cell
                for inner_cell in hidden_cells
                for equation in self._equations_of[inner_cell]
                for next_cell in self.equations[equation]
            }
            edge = sorted(reached - visited)
            visited |= reached
        return None


def _sum(terms: Iterable[tuple[Cell, int]]) -> dict[Cell, int]:
    """Return the sign of each cell, without cells that are on both sides."""
    signs: dict[Cell, int] = defaultdict(int)
    for cell, sign in terms:
        signs[cell] += sign
    return {cell: sign for cell, sign in signs.items() if sign}
