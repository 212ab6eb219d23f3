"""Small cells are hidden, and cannot be calculated from the published cells."""

from collections.abc import Iterator, Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports.suppression import LEAST, Counts, Published, suppress
from tests.examples import examples

Rows = Mapping[str, tuple[int, int]]


def publish(rows: Rows) -> Published:
    return suppress(rows, (sum(n for n, _of in rows.values()), sum(of for _n, of in rows.values())))


def attack(published: Published) -> Iterator[tuple[str, str, set[int]]]:
    """Return the possible values of each hidden cell: all assignments that fit what is published.

    Rows are assumed to add up to the totals, which is the most that a reader can know.
    """
    groups = list(published.rows)
    total_n, total_of = published.total.n, published.total.of
    most = total_of if total_of is not None else 12  # without a total there is no upper limit: try up to 12

    def choices(row: Counts) -> Iterator[tuple[int, int]]:
        for of in range(most + 1) if row.of is None else [row.of]:
            for n in range(of + 1) if row.n is None else [row.n]:
                yield n, of

    def sums(rows: list[Counts]) -> set[tuple[int, int]]:
        """Return all possible (Σn, Σof) of some rows."""
        reached = {(0, 0)}
        for row in rows:
            reached = {
                (a + n, b + of)
                for a, b in reached
                for n, of in choices(row)
                if total_of is None or b + of <= total_of
            }
        return reached

    for group in groups:
        row = published.rows[group]
        if row.n is not None:
            continue
        others = sums([published.rows[other] for other in groups if other != group])
        fits = {
            (n, of)
            for n, of in choices(row)
            for a, b in others
            if (total_n is None or a + n == total_n) and (total_of is None or b + of == total_of)
        }
        yield group, "n", {n for n, _of in fits}
        yield group, "rest", {of - n for n, of in fits}
        if row.of is None:
            yield group, "of", {of for _n, of in fits}


row = st.integers(0, 14).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(row, min_size=1, max_size=4))
@example([(2, 3), (20, 30), (15, 30)])
@example([(0, 14), (6, 12), (7, 14)])
@example([(1, 1), (1, 1), (6, 12)])
@example([(4, 4)])
@example([(0, 6), (0, 7), (1, 8)])
def test_no_small_cell_can_be_worked_out(cells: list[tuple[int, int]]) -> None:
    rows = {f"g{number}": cell for number, cell in enumerate(cells)}
    published = publish(rows)
    for group, (n, of) in rows.items():
        shown = published.rows[group]
        assert shown.n in (None, n)
        assert shown.of in (None, of)
        if min(n, of - n) < LEAST:
            assert shown.n is None
        if of < LEAST:
            assert shown.of is None
    for group, what, possible in attack(published):
        n, of = rows[group]
        assert {"n": n, "rest": of - n, "of": of}[what] in possible, "the attack knows the truth is possible"
        if published.total.n is None and published.total.of is not None and what != "of":
            assert len(possible) > 1  # otherwise the district's total would reveal the row
        else:
            assert len(possible) > LEAST, (group, what, possible)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=4), st.data())
def test_reports_on_the_same_organisations_hide_the_same_sizes(sizes: list[int], data: st.DataObject) -> None:
    """Otherwise one report would reveal what the other hides."""
    first, second = (
        publish({f"g{k}": (data.draw(st.integers(0, of)), of) for k, of in enumerate(sizes)})
        for _ in range(2)
    )
    assert [row.of for row in first.rows.values()] == [row.of for row in second.rows.values()]


def test_by_hand() -> None:
    published = publish({"women": (12, 20), "roma": (2, 3), "youth": (8, 16), "jewish": (5, 12)})
    assert published.rows == {
        "women": Counts(12, 20),
        "roma": Counts(None, None),  # three organisations
        "youth": Counts(8, 16),
        "jewish": Counts(None, None),  # otherwise roma would be the total minus the others
    }
    assert published.total == Counts(27, 51)
    assert published.hidden == 2


def test_nothing_small_nothing_hidden() -> None:
    rows = {"women": (12, 20), "youth": (8, 16)}
    assert publish(rows).rows == {group: Counts(*cell) for group, cell in rows.items()}
    assert publish({}).rows == {}


def test_a_total_that_is_its_only_small_row_is_hidden_with_it() -> None:
    assert publish({"roma": (1, 3)}).total == Counts(None, None)
