"""Not in use: nothing with small cells is published for now (reports.exports.publications).

What a figure for publication does not say: small cells, and those they could be worked out from.

Pure. A table gives, for each community or kind, n organisations of `of`, and the totals N and OF of the
district. A cell under LEAST is hidden (that nobody of 12 was met, or all but one, is a small cell too). As
anybody can subtract, so much more is hidden that every hidden number may still be any of at least LEAST + 1
numbers to whoever knows all that is published, and takes the rows to add up to the totals: rows by kind do,
rows by community at least when nobody speaks for two.

Which `of` are hidden depends on `of` alone: two reports on the same organisations hide the same ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """n of `of`; None is hidden."""

    n: int | None
    of: int | None


@dataclass(frozen=True, slots=True)
class Published:
    """Rows as they may be given out, and the totals under them."""

    rows: Mapping[str, Counts]
    total: Counts

    @property
    def hidden(self) -> int:
        """How many rows say less than they could."""
        return sum(1 for row in self.rows.values() if row.n is None)


def suppress(rows: Mapping[str, tuple[int, int]], total: tuple[int, int]) -> Published:
    """`rows` are (n, of) by group, `total` the same of all of them. Totals stay unless nothing else helps."""
    without_of = _hide_of({group: of for group, (_n, of) in rows.items()})
    if without_of is None:
        return Published(dict.fromkeys(rows, Counts(None, None)), Counts(None, None))
    without_n, is_total_safe = _hide_n(rows, without_of)
    published = {
        group: Counts(None if group in without_n else n, None if group in without_of else of)
        for group, (n, of) in rows.items()
    }
    return Published(published, Counts(total[0] if is_total_safe else None, total[1]))


def _hide_of(sizes: Mapping[str, int]) -> frozenset[str] | None:
    """Groups whose size is hidden; None where not even hiding all of them is enough.

    Hidden sizes add up to what the total leaves for them, S, so each may be 0 to S, if there are two.
    """
    smallest_first = sorted(sizes, key=lambda group: (sizes[group], group))
    hidden = [group for group in smallest_first if sizes[group] < LEAST]
    others = [group for group in smallest_first if sizes[group] >= LEAST]
    while hidden and (len(hidden) < 2 or sum(sizes[group] for group in hidden) < LEAST):
        if not others:
            return None
        hidden.append(others.pop(0))
    return frozenset(hidden)


def _hide_n(rows: Mapping[str, tuple[int, int]], without_of: frozenset[str]) -> tuple[frozenset[str], bool]:
    """Groups whose n is hidden, and whether the total of n may stay beside them."""
    hidden = {group for group, (n, of) in rows.items() if group in without_of or min(n, of - n) < LEAST}
    # Those that give away least: the most even ones last.
    others = sorted(set(rows) - hidden, key=lambda group: (min(rows[group][0], _rest(rows[group])), group))
    while hidden and not _is_safe(rows, hidden, without_of):
        if not others:
            return frozenset(hidden), False
        hidden.add(others.pop(0))
    return frozenset(hidden), True


def _is_safe(rows: Mapping[str, tuple[int, int]], hidden: set[str], without_of: frozenset[str]) -> bool:
    """Whether every hidden n, and every hidden rest, may be any of more than LEAST numbers."""
    return all(high - low >= LEAST for low, high in intervals(rows, hidden, without_of))


def intervals(
    rows: Mapping[str, tuple[int, int]], hidden: set[str], without_of: frozenset[str]
) -> list[tuple[int, int]]:
    """What each hidden n can be, and each hidden rest, given all that is shown: least and most.

    Rows of known size hold up to it; those of unknown size share the room that is left, in any way.
    """
    together = sum(rows[group][0] for group in hidden)
    known = {group: rows[group][1] for group in hidden if group not in without_of}
    room, shared = sum(known.values()), sum(rows[group][1] for group in without_of)
    rest = room + shared - together
    found = []
    for size in known.values():
        others = room - size + shared
        found.append((max(0, together - others), min(size, together)))  # the rest's is as wide
    for filled in (together, rest) if without_of else ():
        alone = len(without_of) == 1
        found.append((max(0, filled - room) if alone else 0, min(shared, filled)))
    return found


def _rest(row: tuple[int, int]) -> int:
    return row[1] - row[0]
