"""Charts as inline SVG, drawn on the server, in the colours of the page or in fixed colours for paper.

Each chart has a title and a description with all its values, for readers who cannot see the drawing.
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
