"""A file somebody gives, CSV or XLSX, as a table of text, with bounds: no file takes the server down."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from contacts.imports.reading import UnreadableFile, digest_and_encoding, plain_cell
from contacts.imports.workbooks import MEGABYTE, MOST_COLUMNS, read_rows
from jobs.files import spool
from lib.fold import squash

MOST_BYTES: Final = 50 * MEGABYTE
LOOKED_AT: Final = 1_000
MOST_DISTINCT: Final = 20_000  # values that are counted
LONGEST_VALUE: Final = 200  # letters: what is longer stands for nothing in a list
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
        headings = [squash(plain_cell(cell)) for cell in next(reader, [])]
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


def count_values(rows: Iterable[list[str]], fields: Mapping[int, str]) -> dict[str, Counter[str]]:
    """How often each field's columns say what, over all rows; `fields` are by the number of the column."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in fields.values()}
    for row in rows:
        for number, name in fields.items():
            text = row[number].strip() if number < len(row) else ""
            times = counted[name]
            if text in times or (0 < len(text) <= LONGEST_VALUE and len(times) < MOST_DISTINCT):
                times[text] += 1
    return counted


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
    copy = io.TextIOWrapper(spool(), encoding="utf-8", errors="ignore", newline="")
    csv.writer(copy).writerows(read_rows(file))
    copy.flush()
    return copy.detach()
