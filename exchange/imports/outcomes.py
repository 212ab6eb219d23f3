"""Reports of imports: an outcome and a reason for each row, for the page and as files.

Rare warnings come before frequent ones.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Protocol, Self

from django.utils.translation import gettext as _

from exchange.imports.content import content_of
from exchange.imports.noting import KINDS, Note, NoteKind
from exchange.imports.offering import NamedOffer
from exchange.imports.reading import named_headings, read_cells
from exchange.models import ImportDraft
from jobs.services import kinds
from jobs.services.files import spool
from lib.fold import squash
from lib.sheets import CSV_TYPE, Cell, Column, Sheet, write_csv

LINES_SHOWN: Final = 100  # of each outcome
EXAMPLES: Final = 3  # lines of each kind of warning
OFFERS_KEPT: Final = 5_000
VALUE_LIMIT: Final = 200  # characters of a value that the report shows


class RowOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one row, by its line. `kinds` are the kinds of the notes in `reason` (noting)."""

    line: int
    outcome: RowOutcome
    reason: str = ""
    kinds: tuple[str, ...] = ()
    changes: str = ""  # of an existing record: each changed field with its value now and its new value

    def with_notes(self, notes: Iterable[Note]) -> Self:
        """Return a copy with further notes about the row."""
        texts = [("", self.reason), *notes]
        reason = "; ".join(text for _kind, text in texts if text)
        kinds = dict.fromkeys([*self.kinds, *(kind for kind, _text in texts if kind)])
        return replace(self, reason=reason, kinds=tuple(kinds))


def result_of(
    line: int,
    outcome: RowOutcome,
    reason: str = "",
    kind: NoteKind = NoteKind.KEPT,
    notes: Iterable[Note] = (),
    changes: str = "",
) -> Result:
    """Return a result.

    `reason` is a note of `kind`, `notes` are further ones, `changes` is a `changes_text`.
    """
    all_notes = [*([(kind.value, reason)] if reason else []), *notes]
    result = Result(line, outcome, changes=changes)
    return result.with_notes(all_notes) if all_notes else result


def changes_text(changes: Iterable[tuple[str, *tuple[object, ...]]]) -> str:
    """Describe changes from (label, value now, new value), or from the label if no value may be shown.

    >>> changes_text([("phone", "", "+34612345678"), ("languages", ["es"], ["es", "pt"]), ("facts",)])
    'phone: – → +34612345678; languages: es → es, pt; facts'
    """
    return "; ".join(
        f"{label}: {' → '.join(map(_as_text, values))}" if values else label for label, *values in changes
    )


def _as_text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return ", ".join(squash(str(part)) for part in parts)[:VALUE_LIMIT] or "–"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A row of the report. `reason` joins its notes, and `kinds` are their kinds."""

    number: int
    outcome: RowOutcome
    name: str
    reason: str
    kinds: tuple[str, ...] = ()
    changes: str = ""


class NamedRow(Protocol):
    @property
    def line(self) -> int: ...

    @property
    def name(self) -> str: ...


class ImportReport:
    """Outcomes of all rows. `sums` counts them by outcome; `lines()` yields them in the file's order.

    `rows` give the names. Rows that wait on disk stay there.
    """

    def __init__(self, rows: Iterable[NamedRow]) -> None:
        self.sums: Counter[RowOutcome] = Counter()
        self.offers: list[NamedOffer] = []
        self._rows = rows
        self._results: dict[int, Result] = {}

    def lines(self) -> Iterator[ReportLine]:
        for row in self._rows:
            result = self._results[row.line]
            yield ReportLine(row.line, result.outcome, row.name, result.reason, result.kinds, result.changes)

    def add(self, result: Result) -> None:
        self.sums[result.outcome] += 1
        self._results[result.line] = result

    def point_out(self, likely: Mapping[int, Iterable[object]]) -> None:
        """Add the likely duplicates of lines to their notes. People decide."""
        for line, possible_rows in likely.items():
            notes = [(NoteKind.ALIKE.value, str(possible_row)) for possible_row in possible_rows]
            self._results[line] = self._results[line].with_notes(notes)

    def __str__(self) -> str:
        return ", ".join(f"{outcome.value} {self.sums[outcome]}" for outcome in RowOutcome)


def summary_of(report: ImportReport) -> tuple[dict[str, Any], dict[int, str]]:
    """Return the summary (sums, warnings, some lines, offers) and the reasons of all rejected lines."""
    times: Counter[str] = Counter()
    examples: dict[str, list[int]] = {}
    refused: dict[int, str] = {}
    for line in report.lines():
        if line.outcome == RowOutcome.REFUSED:
            refused[line.number] = line.reason
        for kind in line.kinds:
            times[kind] += 1
            if len(examples.setdefault(kind, [])) < EXAMPLES:
                examples[kind].append(line.number)
    rare_first = sorted(times.items(), key=lambda kind_and_times: (kind_and_times[1], kind_and_times[0]))
    offers = [offer.as_json() for offer in report.offers[:OFFERS_KEPT]]
    summary = {
        "sums": {outcome.value: report.sums[outcome] for outcome in RowOutcome},
        "lines": _some_lines(report, times),
        "warnings": [[kind, n, examples[kind]] for kind, n in rare_first if kind != NoteKind.SAME],
        "offers": offers,
    }
    return summary, refused


def _some_lines(report: ImportReport, times: Mapping[str, int]) -> dict[str, list[list[Any]]]:
    """Return lines of each outcome: those with the rarest warning first, then those without a warning."""
    chosen: dict[str, list[tuple[float, int, list[Any]]]] = {}
    for line in report.lines():
        rarity = min((times[kind] for kind in line.kinds), default=float("inf"))
        shown_lines = chosen.setdefault(line.outcome.value, [])
        # A heap whose first entry is replaced first: the most common warning, and then the last line.
        text = "; ".join(filter(None, [line.changes, line.reason]))
        entry = (-rarity, -line.number, [line.number, line.name, text])
        if len(shown_lines) < LINES_SHOWN:
            heapq.heappush(shown_lines, entry)
        elif entry[:2] > shown_lines[0][:2]:
            heapq.heapreplace(shown_lines, entry)
    return {
        outcome: [
            line
            for _rarity, _number, line in sorted(
                lines, key=lambda shown_line: (-shown_line[0], -shown_line[1])
            )
        ]
        for outcome, lines in chosen.items()
    }


def report_file(report: ImportReport) -> kinds.Output:
    """Return a CSV file with the outcome and reason of every line."""
    content = spool()
    columns = [
        Column(_("Line"), Cell.NUMBER),
        Column(_("Outcome")),
        Column(_("Name")),
        Column(_("Changes")),
        Column(_("Why")),
        Column(_("Warnings")),
    ]
    rows = (
        [*(line.number, line.outcome.value, line.name, line.changes, line.reason), _labels(line.kinds)]
        for line in report.lines()
    )
    write_csv(content, Sheet(_("Report"), columns, rows))
    return kinds.Output(_("report.csv"), CSV_TYPE, content)


def _labels(warning_kinds: Iterable[str]) -> str:
    return "; ".join(str(KINDS[NoteKind(kind)]) for kind in warning_kinds)


def refused_file(draft: ImportDraft, reasons: Mapping[int, str]) -> kinds.Output:
    """Return the rejected rows unchanged with their reasons, for correction and another import."""

    def rows() -> Iterable[list[str]]:
        with content_of(draft) as file:
            for number, cells in read_cells(file, draft.encoding, draft.delimiter, draft.heading_row):
                if number in reasons:
                    padded = [*cells, *([""] * len(headings))][: len(headings)]
                    yield [*padded, reasons[number]]

    content, headings, reason = spool(), draft.headings, _("Reason rejected")
    if headings[-1] == reason and reason not in draft.columns:  # of an earlier report
        headings = headings[:-1]
    columns = [Column(heading) for heading in (*headings, named_headings([*headings, reason])[-1])]
    write_csv(content, Sheet(_("Rejected"), columns, rows()), delimiter=draft.delimiter)
    return kinds.Output(_("rejected.csv"), CSV_TYPE, content)
