"""Tables as CSV and XLSX files with typed cells, written row by row with constant memory.

Text in a cell is never treated as a formula by the program that opens the file (OWASP, "CSV injection").
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
MOST_ROWS: Final = 1_048_575  # of an XLSX sheet, without its heading
_ON_PAPER: Final = 12  # columns readable on one page
# Characters that start a formula in spreadsheets, including their full-width forms.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# If the semicolon separates columns, as in most of Europe, a cell starts after a semicolon inside a text.
_INSIDE: Final = re.compile(r"([;\t])([=+\-@])")
# Apostrophes added by `harmless`, also if a text was written and read several times.
_ESCAPED: Final = re.compile(rf"\A'+(?={_FORMULA.pattern})|(?<=[;\t])'+(?=[=+\-@])")


class TooLarge(ValueError):
    """More rows or characters than the format allows. No file is written, rather than an incomplete one."""


class Cell(Enum):
    """The type of a column's cells, which also sets the default width."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    SHARE = "share"  # 0.25 is 25 %
    PLAIN = "plain"  # a number without a format, for columns that programs read
    DAY = "day"
    MOMENT = "moment"  # an aware datetime, shown in city time
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of another type than its column, such as days among shares."""

    value: float
    cell: Cell


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    cell: Cell = Cell.TEXT
    width: int = 0  # in characters; 0: by cell type


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `rows` are read once, while the file is written. None is an empty cell, not a zero."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    has_heading: bool = True


# --- CSV ------------------------------------------------------------------------------------------


def write_csv(out: BinaryIO, sheet: Sheet, *, delimiter: str = ",") -> None:
    """Write RFC 4180 in UTF-8 with a byte order mark, which spreadsheets need to read accents."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=delimiter)
    if sheet.has_heading:
        writer.writerow([harmless(column.heading) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_cell_value(value) for value in row])
    text.flush()
    text.detach()


def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would treat as a formula: `'=1+1`.

    >>> harmless("+34 600 000 001"), harmless("Vecinos;=1+1"), harmless("Peña - bar")
    ("'+34 600 000 001", "Vecinos;'=1+1", 'Peña - bar')
    """
    escaped = _INSIDE.sub(r"\1'\2", text)
    return f"'{escaped}" if _FORMULA.match(text) else escaped


def unescaped(text: str) -> str:
    """Reverse `harmless`, so that a table that is read back has its original texts.

    >>> unescaped("'+34 600 000 001"), unescaped("Vecinos;'=1+1"), unescaped("'t Huis")
    ('+34 600 000 001', 'Vecinos;=1+1', "'t Huis")
    """
    return _ESCAPED.sub("", text) if "'" in text else text


def _cell_value(value: Any) -> Any:
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
    Cell.PLAIN: {"num_format": "General"},
    Cell.DAY: {"num_format": "yyyy-mm-dd"},
    Cell.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
    Cell.FLAG: {},
}
_NUMBERS: Final = {Cell.NUMBER, Cell.DECIMAL, Cell.SHARE, Cell.PLAIN}
_HEADER: Final = 240  # maximum length of a page header
_WIDTHS: Final = {
    Cell.TEXT: 24,
    Cell.NUMBER: 10,
    Cell.DECIMAL: 10,
    Cell.SHARE: 9,
    Cell.PLAIN: 14,
    Cell.DAY: 11,
    Cell.MOMENT: 17,
    Cell.FLAG: 8,
}


def write_xlsx(out: BinaryIO, sheets: Iterable[Sheet], *, title: str, author: str, marking: str = "") -> None:
    """Write a workbook. Each sheet is finished before the rows of the next are read. Raises TooLarge.

    `marking` is the page header in print.
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
    # Align a word in a number column to the right like numbers, and indent text beside a number column.
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
        first_line = 0
        if sheet.has_heading:
            for number, column in enumerate(sheet.columns):
                style = at_right if column.cell in _NUMBERS else beside if number else heading
                _check(page.write_string(0, number, column.heading, style))
            first_line = 1
        last_line = first_line
        for last_line, row in enumerate(sheet.rows, first_line):
            for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                _check(_write(page, last_line, number, column.cell, value, styles, words, quoted))
        if sheet.has_heading:
            page.autofilter(0, 0, max(last_line, 1), len(sheet.columns) - 1)
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
        # Mark the cell as text, so that it stays text after an edit.
        written = page.write_string(row, number, text, quoted if _FORMULA.match(text) else style)
    return written


def _check(status: int) -> None:
    if status:  # -1: beyond the last row or column; -2: more than 32,767 characters
        raise TooLarge


def counted(rows: Iterable[Sequence[Any]], counter: list[int]) -> Iterator[Sequence[Any]]:
    """Yield `rows` and keep their count in `counter[0]`."""
    for row in rows:
        counter[0] += 1
        yield row
