"""Charts of a document of figures, drawn for paper."""

from collections.abc import Iterable

from django.utils.safestring import SafeString, mark_safe

from reports.charts import PRINT, Mark, bars, sparkline
from reports.reading import Report
from reports.scorecard import Line
from reports.wording import say, say_unit


def tick(value: float, unit: str) -> str:
    return say(value, "ratio" if unit == "ratio" else "count")


def spark(line: Line) -> SafeString:
    title = str(line.report.title)
    return sparkline(line.marks, title=title, unit=line.report.unit, palette=PRINT)


def bars_of(report: Report, marks: Iterable[Mark]) -> SafeString | str:
    drawn = list(marks)
    if len(drawn) < 2 or all(mark.value is None for mark in drawn):
        return ""
    return on_paper(
        bars(
            drawn,
            title=str(report.title),
            unit=report.unit,
            unit_label=say_unit(report.unit),
            say=lambda value: tick(value, report.unit),
            palette=PRINT,
        )
    )


def on_paper(chart: SafeString) -> SafeString:
    """With its typeface: WeasyPrint gives a drawing none of the page's styles."""
    shape = 'font-family="Source Sans 3" preserveAspectRatio="xMinYMid meet"'
    return mark_safe(chart.replace("<svg ", f"<svg {shape} ", 1))  # noqa: S308 (drawn here)
