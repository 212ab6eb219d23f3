"""Six districts with four neighbourhoods each, and boundaries that meet without gaps."""

from dataclasses import dataclass
from random import Random

Point = tuple[float, float]

WEST, NORTH = -9.30, 41.30  # in the sea off Portugal, where nobody lives
CELL_WIDTH = 0.012  # width of a neighbourhood in degrees


@dataclass(frozen=True, slots=True)
class DemoDistrict:
    """A district with its code, name, grid position, neighbourhoods and population."""

    code: str
    name: str
    column: int
    row: int
    neighbourhoods: tuple[str, str, str, str]
    population: int

    @property
    def story_file(self) -> str:
        """Name of the district's file in `city/`, without `.txt`."""
        return self.name.lower().replace(" ", "")


DISTRICTS = (
    DemoDistrict(
        "W", "Westhill", 0, 0, ("Upper Westhill", "The Kilns", "Orchard Row", "Quarry Lane"), 31_200
    ),
    DemoDistrict(
        "N", "Northgate", 1, 0, ("Northgate Market", "Station Side", "Mill Ponds", "Tanners’ Yard"), 42_600
    ),
    DemoDistrict("E", "Eastfield", 2, 0, ("Eastfield Green", "Brickworks", "Lark Rise", "Canal End"), 38_900),
    DemoDistrict("H", "Harbour", 0, 1, ("Fish Quay", "Rope Walk", "Custom House", "The Slips"), 24_700),
    DemoDistrict(
        "O", "Old Town", 1, 1, ("Cathedral Close", "Guildhall", "Weavers’ Court", "Bridge Foot"), 27_800
    ),
    DemoDistrict(
        "S", "Southbank", 2, 1, ("Southbank Estate", "Garden Suburb", "Ferry Road", "Low Meadows"), 45_100
    ),
)


def outline(left: int, top: int, size: int) -> list[list[list[list[float]]]]:
    """Return a MultiPolygon of `size` × `size` cells from (`left`, `top`). Neighbours share their edges."""
    right, bottom = left + size, top + size
    corners = (
        [(x, bottom) for x in range(left, right)]
        + [(right, y) for y in range(bottom, top, -1)]
        + [(x, top) for x in range(right, left, -1)]
        + [(left, y) for y in range(top, bottom)]
    )
    ring: list[Point] = []
    for corner, next_corner in zip(corners, [*corners[1:], corners[0]], strict=True):
        ring.extend(_edge(corner, next_corner))
    ring.append(ring[0])
    return [[[[round(x, 6), round(y, 6)] for x, y in ring]]]


def _edge(start: tuple[int, int], end: tuple[int, int]) -> list[Point]:
    """Return points from one corner up to (not including) the next, with bends like a street or a stream.

    The bends depend only on the two corners, so that neighbours share them.
    """
    low, high = min(start, end), max(start, end)
    random = Random(f"{low}{high}")
    (x0, y0), (x1, y1) = _corner_point(low), _corner_point(high)
    bends = [
        (
            x0 + (x1 - x0) * t + random.uniform(-0.06, 0.06) * CELL_WIDTH,
            y0 + (y1 - y0) * t + random.uniform(-0.06, 0.06) * CELL_WIDTH,
        )
        for t in (0.25, 0.5, 0.75)
    ]
    return [_corner_point(start), *(bends if start == low else reversed(bends))]


def _corner_point(corner: tuple[int, int]) -> Point:
    random = Random(f"corner{corner}")
    column, row = corner
    return (
        WEST + (column + random.uniform(-0.22, 0.22)) * CELL_WIDTH,
        NORTH - (row + random.uniform(-0.22, 0.22)) * CELL_WIDTH * 0.8,
    )
