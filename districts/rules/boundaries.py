"""Boundaries: validation and drawing as pure functions without Django.

A boundary is the `coordinates` of a GeoJSON MultiPolygon in WGS 84: polygons of rings of (longitude,
latitude). Functions raise `BadBoundary` with a code and parameters, which the caller turns into a message.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
Boundary = list[Polygon]

MAX_VERTICES = 100_000  # per file, 100 times what a city needs
# Per district, because checking a spiky line takes time with the square of its points.
MAX_VERTICES_OF_DISTRICT = 10_000
DECIMALS = 6  # about 10 cm
FAR_DEGREES = 10.0  # no city is this wide
MAX_POSITIONS = 4  # longitude, latitude, height, and extra values from some programs


_PLAIN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def is_plain_code(code: str) -> bool:
    """Whether the code matches the database constraint district_code_is_plain."""
    return _PLAIN_CODE.fullmatch(code) is not None


class BadBoundary(ValueError):
    """An invalid boundary: `code` is the reason, `params` the place and details."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def read_boundary(geometry: object, decimals: int = DECIMALS) -> Boundary:
    """Return the boundary of a GeoJSON geometry. A Polygon becomes a MultiPolygon, heights are dropped.

    Degrees are rounded to `decimals`.

    Raises BadBoundary for a wrong type, for too many points, for rings that are short, open or flat, and for
    positions outside WGS 84.
    """
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadBoundary("not_a_polygon", type=_kind(geometry))
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise BadBoundary("no_coordinates")
    rings = [ring for polygon in polygons if isinstance(polygon, list) for ring in polygon]
    if sum(len(ring) for ring in rings if isinstance(ring, list)) > MAX_VERTICES_OF_DISTRICT:
        raise BadBoundary("too_many_vertices", n=MAX_VERTICES_OF_DISTRICT)
    return [_read_polygon(polygon, number, decimals) for number, polygon in enumerate(polygons, 1)]


def as_geojson(boundary: Boundary) -> dict[str, object]:
    """Return the geometry as stored and published. It equals itself after a round trip through JSON."""
    coordinates = [[[list(point) for point in ring] for ring in polygon] for polygon in boundary]
    return {"type": "MultiPolygon", "coordinates": coordinates}


def _kind(geometry: object) -> str:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return kind[:40] if isinstance(kind, str) else "—"


def _read_polygon(polygon: object, number: int, decimals: int) -> Polygon:
    if not isinstance(polygon, list) or not polygon:
        raise BadBoundary("no_coordinates")
    return [_read_ring(ring, number, ring_number, decimals) for ring_number, ring in enumerate(polygon, 1)]


def _read_ring(ring: object, polygon_number: int, ring_number: int, decimals: int) -> Ring:
    place = {"polygon": polygon_number, "ring": ring_number}
    if not isinstance(ring, list):
        raise BadBoundary("no_coordinates")
    points = [_read_position(position, decimals) for position in ring]
    if len(points) < 4:
        raise BadBoundary("short_ring", **place)
    if points[0] != points[-1]:
        raise BadBoundary("open_ring", **place)
    if ring_area(points) == 0:
        raise BadBoundary("flat_ring", **place)
    return points


def _read_position(position: object, decimals: int) -> Point:
    if not isinstance(position, list) or not 2 <= len(position) <= MAX_POSITIONS:
        raise BadBoundary("not_a_position")
    longitude, latitude = (_degrees(value) for value in position[:2])
    if not -90 <= latitude <= 90:
        raise BadBoundary("latitude", value=_short(latitude))
    if not -180 <= longitude <= 180:
        raise BadBoundary("longitude", value=_short(longitude))
    return round(longitude, decimals), round(latitude, decimals)


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadBoundary("not_a_position")
    try:
        degrees = float(value)
    except OverflowError:
        raise BadBoundary("not_a_position") from None
    if not math.isfinite(degrees):
        raise BadBoundary("not_a_position")
    return degrees


def _short(value: float) -> str:
    return f"{value:.6g}"


def vertices(boundary: Boundary) -> int:
    return sum(len(ring) for polygon in boundary for ring in polygon)


def centre(boundary: Boundary) -> Point:
    """Return the middle of the bounding box."""
    west, south, east, north = box([boundary])
    return (west + east) / 2, (south + north) / 2


def far_from(boundary: Boundary, other_boundaries: Iterable[Boundary]) -> str:
    """Return "" if the boundary is near the others, "swapped" if only its axes are swapped, else "far".

    The others are represented by their median, so that a single outlier does not matter.
    """
    place = usual_place(other_boundaries)
    return "" if place is None else far_from_place(boundary, place)


def usual_place(boundaries: Iterable[Boundary]) -> Point | None:
    """Return the median of the centres, or None without boundaries."""
    middles = [centre(boundary) for boundary in boundaries]
    if not middles:
        return None
    xs, ys = (sorted(values) for values in zip(*middles, strict=True))
    return xs[(len(xs) - 1) // 2], ys[(len(ys) - 1) // 2]


def far_from_place(boundary: Boundary, place: Point) -> str:
    """Like `far_from`, with a place that was computed once for many boundaries."""
    middle = centre(boundary)
    if math.dist(middle, place) <= FAR_DEGREES:
        return ""
    return "swapped" if math.dist(middle[::-1], place) <= FAR_DEGREES else "far"


# --- Drawing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """The projection of a map picture: east to the right, north up, undistorted in the middle."""

    west: float
    north: float
    scale: float
    squeeze: float
    width: int
    height: int

    def place(self, point: Point) -> Point:
        return (
            (point[0] - self.west) * self.squeeze * self.scale,
            (self.north - point[1]) * self.scale,
        )


def box(boundaries: Iterable[Boundary]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of all boundaries."""
    points = [p for boundary in boundaries for polygon in boundary for p in polygon[0]]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def frame(boundaries: Iterable[Boundary], width: int) -> Frame:
    """Return a frame for all boundaries, `width` wide and at most as high."""
    west, south, east, north = box(boundaries)
    squeeze = math.cos(math.radians((south + north) / 2)) or 1.0
    across, up = (east - west) * squeeze, north - south
    scale = width / max(across, up)
    return Frame(west, north, scale, squeeze, math.ceil(across * scale), math.ceil(up * scale))


def draw(boundary: Boundary, picture: Frame, tolerance: float) -> Boundary:
    """Draw the boundary with only the visible corners. Specks are dropped, but one piece always remains."""
    drawn = [
        [simplify([picture.place(p) for p in ring], tolerance) for ring in polygon] for polygon in boundary
    ]
    drawn.sort(key=lambda polygon: ring_area(polygon[0]), reverse=True)
    visible = [polygon for polygon in drawn if ring_area(polygon[0]) >= tolerance * tolerance]
    return visible or drawn[:1]


def simplify(ring: Sequence[Point], tolerance: float) -> Ring:
    """Simplify a ring (Douglas–Peucker): drop corners closer than `tolerance` to the remaining line.

    The ring is cut at its first corner and the corner farthest from it, so that it stays a ring. A stack
    replaces recursion, because a coast has more corners than Python has frames.
    """
    if len(ring) <= 5:
        return list(ring)
    opposite = max(range(len(ring)), key=lambda i: math.dist(ring[0], ring[i]))
    keep = {0, opposite, len(ring) - 1}
    spans = [(0, opposite), (opposite, len(ring) - 1)]
    while spans:
        start, end = spans.pop()
        worst, distance = start, 0.0
        for i in range(start + 1, end):
            away = _distance(ring[i], ring[start], ring[end])
            if away > distance:
                worst, distance = i, away
        if distance > tolerance:
            keep.add(worst)
            spans += [(start, worst), (worst, end)]
    return [ring[i] for i in sorted(keep)] if len(keep) > 3 else list(ring)


def _distance(point: Point, start: Point, end: Point) -> float:
    """Return the distance from a point to the line between two others (or to one point if they are equal)."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    if length == 0:
        return math.dist(point, start)
    along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length
    along = min(1.0, max(0.0, along))
    return math.dist(point, (start[0] + along * across, start[1] + along * down))


def ring_area(ring: Sequence[Point]) -> float:
    """Return the area inside a ring in squared units of its coordinates."""
    return abs(_signed_area(ring))


def _signed_area(ring: Sequence[Point]) -> float:
    x0, y0 = ring[0]  # shift the origin, so that small distant rings keep their precision
    total = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        total += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    return total / 2


def label_place(boundary: Boundary) -> tuple[float, float, float]:
    """Return the place of the name label (x, y) and its width: that of the largest piece there.

    The label is at the height of the piece's centre of gravity, in the middle of the widest stretch at that
    height, so that it is inside even if the piece is bent or has holes.
    """
    piece = max(boundary, key=lambda polygon: ring_area(polygon[0]))
    y = _balance(piece[0])
    crossings = sorted(
        x1 + (y - y1) / (y2 - y1) * (x2 - x1)
        for ring in piece
        for (x1, y1), (x2, y2) in pairwise(ring)
        if (y1 <= y) != (y2 <= y)
    )
    if not crossings:
        return piece[0][0][0], y, 0.0
    west, east = max(
        zip(crossings[::2], crossings[1::2], strict=True), key=lambda stretch: stretch[1] - stretch[0]
    )
    return (west + east) / 2, y, east - west


def _balance(ring: Sequence[Point]) -> float:
    """Return the height of a ring's centre of gravity."""
    area = _signed_area(ring)
    if area == 0:
        return ring[0][1]
    x0, y0 = ring[0]
    total = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        total += (y1 + y2 - 2 * y0) * cross
    return y0 + total / (6 * area)
