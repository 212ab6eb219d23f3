"""Read an uploaded file as a table of text, within limits that protect the server.

It is CSV, XLSX or a directory of organisations (exchange.imports.directories).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from exchange.imports.directories import HEADINGS, Directory, is_json, is_package, read_json, read_package
from exchange.imports.encodings import likely_encodings
from exchange.imports.guessing import is_field_word
from exchange.imports.reading import (
    MEGABYTE,
    MOST_COLUMNS,
    UNKNOWN,
    UnreadableFile,
    digest_and_encoding,
    named_headings,
    plain_cell,
    text_of,
)
from jobs.services.files import spool
from lib.fold import fold, squash

MOST_BYTES: Final = 50 * MEGABYTE
LOOKED_AT: Final = 1_000
MOST_DISTINCT: Final = 20_000  # values that are counted
LONGEST_VALUE: Final = 200  # characters: longer values are not listed
FIRST_ROWS: Final = 10  # a person can choose one as the heading row
_SHOWN: Final = 40  # characters shown of their cells
_SHOWN_CELLS: Final = 6
_TABLE: Final = 3  # columns: in a narrower table the first row has the headings
_DELIMITERS: Final = ",;\t|"
_VALUE: Final = re.compile(r"\d{2}|@")
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Microsoft's compound files


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    `content` is CSV, `distinct` has some distinct values by heading, and `first_rows` are shortened.
    """

    content: BinaryIO
    digest: str
    encoding: str
    delimiter: str
    first_rows: list[list[str]]
    heading_row: int
    headings: list[str]
    distinct: dict[str, list[str]]
    encodings: list[str] = field(default_factory=list)  # possible ones, if the file does not show its own
    left_out: dict[str, int] = field(default_factory=dict)  # counts of parts of a directory without a row
    # Headings of columns whose values repeat so often that they are no reference.
    repeated_columns: frozenset[str] = frozenset()


def read_table(file: BinaryIO) -> Table:
    """Read a seekable file. Raises UnreadableFile with a message for the user."""
    file.seek(0, io.SEEK_END)
    if file.tell() > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than 50 MB. Split it and import the parts."))
    digest, encoding = digest_and_encoding(file)
    file.seek(0)
    start = file.read(len(_OLE))
    if start == _OLE:
        message = _(
            "This is an old .xls workbook or is password-protected. Save it as .xlsx or CSV "
            "without a password."
        )
        raise UnreadableFile(message)
    if _is_card_or_calendar(file):
        message = _(
            "This is a file of contact cards (.vcf) or of a calendar (.ics). Export it as CSV from the "
            "program that made it."
        )
        raise UnreadableFile(message)
    if is_json(file):
        return _from_directory(read_json(file), digest)
    if start.startswith(_ZIP) and is_package(file):
        return _from_directory(read_package(file), digest)
    if start.startswith(_ZIP):
        content, encoding, delimiter = _from_workbook(file), "utf-8", ","
        return inspect_table(content, digest, encoding, delimiter)
    encodings = [] if encoding != UNKNOWN else likely_encodings(file)
    encoding = encodings[0] if encodings else encoding
    table = inspect_table(file, digest, encoding, _delimiter(file, encoding))
    return replace(table, encodings=encodings)


def _is_card_or_calendar(file: BinaryIO) -> bool:
    """Whether the file begins as a vCard or an iCalendar file does."""
    file.seek(0)
    start = file.read(32).removeprefix(b"\xef\xbb\xbf").lstrip().upper()
    file.seek(0)
    return start.startswith((b"BEGIN:VCARD", b"BEGIN:VCALENDAR"))


def _from_directory(directory: Directory, digest: str) -> Table:
    if not directory.rows:
        raise UnreadableFile(_("There are no organisations in this directory."))
    copy = io.TextIOWrapper(spool(), encoding="utf-8", errors="ignore", newline="")
    csv.writer(copy).writerows([HEADINGS, *directory.rows])
    copy.flush()
    return replace(inspect_table(copy.detach(), digest, "utf-8", ","), left_out=dict(directory.left_out))


def inspect_table(
    content: BinaryIO, digest: str, encoding: str, delimiter: str, heading_row: int = 0
) -> Table:
    """Describe CSV with headings in `heading_row`, or in the likely row if it is 0. Raises UnreadableFile."""
    rows = _first_rows(content, encoding, delimiter, heading_row + LOOKED_AT + 1)
    shown_rows = [[squash(cell)[:_SHOWN] for cell in row[:_SHOWN_CELLS]] for row in rows[:FIRST_ROWS]]
    at, headings = _headings(rows, heading_row or _heading_row(rows))
    under = rows[at:]
    if any(headings):
        headings = _with_places(headings, under)
    else:
        raise UnreadableFile(_("There are no headings in row %(n)d.") % {"n": at})
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFile(_("The file has more than 200 columns."))
    if not any(map(any, under)):
        raise UnreadableFile(_("There are no rows under the headings."))
    distinct = _distinct(headings, under)
    repeated = _repeated(headings, under, distinct)
    return Table(
        content, digest, encoding, delimiter, shown_rows, at, headings, distinct, repeated_columns=repeated
    )


def _with_places(headings: list[str], rows: list[list[str]]) -> list[str]:
    """Name columns with values but no heading by their place, so that a person can choose them.

    Cells past the last heading form a column if half of the rows have them. Otherwise those rows are wrong.
    """
    filled = [[n for n, cell in enumerate(row) if cell] for row in rows if any(row)]
    times = Counter(n for row in filled for n in row)
    beyond = [n for n, rows_with_it in times.items() if 2 * rows_with_it >= len(filled)]
    width = max(len(headings), *(n + 1 for n in beyond), 0)
    padded = [*headings, *([""] * (width - len(headings)))]
    return named_headings(heading or (_place_name(n) if times[n] else "") for n, heading in enumerate(padded))


def _place_name(n: int) -> str:
    from openpyxl.utils.cell import get_column_letter

    return _("Column %(n)d (%(letter)s)") % {"n": n + 1, "letter": get_column_letter(n + 1)}


def _heading_row(rows: list[list[str]]) -> int:
    """Return the number of the heading row: the first row, or below titles of one cell above a wide table."""
    filled = [sum(map(bool, row)) for row in rows[: 2 * FIRST_ROWS]]
    if max(filled, default=0) < _TABLE:
        return 1
    return next((n for n, cells in enumerate(filled[:FIRST_ROWS], 1) if cells > 1), 1)


def _headings(rows: list[list[str]], at: int) -> tuple[int, list[str]]:
    """Return the number of the last heading row, and the headings. Two rows are joined.

    `at` is the number of either of the two rows: “Contactos / Telemóvel”.
    """
    for upper in (at, at - 1):
        if 1 <= upper < len(rows) and (
            joined := join_header_rows(rows[upper - 1], rows[upper], rows[upper + 1 :])
        ):
            return upper + 1, named_headings(joined)
    return at, named_headings(rows[at - 1]) if len(rows) >= at else []


def join_header_rows(upper: list[str], lower: list[str], under: list[list[str]]) -> list[str]:
    """Return joined headings if two rows are one header, or nothing.

    A cell of the upper row that was merged stands over several cells of the lower row, and in a file all but
    its first place are blank. It is spread over the places where the lower row has text. Cells of the lower
    row are headings if a word among them names a field, or if the cells below them are numbers or addresses.

    >>> join_header_rows(["N", "Contactos", ""], ["", "Telefone", "Email"], [["A", "912345678", "a@b.pt"]])
    ['N', 'Contactos / Telefone', 'Contactos / Email']
    """
    width = max(len(upper), len(lower))
    top, bottom = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    spread, span_widths = list[str](), list[int]()
    for n in range(width):
        is_merged = not top[n] and bottom[n] and n > 0 and spread[n - 1]
        spread.append(spread[n - 1] if is_merged else top[n])
        span_widths.append(span_widths[-1] + 1 if is_merged else 1)
    headed = [n for n in range(width) if bottom[n]]
    if max(span_widths, default=1) < 2 or not all(_is_under_span(n, span_widths) for n in headed):
        return []
    texts = [fold(bottom[n]) for n in headed]
    if len(set(texts)) < len(texts) or any(_VALUE.search(bottom[n]) for n in headed):
        return []
    if not any(_is_heading(n, bottom[n], under) for n in headed):
        return []
    return [
        f"{heading} / {subheading}" if heading and subheading else heading or subheading
        for heading, subheading in zip(spread, bottom, strict=True)
    ]


def _is_under_span(n: int, span_widths: list[int]) -> bool:
    """Whether a column is the first or a later one of a merged heading."""
    return span_widths[n] > 1 or (n + 1 < len(span_widths) and span_widths[n + 1] == 2)


def _is_heading(n: int, text: str, under: list[list[str]]) -> bool:
    """Whether a cell names a field, or stands over cells with digits or addresses."""
    if is_field_word(text):
        return True
    values = [row[n] for row in under if n < len(row) and row[n]]
    return bool(values) and 2 * sum(bool(_VALUE.search(value)) for value in values) > len(values)


def _repeated(headings: list[str], rows: list[list[str]], distinct: dict[str, list[str]]) -> frozenset[str]:
    """Return the headings of columns in which most values repeat another."""
    filled = {
        heading: sum(1 for row in rows if n < len(row) and row[n])
        for n, heading in enumerate(headings)
        if heading
    }
    return frozenset(heading for heading, count in filled.items() if 2 * len(distinct[heading]) < count)


def _first_rows(content: BinaryIO, encoding: str, delimiter: str, limit: int) -> list[list[str]]:
    with text_of(content, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter)
        return [[plain_cell(cell).strip() for cell in row] for row in islice(reader, limit)]


def _distinct(headings: list[str], rows: list[list[str]]) -> dict[str, list[str]]:
    """Return the distinct values of each column in order."""
    return {
        heading: list(dict.fromkeys(row[n] for row in rows if n < len(row) and row[n]))
        for n, heading in enumerate(headings)
        if heading
    }


def count_values(rows: Iterable[list[str]], fields: Collection[tuple[int, str]]) -> dict[str, Counter[str]]:
    """Count the values of each field in all rows. `fields`: number of a column, and its field."""
    counted: dict[str, Counter[str]] = {name: Counter() for _number, name in fields}
    for row in rows:
        for number, name in fields:
            text = row[number].strip() if number < len(row) else ""
            times = counted[name]
            if text in times or (0 < len(text) <= LONGEST_VALUE and len(times) < MOST_DISTINCT):
                times[text] += 1
    return counted


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """Return the delimiter that splits most of the first rows into the same number of columns."""
    counts = {}
    with text_of(file, encoding) as text:
        for delimiter in _DELIMITERS:
            text.seek(0)
            widths = [len(row) for row in islice(csv.reader(text, delimiter=delimiter), 20) if row]
            width = next((width for width in widths if width > 1), 1)
            counts[delimiter] = (width > 1, widths.count(width), width)
    return max(counts, key=lambda one: counts[one])


# --- XLSX -------------------------------------------------------------------------------------------


def _from_workbook(file: BinaryIO) -> BinaryIO:
    """Return the first sheet as CSV with the same row numbers. Formulas are text.

    A workbook leaves out empty cells at the end of a row. Each row is filled up to the widest one above.
    """
    from exchange.imports.workbooks import read_rows

    copy = io.TextIOWrapper(spool(), encoding="utf-8", errors="ignore", newline="")
    writer, width = csv.writer(copy), 0
    for row in read_rows(file):
        width = max(width, len(row))
        writer.writerow([*row, *([""] * (width - len(row)))] if any(row) else [])
    copy.flush()
    return copy.detach()
