"""Cells of a document of figures: a typed value for sheets, and its text for paper."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from lib.sheets import Cell, Column, Number
from reports.figures.report import Report
from reports.figures.scorecard import Line, measure_of
from reports.figures.wording import format_interval, format_own_value, format_spread, format_value, label_of
from reports.queries.definitions import Row
from reports.rules.intervals import LEAST

_CELLS: Final = {"ratio": Cell.SHARE, "hours": Cell.DECIMAL, "per_week": Cell.DECIMAL, "text": Cell.TEXT}


@dataclass(frozen=True, slots=True)
class Value:
    """Value of a cell: typed for a sheet, and as text for readers."""

    typed: Any
    text: str


def columns_of(report: Report) -> list[Column]:
    """Return the columns for n, `of`, the figure and the report's own columns."""
    own_columns = [
        Column(_capitalised(column.label), cell_of(column.unit), width=16) for column in report.own_columns
    ]
    figure = (
        [] if report.measure == "n" else [Column(_figure_heading(report), cell_of(report.unit), width=16)]
    )
    if report.unit == "ratio":
        figure.append(Column(_("95% interval"), Cell.TEXT, width=16))
    return [
        Column(_capitalised(label_of(report.n_label)), Cell.NUMBER, width=16),
        Column(_capitalised(label_of(report.of_label)), Cell.NUMBER, width=16),
        *figure,
        *own_columns,
    ]


def _figure_heading(report: Report) -> str:
    if report.measure == "ratio":
        return _("Percentage")
    label = next((column.label for column in report.columns if column.name == report.measure), report.title)
    return _capitalised(label)


def cells_of(report: Report, row: Row | None) -> list[Value]:
    figure = [] if report.measure == "n" else [figure_cell(report, measure_of(report, row), row)]
    if report.unit == "ratio":
        interval = report.interval(row)
        figure.append(text_cell(format_interval(interval) if interval else ""))
    return [
        number_cell(row.n if row else None),
        number_cell(row.of if row else None),
        *figure,
        *(_own_cell(column.unit, getattr(row, column.name, None)) for column in report.own_columns),
    ]


def figure_cell(report: Report, value: float | None, row: Row | None) -> Value:
    """Return the cell of a figure. A share of few has a text instead, and a distribution has its numbers."""
    if report.spread and row is not None:
        return text_cell(format_spread(report, row))
    if row is not None and row.of and report.is_of_few(row):
        return text_cell(_few_text())
    return Value(typed_value(value), format_value(value, report.unit))


def page_cell(report: Report, value: Any, value_text: str, row: Row | None) -> Value:
    """Return the cell of a figure with the text of the page. It has no number if it is several or of few."""
    if row is not None and row.of and report.is_of_few(row):
        value = _few_text()
    return text_cell(value_text) if report.spread else Value(value, value_text)


def _few_text() -> str:
    return _("fewer than %(least)s: counts only") % {"least": LEAST}


def _own_cell(unit: str, value: Any) -> Value:
    value_text = format_own_value(value, unit)
    return text_cell(value_text) if unit == "text" else Value(typed_value(value), value_text)


def extra_figures_cell(line: Line) -> Value:
    """Return the cell of the columns shown beside a figure: `Nothing agreed: 1 · …`."""
    labelled_values = [
        (column.label, format_own_value(getattr(line.row, column.name), column.unit))
        for column in line.notable
    ]
    return text_cell(_capitalised(" · ".join(f"{label}: {value}" for label, value in labelled_values)))


def typed_value(value: float | None) -> Any:
    """Return the value, or n/a for None, because readers would take an empty cell for zero."""
    return format_value(None, "count") if value is None else value


def value_with_unit(value: float | None, report: Report) -> Any:
    """Return the value with its own unit, for a column with figures of several reports."""
    return typed_value(value) if value is None else Number(value, cell_of(report.unit))


def number_cell(value: float | None) -> Value:
    """Return the cell of a whole number, or of a decimal for contact wanted."""
    if value is None:
        return Value(typed_value(value), format_value(value, "count"))
    cell = Cell.NUMBER if value == int(value) else Cell.DECIMAL
    return Value(Number(int(value) if cell == Cell.NUMBER else value, cell), format_value(value, "count"))


def text_cell(text: str) -> Value:
    return Value(text, text)


def cell_of(unit: str) -> Cell:
    return _CELLS.get(unit, Cell.NUMBER)


def _capitalised(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]
