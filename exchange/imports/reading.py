"""Read tables with any delimiter and encoding, with BOM, ragged rows and blank rows."""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice, zip_longest
from typing import BinaryIO, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.imports.mapping import Mapping
from exchange.imports.noting import Note, NoteKind
from lib.fold import ODD, squash
from lib.sheets import unescaped

_DELIMITERS: Final = ",;\t|"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MEGABYTE: Final = 1024 * 1024
MOST_COLUMNS: Final = 200
UNKNOWN: Final = ""  # the encoding, if the bytes do not show it
_CHUNK: Final = 1 << 20


class UnreadableFile(ValidationError):
    """The file is not a table, or lacks columns of the mapping."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number in a spreadsheet, its cells by column, and notes about its shape."""

    number: int
    cells: dict[str, str]
    notes: tuple[Note, ...] = ()
    refusal: str = ""


def plain_cell(text: str) -> str:
    """Return a cell without invisible characters: `A\\0B` becomes AB.

    Our own exports write `'@Arroba`, so that no spreadsheet reads a formula. It becomes @Arroba again.
    """
    return unescaped(text if text.isprintable() else ODD.sub("", text))


def named_headings(cells: Iterable[str]) -> list[str]:
    """Return distinct names of the columns.

    >>> named_headings(["Phone", "Name ", "Phone", ""])
    ['Phone', 'Name', 'Phone (2)', '']
    """
    squashed = [squash(plain_cell(cell)) for cell in cells]
    names: list[str] = []
    for heading in squashed:
        numbered_names = (f"{heading} ({n})" for n in count(2))
        is_new = not heading or heading not in names
        names.append(
            heading if is_new else next(o for o in numbered_names if o not in names and o not in squashed)
        )
    return names


def digest_and_encoding(file: BinaryIO) -> tuple[str, str]:
    """Return the SHA-256 of the file and the encoding of its text, or UNKNOWN. Reads the file once."""
    file.seek(0)
    start = file.read(4096)
    encoding = next((name for bom, name in _BOMS if start.startswith(bom)), "")
    if not encoding and start.count(0) * 8 > len(start):  # a stray NUL is not yet UTF-16
        encoding = "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    digest, is_utf8 = hashlib.sha256(), True
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    return digest.hexdigest(), encoding or ("utf-8" if is_utf8 else UNKNOWN)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def read_lines(file: BinaryIO, mapping: Mapping, encoding: str) -> Iterator[Line]:
    """Yield rows that are not blank. Raises UnreadableFile if a column is missing or the text is broken."""
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise UnreadableFile(_("Unknown encoding %(name)s.") % {"name": encoding}) from error
    if mapping.headings:
        delimiter, header = mapping.delimiter, list(mapping.headings)
    else:
        delimiter, header = _header(file, mapping, encoding)
    for number, row in read_cells(file, encoding, delimiter, mapping.heading_row):
        if any(map(str.strip, row)):
            yield _line(number, row, header)


def _header(file: BinaryIO, mapping: Mapping, encoding: str) -> tuple[str, list[str]]:
    """Return the delimiter that gives a header with the mapping's columns, and this header."""
    longest_header: list[str] = []
    for delimiter in mapping.delimiter or _DELIMITERS:
        with text_of(file, encoding) as text:
            header = [squash(plain_cell(cell)) for cell in next(csv.reader(text, delimiter=delimiter), [])]
        if set(mapping.columns) <= set(header):
            if twice := [column for column in mapping.columns if header.count(column) > 1]:
                raise UnreadableFile(_("The file has two columns called “%(name)s”.") % {"name": twice[0]})
            return delimiter, header
        longest_header = max(longest_header, header, key=len)
    missing = [column for column in mapping.columns if column not in longest_header]
    raise UnreadableFile(
        _("The file has no column %(missing)s. It has: %(found)s.")
        % {"missing": ", ".join(f"“{c}”" for c in missing), "found": ", ".join(longest_header)[:300] or "–"}
    )


def _line(number: int, row: list[str], header: list[str]) -> Line:
    notes, refusal = odd_cells(header, row), ""
    if any(map(str.strip, row[len(header) :])):
        refusal = _("%(cells)d cells in a row, but %(header)d headings. Is a quotation mark missing?") % {
            "cells": len(row),
            "header": len(header),
        }
    elif len(row) < len(header):
        notes.append((NoteKind.SHORT.value, _("fewer cells than headings; missing cells treated as empty")))
        row += [""] * (len(header) - len(row))
    return Line(number, dict(zip(header, row, strict=False)), tuple(notes), refusal)


def odd_cells(header: list[str], row: list[str]) -> list[Note]:
    """Return notes about cells without a heading, and about characters that the encoding lacks."""
    notes = []
    if lost := [
        squash(cell) for name, cell in zip_longest(header, row, fillvalue="") if not name and cell.strip()
    ]:
        message = _("without a heading: %(cells)s (skipped)") % {"cells": ", ".join(f"“{c}”" for c in lost)}
        notes.append((NoteKind.PAST_HEADINGS.value, message))
    if broken := [squash(cell)[:60] for cell in row if "\ufffd" in cell]:
        message = _("unreadable characters: %(cells)s. Choose another encoding.")
        notes.append((NoteKind.UNREADABLE.value, message % {"cells": ", ".join(f"“{c}”" for c in broken)}))
    return notes


def read_cells(
    file: BinaryIO, encoding: str, delimiter: str, heading_row: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield all rows under the headings, each with its number in a spreadsheet.

    A cell with line breaks does not split its row. A blank line counts as a row.
    """
    with text_of(file, encoding) as text:
        rows = enumerate(csv.reader(text, delimiter=delimiter), 1)
        for number, row in islice(rows, heading_row, None):
            yield number, [plain_cell(cell) for cell in row]


@contextmanager
def text_of(file: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open the file as text from its start. A byte that the encoding lacks is replaced.

    Raises UnreadableFile if the file is no text or no table.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    except (UnicodeError, csv.Error) as error:
        raise UnreadableFile(_("The file cannot be read as a table: %(why)s") % {"why": error}) from error
    finally:
        text.detach()
