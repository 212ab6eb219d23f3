"""Charts of figures, drawn for the screen or for paper."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from districts.models import PeriodNote
from reports.charts import HEIGHT, SCREEN, Mark, Palette, bars, lines, sparkline
from reports.figures.report import Report
from reports.figures.scorecard import Line
from reports.figures.wording import format_value, unit_label_of
from reports.queries.periods import Period


def format_tick(value: float, unit: str) -> str:
    """Return the label of a tick. The axis shows the unit once, so ticks omit it, except per cent."""
    return format_value(value, "ratio" if unit == "ratio" else "count")


def trend(
    line: Line,
    title: str,
    *,
    notes: Sequence[PeriodNote] = (),
    palette: Palette = SCREEN,
    top: float | None = None,
    height: int = HEIGHT,
) -> SafeString:
    """Draw a line chart of a figure's trend, with the numbers of the notes on each period."""
    unit = line.report.unit
    return lines(
        [_with_notes(mark, period, notes) for mark, period in zip(line.marks, line.run_up, strict=True)],
        title=title,
        unit=unit,
        unit_label=unit_label_of(unit),
        tick_label=lambda value: format_tick(value, unit),
        palette=palette,
        top=top,
        height=height,
    )


def _with_notes(mark: Mark, period: Period, notes: Sequence[PeriodNote]) -> Mark:
    """Add the numbers of a period's notes to its mark. The list beside the chart starts at 1."""
    within = [number for number, note in enumerate(notes, 1) if period.overlaps(note.since, note.until)]
    if not within:
        return mark
    numbers = ", ".join(map(str, within))
    return replace(
        mark, note=numbers, text=_("%(figure)s (note %(n)s)") % {"figure": mark.text, "n": numbers}
    )


def spark(line: Line, *, palette: Palette = SCREEN) -> SafeString:
    """Draw a figure's trend for a table cell, with its control limits as a band."""
    marks = [replace(mark, band=limits) for mark, limits in zip(line.marks, line.limits, strict=True)]
    return sparkline(marks, title=str(line.report.title), unit=line.report.unit, palette=palette)


def bars_of(report: Report, marks: Iterable[Mark], *, palette: Palette = SCREEN) -> SafeString:
    """Draw a chart with one bar for each group."""
    unit = report.unit
    return bars(
        list(marks),
        title=str(report.title),
        unit=unit,
        unit_label=unit_label_of(unit),
        tick_label=lambda value: format_tick(value, unit),
        palette=palette,
    )


def on_paper(chart: SafeString) -> SafeString:
    """Add the font to the chart, because WeasyPrint applies no styles of the page to drawings."""
    shape = 'font-family="Source Sans 3" preserveAspectRatio="xMinYMid meet"'
    return mark_safe(chart.replace("<svg ", f"<svg {shape} ", 1))  # noqa: S308 (drawn here)
