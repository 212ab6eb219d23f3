"""Charts as inline SVG, drawn on the server: for the screen in the page's colours, for paper in literal ones.

Each has a title and says all it draws in its description, so that nobody needs to see it.
"""

from reports.charts.bars import bars, meter
from reports.charts.canvas import PRINT, SCREEN, Mark, Palette, ticks, top_of
from reports.charts.lines import HEIGHT, lines, sparkline

__all__ = [
    "HEIGHT",
    "PRINT",
    "SCREEN",
    "Mark",
    "Palette",
    "bars",
    "lines",
    "meter",
    "sparkline",
    "ticks",
    "top_of",
]
