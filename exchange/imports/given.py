"""The rows of a file as fields and their texts, and which of them are one, or contradict each other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from exchange.imports.noting import Note, NoteKind
from exchange.imports.reading import odd_cells, read_cells
from exchange.models import ImportDraft
from lib.fold import squash


@dataclass(frozen=True, slots=True)
class Given:
    """A row that is not blank: field → text, and what no field keeps of it."""

    line: int
    cells: dict[str, str]
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Together:
    """Rows of one number: those that say the same, but for one column, are one; others are all refused."""

    column: str = ""
    said: dict[int, list[str]] = field(default_factory=dict)  # first line → what all of them say there
    lines: dict[int, int] = field(default_factory=dict)  # other line → first line
    refusals: dict[int, str] = field(default_factory=dict)  # line → why

    def cells(self, number: int, cells: Mapping[str, str]) -> Mapping[str, str]:
        if number not in self.said:
            return cells
        return {**cells, self.column: "\n".join(self.said[number])}


def of_one_number(draft: ImportDraft, file: BinaryIO, column: str, labels: Mapping[str, str]) -> Together:
    """Which rows are one. A later row may leave cells empty; where it has another word, none is right."""
    together = Together(column)
    times = Counter(_number(row.cells) for row in given(draft, file))
    firsts: dict[str, Given] = {}
    contradict: dict[str, tuple[list[int], set[str]]] = {}
    for row in given(draft, file):
        number = _number(row.cells)
        if not number or times[number] < 2:
            continue
        first = firsts.setdefault(number, row)
        lines, fields = contradict.setdefault(number, ([], set()))
        lines.append(row.line)
        if row.line == first.line:
            continue
        rest = {name: text for name, text in row.cells.items() if name != column}
        if rest.items() <= first.cells.items():
            if column:
                together.said.setdefault(first.line, [first.cells.get(column, "")]).append(
                    row.cells.get(column, "")
                )
                together.lines[row.line] = first.line
        else:
            fields |= {name for name, text in rest.items() if first.cells.get(name, text) != text}
            fields |= rest.keys() - first.cells.keys()
    for lines, fields in contradict.values():
        if fields:
            said = _("Lines %(lines)s have the same number but different values: %(fields)s.") % {
                "lines": ", ".join(map(str, lines)),
                "fields": ", ".join(labels.get(name, name) for name in sorted(fields)),
            }
            together.refusals |= dict.fromkeys(lines, said)
    return together


def _number(cells: Mapping[str, str]) -> str:
    return squash(cells.get("external_id", ""))


def given(draft: ImportDraft, file: BinaryIO) -> Iterator[Given]:
    """Rows that are not blank: columns joined, of codes the first known."""
    named: dict[str, list[str]] = {}
    for heading, name in draft.meanings:
        named.setdefault(heading, []).append(name)
    for line, row in read_cells(file, draft.encoding, draft.delimiter, draft.heading_row):
        if not any(map(str.strip, row)):
            continue
        cells: dict[str, str] = {}
        known: set[str] = set()  # fields of which a code was said
        notes = odd_cells(draft.headings, row)
        texts = zip(draft.headings, row, strict=False)
        for heading, text, name in ((h, text, name) for h, text in texts for name in named.get(h, ())):
            mapped = draft.values.get(name)
            said = text.strip()
            if mapped is None:
                if said:
                    cells[name] = f"{cells[name]} {said}" if name in cells else said
            elif code := mapped.get(said):
                if name in known:
                    notes += [] if cells[name] == code else [_not_counted(heading, said)]
                else:
                    cells[name] = code
                known.add(name)
            elif said and name not in draft.fixed:  # refused by name, unless another column is known
                cells.setdefault(name, said)
                notes += [_not_counted(heading, said)] if name in known else []
            elif said:
                notes.append(_not_counted(heading, said))
        for name, value in draft.fixed.items():
            cells.setdefault(name, value)
        yield Given(line, cells, notes)


def _not_counted(heading: str, text: str) -> Note:
    said = _("%(heading)s: “%(text)s” is ignored") % {"heading": heading, "text": text[:200]}
    return NoteKind.NOT_COUNTED.value, said
