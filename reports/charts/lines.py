"""Line charts over time: a chart with axes, and a sparkline for a table cell."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.utils.safestring import SafeString

from reports.charts.canvas import (
    LETTER,
    SCREEN,
    TEXT,
    WIDTH,
    Canvas,
    Mark,
    Palette,
    TickLabel,
    describe,
    ticks,
    top_of,
)

HEIGHT: Final = 210
HEAD: Final = 26
SPARK: Final = (120, 28)

Point = tuple[float, float]


def lines(
    marks: Sequence[Mark],
    *,
    title: str,
    unit: str,
    unit_label: str,
    tick_label: TickLabel,
    palette: Palette = SCREEN,
    top: float | None = None,
    height: int = HEIGHT,
) -> SafeString:
    """Draw a value for each period, oldest first, on an axis from 0 to `top`. A missing value is a gap."""
    end = top or top_of((mark.value for mark in marks), unit)
    canvas = Canvas(WIDTH, height, title=title, description=describe(marks))
    steps = [tick for tick in ticks(end, unit) if tick <= end * 1.001]
    left_edge = 14 + LETTER * max(len(tick_label(tick)) for tick in steps)
    right_edge, foot = WIDTH - 14.0, height - 28.0
    canvas.write(0, 12, unit_label, palette.subtle)
    for tick in steps:
        y = foot - (foot - HEAD) * tick / end
        canvas.put("line", x1=left_edge, y1=y, x2=right_edge, y2=y, stroke=palette.line, stroke_width=1)
        canvas.write(left_edge - 8, y + TEXT / 3, tick_label(tick), palette.subtle, anchor="end")
    step = (right_edge - left_edge) / max(len(marks) - 1, 1)

    def at(n: int, value: float) -> Point:
        return left_edge + step * n, foot - (foot - HEAD) * min(value / end, 1)

    points = [None if mark.value is None else at(n, mark.value) for n, mark in enumerate(marks)]
    for n, mark in enumerate(marks):
        if mark.note:
            x = left_edge + step * n
            canvas.put("line", x1=x, y1=HEAD, x2=x, y2=foot, stroke=palette.subtle, stroke_dasharray="2 3")
            canvas.write(x, HEAD - 4, mark.note, palette.ink, anchor="middle")
    _band(canvas, marks, at, palette)
    _draw(canvas, points, palette, radius=3.0)
    _label(canvas, [mark.short or mark.label for mark in marks], left_edge, step, palette)
    if points and (last_point := points[-1]):
        _end(canvas, last_point, 5.0, palette, is_hollow=marks[-1].is_hollow)
    return canvas.drawn()


def _label(canvas: Canvas, labels: Sequence[str], left_edge: float, step: float, palette: Palette) -> None:
    """Write the last label, and before it as many as fit at even distances."""
    longest = max(map(len, labels), default=1) * LETTER
    every = max(1, math.ceil((longest * 1.25 + 8) / max(step, 1)))
    for n, label in enumerate(labels):
        x, y = left_edge + step * n, canvas.height - 8
        if n == len(labels) - 1:
            canvas.write(canvas.width, y, label, palette.subtle, anchor="end")
        elif (len(labels) - 1 - n) % every == 0 and x > longest / 2:
            canvas.write(x, y, label, palette.subtle, anchor="middle")


def sparkline(
    marks: Sequence[Mark], *, title: str, unit: str, palette: Palette = SCREEN, top: float | None = None
) -> SafeString:
    """Draw a line without axes: shares from 0 to 1, others from 0 to the highest. The last value is a dot."""
    width, height = SPARK
    end = top or top_of((mark.value for mark in marks), unit)
    canvas = Canvas(width, height, title=title, description=describe(marks))
    canvas.put("line", x1=0, y1=height - 3, x2=width, y2=height - 3, stroke=palette.line, stroke_width=1)
    step = (width - 8) / max(len(marks) - 1, 1)

    def at(n: int, value: float) -> Point:
        return 4 + step * n, height - 3 - (height - 7) * min(value / end, 1)

    points = [None if mark.value is None else at(n, mark.value) for n, mark in enumerate(marks)]
    _band(canvas, marks, at, palette)
    _draw(canvas, points, palette, radius=0)
    if points and (last_point := points[-1]):
        _end(canvas, last_point, 3.5, palette, is_hollow=marks[-1].is_hollow)
    return canvas.drawn()


def _end(canvas: Canvas, at: Point, radius: float, palette: Palette, *, is_hollow: bool) -> None:
    """Draw the last point: a dot, or a ring if the value is not final."""
    x, y = at
    if is_hollow:
        ring = {"fill": palette.tint, "stroke": palette.accent, "stroke_width": 2}
        canvas.put("circle", cx=x, cy=y, r=radius - 1, **ring)
    else:
        canvas.put("circle", cx=x, cy=y, r=radius, fill=palette.accent)


def _band(canvas: Canvas, marks: Sequence[Mark], at: Callable[[int, float], Point], palette: Palette) -> None:
    """Draw the intervals as a band behind the line. A mark without an interval interrupts the band."""
    run: list[tuple[Point, Point]] = []
    for n, mark in enumerate((*marks, None)):
        if mark is not None and mark.band:
            low, high = mark.band
            run.append((at(n, low), at(n, high)))
            continue
        if len(run) > 1:
            outline = [high for _low, high in run] + [low for low, _high in reversed(run)]
            canvas.put(
                "polygon",
                points=" ".join(f"{x:.1f},{y:.1f}" for x, y in outline),
                fill=palette.accent,
                fill_opacity="0.16",
            )
        run = []


def _draw(canvas: Canvas, points: Sequence[Point | None], palette: Palette, *, radius: float) -> None:
    for run in _runs(points):
        if len(run) > 1:
            canvas.put(
                "polyline",
                points=" ".join(f"{x:.1f},{y:.1f}" for x, y in run),
                fill="none",
                stroke=palette.accent,
                stroke_width=2,
                stroke_linejoin="round",
            )
        for x, y in run if radius or len(run) == 1 else ():
            canvas.put("circle", cx=x, cy=y, r=radius or 2.0, fill=palette.accent)


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """Yield the stretches of points without a gap."""
    run: list[Point] = []
    for point in (*points, None):
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []
