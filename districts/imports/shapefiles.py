"""Reading of a shapefile in a ZIP file, in memory: nothing is extracted to a disk.

Of each shapefile only five members are read: `.shp`, `.shx`, `.dbf`, `.prj` and `.cpg`.
"""

import codecs
import io
import logging
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import shapefile
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from districts.imports.layers import MAX_FEATURES, Layer, choose_layer, plain_value, refuse_many_features

MAX_MEMBERS: Final = 200
MAX_UNPACKED: Final = 64 * 1024 * 1024  # bytes of all members that are read
MAX_POINTS: Final = 200_000  # of one file, before the limits for boundaries are checked
_SUFFIXES: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POLYGONS: Final = frozenset({shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM})
_DEFINITIONS: Final = ("PROJCS[", "GEOGCS[", "PROJCRS[", "GEOGCRS[", "COMPD_CS[", "COMPOUNDCRS[")
#: Encodings by the language byte of a .dbf file without .cpg file.
_BY_LANGUAGE: Final[Mapping[int, str]] = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x57: "cp1252",
    0x64: "cp852",
    0x65: "cp866",
    0xC8: "cp1250",
    0xC9: "cp1251",
    0xCA: "cp1254",
    0xCB: "cp1253",
    0xCC: "cp1257",
}
_NOT_READABLE: Final = (
    *(shapefile.ShapefileException, shapefile.dbfFileException, struct.error, ValueError, IndexError),
    *(KeyError, TypeError, AttributeError, OverflowError, EOFError, MemoryError, AssertionError),
)
_NOT_UNPACKED: Final = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError),
    *(ValueError, struct.error, UnicodeError),
)

logging.getLogger("shapefile").setLevel(logging.ERROR)  # it warns of each odd ring


def read_shapefile(content: bytes, layer_name: str = "") -> Layer:
    """Return the features of a zipped shapefile. `layer_name` is its name if the ZIP file has several.

    Raises ValidationError for damaged, packed or encrypted files, and for a missing .dbf or .prj file.
    """
    members = _members(content)
    stems = {name[: -len(".shp")] for name in members if name.endswith(".shp")}
    if not stems:
        raise ValidationError(_("The ZIP file has no shapefile (.shp)."))
    by_label = {PurePosixPath(stem).name: stem for stem in sorted(stems, reverse=True)}
    stem = by_label[choose_layer(list(by_label), layer_name)]
    for suffix, meaning in ((".dbf", _("names and codes")), (".prj", _("the coordinate system"))):
        if not members.get(stem + suffix, b"").strip():
            text = _("The ZIP file has no %(name)s. It contains %(meaning)s. Add it to the ZIP file.")
            name = PurePosixPath(stem).name[:60] + suffix
            raise ValidationError(text, params={"name": name, "meaning": meaning})
    encoding, note = _encoding(members[stem + ".dbf"], members.get(stem + ".cpg", b""))
    try:
        features = list(_features(members, stem, encoding))
    except _NOT_READABLE as error:
        if "decode" in str(error):  # of pyshp and of Python
            text = _("The names of the file are not encoded in %(encoding)s. Correct the .cpg file.")
            raise ValidationError(text, params={"encoding": encoding}) from None
        raise ValidationError(_("The shapefile is damaged.")) from None
    return Layer(features, _system(members[stem + ".prj"]), note)


def _members(content: bytes) -> dict[str, bytes]:
    """Return the members that belong to shapefiles, by lower-case name."""
    members: dict[str, bytes] = {}
    remaining = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                raise ValidationError(_("The ZIP file has too many files."))
            for info in infos:
                name = info.filename.lower()
                if name.startswith("__macosx/") or PurePosixPath(name).name.startswith("."):
                    continue
                if name.endswith((".zip", ".7z", ".gz", ".rar")):
                    raise ValidationError(_("The ZIP file contains another packed file. Unpack it first."))
                if not name.endswith(_SUFFIXES):
                    continue
                if info.flag_bits & 1:
                    raise ValidationError(_("The ZIP file has a password. Save it without a password."))
                with archive.open(info) as stream:
                    members[name] = stream.read(remaining + 1)
                remaining -= len(members[name])
                if remaining < 0:
                    text = _("The unpacked file is larger than %(n)d MB.")
                    raise ValidationError(text, params={"n": MAX_UNPACKED // 1024**2})
    except ValidationError:
        raise
    except _NOT_UNPACKED:
        raise ValidationError(_("The ZIP file is damaged.")) from None
    return members


def _features(members: Mapping[str, bytes], stem: str, encoding: str) -> Iterator[Mapping[str, Any]]:
    points = 0
    with shapefile.Reader(
        shp=io.BytesIO(members[stem + ".shp"]),
        shx=io.BytesIO(members[stem + ".shx"]) if stem + ".shx" in members else None,
        dbf=io.BytesIO(members[stem + ".dbf"]),
        encoding=encoding,
    ) as reader:
        if reader.shapeType not in _POLYGONS:
            text = _("The shapefile has no polygons, but shapes of type %(type)s.")
            raise ValidationError(text, params={"type": str(reader.shapeTypeName)[:40]})
        for number, row in enumerate(reader.iterShapeRecords(), 1):
            if number > MAX_FEATURES:
                refuse_many_features()
            points += len(getattr(row.shape, "points", ()))
            if points > MAX_POINTS:
                raise ValidationError(_("The file has too many points. Simplify the boundaries first."))
            values = {str(name): plain_value(value) for name, value in row.record.as_dict().items()}
            yield {"type": "Feature", "properties": values, "geometry": _geometry(row.shape)}


def _geometry(shape: Any) -> Any:
    if shape.shapeType not in _POLYGONS:
        return None
    geometry = shape.__geo_interface__
    return {"type": geometry["type"], "coordinates": _lists(geometry["coordinates"])}


def _lists(value: Any) -> Any:
    """Return nested tuples as lists, with positions of two numbers."""
    if value and isinstance(value[0], int | float):
        return [float(value[0]), float(value[1])]
    return [_lists(item) for item in value]


def _system(content: bytes) -> str:
    """Return the text of a .prj file, which pyproj reads. Only a definition, never the name of a file."""
    text = content[:20_000].decode("utf-8-sig", "replace").strip()
    if not text.upper().startswith(_DEFINITIONS):
        raise ValidationError(_("The .prj file does not define a coordinate system."))
    return text


def _encoding(table: bytes, declared: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the encoding of the .dbf file, and a note if the file does not declare it."""
    name = declared.decode("ascii", "replace").strip()
    if name:
        digits = name.upper().replace("ANSI", "").replace("ISO", "").strip(" -_")
        candidates = [name, f"cp{digits}"]
        if digits.startswith("8859"):
            candidates.insert(0, f"iso8859-{digits[4:].strip(' -_')}")
        for candidate in candidates:
            try:
                return codecs.lookup(candidate).name, ()
            except (LookupError, ValueError):
                continue
        raise ValidationError(
            _("The .cpg file names an unknown encoding: %(name)s."), params={"name": name[:40]}
        )
    language = table[29] if len(table) > 29 else 0
    encoding = _BY_LANGUAGE.get(language, "")
    if not encoding:
        try:
            table.decode("utf-8")
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = "utf-8" if _records_are_utf8(table) else "cp1252"
    text = _("The file declares no encoding (.cpg). It was read as %(encoding)s. Check the names.")
    return encoding, (text % {"encoding": encoding},)


def _records_are_utf8(table: bytes) -> bool:
    """Whether the rows of a .dbf file, without its binary header, are UTF-8."""
    start = int.from_bytes(table[8:10], "little")
    try:
        table[start:].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
