"""Which numbers of a release are hidden, and the proof that nobody can work them out. Pure.

A release gives n of `of` by group and in total: several indicators, several quarters. Its reader also has
every earlier release, can add and subtract, knows that a row says at least 1 unless it says 0, and guesses
right whenever rows add up to a total or a state has stayed as it was. All of this is one system of equations
over whole numbers (`System`); what is hidden is unknown in it. A quarter is released once, and no reader
learns whether it was counted otherwise since.

A number below LEAST is hidden, and so is a rest below LEAST: nobody of 12, or all but one, says something of
everybody. A difference below LEAST between a release and a comparison file is such a number too: 20 of 30,
then 20 of 31, would tell of one. Then more is hidden until each hidden number can be any of POSSIBLE
(publishing.rules.proof).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from publishing.rules.cells import LEAST, TOTAL, Cell, Pair, Same, Table
from publishing.rules.proof import System


def suppress(
    earlier: Sequence[Table], new: Sequence[Table], same: Sequence[Same] = (), *, lot: bytes = b""
) -> tuple[list[Table], list[Table]]:
    """The new tables with what they hide, and those that no hiding makes safe: they are left out.

    With the earlier tables, as they were published, nothing small can be worked out from the first. `lot` is
    the secret of `System`.
    """
    published = list(new)
    left_out: list[Table] = []
    while published:
        system = system_of([*earlier, *published], same)
        system.lot = lot
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
