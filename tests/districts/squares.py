"""Small GeoJSON squares inside a city, for tests."""

import json
from typing import Any


def square(west: float = -3.7, south: float = 40.4, size: float = 0.01) -> list[list[float]]:
    east, north = round(west + size, 6), round(south + size, 6)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(**where: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [square(**where)]}


def feature(code: Any, name: Any, geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, **properties},
        "geometry": polygon() if geometry is None else geometry,
    }


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()
