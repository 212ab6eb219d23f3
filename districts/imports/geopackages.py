"""Reading of a GeoPackage, which is an SQLite database: read-only, and only its own plain tables.

An authorizer allows SQLite to read columns and nothing else. Views, virtual tables, functions and recursive
queries of the file are never run. No row is written, so no trigger is run either.
"""

import sqlite3
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from districts.imports.layers import MAX_FEATURES, Layer, choose_layer, plain_value, refuse_many_features

MAX_COLUMNS: Final = 200
MAX_BLOB: Final = 16 * 1024 * 1024
STEPS: Final = 20_000_000  # of SQLite's machine, a few seconds
MAX_PARTS: Final = 20_000  # polygons of a shape, rings of a polygon
_POLYGON: Final = 3
_MULTIPOLYGON: Final = 6
_KINDS: Final[Mapping[int, str]] = {
    1: "Point",
    2: "LineString",
    4: "MultiPoint",
    5: "MultiLineString",
    7: "GeometryCollection",
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
}
_ENVELOPES: Final = (0, 32, 48, 48, 64)  # bytes, by the code in the flags


def read_geopackage(content: bytes, layer_name: str = "") -> Layer:
    """Return the features of a GeoPackage. `layer_name` is the table if the file has several layers.

    Raises ValidationError for a damaged file, a layer that is not a plain table, or no coordinate system.
    """
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        try:
            with closing(sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True)) as connection:
                _restrict(connection)
                return _read(connection, layer_name)
        except (sqlite3.Error, UnicodeError, OverflowError, MemoryError):
            raise ValidationError(
                _("The GeoPackage is damaged, or its layer is not a plain table.")
            ) from None


def _restrict(connection: sqlite3.Connection) -> None:
    """Allow only reading of columns, in a limited number of steps."""
    for pragma in ("query_only = on", "trusted_schema = off", "cell_size_check = on", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BLOB)
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MAX_COLUMNS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_progress_handler(lambda: 1, STEPS)
    connection.set_authorizer(_authorize)


def _authorize(
    action: int, table: str | None, column: str | None, database: str | None, view: str | None
) -> int:
    """Deny everything but a query that reads columns outside a view or trigger."""
    if action == sqlite3.SQLITE_SELECT or (action == sqlite3.SQLITE_READ and view is None):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _read(connection: sqlite3.Connection, layer_name: str) -> Layer:
    layers = [
        row[0]
        for row in connection.execute("SELECT table_name, data_type FROM gpkg_contents")
        if row[1] == "features" and isinstance(row[0], str)
    ]
    if not layers:
        raise ValidationError(_("The GeoPackage has no layer of features."))
    table = choose_layer(layers, layer_name)
    kinds = connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    if [kind for kind, _sql in kinds] != ["table"] or not _is_plain(kinds[0][1]):
        text = _("Layer “%(name)s” is a view or a virtual table. Save it as a table.")
        raise ValidationError(text, params={"name": table[:60]})
    column, system_id = connection.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchone() or ("", 0)
    if not column:
        raise ValidationError(_("The GeoPackage has no layer of features."))
    system = _system(connection, system_id)
    return Layer(list(_features(connection, table, column)), system)


def _is_plain(sql: object) -> bool:
    """Whether a table is no virtual table and has no computed columns."""
    words = sql.upper().split() if isinstance(sql, str) else []
    return words[:2] == ["CREATE", "TABLE"] and "GENERATED" not in words


def _system(connection: sqlite3.Connection, system_id: object) -> str:
    row = connection.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        (system_id,),
    ).fetchone()
    if row is None or system_id in (-1, 0):
        raise ValidationError(_("The GeoPackage names no coordinate system."))
    organisation, number, definition = row
    if isinstance(organisation, str) and organisation.upper() in ("EPSG", "ESRI") and isinstance(number, int):
        return f"{organisation.upper()}:{number}"
    return str(definition)[:20_000]


def _features(connection: sqlite3.Connection, table: str, column: str) -> Iterator[Mapping[str, Any]]:
    quoted = '"' + table.replace('"', '""') + '"'
    cursor = connection.execute(f"SELECT * FROM {quoted}")  # noqa: S608  # a table of gpkg_contents, quoted
    names = [description[0] for description in cursor.description]
    if column not in names:
        raise ValidationError(_("The GeoPackage has no layer of features."))
    for number, row in enumerate(cursor, 1):
        if number > MAX_FEATURES:
            refuse_many_features()
        values = dict(zip(names, row, strict=True))
        geometry = values.pop(column)
        properties = {name: plain_value(value) for name, value in values.items()}
        yield {"type": "Feature", "properties": properties, "geometry": read_geometry(geometry)}


def read_geometry(blob: object) -> dict[str, Any] | None:
    """Return a GeoPackage geometry as GeoJSON, without heights; other shapes than polygons with no positions.

    Read here and not by shapely, because GEOS 3.14 crashes on collections nested 1,000,000 deep.
    """
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8 + 5:
        return None
    flags = blob[3]
    envelope = flags >> 1 & 7
    if flags & 0x20 or envelope >= len(_ENVELOPES):
        return None
    try:
        kind, coordinates, _end = _read_shape(blob, 8 + _ENVELOPES[envelope], depth=0)
    except (struct.error, IndexError):
        return None
    return {"type": kind, "coordinates": coordinates}


def _read_shape(blob: bytes, at: int, depth: int) -> tuple[str, list[Any], int]:
    order = "<" if blob[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", blob, at + 1)
    kind, dimensions = _kind_and_dimensions(code)
    if kind == _POLYGON:
        rings, end = _read_rings(blob, at + 5, order, dimensions)
        return "Polygon", rings, end
    if kind != _MULTIPOLYGON or depth:
        return _KINDS.get(kind, "—"), [], at
    (count,) = struct.unpack_from(f"{order}I", blob, at + 5)
    if count > MAX_PARTS:
        raise IndexError
    polygons, end = [], at + 9
    for _number in range(count):
        child, rings, end = _read_shape(blob, end, depth=1)
        if child != "Polygon":
            return child, [], end
        polygons.append(rings)
    return "MultiPolygon", polygons, end


def _kind_and_dimensions(code: int) -> tuple[int, int]:
    """Return the shape and the numbers in a position, of the codes of ISO or of PostGIS."""
    extra = (code >> 31 & 1) + (code >> 30 & 1)
    code &= 0x0FFFFFFF
    thousands = code // 1000
    return code % 1000, 2 + extra + (1 if thousands in (1, 2) else 2 if thousands == 3 else 0)


def _read_rings(blob: bytes, at: int, order: str, dimensions: int) -> tuple[list[Any], int]:
    (count,) = struct.unpack_from(f"{order}I", blob, at)
    if count > MAX_PARTS:
        raise IndexError
    rings, at = [], at + 4
    for _number in range(count):
        (points,) = struct.unpack_from(f"{order}I", blob, at)
        length = points * dimensions
        if length * 8 > len(blob) - at:
            raise IndexError
        numbers = struct.unpack_from(f"{order}{length}d", blob, at + 4)
        rings.append([list(numbers[i : i + 2]) for i in range(0, length, dimensions)])
        at += 4 + length * 8
    return rings, at
