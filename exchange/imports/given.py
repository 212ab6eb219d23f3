"""Rows of a file as texts by field, and rows with the same reference."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from exchange.imports.fields import NUMBER
from exchange.imports.noting import Note, NoteKind
from exchange.imports.reading import odd_cells, read_cells
from exchange.models import ImportDraft
from lib.fold import squash


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row that is not blank: its texts by field, and notes about text that no field takes."""

    line: int
    cells: dict[str, str]
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class RepeatedRows:
    """Rows with the same reference.

    Rows that differ in one column only become one record; others are rejected.
    """

    column: str = ""
    # First line → the texts of all its rows in `column`.
    column_texts: dict[int, list[str]] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)  # other line → first line
    refusals: dict[int, str] = field(default_factory=dict)  # line → reason

    def cells(self, number: int, cells: Mapping[str, str]) -> Mapping[str, str]:
        if number not in self.column_texts:
            return cells
        return {**cells, self.column: "\n".join(self.column_texts[number])}


def find_repeated_rows(
    draft: ImportDraft, file: BinaryIO, column: str, labels: Mapping[str, str]
) -> RepeatedRows:
    """Find rows with the same reference.

    A later row may leave cells empty, but must not contradict the first.
    """
    repeated = RepeatedRows(column)
    times = Counter(_number(row.cells) for row in filled_rows(draft, file))
    firsts: dict[str, FilledRow] = {}
    contradict: dict[str, tuple[list[int], set[str]]] = {}
    for row in filled_rows(draft, file):
        number = _number(row.cells)
        if not number or times[number] < 2:
            continue
        first_row = firsts.setdefault(number, row)
        lines, fields = contradict.setdefault(number, ([], set()))
        lines.append(row.line)
        if row.line == first_row.line:
            continue
        other_cells = {name: text for name, text in row.cells.items() if name != column}
        if other_cells.items() <= first_row.cells.items():
            if column:
                repeated.column_texts.setdefault(first_row.line, [first_row.cells.get(column, "")]).append(
                    row.cells.get(column, "")
                )
                repeated.lines[row.line] = first_row.line
        else:
            fields |= {name for name, text in other_cells.items() if first_row.cells.get(name, text) != text}
            fields |= other_cells.keys() - first_row.cells.keys()
    for lines, fields in contradict.values():
        if fields:
            refusal = _("Lines %(lines)s have the same number but different values: %(fields)s.") % {
                "lines": ", ".join(map(str, lines)),
                "fields": ", ".join(labels.get(name, name) for name in sorted(fields)),
            }
            repeated.refusals |= dict.fromkeys(lines, refusal)
    return repeated


def _number(cells: Mapping[str, str]) -> str:
    return squash(cells.get("external_id", ""))


def filled_rows(draft: ImportDraft, file: BinaryIO) -> Iterator[FilledRow]:
    """Yield rows that are not blank.

    Columns of one field are joined; of codes, the first known one counts.
    """
    fields_by_heading: dict[str, list[str]] = {}
    for heading, name in draft.meanings:
        fields_by_heading.setdefault(heading, []).append(name)
    for line, row in read_cells(file, draft.encoding, draft.delimiter, draft.heading_row):
        if not any(map(str.strip, row)):
            continue
        cells: dict[str, str] = {}
        coded_fields: set[str] = set()  # fields that have a code
        notes = odd_cells(draft.headings, row)
        texts = zip(draft.headings, row, strict=False)
        for heading, text, name in (
            (h, text, name) for h, text in texts for name in fields_by_heading.get(h, ())
        ):
            mapped = draft.values.get(name)
            stripped = text.strip()
            if mapped is None:
                if stripped:
                    cells[name] = f"{cells[name]} {stripped}" if name in cells else stripped
            elif code := mapped.get(stripped):
                if name in coded_fields:
                    notes += [] if cells[name] == code else [_ignored_note(heading, stripped)]
                else:
                    cells[name] = code
                coded_fields.add(name)
            elif stripped and name not in draft.fixed:  # rejected later, unless another column has a code
                cells.setdefault(name, stripped)
                notes += [_ignored_note(heading, stripped)] if name in coded_fields else []
            elif stripped:
                notes.append(_ignored_note(heading, stripped))
        for name, value in draft.fixed.items():
            cells.setdefault(name, value)
        yield FilledRow(line, cells, notes)


def _ignored_note(heading: str, text: str) -> Note:
    message = _("%(heading)s: “%(text)s” is ignored") % {"heading": heading, "text": text[:200]}
    return NoteKind.NOT_COUNTED.value, message


def is_whole(cells: Mapping[str, str], needed: Collection[str]) -> bool:
    """Whether a row has all of a record. A row with a reference may have only the fields that change."""
    return not cells.get(NUMBER.name) or all(cells.get(name) for name in needed)


def read_fields(
    cells: Mapping[str, str], is_whole_row: bool, readers: Mapping[str, Callable[[], Any]]
) -> dict[str, Any]:
    """Return the values that the readers give: all fields of a whole row, or else only fields with a cell."""
    return {name: read() for name, read in readers.items() if is_whole_row or cells.get(name)}
