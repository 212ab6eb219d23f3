"""No small number can be worked out from releases, by whoever adds, subtracts and compares."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publishing.rules.cells import LEAST, TOTAL, Pair, Table
from publishing.rules.proof import POSSIBLE, System
from publishing.rules.suppression import suppress, system_of
from tests.examples import examples

Rows = Mapping[str, Pair]


def table(rows: Rows, quarter: str = "2026-Q1", slug: str = "coverage", **fields: Any) -> Table:
    total = (sum(n for n, _of in rows.values()), sum(of for _n, of in rows.values()))
    given = {"release": 1, "split": "kind", "total": total, "population": slug} | fields
    return Table(quarter=quarter, slug=slug, rows=rows, **given)


def publish(*new: Table, earlier: tuple[Table, ...] = (), same: Any = ()) -> list[Table]:
    """The tables in their order as they are published; one that is left out hides all that it has."""
    published, left_out = suppress(earlier, new, same)
    hidden = [replace(one, hides_n=frozenset(one.pairs), hides_of=frozenset(one.pairs)) for one in left_out]
    return sorted([*published, *hidden], key=lambda one: [table.slug for table in new].index(one.slug))


def shown(one: Table, group: str = TOTAL) -> tuple[int | None, int | None]:
    """What a reader sees of n and of `of`."""
    assert one.hides_n is not None
    assert one.hides_of is not None
    n, of = one.pairs[group]
    return None if group in one.hides_n else n, None if group in one.hides_of else of


def is_proven(*tables: Table) -> bool:
    """Whether each number that these hide has enough witnesses, and each witness fits what they show."""
    system = system_of(tables)
    return all(_has_witnesses(system, cell) for cell in system.guarded)


def _has_witnesses(system: System, cell: Any) -> bool:
    assert cell not in system.published
    values = {system.values[cell]}
    for value in range(max(system.floors[cell], system.values[cell] - 12), system.values[cell] + 13):
        found = system.witness(cell, value) if value not in values else {}
        if found:
            assert not found.keys() & system.published
            both = system.values | found
            assert all(both[one] >= system.floors[one] for one in both if one in system.floors)
            for terms in system.equations:
                assert sum(sign * both[one] for one, sign in terms.items()) == 0
            values.add(value)
    return len(values) >= POSSIBLE


def attack(one: Table) -> Iterator[tuple[str, set[Pair]]]:
    """All pairs that a hidden row can be, by trying each: rows add up, and a row that is listed has somebody.

    Written without the system of equations: sums of the other rows, and what the total leaves.
    """
    total_n, total_of = shown(one)
    most = total_of if total_of is not None else 14  # without a total nothing bounds a row

    def choices(group: str) -> list[Pair]:
        n, of = shown(one, group)
        sizes = range(1, most + 1) if of is None else [of]
        return [(a, b) for b in sizes for a in (range(b + 1) if n is None else [n])]

    for group in one.rows:
        if shown(one, group)[0] is not None:
            continue
        others = {(0, 0)}
        for other in one.rows:
            if other != group:
                others = {(a + n, b + of) for (a, b), (n, of) in product(others, choices(other))}
        yield (
            group,
            {
                (n, of)
                for (n, of), (a, b) in product(choices(group), others)
                if total_n in (None, a + n) and total_of in (None, b + of)
            },
        )


row = st.integers(0, 12).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(row, min_size=1, max_size=3))
@example([(2, 3), (20, 30), (15, 30)])
@example([(0, 12), (6, 12), (7, 12)])
@example([(1, 1), (1, 1), (6, 12)])
@example([(4, 4)])
def test_no_small_number_of_a_table_can_be_worked_out(cells: list[Pair]) -> None:
    rows = {f"g{number}": cell for number, cell in enumerate(cells)}
    published, _left_out = suppress([], [table(rows)])
    for one in published:
        for group, (n, of) in one.pairs.items():
            if of and min(n, of - n) < LEAST:
                assert shown(one, group)[0] is None
            if 0 < of < LEAST:
                assert shown(one, group)[1] is None
        for group, pairs in attack(one):
            n, of = one.rows[group]
            assert (n, of) in pairs, "the attack knows that the truth is possible"
            assert len({n for n, _of in pairs}) >= POSSIBLE
            assert len({of - n for n, of in pairs}) >= POSSIBLE
            if shown(one, group)[1] is None:
                assert len({of for _n, of in pairs}) >= POSSIBLE


LOTS = [bytes([number]) for number in range(12)]


def program_leaves(rows: Rows) -> dict[str, set[int]]:
    """What each hidden n can be for a reader who runs the program on all that adds up, without the secret."""
    [told], _left_out = suppress([], [table(rows)], lot=LOTS[-1])
    hidden = [group for group in rows if shown(told, group)[0] is None]
    found: dict[str, set[int]] = {group: set() for group in hidden}
    for values in product(*(range(rows[group][1] + 1) for group in hidden)):
        guess = table(
            {**rows, **{group: (n, rows[group][1]) for group, n in zip(hidden, values, strict=True)}}
        )
        if guess.total != told.total or all(
            n in found[group] for group, n in zip(hidden, values, strict=True)
        ):
            continue
        for lot in LOTS:
            published, _left_out = suppress([], [guess], lot=lot)
            if [(one.hides_n, one.hides_of) for one in published] == [(told.hides_n, told.hides_of)]:
                for group, n in zip(hidden, values, strict=True):
                    found[group].add(n)
                break
    return found


@pytest.mark.parametrize(
    "rows",
    [
        {"a": (5, 15), "b": (5, 10), "c": (5, 5)},
        {"a": (8, 15), "b": (5, 10), "c": (2, 5)},
        {"eastfield": (13, 17), "old town": (15, 18), "north": (22, 45), "west": (9, 17)},
    ],
)
def test_a_reader_who_knows_this_program_cannot_work_out_a_hidden_number(rows: Rows) -> None:
    """What is hidden beside a small number is drawn by a secret lot, so it does not tell which is small."""
    found = program_leaves(rows)
    assert found and all(len(values) >= POSSIBLE for values in found.values()), found


def test_by_hand() -> None:
    [one] = publish(
        table({"women": (12, 24), "roma": (2, 3), "youth": (8, 16), "jewish": (5, 12), "sikh": (0, 0)})
    )
    seen = {group: shown(one, group) for group in one.pairs}
    assert seen["roma"] == (None, None)  # three organisations
    # One more, drawn by lot: otherwise roma would be the total less the others.
    assert sorted(seen[group] == (None, None) for group in ("women", "youth", "jewish")) == [
        False,
        False,
        True,
    ]
    assert seen["sikh"] == (0, 0)  # the list is fixed, so nobody is told apart by a row of nobody
    assert seen[TOTAL] == (27, 55)


def test_rows_that_are_listed_are_one_each_at_least() -> None:
    """Six hidden rows with a total of six would each be one."""
    ones = {f"g{number}": (1, 1) for number in range(6)}
    [one] = publish(table(ones))
    assert shown(one) == (None, None)
    published, left_out = suppress([], [table({**ones, "nobody": (0, 0)})])
    assert (published, len(left_out)) == ([], 1), "rows of nobody alone would tell the others apart"
    [one] = publish(table({f"g{number}": (1, 1) for number in range(2)} | {"many": (30, 60)}))
    assert shown(one, "many") == (None, None) or shown(one) == (None, None)


def test_the_total_one_table_hides_is_in_no_other_of_the_release() -> None:
    few = {"a": (1, 1), "b": (1, 2), "c": (2, 3)}
    by_district = {"north": (3, 3), "south": (2, 3)}
    both = publish(
        table(few, population="organisations"),
        table(by_district, slug="continuity", split="district", population="organisations"),
    )
    assert [shown(one)[1] for one in both] == [None, None]
    assert is_proven(*both)


def test_a_part_taken_from_its_whole_is_no_small_number() -> None:
    """Of 30 organisations 28 have an agreed frequency: two have none."""
    whole = table({"ngo": (12, 30), "youth": (20, 40)}, population="organisations")
    part = table({"ngo": (14, 28), "youth": (10, 20)}, slug="cadence", within="organisations")
    assert shown(publish(whole)[0], "ngo") == (12, 30)
    assert shown(publish(part)[0], "ngo") == (14, 28)
    both = publish(whole, part)
    assert None in [shown(one, "ngo")[1] for one in both]
    assert None in [shown(one)[1] for one in both] or None in [shown(one, "youth")[1] for one in both]
    assert is_proven(*both)


def test_a_quarter_taken_from_a_quarter_is_no_small_number() -> None:
    """Three became nine, all else stayed: the difference of what is hidden in one and not in the other."""
    stock: dict[str, Any] = {"population": "organisations", "is_stock": True}
    before = publish(table({"ngo": (20, 40), "roma": (1, 3), "youth": (6, 12)}, **stock))
    rows = {"ngo": (20, 40), "roma": (4, 12), "youth": (6, 12)}
    alone = publish(table(rows, "2026-Q2", release=2, **stock))
    [drawn] = [group for group in ("ngo", "youth") if shown(before[0], group)[1] is None]
    assert shown(alone[0], drawn)[1] == rows[drawn][1]
    after = publish(table(rows, "2026-Q2", release=2, **stock), earlier=tuple(before))
    assert shown(after[0], drawn)[1] is None, "it is as it was, when it hid the Roma row"
    assert is_proven(*before, *after)


def test_a_revision_does_not_tell_what_was_hidden() -> None:
    """A quarter counted again with ten organisations more."""
    rows = {"ngo": (20, 40), "roma": (1, 3), "youth": (6, 12), "women": (9, 18)}
    before = publish(table(rows))
    seen = next(group for group in rows if shown(before[0], group)[0] is not None)
    more = (rows[seen][0] + 5, rows[seen][1] + 10)
    again = publish(table(rows | {seen: more}, release=2), earlier=tuple(before))
    assert shown(again[0], seen) == more
    assert shown(again[0], "roma") == (None, None)
    assert is_proven(*before, *again)


def test_one_bias_concern_of_a_neighbourhood_is_not_published() -> None:
    concerns = table({"mill": (4, 9), "north": (20, 40)}, slug="concerns", split="district")
    bias = table({"mill": (1, 1), "north": (9, 19)}, slug="reassurance", split="district", within="concerns")
    published = publish(concerns, bias)
    assert shown(published[1], "mill") == (None, None)
    assert None in shown(published[1]) or shown(published[1], "north") == (None, None)
    assert is_proven(*published)


def test_a_divided_district_does_not_tell_its_small_part() -> None:
    """16 less 13 would be 3, whatever the districts are called; the reader knows the ground."""
    stock: dict[str, Any] = {"split": "district", "population": "organisations", "is_stock": True}
    before = publish(table({"market": (8, 16), "south": (20, 40)}, **stock))
    rows = {"mill": (6, 13), "ponds": (1, 3), "south": (20, 40)}
    same = [(frozenset({"market"}), frozenset({"mill", "ponds"}))]
    new = table(rows, "2026-Q2", release=2, **stock)
    after = publish(new, earlier=tuple(before), same=same)
    assert [shown(after[0], group)[1] for group in ("mill", "ponds")] == [None, None]
    renamed = replace(new, rows={"other": (8, 16), "south": (20, 40)}, total=(28, 56))
    hidden = replace(
        before[0], hides_n=frozenset({"market", "south"}), hides_of=frozenset({"market", "south"})
    )
    again = publish(renamed, earlier=(hidden,), same=[(frozenset({"market"}), frozenset({"other"}))])
    assert shown(again[0], "other")[1] is None, "another id for the same ground"


def test_what_no_hiding_makes_safe_is_left_out() -> None:
    """An earlier release shows five: one to five of them would be too few numbers to hide three among."""
    stock: dict[str, Any] = {"population": "organisations", "is_stock": True}
    before = publish(table({"ngo": (12, 30), "women": (10, 21), "youth": (15, 45)}, **stock))
    earlier = replace(before[0], rows={**before[0].rows, "roma": (5, 5)}, total=(42, 101))
    earlier = replace(earlier, hides_n=frozenset(earlier.pairs))
    whole = replace(earlier, quarter="2026-Q2", release=2, hides_n=None, hides_of=None)
    part = table({"roma": (3, 3), "ngo": (6, 12)}, "2026-Q2", "cadence", release=2, within="organisations")
    published, left_out = suppress([earlier], [whole, part])
    assert [one.slug for one in left_out] == ["cadence"]
    assert [one.slug for one in published] == ["coverage"]
    assert is_proven(earlier, *published)


# --- Differences between releases -------------------------------------------------------------------------


def solved(one: Table) -> dict[tuple[str, str], int]:
    """What a reader has of a table who adds and subtracts until nothing more is found."""
    known: dict[tuple[str, str], int] = {}
    for group in one.pairs:
        n, of = shown(one, group)
        known |= {(group, what): value for what, value in (("n", n), ("of", of)) if value is not None}
    sums = [[(group, "n"), (group, "rest"), (group, "of")] for group in one.pairs]
    sums += [[*((group, what) for group in one.rows), (TOTAL, what)] for what in ("n", "rest", "of")]
    while True:
        before = len(known)
        for *parts, whole in sums:
            unknown = [cell for cell in (*parts, whole) if cell not in known]
            if len(unknown) == 1:
                rest = known.get(whole, 0) - sum(known.get(cell, 0) for cell in parts)
                known[unknown[0]] = -rest if unknown[0] == whole else rest
        if len(known) == before:
            return known


def differences(*releases: Table) -> set[int]:
    """How the numbers of each pair of releases differ, as far as a reader can work them out."""
    found = [solved(one) for one in releases]
    return {
        abs(second[cell] - first[cell])
        for number, first in enumerate(found)
        for second in found[number + 1 :]
        for cell in first.keys() & second.keys()
    }


SMALL = set(range(1, LEAST))
BEFORE: Rows = {"a": (20, 30), "b": (15, 40)}


def test_twenty_of_thirty_and_then_of_thirty_one_gives_nobody_away() -> None:
    [first] = publish(table({"a": (20, 30)}))
    assert shown(first, "a") == (20, 30)
    for after in ((20, 31), (21, 31), (21, 30), (19, 30), (24, 34), (20, 34)):
        [second] = publish(table({"a": after}, release=2), earlier=(first,))
        assert not differences(first, second) & SMALL, after
    [second] = publish(table({"a": (25, 40)}, release=2), earlier=(first,))
    assert shown(second, "a") == (25, 40), "five more are shown"


@pytest.mark.parametrize("added", range(-6, 7, 2))
def test_no_difference_of_one_row_is_small_whatever_has_changed(added: int) -> None:
    [first] = publish(table(BEFORE))
    for late in range(-6, 7, 2):
        for other in ((15, 40), (16, 41), (20, 45)):
            rows = {"a": (20 + late, 30 + late + max(0, added)), "b": other}
            [second] = publish(table(rows, release=2), earlier=(first,))
            assert not differences(first, second) & SMALL, rows


changes = st.tuples(st.integers(-7, 7), st.integers(-7, 7)).map(lambda by: (10 + by[0], 25 + by[1]))


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(changes, min_size=2, max_size=2), st.lists(changes, min_size=2, max_size=2))
def test_no_pair_of_three_releases_gives_a_difference_away(one: list[Pair], other: list[Pair]) -> None:
    releases = publish(table({"a": (10, 25), "b": (10, 25)}))
    for number, cells in enumerate((one, other), 2):
        rows = dict(zip("ab", cells, strict=True))
        releases += publish(table(rows, release=number), earlier=tuple(releases))
    assert not differences(*releases) & SMALL


def test_a_file_of_another_city_is_compared_with_a_release_too() -> None:
    [told] = publish(table({"city": (20, 30)}, release=1_000_001, split="district"))
    [release] = publish(table({"a": (10, 15), "b": (10, 16)}, release=1), earlier=(told,))
    assert (
        not {
            abs(solved(told)[TOTAL, what] - solved(release).get((TOTAL, what), 99))
            for what in ("n", "rest", "of")
        }
        & SMALL
    )
