"""The matrix of districts and communities: a cell each, said in words, never mapped, printed, exported."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from districts.codes import Focus
from districts.models import District
from pages.figures import rows_url
from reports.indicators.blind_spots import REPORT, BlindSpotRow, Spot
from reports.questions import Question
from reports.wording import name_group, say


@dataclass(frozen=True, slots=True)
class Cell:
    """A community in a district; `url` opens those met, `rest_url` those not met."""

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
        return say(self.row.of - self.row.n, "count")

    @property
    def first_url(self) -> str:
        """Whom to see first: those not met; where nobody speaks for them, what is known of them."""
        if self.row.spot == "nobody":
            return f"{reverse('district', args=[self.district.code])}#expected"
        return self.rest_url


@dataclass(frozen=True, slots=True)
class Matrix:
    """`lines`: each community with a cell, or none, for each district in its order."""

    districts: Sequence[District]
    lines: Sequence[tuple[str, Sequence[Cell | None]]]

    def _in_spot(self, spot: Spot) -> list[Cell]:
        """A part is not named beside its whole where the same is true of that."""
        found: list[Cell] = []
        for _name, cells in self.lines:
            there = [cell for cell in cells if cell and cell.row.spot == spot]
            wholes = {cell.district.pk for cell in there}
            found += [cell for cell in there if not wholes & set(cell.district.lineage[:-1])]
        return found

    @property
    def unspoken(self) -> list[Cell]:
        """Expected, and nobody speaks for them."""
        return self._in_spot("nobody")

    @property
    def unmet(self) -> list[Cell]:
        """Somebody speaks for them and was not met; those known to live here first, the longest ago first."""
        found = self._in_spot("not_met")
        return sorted(found, key=lambda cell: (not cell.row.is_expected, -_long(cell.days)))

    @property
    def forgotten(self) -> list[Cell]:
        """Those of `unmet` that are known to live here."""
        return [cell for cell in self.unmet if cell.row.is_expected]


def matrix(question: Question) -> Matrix:
    """Of one period; communities that are nowhere expected and that nobody speaks for are left out."""
    found = {(row.district, row.group): row for row in REPORT.rows(question)}
    known = {focus for _code, focus in found}
    lines = [
        (name_group(focus, {}), [_cell(question, district, focus, found) for district in question.districts])
        for focus in Focus.values
        if focus in known
    ]
    return Matrix(question.districts, lines)


def _cell(
    question: Question, district: District, focus: str, found: dict[tuple[str, str], BlindSpotRow]
) -> Cell | None:
    row = found.get((district.code, focus))
    if row is None or (not row.of and not row.is_expected):
        return None
    met = rows_url(REPORT.drill(row, question)) if row.n else ""
    others = rows_url(REPORT.drill(row, question, "rest")) if row.of > row.n else ""
    return Cell(district, name_group(focus, {}), row, met, others)


def _long(days: int | None) -> float:
    return float("inf") if days is None else days
