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
from pages.districts.maps import Drawing, Shape, drawing
from reports.charts import meter, top_of
from reports.figures.charts import format_tick, spark
from reports.figures.counted_rows import REST, can_count
from reports.figures.parts import IN_SEVERAL, is_rest
from reports.figures.quality import QualityNote, quality_notes
from reports.figures.report import Report, address_of
from reports.figures.scorecard import Line
from reports.figures.wording import (
    format_counts,
    format_interval,
    format_labelled_counts,
    format_own_value,
    format_rest,
    format_value,
    name_group,
)
from reports.queries.definitions import Column, Drill, Row, Text
from reports.rules.intervals import LEAST

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
        if self.row is None or (self.row.of and (self.report.is_of_few(self.row) or self.report.spread)):
            return ""
        if self.report.measure == "n":
            return _("of %(of)s") % {"of": format_value(self.row.of, "count")}
        return format_counts(self.row)

    @property
    def of_whom(self) -> str:
        """`12 met of 30 organisations`."""
        return "" if self.row is None else format_labelled_counts(self.report, self.row)

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
        return _("could be chance") if line.is_within_chance else ""

    @property
    def value(self) -> str:
        """`76%`, or `17` of a share of few, whose `of` follows."""
        row = self.row
        if row is not None and row.of and self.report.is_of_few(row):
            return format_value(row.n, "count")
        return self.line.text

    @property
    def beside(self) -> str:
        """`47 of 62 · 64 to 85%`, or `of 18 · count only`."""
        row = self.row
        if row is None:
            return ""
        if row.of and self.report.is_of_few(row):
            return _("of %(of)s · count only") % {"of": format_value(row.of, "count")}
        interval = self.line.interval
        return f"{self.of} · {format_interval(interval)}" if interval else self.of

    @property
    def change(self) -> str:
        """`+12 points`. Empty while the period runs, and for shares of few."""
        is_shown = self.line.is_comparable and not self.line.is_of_few
        return self.line.change if is_shown else ""

    @property
    def precision(self) -> str:
        """`31 to 62%`, or why the share has no interval. Empty if the figure is not a share."""
        if interval := self.line.interval:
            return format_interval(interval)
        if self.row is None or self.report.unit != "ratio" or not self.row.of or self.report.spread:
            return ""
        if self.report.is_of_few(self.row):
            return _("fewer than %(least)s: counts only") % {"least": LEAST}
        if self.report.counts.row:
            return _("not independent of each other: no interval")
        return _("all are counted: no interval")

    @cached_property
    def url(self) -> str:
        """URL of the counted rows. Empty if there are none."""
        return self._opens("n", self.row) if self.row is not None and self.row.n else ""

    @cached_property
    def url_before(self) -> str:
        """The same of the period that it is compared with."""
        before = self.line.row_before
        return self._opens("n", before) if before is not None and before.n else ""

    @cached_property
    def rest_url(self) -> str:
        """URL of the rows in the total that are not counted, such as late ones."""
        row = self.row
        if row is None:
            return ""
        difference = row.of - row.n
        if not difference or (difference < 0 and row.group != IN_SEVERAL):
            return ""
        return self._opens(REST, row)

    @property
    def rest(self) -> str:
        """`20 not met`."""
        return format_rest(self.report, self.row) if self.row is not None else ""

    def _opens(self, column: str, row: Row | None) -> str:
        """URL of the things that a column counts. Empty if they have no page."""
        question = self.line.table.question
        if row is None:
            return ""
        parameters = address_of(row, question)
        if is_rest(row):
            if not question.rest_of or (row.group == IN_SEVERAL and column in self.report.other_records):
                return ""
            rest_parameter = "several" if row.group == IN_SEVERAL else "true"
            parameters |= {"district": question.rest_of.code, "rest": rest_parameter}
        if self.report.adds_up and column in ("n", REST):
            return rows_url(Drill("agreements", parameters))
        if not can_count(self.report, question.by, column):
            return ""
        counted = {"column": column, **parameters}
        return f"{reverse('report_counted', args=[self.report.slug])}?{urlencode(counted, safe=',:')}"

    @property
    def quality(self) -> list[QualityNote]:
        """Notes on records that lack what the figure needs, or were entered late."""
        return quality_notes(self.report, self.row)

    @property
    def spread(self) -> list[Cell]:
        """The numbers that are the figure, if no one number is: its distribution."""
        columns = {column.name: column for column in self.report.columns}
        return [self._cell(columns[name]) for name in self.report.spread if getattr(self.row, name, None)]

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
        value = getattr(self.row, column.name, None)
        opens = column.name if column.unit == "count" else "n"
        return Cell(
            column.label,
            value,
            format_own_value(value, column.unit),
            self._opens(opens, self.row) if value else "",
        )


def figures_with_names(lines: Iterable[Line], districts: Iterable[District]) -> list[Figure]:
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
                "low": format_tick(top * (step - 1) / STEPS, report.unit),
                "high": format_value(top * step / STEPS, report.unit),
            },
        )
        for step in range(1, STEPS + 1)
    ]
    return Shading(picture, areas, [*legend, (0, format_value(None, report.unit))])


def _step(value: float | None, top: float) -> int:
    return 0 if value is None else min(STEPS, 1 + int(value / top * STEPS))


def call_of_report(slug: str, parameters: Mapping[str, str]) -> Call:
    """The API call that returns the same figures."""
    query = urlencode(parameters, safe=",:")
    return Call(f"{settings.SITE_URL}{reverse('api-report', args=[slug])}?{query}", left_out_mine=False)
