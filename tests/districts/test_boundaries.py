"""Pure functions that validate and draw boundaries."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.rules.boundaries import (
    BadBoundary,
    box,
    centre,
    draw,
    far_from,
    frame,
    label_place,
    read_boundary,
    ring_area,
    simplify,
)
from lib.svg import path
from tests.districts.squares import polygon, square
from tests.examples import examples


def refused(geometry: Any) -> str:
    with pytest.raises(BadBoundary) as caught:
        read_boundary(geometry)
    return caught.value.code


def with_ring(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


def test_a_polygon_becomes_a_multipolygon_without_heights() -> None:
    ring = [[*point, 650.0] for point in square(west=0, south=0, size=1)]
    assert read_boundary({"type": "Polygon", "coordinates": [ring]}) == [
        [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]]
    ]


@pytest.mark.parametrize("geometry", [None, 5, [], {}, {"type": "Point", "coordinates": [0, 0]}, {"type": 7}])
def test_other_geometries_are_refused(geometry: Any) -> None:
    assert refused(geometry) == "not_a_polygon"


@pytest.mark.parametrize("coordinates", [None, [], [[]], [["x"]], "text", {"0": 1}, [None]])
def test_a_polygon_without_coordinates_is_refused(coordinates: Any) -> None:
    assert refused({"type": "MultiPolygon", "coordinates": coordinates}) == "no_coordinates"


def test_an_open_ring_is_refused() -> None:
    assert refused(with_ring([0, 0], [1, 0], [1, 1], [0, 1])) == "open_ring"


def test_a_ring_of_three_is_refused() -> None:
    assert refused(with_ring([0, 0], [1, 0], [0, 0])) == "short_ring"


def test_a_ring_without_inside_is_refused() -> None:
    assert refused(with_ring([0, 0], [1, 1], [2, 2], [0, 0])) == "flat_ring"


def test_latitude_95_is_refused() -> None:
    assert refused(with_ring([0, 95], [1, 0], [1, 1], [0, 95])) == "latitude"


def test_metres_are_refused() -> None:
    assert refused(with_ring([440290.1, 40.4], [1, 0], [1, 1], [440290.1, 40.4])) == "longitude"


@pytest.mark.parametrize(
    "position",
    [[], [1], [1, 2, 3, 4, 5], ["1", "2"], [True, False], [math.inf, 0], [math.nan, 0], [10**400, 0], None],
)
def test_what_is_no_position_is_refused(position: Any) -> None:
    assert refused(with_ring(position, [1, 0], [1, 1], position)) == "not_a_position"


def test_a_district_of_more_than_10000_points_is_refused_before_it_is_read() -> None:
    assert refused(with_ring(*[[0, 0]] * 10_001)) == "too_many_vertices"
    assert refused(with_ring(*[[0, 0]] * 10_000)) == "flat_ring"
    rings = [[[0, 0]] * 6_000] * 2
    assert refused({"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}) == "too_many_vertices"


def test_swapped_axes_are_told_from_a_far_place() -> None:
    others = [read_boundary(polygon(west=-3.7 + i / 100)) for i in range(5)]
    swapped = read_boundary({"type": "Polygon", "coordinates": [[p[::-1] for p in square()]]})
    assert far_from(swapped, [*others, swapped]) == "swapped"
    assert far_from(read_boundary(polygon(west=100, south=-30)), others) == "far"
    assert far_from(others[0], [*others, swapped]) == ""
    assert far_from(others[0], []) == ""


def test_north_is_up_and_nothing_leaves_the_picture() -> None:
    south, north = read_boundary(polygon()), read_boundary(polygon(south=40.5))
    picture = frame([south, north], 600)
    assert picture.place(centre(north))[1] < picture.place(centre(south))[1]
    west, top, east, bottom = box([draw(b, picture, 1) for b in (south, north)])
    assert (round(west), round(top)) == (0, 0)
    assert (round(east), round(bottom)) == (picture.width, picture.height) or picture.width < 600


def test_a_straight_line_needs_only_its_ends() -> None:
    ring = [(float(x), 0.0) for x in range(101)] + [(100.0, 100.0), (0.0, 100.0), (0.0, 0.0)]
    assert simplify(ring, 0.5) == [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(60, 100), min_size=8, max_size=200))
def test_a_simplified_ring_stays_closed_and_near(radii: list[int]) -> None:
    angles = [2 * math.pi * i / len(radii) for i in range(len(radii))]
    ring = [(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    ring.append(ring[0])
    simple = simplify(ring, 2)
    assert simple[0] == simple[-1]
    assert len(simple) >= 4
    assert set(simple) <= set(ring)
    assert abs(ring_area(simple) - ring_area(ring)) <= 2 * sum(math.dist(a, b) for a, b in pairwise(ring))


def test_a_name_stands_in_the_largest_piece() -> None:
    boundary = read_boundary(
        {
            "type": "MultiPolygon",
            "coordinates": [[square(west=5, south=5, size=0.1)], [square(west=0, south=0, size=1)]],
        }
    )
    assert label_place(boundary) == (0.5, 0.5, 1.0)


def test_a_name_stands_inside_a_bent_piece() -> None:
    """A horseshoe open to the south, whose centre of gravity is between its arms."""
    ring = [(0, 0), (2, 0), (2, 8), (6, 8), (6, 0), (9, 0), (9, 10), (0, 10), (0, 0)]
    x, y, room = label_place([[[(float(a), float(b)) for a, b in ring]]])
    assert (x, room) == (7.5, 3.0)
    assert 0 < y < 8


def test_a_name_stands_in_no_hole() -> None:
    holed = [[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0), (0.0, 0.0)]]
    holed.append([(2.0, 2.0), (5.0, 2.0), (5.0, 7.0), (2.0, 7.0), (2.0, 2.0)])
    assert label_place([holed]) == (7.0, 4.5, 4.0)


def test_a_path_has_whole_numbers_and_no_specks() -> None:
    ring = [(10.2, 10.4), (20.0, 10.0), (20.0, 30.4), (10.2, 10.4)]
    speck = [(1.1, 1.1), (1.2, 1.1), (1.2, 1.2), (1.1, 1.1)]
    assert path([[ring], [speck]]) == "M10 10L20 10 20 30Z"
