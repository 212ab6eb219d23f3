"""The matrix of districts and communities, in words. It is never shown on a map, printed or exported."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from districts.codes import Focus
from districts.models import District
from pages.reports.figures import rows_url
from reports.figures.wording import format_value, name_group
from reports.indicators.blind_spots import REPORT, BlindSpotRow, Spot
from reports.queries.questions import Question


@dataclass(frozen=True, slots=True)
class Cell:
    """A community in a district.

    `url` lists the organisations that were met, `rest_url` those that were not.
    """

    district: District
    name: str
    row: BlindSpotRow
    url: str
    rest_url: str

    @property
    def days(self) -> int | None:
        return self.row.days_since_met

    @property
    def rest(self) -> str:
        return format_value(self.row.of - self.row.n, "count")

    @property
    def first_url(self) -> str:
        """URL of the organisations to meet first.

        If there are no organisations, the district's entry on the community.
        """
        if self.row.spot == "nobody":
            return f"{reverse('district', args=[self.district.code])}#expected"
        return self.rest_url


@dataclass(frozen=True, slots=True)
class Matrix:
    """`lines` has each community with a cell, or None, per district in order."""

    districts: Sequence[District]
    lines: Sequence[tuple[str, Sequence[Cell | None]]]

    def _in_spot(self, spot: Spot) -> list[Cell]:
        """Cells of this kind. A district is omitted if its parent is listed."""
        cells_of_spot: list[Cell] = []
        for _name, cells in self.lines:
            cells_of_line = [cell for cell in cells if cell and cell.row.spot == spot]
            wholes = {cell.district.pk for cell in cells_of_line}
            cells_of_spot += [cell for cell in cells_of_line if not wholes & set(cell.district.lineage[:-1])]
        return cells_of_spot

    @property
    def unspoken(self) -> list[Cell]:
        """Communities expected in a district that no organisation represents."""
        return self._in_spot("nobody")

    @property
    def unmet(self) -> list[Cell]:
        """Communities whose organisations were not met.

        Expected communities come first, then the longest unmet.
        """
        cells = self._in_spot("not_met")
        return sorted(cells, key=lambda cell: (not cell.row.is_expected, -_long(cell.days)))

    @property
    def forgotten(self) -> list[Cell]:
        """The cells of `unmet` whose community is expected in the district."""
        return [cell for cell in self.unmet if cell.row.is_expected]


def matrix(question: Question) -> Matrix:
    """The matrix for one period. Communities neither expected nor represented anywhere are left out."""
    rows = {(row.district, row.group): row for row in REPORT.rows(question)}
    groups = {focus for _code, focus in rows}
    lines = [
        (name_group(focus, {}), [_cell(question, district, focus, rows) for district in question.districts])
        for focus in Focus.values
        if focus in groups
    ]
    return Matrix(question.districts, lines)


def _cell(
    question: Question, district: District, focus: str, rows: dict[tuple[str, str], BlindSpotRow]
) -> Cell | None:
    row = rows.get((district.code, focus))
    if row is None or (not row.of and not row.is_expected):
        return None
    met = rows_url(REPORT.drill(row, question)) if row.n else ""
    unmet_url = rows_url(REPORT.drill(row, question, "rest")) if row.of > row.n else ""
    return Cell(district, name_group(focus, {}), row, met, unmet_url)


def _long(days: int | None) -> float:
    return float("inf") if days is None else days
