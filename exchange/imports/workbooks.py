"""Read the first sheet of an XLSX file row by row, within limits that apply while reading.

expat reads the parts as streams, so a malicious file is rejected before it fills the memory or blocks the
worker. Raises UnreadableFile with a message for the user.
"""

import lzma
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from exchange.imports.reading import MEGABYTE, MOST_COLUMNS, UnreadableFile

MOST_UNPACKED: Final = 150 * MEGABYTE  # of all parts; 100,000 rows of 14 columns need 60 to 90
MOST_SHARED: Final = 64 * MEGABYTE  # of the table of texts, which is in memory
MOST_TEXTS: Final = 1_000_000
MOST_BESIDE: Final = 16 * MEGABYTE  # of each part about sheets and styles
MOST_RATIO: Final = 250  # unpacked to packed size of a large file; sheets have 5 to 30
MOST_ROWS: Final = 200_000
MOST_BLANK: Final = 5_000  # blank rows in a row: a sheet that is formatted down to its end
MOST_LETTERS: Final = 32_767  # of a cell, as in spreadsheets
MOST_ELEMENTS: Final = 10_000_000
MOST_TEXT: Final = 50 * MEGABYTE  # of all cells, because a million cells can refer to one text
MOST_FORMULAS: Final = 1_000  # formulas from which others are derived
_DERIVED: Final = 1_000  # characters of such a formula; cells that share a longer one show their values
_DEEPEST: Final = 50
_LONGEST_TOKEN: Final = MEGABYTE  # a tag with its attributes, or a comment
_LITTLE: Final = 20 * MEGABYTE
_PIECE: Final = 64 * 1024
_WORKBOOK: Final = "xl/workbook.xml"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,  # the archive
    expat.ExpatError, KeyError, ValueError, IndexError, TypeError, ArithmeticError,  # its parts
)  # fmt: skip


def read_rows(file: BinaryIO) -> Iterator[list[str]]:
    """Yield every row with its cells as a person reads them, without empty cells at the end."""
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_bombs(archive)
            yield from _Sheet(archive).rows()
    except UnreadableFile:
        raise
    except _BROKEN as error:
        raise UnreadableFile(_("The file cannot be read as a workbook.")) from error


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Check the declared sizes before unpacking. Python unpacks no more than the declared size."""
    parts = archive.infolist()
    if _WORKBOOK not in archive.NameToInfo:
        raise UnreadableFile(_("This is neither CSV nor XLSX."))
    total, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if total > MOST_UNPACKED or len(parts) > 2_000 or (total > _LITTLE and total > packed * MOST_RATIO):
        raise _too_large()
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise UnreadableFile(_("The file cannot be read as a workbook."))


def _too_large() -> UnreadableFile:
    return UnreadableFile(_("The workbook is too large when unpacked. Save the sheet as CSV instead."))


class _Part:
    """A part of the archive. `start` and `end` are called for each element with its local name."""

    def __init__(self, archive: zipfile.ZipFile, name: str, limit: int) -> None:
        if archive.getinfo(name).file_size > limit:
            raise _too_large()
        self._archive, self._name = archive, name
        self._depth = self._elements = self._letters = 0
        self._pieces: list[str] | None = None  # of the present text
        self.row = 0
        self.is_done = False

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def parse(self) -> Iterator[None]:
        """Parse the part, one piece at each step."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
        fed = 0
        with self._archive.open(self._name) as part:
            while not self.is_done and (piece := part.read(_PIECE)):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    raise UnreadableFile(_("The file cannot be read as a workbook."))
                yield
        if not self.is_done:
            parser.Parse(b"", True)
            yield

    def read(self) -> None:
        for _step in self.parse():
            pass

    def listen(self) -> None:
        """Start collecting text."""
        self._pieces, self._letters = [], 0

    def heard(self) -> str:
        pieces, self._pieces = self._pieces, None
        return "".join(pieces or ())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise _too_large()
        if self._depth > _DEEPEST:
            raise UnreadableFile(_("The file cannot be read as a workbook."))
        if not self.is_done:
            self.start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self.is_done:
            self.end(name.rpartition(":")[2] if ":" in name else name)

    def _text(self, text: str) -> None:
        if self._pieces is None:
            return
        self._letters += len(text)
        if self._letters > MOST_LETTERS:
            cell_name = _("A cell of row %(row)d") % {"row": self.row} if self.row else _("A cell")
            raise UnreadableFile(_("%(cell)s has more than 32,767 characters.") % {"cell": cell_name})
        self._pieces.append(text)


def _refuse(*_declaration: Any) -> None:
    raise UnreadableFile(_("The file cannot be read as a workbook."))


class _Relations(_Part):
    """The relations of the workbook: the part of each sheet by ID."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.sheets: dict[str, str] = {}
        super().__init__(archive, "xl/_rels/workbook.xml.rels", MOST_BESIDE)
        self.read()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes["Type"].endswith("/worksheet"):
            self.sheets[attributes["Id"]] = posixpath.join("/xl", attributes["Target"])


class _Book(_Part):
    """The workbook: the part of its first sheet, and the epoch of its dates."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.epoch, self.sheet = WINDOWS_EPOCH, ""
        self._sheets = _Relations(archive).sheets
        super().__init__(archive, _WORKBOOK, MOST_BESIDE)
        self.read()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = MAC_EPOCH
        if name == "sheet" and not self.sheet:
            key = next((key for attribute, key in attributes.items() if attribute.endswith(":id")), "")
            self.sheet = posixpath.normpath(self._sheets.get(key, "")).lstrip("/.")


class _Styles(_Part):
    """Number formats of the cells' styles in order."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.formats: list[str] = []
        if "xl/styles.xml" not in archive.NameToInfo:
            return
        self._own: dict[str, str] = {}
        self._is_inside = False
        super().__init__(archive, "xl/styles.xml", MOST_BESIDE)
        self.read()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._own[attributes["numFmtId"]] = attributes["formatCode"][:255]
        elif name == "cellXfs":
            self._is_inside = True
        elif name == "xf" and self._is_inside:
            key = attributes.get("numFmtId", "0")
            self.formats.append(self._own.get(key) or BUILTIN_FORMATS.get(int(key), "General"))

    def end(self, name: str) -> None:
        self.is_done = name == "cellXfs"


class _Texts(_Part):
    """Texts shared by cells, in UTF-8, because one emoji makes a Python text four times as large."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.texts: list[bytes] = []
        if "xl/sharedStrings.xml" not in archive.NameToInfo:
            return
        self._is_sound = False
        self._parts: list[str] = []
        self._size = 0
        super().__init__(archive, "xl/sharedStrings.xml", MOST_SHARED)
        self.read()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts, self._size = [], 0
        elif name == "rPh":  # the pronunciation beside it
            self._is_sound = True
        elif name == "t" and not self._is_sound:
            letters = self._size
            self.listen()
            self._letters = letters

    def end(self, name: str) -> None:
        if name == "rPh":
            self._is_sound = False
        elif name == "t" and not self._is_sound:
            self._parts.append(self.heard())
            self._size = self._letters
        elif name == "si":
            if len(self.texts) >= MOST_TEXTS:
                raise _too_large()
            self.texts.append(_unescaped("".join(self._parts)).encode(errors="ignore"))


class _Sheet(_Part):
    def __init__(self, archive: zipfile.ZipFile) -> None:
        book = _Book(archive)
        self._epoch = book.epoch
        self._formats = _Styles(archive).formats
        self._texts = _Texts(archive).texts
        self._ready_rows: list[list[str]] = []
        self._cells: list[str] = []
        self._blank = self._column = self._written = 0
        self._derived: dict[str, Translator] = {}
        self._attributes: dict[str, str] = {}
        self._place = self._style = self._value = self._formula = self._inline = ""
        self._type = "n"
        self._is_sound = False
        super().__init__(archive, book.sheet, MOST_UNPACKED)

    def rows(self) -> Iterator[list[str]]:
        for _step in self.parse():
            yield from self._ready_rows
            self._ready_rows.clear()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._place = attributes.get("r", "")
            column = self._place.rstrip("0123456789")
            self._column = _column(column) if column else self._column + 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value = self._formula = self._inline = ""
        elif name == "v":
            self.listen()
        elif name == "row":
            self._begin(attributes.get("r", ""))
        elif name == "f":
            self._attributes = attributes
            self.listen()
        elif name == "t" and not self._is_sound:
            letters = len(self._inline)
            self.listen()
            self._letters = letters
        elif name == "rPh":
            self._is_sound = True

    def end(self, name: str) -> None:
        if name == "c":
            if self._column <= MOST_COLUMNS + 1 and (text := self._cell()):
                self._cells += [""] * (self._column - len(self._cells))
                self._cells[self._column - 1] = text
                self._written += len(text)
                if self._written > MOST_TEXT:
                    raise _too_large()
        elif name == "v":
            self._value = self.heard()
        elif name == "row":
            self._emit(self._cells)
        elif name == "f":
            self._formula = self._whole_formula(self.heard())
        elif name == "t" and not self._is_sound:
            self._inline += self.heard()
        elif name == "rPh":
            self._is_sound = False
        elif name == "sheetData":
            self.is_done = True

    def _begin(self, number: str) -> None:
        self._cells, self._column = [], 0
        before = self.row
        self.row = int(number) if number else before + 1
        for _missing in range(min(self.row - before - 1, MOST_BLANK + 1)):
            self._emit([])

    def _emit(self, cells: list[str]) -> None:
        if self.is_done:
            return
        self._blank = 0 if cells else self._blank + 1
        if self._blank > MOST_BLANK:
            self.is_done = True
            return
        if self.row > MOST_ROWS + 1:
            raise UnreadableFile(_("The sheet has more than 200,000 rows. Split it and import the parts."))
        self._ready_rows.append(cells)

    def _whole_formula(self, text: str) -> str:
        """Return the formula of a cell. A formula that was filled down is derived from its first cell.

        Return an empty text if it cannot be derived; the cell then shows its value.
        """
        key = self._attributes.get("si")
        if self._attributes.get("t") != "shared" or key is None:
            return f"={text}"
        with suppress(TokenizerError, TranslatorError):
            if text and self._place and len(self._derived) < MOST_FORMULAS and len(text) <= _DERIVED:
                self._derived[key] = Translator(f"={text}", origin=self._place)
            elif not text and self._place and key in self._derived:
                return str(self._derived[key].translate_formula(self._place))
        return f"={text}" if text else ""

    def _cell(self) -> str:
        """Return the cell as text: 612345678, not 612345678.0; a day as 2026-11-25; a formula unchanged."""
        if self._formula:
            return self._formula
        kind, value = self._type, self._value
        if kind == "s":
            return self._texts[int(value)].decode() if value else ""
        if kind == "inlineStr":
            return _unescaped(self._inline)
        if not value or kind in ("str", "e"):
            return _unescaped(value)
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind == "d":
            return _moment(from_ISO8601(value))  # type: ignore[no-untyped-call]  # openpyxl's
        return self._number(value)

    def _number(self, text: str) -> str:
        shape = self._formats[int(self._style)] if self._style else "General"
        number = float(text)
        if shape != "General" and _is_day(shape):
            try:
                return _moment(from_excel(number, self._epoch, timedelta=is_timedelta_format(shape)))
            except (ValueError, ArithmeticError):
                return "#VALUE!"
        if number.is_integer() and abs(number) < 1e15:
            width = len(shape) if not shape.strip("0") else 0  # 08001 with the format 00000
            return str(int(number)).zfill(width)
        return str(number) if math.isfinite(number) else text


_is_day = lru_cache(maxsize=1_000)(is_date_format)


@lru_cache(maxsize=1_000)
def _column(letters: str) -> int:
    return int(column_index_from_string(letters))


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _unescaped(text: str) -> str:
    """Replace escapes of a workbook, such as `_x0041_` for A, and remove halves of characters."""
    if "_x" not in text:
        return text
    raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return raw.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
