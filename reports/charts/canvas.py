"""Basics of all charts: palettes, marks, text, and axes with round numbers."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

WIDTH: Final = 380  # nearly the width of a phone
TEXT: Final = 14
LETTER: Final = 7.0  # average width of a character of TEXT

TickLabel = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a chart. No value is shown by colour alone."""

    ink: str
    subtle: str
    line: str
    accent: str
    tint: str


SCREEN: Final = Palette("var(--text)", "var(--subtle)", "var(--line)", "var(--accent)", "var(--tint)")
# The light page's colours, written out: a PDF knows no custom properties and would draw them black.
PRINT: Final = Palette("#232E2A", "#575F5C", "#C9CECB", "#14524A", "#E3EAE8")


@dataclass(frozen=True, slots=True)
class Mark:
    """Value in a chart, with its label and its text (`40%, 12 of 30`). None draws nothing; its text is n/a.

    `short` is the label for an axis with little room. A value that is not final is drawn hollow. `band` has
    the ends of its interval. `note` is written above: the number of a note beside the chart.
    """

    label: str
    value: float | None
    text: str
    short: str = ""
    is_hollow: bool = False
    band: tuple[float, float] | None = None
    note: str = ""


class Canvas:
    """SVG of `width` × `height` with title and description. Screen readers skip it without a title."""

    def __init__(self, width: int, height: int, *, title: str = "", description: str = "") -> None:
        self.width, self.height = width, height
        self.root = ET.Element(
            "svg", {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
        )
        if not title:
            self.root.set("aria-hidden", "true")
            return
        self.root.set("role", "img")
        self.put("title").text = title
        if description:
            self.put("desc").text = description

    def put(self, tag: str, **attributes: object) -> ET.Element:
        """Add an element. `stroke_width` becomes `stroke-width`, and numbers are written short."""
        written = {name.replace("_", "-"): short(value) for name, value in attributes.items()}
        return ET.SubElement(self.root, tag, written)

    def write(self, x: float, y: float, text: str, fill: str, *, anchor: str = "start") -> None:
        self.put("text", x=x, y=y, fill=fill, font_size=TEXT, text_anchor=anchor).text = text

    def drawn(self) -> SafeString:
        return mark_safe(ET.tostring(self.root, encoding="unicode"))  # noqa: S308 (escaped above)


def short(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def describe(marks: Iterable[Mark]) -> str:
    """Return all values in words: `January: 40%, 12 of 30; February: n/a`."""
    return "; ".join(f"{mark.label}: {mark.text}" for mark in marks)


def top_of(values: Iterable[float | None], unit: str) -> float:
    """Return the end of an axis: 1 for shares, else a round number that no value exceeds."""
    if unit == "ratio":
        return 1.0
    highest = max((value for value in values if value is not None), default=0.0)
    return ticks(highest, unit)[-1]


def ticks(top: float, unit: str, max_steps: int = 4) -> Sequence[float]:
    """Return round numbers from 0 to at least `top`: steps of 1, 2 or 5 × 10ⁿ, or quarters for shares.

    >>> list(ticks(17, "days")), list(ticks(0, "count"))
    ([0.0, 5.0, 10.0, 15.0, 20.0], [0, 1])
    """
    if unit == "ratio":
        return (0, 0.25, 0.5, 0.75, 1)
    if top <= 0:
        return (0, 1)
    power = 10.0 ** math.floor(math.log10(top / max_steps))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= top / max_steps * 0.999)
    return tuple(round(n * step, 6) for n in range(math.ceil(round(top / step, 6)) + 1))


def clip(text: str, width: float) -> str:
    """Return `text`, shortened to fit into `width`."""
    letters = int(width / LETTER)
    return text if len(text) <= letters else f"{text[: max(letters - 1, 1)].rstrip()}…"
