"""Frozen figures of an audit for display, as they were counted and named at the time of the audit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.actors import Actor
from districts.models import District
from incidents.codes import WithdrawalReason
from incidents.models import Incident
from reports.figures.wording import NOT_APPLICABLE, name_group
from reports.queries.questions import By
from reviews.models import FrozenFigure, Review
from reviews.queries.definitions import Definition, definition_of, n_of


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen figure. `definition` is None if none is stored and the report no longer exists."""

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
    """Return figures with the names stored in the audit. An older audit without names gets today's names."""
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
    """Return the figures of the audit's whole district, and whether it is certain that they are.

    Older audits did not store the code of their district. If no figure has the district's code of today, the
    code may have changed. Then the one code that belongs to no part is used. Without exactly one such code,
    all figures are returned.
    """
    rows = [row for row in figures if row.by == By.DISTRICT]
    if review.district_code:
        return [row for row in rows if row.group == review.district_code], True
    codes = {row.group for row in rows}
    code = review.district.code
    if code not in codes:
        part_codes = District.objects.under(review.district).values_list("code", flat=True)
        codes_of_no_part = codes - set(part_codes)
        code = codes_of_no_part.pop() if len(codes_of_no_part) == 1 else ""
    return [row for row in rows if not code or row.group == code], False


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A community that was not met or not represented in a district. `said` is the text that states which."""

    district: str
    community: str
    said: str


def blind_spots_of(review: Review) -> list[BlindSpot]:
    """Return the expected communities that no organisation represented, or that were not met."""
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


@dataclass(frozen=True, slots=True)
class WithdrawnIncident:
    """An incident that was withdrawn in the period of an audit, as it was then."""

    id: UUID
    reason: str | Promise
    started_at: datetime
    withdrawn_at: datetime


def withdrawn_incidents_of(actor: Actor, review: Review) -> list[WithdrawnIncident]:
    """Return the frozen rows of withdrawn incidents that the actor can see, the earliest first."""
    ids = [row["id"] for row in review.withdrawn_incidents]
    rows = Incident.objects.visible_to(actor).filter(pk__in=ids)
    visible = {str(pk) for pk in rows.values_list("pk", flat=True)} if ids else set()
    return [
        WithdrawnIncident(
            UUID(row["id"]),
            WithdrawalReason(row["reason"]).label,
            datetime.fromisoformat(row["started_at"]),
            datetime.fromisoformat(row["withdrawn_at"]),
        )
        for row in review.withdrawn_incidents
        if row["id"] in visible
    ]
