"""Geometry checks with shapely and pyproj: validity, overlaps and coordinate systems."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry import MultiPolygon, shape
from shapely.validation import explain_validity

from districts.rules.boundaries import DECIMALS, BadBoundary, Boundary, Point, centre, read_boundary

SLIVER: Final = 0.02  # share of the smaller district that neighbours drawn by different people may overlap
ELSEWHERE: Final = 0.5  # share of the old boundary; a smaller overlap means another place
NEAR_DEGREES: Final = 25.0  # the greatest distance of a city from the city that names its time zone
EXACT: Final = 15  # decimals of degrees that are not rounded
METRES_PER_DEGREE: Final = 111_320.0  # of latitude
_NOT_A_SHAPE: Final = (
    ProjError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    shapely.errors.ShapelyError,
)
_WGS84: Final = CRS("OGC:CRS84")
_REASON_CODES: Final[Mapping[str, str]] = {
    "Self-intersection": "crosses_itself",
    "Ring Self-intersection": "crosses_itself",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "hole_outside",
    "Interior is disconnected": "crosses_itself",
    "Nested shells": "pieces_overlap",
    "Duplicate Rings": "pieces_overlap",
}


def to_shapely(boundary: Boundary) -> Any:
    """Convert to shapely. Boundaries stored before the strict checks are repaired for measuring."""
    geometry = MultiPolygon([(polygon[0], polygon[1:]) for polygon in boundary])
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def check_shape(boundary: Boundary) -> None:
    """Raise BadBoundary if a line crosses itself, a hole is not inside, or polygons overlap."""
    polygons = _polygons(boundary)
    if polygons.is_valid:
        return
    reason, _bracket, place = explain_validity(polygons).partition("[")
    code = _REASON_CODES.get(reason.strip(), "not_sound")
    x, y = [*place.rstrip("]").split(), "?", "?"][:2]
    raise BadBoundary(code, where=f"{x}, {y}", said=reason.strip())


@dataclass(frozen=True, slots=True)
class Repair:
    """A valid boundary for an invalid one, and the change in m² and in percent of the area."""

    boundary: Boundary
    original: Boundary
    square_metres: float
    percent: float
    is_rounding: bool  # the boundary was valid until its degrees were rounded


def repair(geometry: object) -> Repair | None:
    """Return a repair of a GeoJSON geometry that is not valid, or None if no repair has an area.

    Raises BadBoundary if the geometry cannot be read.
    """
    original = read_boundary(geometry, decimals=EXACT)
    exact = _polygons(original)
    is_rounding = bool(exact.is_valid)
    before = exact
    sources = [exact if is_rounding else shapely.make_valid(exact, method="structure")]
    with suppress(BadBoundary):
        before = _polygons(read_boundary(geometry))
        sources.insert(0, shapely.make_valid(before, method="structure"))
    for source in sources:
        for candidate in (source, shapely.set_precision(source, 10**-DECIMALS)):
            try:
                boundary = read_boundary(_as_lists(_only_polygons(candidate)))
                check_shape(boundary)
            except (BadBoundary, shapely.errors.ShapelyError):
                continue
            # The area of an invalid shape is the sum of its rings, in which crossed parts count as negative.
            area, area_before = _polygons(boundary).area, abs(before.area)
            changed = abs(area - area_before)
            scale = METRES_PER_DEGREE**2 * math.cos(math.radians(centre(boundary)[1]))
            percent = 100 * changed / max(area, area_before)
            return Repair(boundary, original, changed * scale, percent, is_rounding)
    return None


def _polygons(boundary: Boundary) -> Any:
    return MultiPolygon([(polygon[0], polygon[1:]) for polygon in boundary])


def _only_polygons(geometry: Any) -> Any:
    """Return the polygons of a geometry, without lines and points that a repair leaves over."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return MultiPolygon([polygon for part in parts for polygon in shapely.get_parts(part)])


def covered_shares(shape: Any, covers: Sequence[Any]) -> list[float]:
    """Return the share of the shape's area that each cover has."""
    return [
        float(shape.intersection(cover).area / shape.area) if shape.intersects(cover) else 0.0
        for cover in covers
    ]


def overlaps(shapes: Sequence[Any]) -> Iterator[tuple[int, int, float]]:
    """Yield pairs of shapes that overlap by more than SLIVER, with the share of the smaller shape."""
    tree = shapely.STRtree(list(shapes))
    for index, other_index in zip(*tree.query(list(shapes), predicate="intersects"), strict=True):
        if index < other_index and (share := _shared_area(shapes[index], shapes[other_index])) > SLIVER:
            yield int(index), int(other_index), share


def overlaps_with(shapes: Sequence[Any], existing: Sequence[Any]) -> Iterator[tuple[int, int, float]]:
    """Yield pairs of a shape and an existing shape that overlap by more than SLIVER, with the share."""
    tree = shapely.STRtree(list(existing))
    for index, existing_index in zip(*tree.query(list(shapes), predicate="intersects"), strict=True):
        if (share := _shared_area(shapes[index], existing[existing_index])) > SLIVER:
            yield int(index), int(existing_index), share


def _shared_area(geometry: Any, other_geometry: Any) -> float:
    """Return the overlap as a share of the smaller shape."""
    smaller = min(geometry.area, other_geometry.area)
    return float(geometry.intersection(other_geometry).area / smaller) if smaller else 0.0


class Areas:
    """Boundaries by code, to look up the areas around many points."""

    def __init__(self, boundaries: Mapping[str, Boundary]) -> None:
        self._codes = list(boundaries)
        self._tree = shapely.STRtree([to_shapely(boundary) for boundary in boundaries.values()])

    def around(self, longitude: float, latitude: float) -> list[str]:
        """Return the codes of all areas that contain the point or have it on their edge."""
        indexes = self._tree.query(shapely.Point(longitude, latitude), predicate="intersects")
        return [self._codes[number] for number in indexes]


def is_elsewhere(old: Boundary, new: Boundary) -> bool:
    """Whether the old and new boundary overlap by less than half of the larger one."""
    before, after = to_shapely(old), to_shapely(new)
    return bool(before.intersection(after).area < ELSEWHERE * max(before.area, after.area))


def to_degrees(name: str, features: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Convert features of a file from another coordinate system to WGS 84 (longitude, latitude).

    Raises BadBoundary with the name of the system if it is unknown.
    """
    try:
        system = CRS.from_user_input(name)
    except CRSError:
        raise BadBoundary("unknown_system", name=name[:80]) from None
    if system.equals(_WGS84, ignore_axis_order=True) or system.to_epsg() == 4326:
        return list(features)
    transformer = Transformer.from_crs(system, _WGS84, always_xy=True)
    moved = []
    for feature in features:
        geometry = feature.get("geometry")
        try:
            converted = shapely.transform(
                shape(geometry or {}), lambda points: _transformed(transformer, points)
            )
        except _NOT_A_SHAPE:
            moved.append(feature)  # reported when the geometry is read
            continue
        moved.append({**feature, "geometry": _as_lists(converted)})
    return moved


def _transformed(transformer: Any, points: Any) -> Any:
    xs, ys = transformer.transform(points[:, 0], points[:, 1], errcheck=True)
    return shapely.get_coordinates(shapely.points(xs, ys))


def _as_lists(geometry: Any) -> dict[str, Any]:
    def lists(value: Any) -> Any:
        return [lists(item) for item in value] if isinstance(value, tuple | list) else float(value)

    mapping = shapely.geometry.mapping(geometry)
    return {"type": mapping["type"], "coordinates": lists(mapping["coordinates"])}


def is_swapped(boundary: Boundary, time_zone: str) -> bool:
    """Whether the boundary is far from the time zone's city, but near with swapped axes."""
    city = _city_of(time_zone)
    if city is None:
        return False
    x, y = centre(boundary)
    return not _is_near((x, y), city) and _is_near((y, x), city)


def _is_near(point: Point, other_point: Point) -> bool:
    return abs(point[0] - other_point[0]) <= NEAR_DEGREES and abs(point[1] - other_point[1]) <= NEAR_DEGREES


def _city_of(time_zone: str) -> Point | None:
    """Return longitude and latitude of a time zone's city, from the table that comes with the zones."""
    try:
        table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    except (ModuleNotFoundError, OSError):
        return None
    for line in table.splitlines():
        fields = line.split("\t")
        if len(fields) > 2 and fields[2] == time_zone:
            text = fields[1]
            cut = max(text.rfind("+"), text.rfind("-"))
            return _degrees(text[cut:], 3), _degrees(text[:cut], 2)
    return None


def _degrees(text: str, digits: int) -> float:
    """Convert `+4024` or `-00341` (with or without seconds) to degrees."""
    sign = -1 if text[0] == "-" else 1
    parts = text[1:]
    minutes, seconds = parts[digits : digits + 2], parts[digits + 2 :]
    return sign * (int(parts[:digits]) + int(minutes or 0) / 60 + int(seconds or 0) / 3600)
