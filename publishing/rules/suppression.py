"""Suppression: the numbers of a release that are hidden, so that no one can work them out. Pure.

A release has n of `of` by group and in total, for several indicators and quarters. Its reader also has every
earlier release, can add and subtract, and knows that a row is 0 or at least 1. We assume that the reader
guesses right whenever rows add up to a total or a state has stayed the same. This knowledge is one system of
equations over whole numbers (`System`), in which hidden numbers are unknown. A quarter is released only once,
so no reader learns of later corrections.

A number below LEAST is hidden. A rest below LEAST is hidden, too: "none of 12" or "all but one" says
something about each member of a group. The same holds for a difference below LEAST between a release and a
comparison file: 20 of 30 and then 20 of 31 reveal one record. Then more is hidden until each hidden number
has POSSIBLE possible values (publishing.rules.proof).
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
    """Return the new tables with their hidden groups, and the tables that are left out as unsafe.

    No small number can be worked out from the new tables and the earlier published ones. `same` has areas
    that are the same in two quarters. `lot` is the secret of `System`.
    """
    published = list(new)
    left_out: list[Table] = []
    while published:
        system = system_of([*earlier, *published], same)
        system.lot = lot
        unsafe_cells = system.hide(_hideable(system, published))
        if not unsafe_cells:
            decided = [_decided(system, table) for table in published]
            telling_tables = [table for table in decided if _shows_a_number(table)]
            return telling_tables, left_out + [table for table in decided if table not in telling_tables]
        dropped = _tables_of(published, unsafe_cells)
        left_out += dropped
        published = [table for table in published if table not in dropped]
    return [], left_out


def _hideable(system: System, tables: Iterable[Table]) -> dict[Cell, list[Cell]]:
    """Return the cells that may be hidden, each with the cells hidden together with it."""
    dependents: dict[Cell, list[Cell]] = defaultdict(list)
    for table in tables:
        for group in table.pairs:
            of, n, rest = (system.representative(table.cell(group, part)) for part in ("of", "n", "rest"))
            dependents[of] += [n, rest]
            dependents[n] += [rest]
            dependents[rest] += [n]
    return dependents


def _tables_of(tables: Sequence[Table], cells: Iterable[Cell]) -> list[Table]:
    """Return the tables with these cells: in their quarter, or in any quarter, or else all tables."""
    quarters_and_names = {(cell[1], cell[2]) for cell in cells}
    names = {name for _quarter, name in quarters_and_names}
    quarter_tables = [
        table
        for table in tables
        if quarters_and_names & {(table.quarter, table.slug), (table.quarter, table.population)}
    ]
    return (
        quarter_tables
        or [table for table in tables if names & {table.slug, table.population}]
        or list(tables)
    )


def _shows_a_number(table: Table) -> bool:
    """Whether the table shows a number above 0. Zeros alone would only tell which rows have records."""
    return any(of for group, (_n, of) in table.pairs.items() if group not in (table.hides_of or ()))


def _decided(system: System, table: Table) -> Table:
    def hidden_groups(part: str) -> frozenset[str]:
        return frozenset(
            group
            for group in table.pairs
            if system.representative(table.cell(group, part)) not in system.published
        )

    hides_of = hidden_groups("of")
    return replace(table, hides_of=hides_of, hides_n=hidden_groups("n") | hides_of)


def system_of(tables: Sequence[Table], same: Sequence[Same] = ()) -> System:
    """Return everything that a reader of these tables knows. Undecided tables hide nothing yet."""
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
        cells = [table.cell(group, part) for part in ("of", "n", "rest")]
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
            system.published.add(cells[0])
        if not is_never and (table.hides_n is None or group not in table.hides_n):
            system.published.update(cells[1:])
        if table.hides_n is not None:
            system.fixed.update(system.published.intersection(cells))
        elif not of and not is_never:
            system.fixed.update(cells)


def _add_up(system: System, table: Table) -> None:
    """Add the sums of rows. If rows overlap, the total counts each record once, and no row exceeds it."""
    adds_up = [sum(column) for column in zip((0, 0), *table.rows.values(), strict=True)] == [*table.total]
    for part in ("of", "n") if adds_up else ("of", "n", "rest"):  # then the rest adds up, too
        rows, total = [table.cell(group, part) for group in table.rows], table.cell(TOTAL, part)
        if sum(map(system.values.__getitem__, rows)) == system.values[total]:
            system.sum_up(rows, [total])
            continue
        system.sum_up(rows, [total], (*total[:3], table.split, TOTAL, f"{part}: more or less than in all"))
        for row in rows:
            system.sum_up([row], [total], (*row[:5], f"{part}: in others"))


def _parts_of_populations(system: System, tables: Sequence[Table]) -> None:
    """Guard small differences between a population and its part."""
    for part in tables:
        whole_tables = [
            table
            for table in tables
            if (table.release, table.quarter) == (part.release, part.quarter)
            and table.population == part.within
        ]
        for whole_table in whole_tables:
            groups = [TOTAL, *(part.rows if part.split == whole_table.split else ())]
            for group in groups:
                small, large = part.cell(group, "of"), whole_table.cell(group, "of")
                if large not in system.values:
                    continue
                between = (*small[:5], f"others of {whole_table.population}")
                system.sum_up([small], [large], between)
                if system.values[small] and system.values[between] < LEAST:
                    system.guarded.add(between)


def _years(system: System, tables: Sequence[Table]) -> None:
    """Add the sums of longer periods: their quarters, each as last published, and a difference."""
    for table in tables:
        for part in ("of", "n", "rest") if table.adds_up else ():
            whole_cell, parts = table.cell(TOTAL, part), {}
            for quarter_table in sorted(tables, key=lambda sorted_table: sorted_table.release):
                cell = quarter_table.cell(TOTAL, part)
                if quarter_table.quarter in table.adds_up and cell[2] == whole_cell[2]:
                    parts[quarter_table.quarter] = cell
            if not parts:
                continue
            if (
                len(parts) == len(table.adds_up)
                and sum(map(system.values.__getitem__, parts.values())) == (system.values[whole_cell])
            ):
                system.sum_up(parts.values(), [whole_cell])
                continue
            between = (*whole_cell[:5], f"{part}: in other quarters")
            system.sum_up(parts.values(), [whole_cell], between)
            if 0 < system.values[between] < LEAST:
                system.guarded.add(between)


def _carry_over(system: System, tables: Sequence[Table], same: Sequence[Same]) -> None:
    """Treat numbers that have not changed since the last quarter or release as known to be equal."""
    for table, later_table in _neighbours(tables):
        is_same_quarter = table.quarter == later_table.quarter
        for group, pair in table.pairs.items():
            if group in later_table.pairs:
                _stay_equal(
                    system,
                    table,
                    later_table,
                    (group, pair),
                    (group, later_table.pairs[group]),
                    is_same_quarter=is_same_quarter,
                )
        if table.split == later_table.split == "district" and table.is_stock:
            for before, after in same:
                _stay_in_redrawn_districts(
                    system, table, later_table, before, after, is_same_quarter=is_same_quarter
                )


def _stay_equal(
    system: System,
    table: Table,
    later_table: Table,
    before: tuple[str, Pair],
    after: tuple[str, Pair],
    *,
    is_same_quarter: bool,
) -> None:
    if before[1][1] != after[1][1] or not (is_same_quarter or table.is_stock):
        return
    if before[0] and table.split != later_table.split:
        return
    system.equal(table.cell(before[0], "of"), later_table.cell(after[0], "of"))
    if table.slug == later_table.slug and before[1] == after[1] and (is_same_quarter or table.is_state):
        for part in ("n", "rest"):
            system.equal(table.cell(before[0], part), later_table.cell(after[0], part))


def _differences(system: System, undecided: set[int]) -> None:
    """Guard differences below LEAST between a release and a file, if one of them is undecided."""
    releases: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in system.values:
        releases[cell[1:]].append(cell)
    for cells in releases.values():
        for earlier_cell, later_cell in combinations(sorted(cells), 2):
            difference = abs(system.values[later_cell] - system.values[earlier_cell])
            if 0 < difference < LEAST and undecided & {earlier_cell[0], later_cell[0]}:
                between = (*later_cell[:5], f"{later_cell[5]} since {earlier_cell[0]}")
                system.sum_up([later_cell], [earlier_cell], between)
                system.guarded.add(between)


def _stay_in_redrawn_districts(
    system: System,
    table: Table,
    later_table: Table,
    before: frozenset[str],
    after: frozenset[str],
    *,
    is_same_quarter: bool,
) -> None:
    """Add equal sums of districts before and after they were divided or merged."""
    if not (before <= table.rows.keys() and after <= later_table.rows.keys()):
        return
    if len(before) == len(after) == 1:
        [old_group], [later_group] = before, after
        _stay_equal(
            system,
            table,
            later_table,
            (old_group, table.rows[old_group]),
            (later_group, later_table.rows[later_group]),
            is_same_quarter=is_same_quarter,
        )
        return
    for part, stays in (("of", True), ("n", table.slug == later_table.slug and table.is_state)):
        cells = [table.cell(group, part) for group in sorted(before)]
        later_cells = [later_table.cell(group, part) for group in sorted(after)]
        if stays and sum(map(system.values.__getitem__, cells)) == sum(
            map(system.values.__getitem__, later_cells)
        ):
            system.sum_up(cells, later_cells)


def _neighbours(tables: Sequence[Table]) -> Iterator[tuple[Table, Table]]:
    """Yield pairs of tables with one population: of the same quarter, or of two consecutive quarters."""
    by_population: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        by_population[table.population].append(table)
    for population_tables in by_population.values():
        quarters = sorted({table.quarter for table in population_tables})
        following = dict(pairwise(quarters))
        for earlier_table in population_tables:
            for later_table in population_tables:
                is_again = (
                    earlier_table.quarter == later_table.quarter
                    and earlier_table.release < later_table.release
                )
                if is_again or following.get(earlier_table.quarter) == later_table.quarter:
                    yield earlier_table, later_table
