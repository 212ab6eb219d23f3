"""Shapefiles and GeoPackages for tests, made in memory."""

import io
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import shapefile
from pyproj import CRS

METRES = "EPSG:25831"  # UTM zone 31, as Barcelona publishes
Row = tuple[Mapping[str, Any], list[list[list[float]]]]  # properties and the rings of a polygon


def shapefile_parts(
    rows: Sequence[Row], *, system: str = METRES, encoding: str = "utf-8"
) -> dict[str, bytes]:
    """Return the members of a shapefile by suffix."""
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(
        shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding=encoding
    ) as writer:
        for name in rows[0][0]:
            writer.field(name, "C", 60)
        for properties, rings in rows:
            writer.poly(rings)
            writer.record(**properties)
    parts = {"shp": shp.getvalue(), "shx": shx.getvalue(), "dbf": dbf.getvalue()}
    return parts | {"prj": CRS(system).to_wkt("WKT1_ESRI").encode(), "cpg": encoding.encode()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file with members by name; a bare suffix becomes a member of “barris”."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name if "." in name else f"barris.{name}", content)
    return stream.getvalue()


def wkb(rings: Sequence[Sequence[Sequence[float]]], kind: int = 3) -> bytes:
    body = struct.pack("<BII", 1, kind, len(rings))
    for ring in rings:
        body += struct.pack("<I", len(ring)) + b"".join(struct.pack(f"<{len(p)}d", *p) for p in ring)
    return body


def blob(shape: bytes, *, system: int = 25831, flags: int = 1) -> bytes:
    return b"GP\0" + bytes([flags]) + struct.pack("<i", system) + shape


def geopackage(
    rows: Sequence[tuple[Mapping[str, Any], bytes]], *, system: int = 25831, statements: Sequence[str] = ()
) -> bytes:
    """Return a GeoPackage with the layer `barris`; `statements` change the finished file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        with closing(sqlite3.connect(path)) as database:
            names = list(rows[0][0])
            columns = ", ".join(names)
            database.executescript(
                "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, srs_id INTEGER);"
                "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);"
                "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT,"
                " organization_coordsys_id INTEGER, definition TEXT);"
                f"CREATE TABLE barris (fid INTEGER PRIMARY KEY, geom BLOB, {columns});"
            )
            database.execute("INSERT INTO gpkg_contents VALUES ('barris', 'features', ?)", (system,))
            database.execute("INSERT INTO gpkg_geometry_columns VALUES ('barris', 'geom', ?)", (system,))
            database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, 'EPSG', ?, 'x')", (system, system))
            marks = ", ".join("?" * (len(names) + 1))
            database.executemany(
                f"INSERT INTO barris (geom, {columns}) VALUES ({marks})",  # noqa: S608  # names of tests
                [(shape, *properties.values()) for properties, shape in rows],
            )
            for statement in statements:
                database.execute(statement)
            database.commit()
        return path.read_bytes()


def metres(west: float = 430_000, south: float = 4_582_000, size: float = 1_000) -> list[list[float]]:
    """Return a square ring in Barcelona, clockwise as in shapefiles."""
    east, north = west + size, south + size
    return [[west, south], [west, north], [east, north], [east, south], [west, south]]
