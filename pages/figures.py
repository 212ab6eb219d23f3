"""Figures on a page: each with n of N, a drawing, and a link to exactly the rows it counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from districts.models import District
from pages.api_calls import Call
from pages.maps import Drawing, Shape, drawing
from reports.charts import meter, top_of
from reports.drawings import say_tick, spark
from reports.figures import Column, Drill, Row, Text
from reports.intervals import LEAST
from reports.parts import is_rest
from reports.reading import Report
from reports.scorecard import Line
from reports.wording import name_group, say, say_interval, say_of, say_of_whom, say_own

LISTS: Final[Mapping[str, str]] = {
    "organisations": "organisations",
    "meetings": "meetings",
    "follow-ups": "follow_ups",
    "concerns": "concerns",
    "agreements": "report_agreements",
}


def rows_url(drill: Drill | None) -> str:
    """URL of the list page with the figure's filters. Empty if the figure has no rows."""
    if drill is None:
        return ""
    return f"{reverse(LISTS[drill.noun])}?{urlencode(drill.parameters, safe=',:')}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a report's own column, and the URL of the rows it counts."""

    label: Text
    value: Any
    text: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A scorecard or report line for templates. Properties used twice are cached."""

    line: Line
    name: str

    @property
    def report(self) -> Report:
        return self.line.report

    @property
    def row(self) -> Row | None:
        return self.line.row

    @cached_property
    def of(self) -> str:
        """`12 of 30` next to a share or number of days; `of 30` if the figure itself is the 12.

        Empty if the figure itself is `12 of 30`.
        """
        if self.row is None or (self.report.is_of_few(self.row) and self.row.of):
            return ""
        if self.report.measure == "n":
            return _("of %(of)s") % {"of": say(self.row.of, "count")}
        return say_of(self.row)

    @property
    def of_whom(self) -> str:
        """`12 met of 30 organisations`."""
        return "" if self.row is None else say_of_whom(self.report, self.row)

    @cached_property
    def judged(self) -> str:
        """Whether the figure is better or worse, which is only said if the intervals do not overlap.

        Empty if the figure has no preferred direction, no interval, or did not change.
        """
        line = self.line
        if line.is_better:
            return _("better")
        if line.is_worse:
            return _("worse")
        return _("within what chance does") if line.is_within_chance else ""

    @property
    def precision(self) -> str:
        """`31 to 62%`, or why the share has no interval. Empty if the figure is not a share."""
        if interval := self.line.interval:
            return say_interval(interval)
        if self.row is None or self.report.unit != "ratio" or not self.row.of:
            return ""
        if self.report.is_of_few(self.row):
            return _("fewer than %(least)s: counts only") % {"least": LEAST}
        return _("all are counted: no interval") if self.report.is_state else ""

    @cached_property
    def url(self) -> str:
        """URL of the counted rows. Empty if there are none."""
        row = self.row
        if row is None or not row.n or is_rest(row):
            return ""
        return rows_url(self.report.drill(row, self.line.table.question))

    @cached_property
    def rest_url(self) -> str:
        """URL of the rows in the total that are not counted, such as late ones."""
        row = self.row
        if row is None or row.of <= row.n or is_rest(row):
            return ""
        return rows_url(self.report.drill(row, self.line.table.question, "rest"))

    @property
    def rest(self) -> str:
        return say(self.row.of - self.row.n, "count") if self.row is not None else ""

    @property
    def meter(self) -> SafeString | str:
        """A bar of the share. Empty if there is no share to draw."""
        return meter(self.line.value) if self.report.unit == "ratio" and self.line.value is not None else ""

    @property
    def spark(self) -> SafeString | str:
        """A line of the periods that led up to the figure. Empty if no period has a value to draw."""
        marks = self.line.marks
        return spark(self.line) if any(mark.value is not None for mark in marks) else ""

    @property
    def columns(self) -> list[Cell]:
        """Cells of the report's own columns."""
        return [self._cell(column) for column in self.report.own_columns]

    @property
    def notable(self) -> list[Cell]:
        """Cells with a value other than 0 or none."""
        return [self._cell(column) for column in self.line.notable]

    def _cell(self, column: Column) -> Cell:
        row = self.row
        value = getattr(row, column.name, None)
        url = ""
        if row is not None and value and column.unit == "count" and not is_rest(row):
            url = rows_url(self.report.drill(row, self.line.table.question, column.name))
        return Cell(column.label, value, say_own(value, column.unit), url)


def named(lines: Iterable[Line], districts: Iterable[District]) -> list[Figure]:
    """Figures from lines, with the names of their groups."""
    by_code = {district.code: district for district in districts}
    return [Figure(line, name_group(line.group, by_code)) for line in lines]


STEPS: Final = 4  # steps of shading and hatching, lightest first


@dataclass(frozen=True, slots=True)
class Area:
    """A district on the map. `step` is 1 (lowest) to 4 (highest), or 0 without a figure."""

    figure: Figure
    shape: Shape
    step: int


@dataclass(frozen=True, slots=True)
class Shading:
    """A map of figures with its legend."""

    picture: Drawing
    areas: Sequence[Area]
    legend: Sequence[tuple[int, str]]


def shading(report: Report, figures: Sequence[Figure], districts: Sequence[District]) -> Shading | None:
    """Shade and hatch the districts that have a boundary by their figures.

    None if no district has a boundary.
    """
    picture = drawing(districts)
    if picture is None:
        return None
    top = top_of((figure.line.value for figure in figures), report.unit)
    shapes = {shape.pk: shape for shape in picture.shapes}
    areas = [
        Area(figure, shapes[district.pk], _step(figure.line.value, top))
        for figure, district in zip(figures, districts, strict=True)
        if district.pk in shapes
    ]
    legend = [
        (
            step,
            (_("%(low)s to under %(high)s") if step < STEPS else _("%(low)s to %(high)s"))
            % {
                "low": say_tick(top * (step - 1) / STEPS, report.unit),
                "high": say(top * step / STEPS, report.unit),
            },
        )
        for step in range(1, STEPS + 1)
    ]
    return Shading(picture, areas, [*legend, (0, say(None, report.unit))])


def _step(value: float | None, top: float) -> int:
    return 0 if value is None else min(STEPS, 1 + int(value / top * STEPS))


def call_of_report(slug: str, parameters: Mapping[str, str]) -> Call:
    """The API call that returns the same figures."""
    query = urlencode(parameters, safe=",:")
    return Call(f"{settings.SITE_URL}{reverse('api-report', args=[slug])}?{query}", left_out_mine=False)
