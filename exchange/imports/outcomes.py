"""What came of an import: an outcome for each row of the file, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, Self

from exchange.imports.noting import Note, NoteKind
from exchange.imports.offering import NamedOffer


class RowOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row, by its line; `kinds` are those of what `reason` says (noting)."""

    line: int
    outcome: RowOutcome
    reason: str = ""
    kinds: tuple[str, ...] = ()

    def with_notes(self, notes: Iterable[Note]) -> Self:
        """The same with what else is to be said of the row."""
        said = [("", self.reason), *notes]
        reason = "; ".join(text for _kind, text in said if text)
        kinds = dict.fromkeys([*self.kinds, *(kind for kind, _text in said if kind)])
        return replace(self, reason=reason, kinds=tuple(kinds))


def result_of(
    line: int,
    outcome: RowOutcome,
    why: str = "",
    kind: NoteKind = NoteKind.KEPT,
    notes: Iterable[Note] = (),
) -> Result:
    """`why` is of `kind`; `notes` are what was odd about the row or left out."""
    return Result(line, outcome).with_notes([*([(kind.value, why)] if why else []), *notes])


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one row. `reason` says why, and what was odd or left out; `kinds` are of that."""

    number: int
    outcome: RowOutcome
    name: str
    reason: str
    kinds: tuple[str, ...] = ()


class NamedRow(Protocol):
    @property
    def line(self) -> int: ...

    @property
    def name(self) -> str: ...


class ImportReport:
    """`sums` by outcome add up to the rows; `lines()` walks them in the file's order.

    `rows` say what each is called: where they wait on disk they stay there.
    """

    def __init__(self, rows: Iterable[NamedRow]) -> None:
        self.sums: Counter[RowOutcome] = Counter()
        self.offers: list[NamedOffer] = []
        self._rows = rows
        self._results: dict[int, Result] = {}

    def lines(self) -> Iterator[ReportLine]:
        for row in self._rows:
            found = self._results[row.line]
            yield ReportLine(row.line, found.outcome, row.name, found.reason, found.kinds)

    def add(self, result: Result) -> None:
        self.sums[result.outcome] += 1
        self._results[result.line] = result

    def point_out(self, likely: Mapping[int, Iterable[object]]) -> None:
        """Add to the reason of a line what it may be already; people decide."""
        for line, found in likely.items():
            notes = [(NoteKind.ALIKE.value, str(one)) for one in found]
            self._results[line] = self._results[line].with_notes(notes)

    def __str__(self) -> str:
        return ", ".join(f"{outcome.value} {self.sums[outcome]}" for outcome in RowOutcome)
