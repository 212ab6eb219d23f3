"""The proof that nobody can work out a hidden number: a system of equations over whole numbers. Pure.

It is made of witnesses: other numbers in the hidden places that fit everything published. Finding none proves
nothing, and then more is hidden: the search may be short, a mistake costs a number and tells none.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from publishing.rules.cells import TOTAL, Cell

POSSIBLE: Final = 6
# What is made safe first: an `of` is hidden with its n, and an n with the rest, so that less is hidden so.
_ORDER: Final = {"of": 2, "n": 1}
_STEPS: Final = 200  # of the search for one witness


@dataclass
class System:
    """Numbers (`values`), equations between them, and which of them the reader sees (`shown`).

    An equation's terms add up to nought. `floors` is the least a number can be; `guarded` are the numbers
    that must stay unknown, `fixed` those that an earlier release has shown. `lot` is a secret by which lots
    are drawn for what else is hidden: if values decided that, readers of this program could work them out.
    """

    lot: bytes = b""

    values: dict[Cell, int] = field(default_factory=dict)
    floors: dict[Cell, int] = field(default_factory=dict)
    equations: list[dict[Cell, int]] = field(default_factory=list)
    shown: set[Cell] = field(default_factory=set)
    fixed: set[Cell] = field(default_factory=set)
    guarded: set[Cell] = field(default_factory=set)
    _same: dict[Cell, Cell] = field(default_factory=dict)
    _at: dict[Cell, list[int]] = field(default_factory=lambda: defaultdict(list))
    _found: dict[Cell, set[int]] = field(default_factory=lambda: defaultdict(set))
    _left: int = 0

    def one(self, cell: Cell) -> Cell:
        """The number that stands for all that the reader takes to be equal to `cell`."""
        while (other := self._same.get(cell, cell)) != cell:
            cell = other
        return cell

    def add(self, cell: Cell, value: int, floor: int = 0) -> None:
        self.values[cell], self.floors[cell] = value, floor

    def equal(self, first: Cell, second: Cell) -> None:
        """Take two numbers to be one; they are equal."""
        first, second = self.one(first), self.one(second)
        if first != second:
            self._same[second] = first
            self.floors[first] = max(self.floors[first], self.floors[second])

    def sum_up(self, parts: Iterable[Cell], wholes: Iterable[Cell], between: Cell | None = None) -> None:
        """The parts are together what the wholes are, but for what is `between` them: more or less."""
        terms = [(cell, 1) for cell in parts] + [(cell, -1) for cell in wholes]
        more = sum(sign * self.values[cell] for cell, sign in terms)
        if between is not None:
            self.add(between, abs(more))
            terms.append((between, -1 if more > 0 else 1))
        self.equations.append(_sum(terms))

    def close(self) -> None:
        """Write the equations in the numbers that stand for others."""
        self.equations = [
            _sum((self.one(cell), sign) for cell, sign in terms.items()) for terms in self.equations
        ]
        for number, terms in enumerate(self.equations):
            for cell in terms:
                self._at[cell].append(number)
        for cells in (self.shown, self.fixed, self.guarded):
            found = {self.one(cell) for cell in cells}
            cells.clear()
            cells.update(found)

    # --- The proof --------------------------------------------------------------------------------------

    def is_safe(self, cell: Cell) -> bool:
        """Whether `cell` can be any of POSSIBLE numbers."""
        if cell in self.shown:
            return False
        found = self._found[cell]
        for step in (1, -1):
            value = self.values[cell] + step
            while len(found) < POSSIBLE - 1 and value >= self.floors[cell]:
                if value not in found and not self.witness(cell, value):
                    break
                value += step
        return len(found) >= POSSIBLE - 1

    def witness(self, cell: Cell, value: int) -> dict[Cell, int]:
        """Other hidden numbers with which `cell` is `value` and every equation holds; none if not found.

        It is a witness for all that it changes: what can be stays possible, as more and more is hidden.
        """
        self._left = _STEPS
        gaps: dict[int, int] = {}
        self._move(gaps, cell, value - self.values[cell])
        found = self._mend({cell: value}, gaps)
        for one, number in found.items():
            self._found[one].add(number)
        return found

    def _move(self, gaps: dict[int, int], cell: Cell, by: int) -> None:
        """What is wrong with each equation once `cell` is more by so much."""
        for at in self._at[cell]:
            gap = gaps.pop(at, 0) + self.equations[at][cell] * by
            if gap:
                gaps[at] = gap

    def _mend(self, changed: dict[Cell, int], gaps: dict[int, int]) -> dict[Cell, int]:
        """Change one more number, the one that makes least wrong elsewhere, until every equation holds."""
        if not gaps:
            return changed
        tightest = min((self._moves(changed, at, gaps[at]) for at in gaps), key=len)
        tries = []
        for cell, by in tightest:
            after = dict(gaps)
            self._move(after, cell, by)
            tries.append((sum(map(abs, after.values())), -self.values[cell], cell, by, after))
        for _wrong, _size, cell, by, after in sorted(tries, key=lambda one: one[:2]):
            self._left -= 1
            if self._left < 0:
                break
            if found := self._mend({**changed, cell: self.values[cell] + by}, after):
                return found
        return {}

    def _moves(self, changed: Mapping[Cell, int], at: int, gap: int) -> list[tuple[Cell, int]]:
        """Hidden numbers of an equation that are as they were, and by how much each could mend it."""
        found = []
        for cell, sign in self.equations[at].items():
            step, left = divmod(-gap, sign)
            by = max(step, self.floors[cell] - self.values[cell])
            if by and not left and cell not in changed and cell not in self.shown:
                found.append((cell, by))
        return found

    # --- What is hidden ---------------------------------------------------------------------------------

    def hide(self, dependents: Mapping[Cell, Iterable[Cell]]) -> list[Cell]:
        """Hide until every guarded number is safe; answer those that cannot be made safe.

        `dependents` are the numbers that may be hidden, each with those that are hidden with it.
        """
        lost: list[Cell] = []
        for cell in self.guarded & self.shown & dependents.keys():
            self._hide_with(cell, dependents)
        waiting = list(self.guarded)
        while waiting:
            waiting.sort(key=lambda one: (_ORDER.get(one[5], 0), self._draw(one)))
            cell = waiting.pop()
            while not self.is_safe(cell):
                chosen = self._next_to(cell, dependents)
                if chosen is None:
                    lost.append(cell)
                    break
                waiting.extend(self._hide_with(chosen, dependents))
        return lost

    def _hide_with(self, cell: Cell, dependents: Mapping[Cell, Iterable[Cell]]) -> set[Cell]:
        hidden = {self.one(one) for one in (cell, *dependents[cell])} & self.shown - self.fixed
        self.shown -= hidden
        self.guarded |= hidden
        return hidden

    def _draw(self, cell: Cell) -> tuple[bytes, Cell]:
        """A lot for this number, the same in each release: what is hidden once is hidden beside it later."""
        return hmac.digest(self.lot, repr(cell[2:]).encode(), "sha256"), cell

    def _next_to(self, cell: Cell, dependents: Mapping[Cell, Iterable[Cell]]) -> Cell | None:
        """The number to hide: `cell`, else the nearest to it; of these a row before a total, then by lot."""
        seen, edge = {cell}, [cell]
        while edge:
            found = [one for one in edge if one in self.shown and one not in self.fixed and one in dependents]
            if found:
                return min(found, key=lambda one: (one[4] == TOTAL, one[5] != cell[5], self._draw(one)))
            inner = [one for one in edge if one not in self.shown]
            reached = {other for one in inner for at in self._at[one] for other in self.equations[at]}
            edge = sorted(reached - seen)
            seen |= reached
        return None


def _sum(terms: Iterable[tuple[Cell, int]]) -> dict[Cell, int]:
    """Terms by number; one that is on both sides is on neither."""
    found: dict[Cell, int] = defaultdict(int)
    for cell, sign in terms:
        found[cell] += sign
    return {cell: sign for cell, sign in found.items() if sign}
