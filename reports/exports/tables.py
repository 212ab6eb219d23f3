"""Table of a document of figures, for sheets and for paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from lib.sheets import Cell, Column
from reports.exports.cells import (
    Value,
)

_NARROW: Final = 10  # characters
_DRAWN: Final = 24
_AT_THE_RIGHT: Final = {Cell.NUMBER, Cell.DECIMAL, Cell.SHARE}


@dataclass(frozen=True, slots=True)
class Table:
    """Table of a document. The first column names the rows.

    `sheet_only` has the columns that paper omits. On paper,
    `chart` is above the table and the column `below` is a line under each row. `drawings` are a last column
    with the heading `drawing_heading`.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    chart: SafeString | str = ""
    notes: Sequence[str] = ()
    sheet_only: Sequence[int] = ()
    below: int | None = None
    drawing_heading: str = ""
    drawings: Sequence[SafeString | str] = ()

    @property
    def headings(self) -> list[Column]:
        """Return the columns on paper."""
        return [
            column
            for position, column in enumerate(self.columns)
            if position not in (*self.sheet_only, self.below)
        ]

    @property
    def paper_rows(self) -> list[list[tuple[str, bool]]]:
        """Return the rows on paper: the text of each cell, and whether it is aligned right."""
        return [
            [
                (value.text, column.cell in _AT_THE_RIGHT)
                for position, (column, value) in enumerate(zip(self.columns, row, strict=True))
                if position not in (*self.sheet_only, self.below)
            ]
            for row in self.rows
        ]

    @property
    def drawn_rows(self) -> list[tuple[list[tuple[str, bool]], SafeString | str, str]]:
        """Return the rows on paper, each with its drawing and the note under it."""
        under = ["" if self.below is None else row[self.below].text for row in self.rows]
        return list(zip(self.paper_rows, self.drawings or [""] * len(self.rows), under, strict=True))

    @property
    def column_widths(self) -> list[str]:
        """Return the width of each column on paper, in per cent."""
        widths = [column.width or _NARROW for column in self.headings] + [_DRAWN] * bool(self.drawings)
        return [f"{width * 100 / sum(widths):.1f}" for width in widths]
