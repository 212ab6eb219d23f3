"""Shapes as SVG path data."""

from collections.abc import Iterable, Sequence

Point = tuple[float, float]


def path(polygons: Iterable[Iterable[Sequence[Point]]]) -> str:
    """Return path data in whole units for polygons: rings of points that end with their first point.

    Holes need `fill-rule="evenodd"`, because the direction of rings is not used.

    >>> path([[[(10, 10), (20, 10), (20, 30.4), (10, 10)]]])
    'M10 10L20 10 20 30Z'
    """
    return "".join(_ring(ring) for polygon in polygons for ring in polygon)


def _ring(ring: Sequence[Point]) -> str:
    corners: list[str] = []
    for x, y in ring[:-1]:
        corner = f"{round(x)} {round(y)}"
        if not corners or corners[-1] != corner:
            corners.append(corner)
    return f"M{corners[0]}L{' '.join(corners[1:])}Z" if len(corners) > 2 else ""
