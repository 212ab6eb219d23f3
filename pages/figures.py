"""Figures on a page: each with its n of N, a drawing, and the list that yields exactly the rows it counts."""

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
from reports.charts import HEIGHT, Mark, bars, lines, meter, sparkline, top_of
from reports.figures import Column, Drill, Row, Text
from reports.parts import is_rest
from reports.reading import Report
from reports.scorecard import Line, mark_of
from reports.wording import name_group, say, say_of, say_of_whom, say_own, say_unit

LISTS: Final[Mapping[str, str]] = {
    "organisations": "organisations",
    "meetings": "meetings",
    "follow-ups": "follow_ups",
    "concerns": "concerns",
    "agreements": "report_agreements",
}


def rows_url(drill: Drill | None) -> str:
    """The list page with the figure's filters; empty where a figure has no rows."""
    if drill is None:
        return ""
    return f"{reverse(LISTS[drill.noun])}?{urlencode(drill.parameters, safe=',:')}"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a report's own column says of a figure, and the list of what it counts."""

    label: Text
    value: Any
    text: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A line as a page shows it. Templates read it, nothing is computed twice."""

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
        """`12 of 30` beside a share or days; `of 30` where the figure is the 12 itself."""
        if self.row is None:
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
        """Whether it went the right way; nothing of what has no right way or is of few."""
        line = self.line
        if line.is_better or line.is_worse:
            if line.is_of_few:
                return _("too few to judge")
            return _("better") if line.is_better else _("worse")
        return ""

    @cached_property
    def url(self) -> str:
        """Of the rows it counts: none where it counts none."""
        row = self.row
        if row is None or not row.n or is_rest(row):
            return ""
        return rows_url(self.report.drill(row, self.line.table.question))

    @cached_property
    def rest_url(self) -> str:
        """Of the rows it is of but does not count: the forgotten, the late."""
        row = self.row
        if row is None or row.of <= row.n or is_rest(row):
            return ""
        return rows_url(self.report.drill(row, self.line.table.question, "rest"))

    @property
    def rest(self) -> str:
        return say(self.row.of - self.row.n, "count") if self.row is not None else ""

    @property
    def meter(self) -> SafeString | str:
        return meter(self.line.value) if self.report.unit == "ratio" else ""

    @property
    def spark(self) -> SafeString:
        return sparkline(self.line.marks, title=str(self.report.title), unit=self.report.unit)

    @property
    def columns(self) -> list[Cell]:
        """The report's own columns with what they say here."""
        return [self._cell(column) for column in self.report.own_columns]

    @property
    def notable(self) -> list[Cell]:
        """Those that say more than nought or nothing."""
        return [self._cell(column) for column in self.line.notable]

    def _cell(self, column: Column) -> Cell:
        row = self.row
        value = getattr(row, column.name, None)
        url = ""
        if row is not None and value and column.unit == "count" and not is_rest(row):
            url = rows_url(self.report.drill(row, self.line.table.question, column.name))
        return Cell(column.label, value, say_own(value, column.unit), url)


def trend(line: Line, title: str, *, top: float | None = None, height: int = HEIGHT) -> SafeString:
    """The periods that led up to a figure, with axes."""
    unit = line.report.unit
    return lines(
        line.marks,
        title=title,
        unit=unit,
        unit_label=say_unit(unit),
        say=lambda value: say_tick(value, unit),
        top=top,
        height=height,
    )


def split(report: Report, marks: Iterable[Mark], title: str) -> SafeString:
    """One bar a group."""
    unit = report.unit
    return bars(
        list(marks),
        title=title,
        unit=unit,
        unit_label=say_unit(unit),
        say=lambda value: say_tick(value, unit),
    )


def say_tick(value: float, unit: str) -> str:
    """An axis names its unit once, so its numbers stand alone, but for per cent."""
    return say(value, "ratio" if unit == "ratio" else "count")


def group_marks(figures: Iterable[Figure]) -> list[Mark]:
    return [mark_of(figure.report, figure.row, figure.name) for figure in figures]


def named(lines: Iterable[Line], districts: Iterable[District]) -> list[Figure]:
    """Lines with the names of their groups."""
    by_code = {district.code: district for district in districts}
    return [Figure(line, name_group(line.group, by_code)) for line in lines]


STEPS: Final = 4  # of shade and of hatching, lightest first


@dataclass(frozen=True, slots=True)
class Area:
    """A district on the map; `step` 1 to 4 says how high its figure is, 0 that there is none."""

    figure: Figure
    shape: Shape
    step: int


@dataclass(frozen=True, slots=True)
class Shading:
    """A map of figures, with what each step of shade means."""

    picture: Drawing
    areas: Sequence[Area]
    legend: Sequence[tuple[int, str]]


def shading(report: Report, figures: Sequence[Figure], districts: Sequence[District]) -> Shading | None:
    """Districts that have a boundary, each shaded and hatched by its figure; without any, no map."""
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
            _("%(low)s to %(high)s")
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
    """The API call that answers the same figures."""
    query = urlencode(parameters, safe=",:")
    return Call(f"{settings.SITE_URL}{reverse('api-report', args=[slug])}?{query}", left_out_mine=False)
