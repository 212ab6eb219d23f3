"""Which numbers of a release are hidden, and the proof that nobody can work them out. Pure.

A release gives n of `of` by group and in total: several indicators, several quarters. Its reader also has
every earlier release, can add and subtract, knows that a row says at least 1 unless it says 0, and guesses
right whenever rows add up to a total or a state has stayed as it was. All of this is one system of equations
over whole numbers (`System`); what is hidden is unknown in it. A quarter is released once, and no reader
learns whether it was counted otherwise since.

A number below LEAST is hidden, and so is a rest below LEAST: nobody of 12, or all but one, says something of
everybody. A difference below LEAST between a release and a comparison file is such a number too: 20 of 30,
then 20 of 31, would tell of one. Then more is hidden until each hidden number can be any of POSSIBLE. The
proof is made of witnesses: other numbers in the hidden places that fit everything published. Finding none
proves nothing, and then more is hidden: the search may be short, a mistake costs a number and tells none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import Final

LEAST: Final = 5
POSSIBLE: Final = 6
TOTAL: Final = ""  # the group of a table's total
# What is made safe first: an `of` is hidden with its n, and an n with the rest, so that less is hidden so.
_ORDER: Final = {"of": 2, "n": 1}
_STEPS: Final = 200  # of the search for one witness

Pair = tuple[int, int]  # n, of
# Release, quarter, what it counts (population or indicator), split, group, and `of`, `n` or `rest`.
Cell = tuple[int, str, str, str, str, str]


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


# Grounds of two quarters that are the same: the earlier groups together are the later ones together.
Same = tuple[frozenset[str], frozenset[str]]


@dataclass
class System:
    """Numbers (`values`), equations between them, and which of them the reader sees (`shown`).

    An equation's terms add up to nought. `floors` is the least a number can be; `guarded` are the numbers
    that must stay unknown, `fixed` those that an earlier release has shown.
    """

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
            waiting.sort(key=lambda one: (_ORDER.get(one[5], 0), self.values[one], one))
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

    def _next_to(self, cell: Cell, dependents: Mapping[Cell, Iterable[Cell]]) -> Cell | None:
        """The number to hide: `cell`, else the nearest to it; of these a row before a total, a small one."""
        seen, edge = {cell}, [cell]
        while edge:
            found = [one for one in edge if one in self.shown and one not in self.fixed and one in dependents]
            if found:
                return min(found, key=lambda one: (one[4] == TOTAL, one[5] != cell[5], self.values[one], one))
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


# --- A system of tables -----------------------------------------------------------------------------------


def suppress(
    earlier: Sequence[Table], new: Sequence[Table], same: Sequence[Same] = ()
) -> tuple[list[Table], list[Table]]:
    """The new tables with what they hide, and those that no hiding makes safe: they are left out.

    With the earlier tables, as they were published, nothing small can be worked out from the first.
    """
    published = list(new)
    left_out: list[Table] = []
    while published:
        system = system_of([*earlier, *published], same)
        lost = system.hide(_hideable(system, published))
        if not lost:
            decided = [_decided(system, table) for table in published]
            says_something = [table for table in decided if _says_something(table)]
            return says_something, left_out + [table for table in decided if table not in says_something]
        dropped = _of_these(published, lost)
        left_out += dropped
        published = [table for table in published if table not in dropped]
    return [], left_out


def _hideable(system: System, tables: Iterable[Table]) -> dict[Cell, list[Cell]]:
    """The numbers that may be hidden, each with those that are hidden with it."""
    found: dict[Cell, list[Cell]] = defaultdict(list)
    for table in tables:
        for group in table.pairs:
            of, n, rest = (system.one(table.cell(group, what)) for what in ("of", "n", "rest"))
            found[of] += [n, rest]
            found[n] += [rest]
            found[rest] += [n]
    return found


def _of_these(tables: Sequence[Table], cells: Iterable[Cell]) -> list[Table]:
    """The tables that numbers are of: in their quarter, else in any, else all."""
    counted = {(cell[1], cell[2]) for cell in cells}
    names = {name for _quarter, name in counted}
    there = [one for one in tables if counted & {(one.quarter, one.slug), (one.quarter, one.population)}]
    return there or [one for one in tables if names & {one.slug, one.population}] or list(tables)


def _says_something(table: Table) -> bool:
    """Whether a number of somebody is shown: rows of nobody alone would only tell the others apart."""
    return any(of for group, (_n, of) in table.pairs.items() if group not in (table.hides_of or ()))


def _decided(system: System, table: Table) -> Table:
    def hidden(what: str) -> frozenset[str]:
        return frozenset(
            group for group in table.pairs if system.one(table.cell(group, what)) not in system.shown
        )

    hides_of = hidden("of")
    return replace(table, hides_of=hides_of, hides_n=hidden("n") | hides_of)


def system_of(tables: Sequence[Table], same: Sequence[Same] = ()) -> System:
    """All that a reader of these tables knows; of those not decided yet, everything is shown."""
    system = System()
    for table in tables:
        _read(system, table)
    for table in tables:
        _add_up(system, table)
    _parts_of_populations(system, tables)
    _years(system, tables)
    _carry_over(system, tables, same)
    _differences(system, {table.release for table in tables if table.hides_n is None})
    system.close()
    return system


def _read(system: System, table: Table) -> None:
    for group, (n, of) in table.pairs.items():
        cells = [table.cell(group, what) for what in ("of", "n", "rest")]
        is_never = group in table.never
        floor = 1 if of and not is_never else 0
        for cell, value in zip(cells, (of, n, of - n), strict=True):
            system.add(cell, value, floor if cell is cells[0] else 0)
        system.sum_up(cells[1:], cells[:1])
        is_small = of and min(n, of - n) < LEAST
        if 0 < of < LEAST or is_never or group in (table.hides_of or ()):
            system.guarded.update(cells)
        elif is_small or group in (table.hides_n or ()):
            system.guarded.update(cells[1:])
        if not is_never and (table.hides_of is None or group not in table.hides_of):
            system.shown.add(cells[0])
        if not is_never and (table.hides_n is None or group not in table.hides_n):
            system.shown.update(cells[1:])
        if table.hides_n is not None:
            system.fixed.update(system.shown.intersection(cells))
        elif not of and not is_never:
            system.fixed.update(cells)


def _add_up(system: System, table: Table) -> None:
    """Rows add up to the total, or a total counts each once that several rows count; no row is more."""
    adds_up = [sum(column) for column in zip((0, 0), *table.rows.values(), strict=True)] == [*table.total]
    for what in ("of", "n") if adds_up else ("of", "n", "rest"):  # the rest adds up by itself
        rows, total = [table.cell(group, what) for group in table.rows], table.cell(TOTAL, what)
        if sum(map(system.values.__getitem__, rows)) == system.values[total]:
            system.sum_up(rows, [total])
            continue
        system.sum_up(rows, [total], (*total[:3], table.split, TOTAL, f"{what}: more or less than in all"))
        for row in rows:
            system.sum_up([row], [total], (*row[:5], f"{what}: in others"))


def _parts_of_populations(system: System, tables: Sequence[Table]) -> None:
    """Who is of the whole population and not of its part is somebody too."""
    for part in tables:
        wholes = [
            table
            for table in tables
            if (table.release, table.quarter) == (part.release, part.quarter)
            and table.population == part.within
        ]
        for whole in wholes:
            groups = [TOTAL, *(part.rows if part.split == whole.split else ())]
            for group in groups:
                small, large = part.cell(group, "of"), whole.cell(group, "of")
                if large not in system.values:
                    continue
                between = (*small[:5], f"others of {whole.population}")
                system.sum_up([small], [large], between)
                if system.values[small] and system.values[between] < LEAST:
                    system.guarded.add(between)


def _years(system: System, tables: Sequence[Table]) -> None:
    """A longer period is its quarters together, each as it was last published, and what is between them."""
    for table in tables:
        for what in ("of", "n", "rest") if table.adds_up else ():
            whole, parts = table.cell(TOTAL, what), {}
            for other in sorted(tables, key=lambda one: one.release):
                cell = other.cell(TOTAL, what)
                if other.quarter in table.adds_up and cell[2] == whole[2]:
                    parts[other.quarter] = cell
            if not parts:
                continue
            if (
                len(parts) == len(table.adds_up)
                and sum(map(system.values.__getitem__, parts.values())) == (system.values[whole])
            ):
                system.sum_up(parts.values(), [whole])
                continue
            between = (*whole[:5], f"{what}: in other quarters")
            system.sum_up(parts.values(), [whole], between)
            if 0 < system.values[between] < LEAST:
                system.guarded.add(between)


def _carry_over(system: System, tables: Sequence[Table], same: Sequence[Same]) -> None:
    """The reader takes it that a number has stayed as it was since the last quarter or release, if it has."""
    for first, second in _neighbours(tables):
        again = first.quarter == second.quarter
        for group, pair in first.pairs.items():
            if group in second.pairs:
                _stay(system, first, second, (group, pair), (group, second.pairs[group]), again=again)
        if first.split == second.split == "district" and first.is_stock:
            for before, after in same:
                _same_ground(system, first, second, before, after, again=again)


def _stay(
    system: System,
    first: Table,
    second: Table,
    before: tuple[str, Pair],
    after: tuple[str, Pair],
    *,
    again: bool,
) -> None:
    if before[1][1] != after[1][1] or not (again or first.is_stock):
        return
    if before[0] and first.split != second.split:
        return
    system.equal(first.cell(before[0], "of"), second.cell(after[0], "of"))
    if first.slug == second.slug and before[1] == after[1] and (again or first.is_state):
        for what in ("n", "rest"):
            system.equal(first.cell(before[0], what), second.cell(after[0], what))


def _differences(system: System, undecided: set[int]) -> None:
    """What differs by less than LEAST between a release and a file is guarded, if one is not decided."""
    releases: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in system.values:
        releases[cell[1:]].append(cell)
    for cells in releases.values():
        for first, second in combinations(sorted(cells), 2):
            by = abs(system.values[second] - system.values[first])
            if 0 < by < LEAST and undecided & {first[0], second[0]}:
                between = (*second[:5], f"{second[5]} since {first[0]}")
                system.sum_up([second], [first], between)
                system.guarded.add(between)


def _same_ground(
    system: System,
    first: Table,
    second: Table,
    before: frozenset[str],
    after: frozenset[str],
    *,
    again: bool,
) -> None:
    """Districts that were divided or put together: as many in the new ones as in the old, if so."""
    if not (before <= first.rows.keys() and after <= second.rows.keys()):
        return
    if len(before) == len(after) == 1:
        [one], [other] = before, after
        _stay(system, first, second, (one, first.rows[one]), (other, second.rows[other]), again=again)
        return
    for what, stays in (("of", True), ("n", first.slug == second.slug and first.is_state)):
        cells = [first.cell(group, what) for group in sorted(before)]
        others = [second.cell(group, what) for group in sorted(after)]
        if stays and sum(map(system.values.__getitem__, cells)) == sum(
            map(system.values.__getitem__, others)
        ):
            system.sum_up(cells, others)


def _neighbours(tables: Sequence[Table]) -> Iterator[tuple[Table, Table]]:
    """Pairs of tables on one population: of a quarter in a release and a file, or of two that follow."""
    by_population: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        by_population[table.population].append(table)
    for found in by_population.values():
        quarters = sorted({table.quarter for table in found})
        following = dict(pairwise(quarters))
        for first in found:
            for second in found:
                is_again = first.quarter == second.quarter and first.release < second.release
                if is_again or following.get(first.quarter) == second.quarter:
                    yield first, second
