"""A file somebody gives, CSV or XLSX, as a table of text, with bounds: no file takes the server down."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from contacts.imports.reading import UnreadableFile, digest_and_encoding, plain_cell
from jobs.files import spool
from lib.fold import squash

MEGABYTE: Final = 1024 * 1024
MOST_BYTES: Final = 50 * MEGABYTE
MOST_UNPACKED: Final = 400 * MEGABYTE  # of the parts of an XLSX; a bomb has gigabytes
MOST_SHARED: Final = 80 * MEGABYTE  # of its table of texts, which is held in memory
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
MOST_BLANK: Final = 5_000  # in a row: a sheet that was formatted down to its end
LOOKED_AT: Final = 1_000
_DELIMITERS: Final = ",;\t|"
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Table:
    """`content` is CSV; `distinct` are some values by heading, each once."""

    content: BinaryIO
    digest: str
    encoding: str
    delimiter: str
    headings: list[str]
    distinct: dict[str, list[str]]


def read_table(file: BinaryIO) -> Table:
    """Look at a seekable file. Raises UnreadableFile, saying why in words for whoever gave it."""
    file.seek(0, io.SEEK_END)
    if file.tell() > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than 50 MB: import it in parts."))
    digest, encoding = digest_and_encoding(file)
    file.seek(0)
    if file.read(4) == _ZIP:
        content, encoding, delimiter = _from_workbook(file), "utf-8", ","
    else:
        content, delimiter = file, _delimiter(file, encoding)
    headings, rows = _look(content, encoding, delimiter)
    return Table(content, digest, encoding, delimiter, headings, _distinct(headings, rows))


def _look(content: BinaryIO, encoding: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="")
    try:
        reader = csv.reader(text, delimiter=delimiter)
        headings = [squash(cell) for cell in next(reader, [])]
        rows = [[plain_cell(cell).strip() for cell in row] for row in islice(reader, LOOKED_AT)]
    except (UnicodeError, csv.Error) as error:
        raise UnreadableFile(_("The file cannot be read as a table: %(why)s") % {"why": error}) from error
    finally:
        text.detach()
    if not any(headings):
        raise UnreadableFile(_("The first row has no headings."))
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFile(_("The file has more than 200 columns."))
    if not any(map(any, rows)):
        raise UnreadableFile(_("There is nothing under the headings."))
    return headings, rows


def _distinct(headings: list[str], rows: list[list[str]]) -> dict[str, list[str]]:
    """The values of each column in their order, each once."""
    return {
        heading: list(dict.fromkeys(row[n] for row in rows if n < len(row) and row[n]))
        for n, heading in enumerate(headings)
        if heading
    }


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The one that parts the first rows into the most columns, as many in each."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        counts = {}
        for delimiter in _DELIMITERS:
            text.seek(0)
            widths = [len(row) for row in islice(csv.reader(text, delimiter=delimiter), 20) if row]
            alike = sum(1 for width in widths if width == widths[0]) if widths else 0
            counts[delimiter] = (widths[0] > 1, alike, widths[0]) if widths else (False, 0, 0)
        return max(counts, key=lambda one: counts[one])
    except (UnicodeError, csv.Error) as error:
        raise UnreadableFile(_("The file cannot be read as a table: %(why)s") % {"why": error}) from error
    finally:
        text.detach()


# --- XLSX -------------------------------------------------------------------------------------------


def _from_workbook(file: BinaryIO) -> BinaryIO:
    """The first sheet as CSV; its row numbers stay. Formulas are text, as they stand in their cell."""
    _refuse_bombs(file)
    copy = io.TextIOWrapper(spool(), encoding="utf-8", newline="")
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            writer = csv.writer(copy)
            for row in _rows(book):
                writer.writerow(row)
        finally:
            book.close()
    except ValidationError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, ParseError, DefusedXmlException, OSError) as error:
        raise UnreadableFile(_("The file cannot be read as a workbook.")) from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        # What openpyxl raises for parts that are missing or say something else than they should.
        raise UnreadableFile(_("The file cannot be read as a workbook.")) from error
    copy.flush()
    return copy.detach()


def _refuse_bombs(file: BinaryIO) -> None:
    """By what the archive says of its parts, before any is unpacked: Python unpacks no more than it says."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(_("The file cannot be read as a workbook.")) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise UnreadableFile(_("This is neither CSV nor XLSX."))
    shared = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    if sum(part.file_size for part in parts) > MOST_UNPACKED or shared > MOST_SHARED or len(parts) > 2_000:
        raise UnreadableFile(_("The workbook is too large when unpacked: save the sheet as CSV."))


def _rows(book: Any) -> Iterator[list[str]]:
    blank = 0
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)):
        row = [_text(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        blank = 0 if row else blank + 1
        if blank > MOST_BLANK:
            return
        if number > MOST_ROWS:
            raise UnreadableFile(_("The sheet has more than 200,000 rows: import it in parts."))
        yield row


def _text(cell: object) -> str:
    """A cell as a person reads it: 612345678, not 612345678.0; a day as 2026-11-25."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal | float | int):
        return str(cell)
    return str(cell)
