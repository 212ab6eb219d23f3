"""Charts of figures, drawn for the screen or for paper."""

from collections.abc import Iterable

from django.utils.safestring import SafeString, mark_safe

from reports.charts import HEIGHT, SCREEN, Mark, Palette, bars, lines, sparkline
from reports.reading import Report
from reports.scorecard import Line
from reports.wording import say, say_unit


def say_tick(value: float, unit: str) -> str:
    """The label of a tick. The axis shows the unit once, so ticks omit it, except per cent."""
    return say(value, "ratio" if unit == "ratio" else "count")


def trend(
    line: Line, title: str, *, palette: Palette = SCREEN, top: float | None = None, height: int = HEIGHT
) -> SafeString:
    """A line chart of the periods that led up to a figure."""
    unit = line.report.unit
    return lines(
        line.marks,
        title=title,
        unit=unit,
        unit_label=say_unit(unit),
        say=lambda value: say_tick(value, unit),
        palette=palette,
        top=top,
        height=height,
    )


def spark(line: Line, *, palette: Palette = SCREEN) -> SafeString:
    """A line chart of these periods for a table cell."""
    return sparkline(line.marks, title=str(line.report.title), unit=line.report.unit, palette=palette)


def bars_of(report: Report, marks: Iterable[Mark], *, palette: Palette = SCREEN) -> SafeString:
    """A chart with one bar per group."""
    unit = report.unit
    return bars(
        list(marks),
        title=str(report.title),
        unit=unit,
        unit_label=say_unit(unit),
        say=lambda value: say_tick(value, unit),
        palette=palette,
    )


def on_paper(chart: SafeString) -> SafeString:
    """Add the font to the chart, because WeasyPrint applies no styles of the page to drawings."""
    shape = 'font-family="Source Sans 3" preserveAspectRatio="xMinYMid meet"'
    return mark_safe(chart.replace("<svg ", f"<svg {shape} ", 1))  # noqa: S308 (drawn here)
