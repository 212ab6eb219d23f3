"""Draw districts as inline SVG: named shapes from simplified boundaries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from districts.models import District
from districts.rules.boundaries import Boundary, draw, frame, label_place
from lib.svg import path

WIDTH = 640
TOLERANCE = 0.8  # drawing units; less than visible on screen
LETTER = 11.5  # width of a label's letter, large enough for a phone


@dataclass(frozen=True, slots=True)
class Shape:
    """A district's outline. `label` is empty if it would not fit; screen readers still get the name."""

    pk: UUID
    path: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    shapes: tuple[Shape, ...]


def drawing(districts: Iterable[District]) -> Drawing | None:
    """The map of districts that have a boundary. The rows may have deferred boundaries."""
    return _drawing(tuple(sorted((district.pk, district.version) for district in districts)))


@lru_cache(maxsize=64)
def _drawing(key: tuple[tuple[UUID, int], ...]) -> Drawing | None:
    """Draw the map.

    The result is cached per version of the districts, because boundaries are large and rarely change.
    """
    rows = District.objects.with_boundary().filter(pk__in=[pk for pk, _version in key]).order_by("name", "pk")
    boundaries = [(row, row.boundary["coordinates"]) for row in rows if row.boundary]
    if not boundaries:
        return None
    picture = frame([boundary for _row, boundary in boundaries], WIDTH)
    return Drawing(
        picture.width,
        picture.height,
        tuple(_shape(row, draw(b, picture, TOLERANCE)) for row, b in boundaries),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A district's outline before and after. `before` is empty if the district is new or has not moved."""

    name: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Changes:
    width: int
    height: int
    changes: tuple[Change, ...]


def compared(outlines: Sequence[tuple[str, Boundary, Boundary]]) -> Changes | None:
    """A map of old and new boundaries over each other, by name. None if there are no boundaries."""
    everything = [boundary for _name, *boundaries in outlines for boundary in boundaries if boundary]
    if not everything:
        return None
    picture = frame(everything, WIDTH)

    def outline(boundary: Boundary) -> str:
        return path(draw(boundary, picture, TOLERANCE)) if boundary else ""

    changes = tuple(Change(name, outline(before), outline(after)) for name, before, after in outlines)
    return Changes(picture.width, picture.height, changes)


def _shape(district: District, outline: Boundary) -> Shape:
    x, y, room = label_place(outline)
    label = next((text for text in (district.name, district.code) if len(text) * LETTER <= room), "")
    return Shape(district.pk, path(outline), label, round(x), round(y))
