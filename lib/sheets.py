"""Tables as files: CSV and XLSX with typed cells, written row by row in flat memory.

No text of a cell is ever a formula to whoever opens the file (OWASP, "CSV injection").
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, BinaryIO, Final

from lib.days import city_zone

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_575  # of an XLSX sheet, beside its heading
_ON_PAPER: Final = 12  # columns that can be read on one page
# Signs that spreadsheets take for the beginning of a formula, their wide forms included.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# Where a semicolon parts columns, as in most of Europe, a cell of a file with commas starts after it.
_INSIDE: Final = re.compile(r"([;\t])([=+\-@])")
# Apostrophes that `harmless` puts before them, however often a text was written and read.
_ESCAPED: Final = re.compile(rf"\A'+(?={_FORMULA.pattern})|(?<=[;\t])'+(?=[=+\-@])")


class TooLarge(ValueError):
    """More rows or letters than the format holds: better no file than one that lacks some."""


class Cell(Enum):
    """What a column holds, and how wide it is by itself."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    SHARE = "share"  # 0.25 is 25 %
    DAY = "day"
    MOMENT = "moment"  # an aware datetime; shown by the city's clock
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is not what its column holds, such as days among shares."""

    value: float
    cell: Cell


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    cell: Cell = Cell.TEXT
    width: int = 0  # in letters; 0: as its cells need


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` are read once, while the file is written. None is an empty cell, never a zero."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    has_heading: bool = True


# --- CSV ------------------------------------------------------------------------------------------


def write_csv(out: BinaryIO, sheet: Sheet) -> None:
    """RFC 4180 in UTF-8 with a byte order mark, which spreadsheets need to read accents."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    if sheet.has_heading:
        writer.writerow([harmless(column.heading) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_plain(value) for value in row])
    text.flush()
    text.detach()


def harmless(text: str) -> str:
    """`'=1+1`: a text that some spreadsheet would take for a formula gets an apostrophe before it.

    >>> harmless("+34 600 000 001"), harmless("Vecinos;=1+1"), harmless("Peña - bar")
    ("'+34 600 000 001", "Vecinos;'=1+1", 'Peña - bar')
    """
    escaped = _INSIDE.sub(r"\1'\2", text)
    return f"'{escaped}" if _FORMULA.match(text) else escaped


def unescaped(text: str) -> str:
    """What `harmless` was given: a table that is read back says what it said before it was written.

    >>> unescaped("'+34 600 000 001"), unescaped("Vecinos;'=1+1"), unescaped("'t Huis")
    ('+34 600 000 001', 'Vecinos;=1+1', "'t Huis")
    """
    return _ESCAPED.sub("", text) if "'" in text else text


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return value.value
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(city_zone()).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


# --- XLSX -----------------------------------------------------------------------------------------

_FORMATS: Final[dict[Cell, dict[str, Any]]] = {
    Cell.TEXT: {"text_wrap": False},
    Cell.NUMBER: {"num_format": "#,##0"},
    Cell.DECIMAL: {"num_format": "#,##0.00"},
    Cell.SHARE: {"num_format": "0.0%"},
    Cell.DAY: {"num_format": "yyyy-mm-dd"},
    Cell.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
    Cell.FLAG: {},
}
_NUMBERS: Final = {Cell.NUMBER, Cell.DECIMAL, Cell.SHARE}
_HEADER: Final = 240  # signs that a page's head may have
_WIDTHS: Final = {
    Cell.TEXT: 24,
    Cell.NUMBER: 10,
    Cell.DECIMAL: 10,
    Cell.SHARE: 9,
    Cell.DAY: 11,
    Cell.MOMENT: 17,
    Cell.FLAG: 8,
}


def write_xlsx(out: BinaryIO, sheets: Iterable[Sheet], *, title: str, author: str, marking: str = "") -> None:
    """One workbook; each sheet is written before the next one's rows are asked for. Raises TooLarge.

    `marking` heads each page when it is printed.
    """
    from xlsxwriter import Workbook

    book = Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "author": author})
    styles = {cell: book.add_format(shape | {"valign": "top"}) for cell, shape in _FORMATS.items()}
    quoted = book.add_format({"quote_prefix": True, "valign": "top"})
    # A word in a column of numbers stands at the right like them; one beside numbers keeps off them.
    words = dict.fromkeys(Cell, styles[Cell.TEXT]) | {
        cell: book.add_format({"valign": "top", "align": "right"}) for cell in _NUMBERS
    }
    words[Cell.TEXT] = book.add_format({"valign": "top", "indent": 1})
    bold = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    at_right = book.add_format(bold | {"align": "right"})
    heading, beside = book.add_format(bold), book.add_format(bold | {"indent": 1})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _lay_out(page, sheet)
        if marking:
            page.set_header("&L&8 " + marking.replace("&", "&&")[:_HEADER])
        first = 0
        if sheet.has_heading:
            for number, column in enumerate(sheet.columns):
                style = at_right if column.cell in _NUMBERS else beside if number else heading
                _check(page.write_string(0, number, column.heading, style))
            first = 1
        last = first
        for last, row in enumerate(sheet.rows, first):
            for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                _check(_write(page, last, number, column.cell, value, styles, words, quoted))
        if sheet.has_heading:
            page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
    book.close()


def _lay_out(page: Any, sheet: Sheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    if len(sheet.columns) <= _ON_PAPER:
        page.fit_to_pages(1, 0)
    if sheet.has_heading:
        page.freeze_panes(1, 1)
        page.repeat_rows(0)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width or _WIDTHS[column.cell])


def _write(
    page: Any, row: int, number: int, cell: Cell, value: Any, styles: Any, words: Any, quoted: Any
) -> int:
    written: int = 0
    if value is None or value == "":
        return written
    if isinstance(value, Number):
        value, cell = value.value, value.cell
    if isinstance(value, bool):
        written = page.write_boolean(row, number, value, styles[Cell.FLAG])
    elif isinstance(value, datetime):
        local = value.astimezone(city_zone()).replace(tzinfo=None)
        written = page.write_datetime(row, number, local, styles[Cell.MOMENT])
    elif isinstance(value, date):
        written = page.write_datetime(row, number, value, styles[Cell.DAY])
    elif isinstance(value, int | float):
        kind = cell if cell in _NUMBERS else Cell.NUMBER
        written = page.write_number(row, number, value, styles[kind])
    else:
        text = str(value)
        style = words[cell] if number else styles[Cell.TEXT]
        # Marked as text in the cell's own format: it stays one when somebody edits the cell.
        written = page.write_string(row, number, text, quoted if _FORMULA.match(text) else style)
    return written


def _check(status: int) -> None:
    if status:  # -1: beyond the last row or column; -2: more than 32,767 letters
        raise TooLarge


def counted(rows: Iterable[Sequence[Any]], counter: list[int]) -> Iterator[Sequence[Any]]:
    """`rows`, their number kept in `counter[0]`."""
    for row in rows:
        counter[0] += 1
        yield row
