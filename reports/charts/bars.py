"""Bar charts: a bar for each group on one axis from 0, and a small bar for a table cell."""

from collections.abc import Sequence
from typing import Final

from django.utils.safestring import SafeString

from reports.charts.canvas import (
    LETTER,
    SCREEN,
    WIDTH,
    Canvas,
    Mark,
    Palette,
    TickLabel,
    clip,
    describe,
    ticks,
    top_of,
)

ROW: Final = 42
BAR: Final = 14
HEAD: Final = 18


def bars(
    marks: Sequence[Mark],
    *,
    title: str,
    unit: str,
    unit_label: str,
    tick_label: TickLabel,
    palette: Palette = SCREEN,
    top: float | None = None,
) -> SafeString:
    """Draw a bar for each mark, with its name and value above, on an axis from 0 to `top` (shares: to 1)."""
    end = top or top_of((mark.value for mark in marks), unit)
    foot = HEAD + ROW * len(marks)
    canvas = Canvas(WIDTH, foot + 22, title=title, description=describe(marks))
    left_edge, right_edge = 8.0, WIDTH - 16.0
    canvas.write(left_edge, 12, unit_label, palette.subtle)
    for tick in ticks(end, unit):
        x = left_edge + (right_edge - left_edge) * min(tick / end, 1)
        canvas.put("line", x1=x, y1=HEAD, x2=x, y2=foot, stroke=palette.line, stroke_width=1)
        anchor = "start" if tick == 0 else "end" if x > right_edge - 12 else "middle"
        canvas.write(
            x + (8 if x > right_edge - 12 else 0), foot + 16, tick_label(tick), palette.subtle, anchor=anchor
        )
    for number, mark in enumerate(marks):
        y = HEAD + ROW * number
        room = right_edge - left_edge - len(mark.text) * LETTER - 16
        canvas.write(left_edge + 4, y + 18, clip(mark.label, room), palette.ink)
        canvas.write(right_edge, y + 18, mark.text, palette.ink, anchor="end")
        if mark.value is None:
            continue
        width = (right_edge - left_edge) * min(mark.value / end, 1)
        canvas.put("rect", x=left_edge, y=y + 24, width=width, height=BAR, fill=palette.accent)
    canvas.put("line", x1=left_edge, y1=HEAD, x2=left_edge, y2=foot, stroke=palette.ink, stroke_width=1)
    return canvas.drawn()


def meter(share: float | None, *, title: str = "", palette: Palette = SCREEN, width: int = 120) -> SafeString:
    """Draw a share as a filled part of a bar. A PDF needs a `title`; a page has the number beside the bar."""
    canvas = Canvas(width, 12, title=title)
    outline = {"stroke": palette.subtle, "stroke_width": 1}
    if share is None:
        canvas.put(
            "rect", x=0.5, y=0.5, width=width - 1, height=11, fill="none", stroke_dasharray="3 3", **outline
        )
        return canvas.drawn()
    canvas.put("rect", x=0.5, y=0.5, width=width - 1, height=11, fill=palette.tint, **outline)
    canvas.put("rect", x=0, y=0, width=width * min(max(share, 0.0), 1.0), height=12, fill=palette.accent)
    return canvas.drawn()
