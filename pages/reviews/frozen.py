"""Frozen figures of an audit for display. They are never recounted or renamed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from districts.models import District
from reports.figures.wording import NOT_APPLICABLE, name_group
from reports.queries.questions import By
from reviews.models import FrozenFigure, Review
from reviews.queries.definitions import Definition, definition_of, n_of


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen figure. `definition` is None if the report is no longer known."""

    figure: FrozenFigure
    definition: Definition | None
    name: str

    @property
    def title(self) -> str:
        return self.definition.title if self.definition else self.figure.slug

    @property
    def value(self) -> str:
        """The measured value: a share, days, or a number."""
        return self.definition.value_of(self.figure) if self.definition else str(NOT_APPLICABLE)

    @property
    def n_of(self) -> str:
        return n_of(self.figure)

    @property
    def rows(self) -> int:
        """Number of counted objects. Only used if their IDs were stored."""
        adds_up = self.definition.adds_up if self.definition else ""
        return round(self.figure.columns[adds_up] if adds_up else self.figure.n)

    @property
    def columns(self) -> list[tuple[str, str]]:
        return self.definition.columns_of(self.figure) if self.definition else []


def as_shown(review: Review, figures: Iterable[FrozenFigure]) -> list[Frozen]:
    """Figures with their names at the time. Audits without stored names use today's names for the codes."""
    rows = list(figures)
    district_by_code: dict[str, District] = {}
    if any(row.by == By.DISTRICT and not row.name for row in rows):
        district_by_code = {
            district.code: district for district in District.objects.under(review.district).in_order()
        }
    return [
        Frozen(
            row,
            definition_of(review.definitions, row.slug),
            row.name or name_group(row.group, district_by_code),
        )
        for row in rows
    ]


def district_figures(review: Review, figures: Iterable[FrozenFigure]) -> tuple[list[FrozenFigure], bool]:
    """The figures of the audit's whole district, and whether they are identified with certainty.

    Older audits did not store the code of their district. If there are figures for today's code, that code is
    used, otherwise the only code that belongs to no part. If neither exists, all figures are returned.
    """
    rows = [row for row in figures if row.by == By.DISTRICT]
    if review.district_code:
        return [row for row in rows if row.group == review.district_code], True
    codes = {row.group for row in rows}
    code = review.district.code
    if code not in codes:
        parts = District.objects.under(review.district).values_list("code", flat=True)
        codes_of_no_part = codes - set(parts)
        code = codes_of_no_part.pop() if len(codes_of_no_part) == 1 else ""
    return [row for row in rows if not code or row.group == code], False


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A community of a district at the time: who speaks for it, and who of these was met."""

    district: str
    community: str
    said: str


def blind_spots_of(review: Review) -> list[BlindSpot]:
    """Return expected communities without an organisation, or without a meeting."""
    names = {part["code"]: part["name"] for part in review.parts}
    return [
        BlindSpot(
            names.get(community["district"], community["district"]),
            community["name"],
            _("not met (%(n)s of %(of)s)") % {"n": community["n"], "of": community["of"]}
            if community["of"]
            else _("not represented"),
        )
        for community in review.blind_spots
        if community["is_expected"] and not community["n"]
    ]
