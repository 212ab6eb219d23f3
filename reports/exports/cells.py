"""Cells of a document of figures: what a number is to a sheet, and what it says on paper."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from lib.sheets import Cell, Column, Number
from reports.figures.report import Report
from reports.figures.scorecard import Line, measure_of
from reports.figures.wording import label_of, say, say_interval, say_own, say_spread
from reports.queries.definitions import Row
from reports.rules.intervals import LEAST

_CELLS: Final = {"ratio": Cell.SHARE, "hours": Cell.DECIMAL, "per_week": Cell.DECIMAL, "text": Cell.TEXT}


@dataclass(frozen=True, slots=True)
class Value:
    """A cell twice: typed for a sheet, and as people read it."""

    typed: Any
    said: str


def columns_of(report: Report) -> list[Column]:
    """n, of, the figure, and the report's own columns."""
    own = [Column(_sentence(column.label), cell_of(column.unit), width=16) for column in report.own_columns]
    figure = [] if report.measure == "n" else [Column(_figure(report), cell_of(report.unit), width=16)]
    if report.unit == "ratio":
        figure.append(Column(_("95% interval"), Cell.TEXT, width=16))
    return [
        Column(_sentence(label_of(report.n_label)), Cell.NUMBER, width=16),
        Column(_sentence(label_of(report.of_label)), Cell.NUMBER, width=16),
        *figure,
        *own,
    ]


def _figure(report: Report) -> str:
    if report.measure == "ratio":
        return _("Percentage")
    label = next((column.label for column in report.columns if column.name == report.measure), report.title)
    return _sentence(label)


def cells_of(report: Report, row: Row | None) -> list[Value]:
    figure = [] if report.measure == "n" else [figure_of(report, measure_of(report, row), row)]
    if report.unit == "ratio":
        interval = report.interval(row)
        figure.append(text(say_interval(interval) if interval else ""))
    return [
        number(row.n if row else None),
        number(row.of if row else None),
        *figure,
        *(_own(column.unit, getattr(row, column.name, None)) for column in report.own_columns),
    ]


def figure_of(report: Report, value: float | None, row: Row | None) -> Value:
    """The figure; a share of few says that only counts are shown, and a distribution its numbers."""
    if report.spread and row is not None:
        return text(say_spread(report, row))
    if row is not None and row.of and report.is_of_few(row):
        return text(_("fewer than %(least)s: counts only") % {"least": LEAST})
    return Value(typed(value), say(value, report.unit))


def stated(report: Report, value: Any, said: str) -> Value:
    """What a page says of a figure, as a number for sheets; a distribution is none."""
    return text(said) if report.spread else Value(value, said)


def _own(unit: str, value: Any) -> Value:
    said = say_own(value, unit)
    return text(said) if unit == "text" else Value(typed(value), said)


def stated_beside(line: Line) -> Value:
    """`Nothing agreed: 1 · …`: what the page says beside a figure."""
    said = [(column.label, say_own(getattr(line.row, column.name), column.unit)) for column in line.notable]
    return text(_sentence(" · ".join(f"{label}: {value}" for label, value in said)))


def typed(value: float | None) -> Any:
    """What there is no number for says so: an empty cell would be read as zero."""
    return say(None, "count") if value is None else value


def measured(value: float | None, report: Report) -> Any:
    """With its own unit, where a column holds the figures of several reports."""
    return typed(value) if value is None else Number(value, cell_of(report.unit))


def number(value: float | None) -> Value:
    """Whole but for contact wanted, which is to the hundredth."""
    if value is None:
        return Value(typed(value), say(value, "count"))
    cell = Cell.NUMBER if value == int(value) else Cell.DECIMAL
    return Value(Number(int(value) if cell == Cell.NUMBER else value, cell), say(value, "count"))


def text(text: str) -> Value:
    return Value(text, text)


def cell_of(unit: str) -> Cell:
    return _CELLS.get(unit, Cell.NUMBER)


def _sentence(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]
