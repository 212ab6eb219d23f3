"""Zipped shapefiles and GeoPackages: what is read from them, and files that attack the reader."""

import io
import struct
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from districts.imports.geopackages import read_geometry
from districts.imports.reading import read_features, read_layer
from tests.districts.packed import blob, geopackage, metres, shapefile_parts, wkb, zipped

pytestmark = pytest.mark.django_db  # features are compared with the place of the existing districts

RAVAL = {"CODI_UA": "01", "NOM": "el Raval"}
CARMEL = {"CODI_UA": "02", "NOM": "la Sagrera ç·l"}
RINGS = [metres()]
HOLE = metres(west=431_200, south=4_582_300, size=200)[::-1]
ROWS = [(RAVAL, RINGS), (CARMEL, [metres(west=431_000), HOLE])]


def refusal(content: bytes) -> str:
    started = time.monotonic()
    with pytest.raises(ValidationError) as caught:
        features = read_layer(content).features
        read_features(features, "CODI_UA", "NOM")
    assert time.monotonic() - started < 5
    return " ".join(caught.value.messages)


def as_package(**options: Any) -> bytes:
    return geopackage([(RAVAL, blob(wkb(RINGS))), (CARMEL, blob(wkb(ROWS[1][1])))], **options)


def test_a_shapefile_and_a_geopackage_of_the_same_districts_are_read_alike() -> None:
    packed = [read_layer(content) for content in (zipped(shapefile_parts(ROWS)), as_package())]
    boundaries = [read_features(layer.features, "CODI_UA", "NOM") for layer in packed]
    assert [(row.code, row.name) for row in boundaries[0]] == [("01", "el Raval"), ("02", "la Sagrera ç·l")]
    assert [len(row.boundary[0]) for row in boundaries[0]] == [1, 2]  # the hole of the second
    corners = [{point for ring in row.boundary[0] for point in ring} for row in boundaries[0]]
    assert corners == [{point for ring in row.boundary[0] for point in ring} for row in boundaries[1]]
    west, south = min(corners[0])
    assert (round(west, 2), round(south, 1)) == (2.16, 41.4)
    assert packed[0].notes == ()


@pytest.mark.parametrize(
    ("encoding", "declared"), [("cp1252", b"1252"), ("iso8859-1", b"ISO 88591"), ("utf-8", b"UTF-8\r\n")]
)
def test_names_are_read_in_the_encoding_of_the_cpg_file(encoding: str, declared: bytes) -> None:
    parts = shapefile_parts(ROWS, encoding=encoding)
    layer = read_layer(zipped(parts | {"cpg": declared}))
    assert layer.features[1]["properties"]["NOM"] == "la Sagrera ç·l"
    undeclared = read_layer(zipped({name: part for name, part in parts.items() if name != "cpg"}))
    assert undeclared.features[1]["properties"]["NOM"] == "la Sagrera ç·l"
    assert "declares no encoding" in undeclared.notes[0]
    assert "Correct the .cpg" in refusal(zipped(shapefile_parts(ROWS, encoding="cp1252") | {"cpg": b"UTF-8"}))
    assert "unknown encoding: rot99" in refusal(zipped(parts | {"cpg": b"rot99"}))


def test_a_part_that_is_missing_is_named() -> None:
    parts = shapefile_parts(ROWS)
    for suffix in ("prj", "dbf"):
        without = {name: part for name, part in parts.items() if name != suffix}
        assert f"The ZIP file has no barris.{suffix}." in refusal(zipped(without))
        assert f"The ZIP file has no barris.{suffix}." in refusal(zipped(parts | {suffix: b" "}))
    assert "has no shapefile" in refusal(zipped({"readme.txt": b"x"}))
    two = {f"{stem}.{suffix}": part for stem in ("a/barris", "b/seccions") for suffix, part in parts.items()}
    assert "The file has: barris, seccions." in refusal(zipped(two))
    assert len(read_layer(zipped(two), "seccions").features) == 2


def _bomb() -> bytes:
    return zipped(shapefile_parts(ROWS) | {"shp": bytes(80 * 1024 * 1024)})


def _encrypted() -> bytes:
    content = bytearray(zipped(shapefile_parts(ROWS)))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def _cut(suffix: str, length: int) -> bytes:
    parts = shapefile_parts(ROWS)
    return zipped(parts | {suffix: parts[suffix][:length]})


def _lines() -> bytes:
    shp = bytearray(shapefile_parts(ROWS)["shp"])
    struct.pack_into("<i", shp, 32, 3)
    return zipped(shapefile_parts(ROWS) | {"shp": bytes(shp)})


def _many_points() -> bytes:
    shp = bytearray(shapefile_parts(ROWS)["shp"])
    struct.pack_into("<i", shp, 100 + 8 + 4 + 32 + 4, 0x7FFFFFFF)
    return zipped(shapefile_parts(ROWS) | {"shp": bytes(shp)})


def _nested() -> bytes:
    return zipped(shapefile_parts(ROWS) | {"more.zip": zipped({"a.txt": b"x"})})


def _far_outside() -> bytes:
    return zipped(shapefile_parts([(RAVAL, [metres(west=1e300, size=1e299)])]))


def _swapped() -> bytes:
    return zipped(shapefile_parts([(RAVAL, [[point[::-1] for point in metres()]])]))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_bomb, "larger than 64 MB"),
        (_encrypted, "has a password"),
        (_nested, "another packed file"),
        (_lines, "no polygons, but shapes of type POLYLINE"),
        (_many_points, "damaged"),
        (lambda: zipped(shapefile_parts(ROWS))[:-30], "damaged"),
        (lambda: zipped({f"{n}.shp": b"" for n in range(300)}), "too many files"),
        (lambda: _cut("shp", 60), "damaged"),
        (lambda: _cut("shp", 170), "damaged"),
        (lambda: _cut("dbf", 20), "damaged"),
        (lambda: zipped(shapefile_parts(ROWS) | {"prj": b"/etc/hostname"}), "does not define a coordinate"),
        (lambda: zipped(shapefile_parts(ROWS) | {"prj": b'PROJCS["x"'}), "is unknown"),
        (_far_outside, "latitude"),
        (lambda: b"\0\0\x27\x0a" + bytes(200), "ZIP file with its .shp, .dbf and .prj"),
        (lambda: b"SQLite format 3\0" + b"\xff" * 200, "GeoPackage is damaged"),
        (lambda: as_package()[:5000], "GeoPackage is damaged"),
    ],
)
def test_a_malicious_or_damaged_file_is_refused_in_plain_words(
    make: Callable[[], bytes], reason: str
) -> None:
    assert reason in refusal(make())


def test_members_outside_the_folder_are_read_by_name_and_written_nowhere() -> None:
    parts = {f"../../../tmp/barris.{suffix}": part for suffix, part in shapefile_parts(ROWS).items()}
    assert len(read_layer(zipped(parts)).features) == 2
    with zipfile.ZipFile(io.BytesIO(zipped(parts))) as archive:
        assert archive.namelist()[0].startswith("../")


def test_triggers_and_views_of_a_geopackage_are_never_run() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON barris BEGIN DELETE FROM gpkg_contents; END"
    assert len(read_layer(as_package(statements=[trigger])).features) == 2
    rename = "ALTER TABLE {0} RENAME TO {0}_x"
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT"
    for table, view in (
        ("barris", "SELECT * FROM barris_x"),
        ("barris", f"{endless} x AS fid, x AS geom FROM c"),
        ("gpkg_contents", f"{endless} 'barris' AS table_name, 'features' AS data_type, x AS srs_id FROM c"),
        ("gpkg_geometry_columns", "SELECT * FROM gpkg_geometry_columns_x"),
    ):
        changed = [rename.format(table), f"CREATE VIEW {table} AS {view}"]
        if table == "barris":
            changed.append("DELETE FROM gpkg_contents WHERE table_name <> 'barris'")
        text = refusal(as_package(statements=changed))
        assert "is a view" in text or "not a plain table" in text
    computed = "ALTER TABLE barris ADD COLUMN big AS (zeroblob(1000000000))"
    assert "plain table" in refusal(as_package(statements=[computed])) or "is a view" in refusal(
        as_package(statements=[computed])
    )
    hidden = "INSERT INTO gpkg_contents VALUES ('sqlite_master', 'features', 25831)"
    assert "Which layer" in refusal(as_package(statements=[hidden]))


def test_a_geopackage_without_a_coordinate_system_is_refused() -> None:
    assert "names no coordinate system" in refusal(as_package(system=-1))
    assert "is unknown" in refusal(as_package(system=987_654))


def test_shapes_other_than_polygons_are_named() -> None:
    curve = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 0)
    line = struct.pack("<BII", 1, 2, 0)
    deep = struct.pack("<BII", 1, 6, 1) + struct.pack("<BII", 1, 7, 1) * 100_000
    for shape, kind in ((curve, "CurvePolygon"), (line, "LineString"), (deep, "GeometryCollection")):
        assert f"not {kind}" in refusal(geopackage([(RAVAL, blob(shape))]))
    for shape in (b"", b"\1\3\0\0\0\xff\xff\xff\xff", b"\1\3\0\0\0\1\0\0\0\xff\xff\xff\xff"):
        assert read_geometry(blob(shape)) is None
    raised = wkb([[[*point, 7.0] for point in metres()]], kind=1003)
    assert read_geometry(blob(raised)) == {"type": "Polygon", "coordinates": RINGS}
    assert read_geometry(blob(raised, flags=0x21)) is None  # an extended type
    assert read_geometry(b"GP\0\3" + bytes(36) + wkb(RINGS)) == {"type": "Polygon", "coordinates": RINGS}
