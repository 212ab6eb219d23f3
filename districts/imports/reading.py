"""Reading of the features of a file: a code, a name and a valid boundary each, or errors by feature."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from districts.imports.geopackages import read_geopackage
from districts.imports.layers import MAX_FEATURES, Layer, refuse_many_features
from districts.imports.shapefiles import read_shapefile
from districts.models import District
from districts.rules.boundaries import (
    MAX_VERTICES,
    BadBoundary,
    Boundary,
    far_from_place,
    read_boundary,
    usual_place,
    vertices,
)
from districts.services.districts import RESERVED_CODES
from lib.fold import ODD, fold, squash

IS_GENERATED: Final = gettext_lazy(
    "“%(name)s” only numbers the rows of the file, so it cannot be the code. Choose another "
    "property, or create codes from the names."
)
LONGEST_CODE: Final = 20
MAX_BYTES: Final = 10 * 1024 * 1024
MAX_MISTAKES: Final = 20  # more errors are one mistake repeated

# Searched in this order, ignoring case, if the caller names no property.
CODE_PROPERTIES: Final = (
    "code", "codigo", "código", "cod_dis", "coddis", "cod_bar", "cod", "kood", "kods", "codice", "koodi",
    "kod", "codi_ua", "codi_barri", "codi_districte", "barri", "districte",
    "ref", "nuts_id", "lau_id", "id",
)  # fmt: skip
# Row numbers given by a program. Another file has other numbers for the same districts.
GENERATED: Final = frozenset(
    {"cartodb_id", "gid", "fid", "objectid", "ogc_fid", "objectid_1", "object_id", "feature_id", "oid", "pk"}
)
VAGUE: Final = frozenset({"id", "ref", "number", "num", "nr", "no"})  # may be a row number or a code
NAME_PROPERTIES: Final = (
    "name", "nombre", "nome", "nimi", "nosaukums", "namn", "ime", "nomdis", "nombar", "nom",
    "annexdescr", "title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of the properties to read. Empty: guessed. `parent` is the code of a district.

    `parent_property` has the code or name of the district above each. `layer` is the shapefile or table of a
    file with several. With `from_names` codes are made from names. An existing district keeps its own code.
    """

    code: str = ""
    name: str = ""
    parent: str = ""
    from_names: bool = False
    layer: str = ""
    parent_property: str = ""


#: Reasons for which a boundary can be repaired.
REPAIRABLE: Final = frozenset({"crosses_itself", "hole_outside", "pieces_overlap", "not_sound", "flat_ring"})
_ZIP: Final = b"PK\x03\x04"
_SQLITE: Final = b"SQLite format 3\x00"
_PACKED: Final = (b"\x00\x00\x27\x0a", b"\x1f\x8b", b"PK", b"7z\xbc\xaf", b"Rar!")  # .shp alone, gzip …


@dataclass(frozen=True, slots=True)
class Feature:
    """A usable feature of a file."""

    number: int
    code: str
    name: str
    boundary: Boundary
    repair: Any = None  # a geometry.Repair, and why the file's boundary is not valid
    reason: str = ""
    parent_code: str = ""

    @property
    def label(self) -> str:
        return _("Feature %(n)d (%(name)s)") % {"n": self.number, "name": self.name[:60] or self.code[:20]}


def read_layer(content: bytes, layer: str = "") -> Layer:
    """Return the features of a GeoJSON file, a zipped shapefile or a GeoPackage, in degrees (WGS 84).

    `layer` is the shapefile or table to read, if the file has several. Raises ValidationError.
    """
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than %(n)d MB."), params={"n": MAX_BYTES // 1024**2})
    if content.startswith(_ZIP):
        read = read_shapefile(content, layer)
    elif content.startswith(_SQLITE):
        read = read_geopackage(content, layer)
    elif content.startswith(_PACKED):
        text = _("Send a shapefile as a ZIP file with its .shp, .dbf and .prj, a GeoPackage, or GeoJSON.")
        raise ValidationError(text)
    else:
        read = _read_geojson(content)
    if not read.features:
        raise ValidationError(_("The file has no features."))
    return replace(read, features=_in_degrees(read.system, read.features), system="")


def _read_geojson(content: bytes) -> Layer:
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise ValidationError(_("The file is not encoded in UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("The file is not valid JSON. Check line %(line)d."), params={"line": error.lineno}
        ) from None
    except (ValueError, RecursionError):
        raise ValidationError(_("The file is not valid JSON.")) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise ValidationError(_("The file is not a GeoJSON FeatureCollection."))
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise ValidationError(_("The file has no features."))
    if len(features) > MAX_FEATURES:
        refuse_many_features()
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise ValidationError(_("Feature %(n)d is not a GeoJSON Feature."), params={"n": number})
    return Layer(features, _declared_system(document.get("crs")))


def _declared_system(declared: object) -> str:
    """Return the name of the coordinate system that a GeoJSON file declares, or empty."""
    if declared is None:
        return ""
    properties = declared.get("properties") if isinstance(declared, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise ValidationError(_("The file declares a coordinate system (crs) without a name."))
    return name.strip()


def _in_degrees(system: str, features: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Convert the features to WGS 84 from the coordinate system of the file."""
    from districts.rules.geometry import to_degrees

    if not system:
        return features
    try:
        return to_degrees(system, features)
    except BadBoundary as error:
        raise ValidationError(_message(error)) from None


def _no_constant(name: str) -> NoReturn:
    """Reject `NaN` and `Infinity`, which Python reads although JSON does not allow them."""
    raise ValueError(name)


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def guess_property(features: list[Mapping[str, Any]], candidates: tuple[str, ...]) -> str:
    """Return the first candidate property that every feature has, with the file's spelling."""
    common = {name.casefold(): name for name in _properties(features[0])}
    for feature in features[1:]:
        common = {low: name for low, name in common.items() if name in _properties(feature)}
    return next((common[n] for n in candidates if n in common and not _counts_rows(features, common[n])), "")


def _counts_rows(features: list[Mapping[str, Any]], name: str) -> bool:
    """Whether the property contains row numbers: 1, 2, 3 … under a vague name."""
    if name.casefold() not in VAGUE or len(features) < 2:
        return False
    return [text_of(_properties(feature).get(name)) for feature in features] == [
        str(number) for number in range(1, len(features) + 1)
    ]


def refuse_naming(features: list[Mapping[str, Any]], *, code: bool) -> NoReturn:
    names = ", ".join(sorted(squash(name)[:40] for name in _properties(features[0]))[:30]) or "—"
    if code:
        text = _(
            "Which property holds the district code? The first feature has: %(names)s. Row numbers "
            "cannot be codes. Choose the property, or create codes from the names."
        )
    else:
        text = _("Which property holds the district name? The first feature has: %(names)s.")
    raise ValidationError(text, code="code_property" if code else "name_property", params={"names": names})


def read_features(features: list[Mapping[str, Any]], code_property: str, name_property: str) -> list[Feature]:
    """Return all features, or raise ValidationError with the errors of each.

    Features that are not valid have a `repair`. A code may be used twice (`refuse_equal_codes`).
    """

    mistakes: list[ValidationError] = []
    usable: list[Feature] = []
    total = 0
    codes = {} if code_property else _codes_of_names(features, name_property)
    for number, feature in enumerate(features, 1):
        properties = _properties(feature)
        name = text_of(properties.get(name_property))
        code = text_of(properties.get(code_property)) if code_property else codes.get(squash(name), "")
        label = _("Feature %(n)d (%(name)s)") % {"n": number, "name": name[:60] or code[:20] or "—"}
        texts = [(name, name_property)]
        for value, key in [(code, code_property), *texts] if code_property else texts:
            if _is_odd(properties.get(key)):
                mistakes.append(
                    mistake(label, key, _("contains an invalid character (NUL or an unpaired surrogate)."))
                )
            elif not value:
                mistakes.append(mistake(label, key, _("has no value.")))
        try:
            boundary, repair, reason = _read_shape(feature.get("geometry"))
            total += vertices(boundary)
            if total > MAX_VERTICES:
                text = _("the file has too many points (the limit is %(n)d). Simplify the boundaries first.")
                mistakes.append(mistake(label, "geometry", text % {"n": MAX_VERTICES}))
                break
        except BadBoundary as error:
            mistakes.append(mistake(label, "geometry", _message(error)))
            continue
        usable.append(Feature(number, code, name, boundary, repair, reason))
    mistakes += _mistakes_of_place(usable)
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])
    return usable


def _read_shape(geometry: object) -> tuple[Boundary, Any, str]:
    """Return a valid boundary, its repair or None, and the reason for the repair."""
    from districts.rules.geometry import check_shape, repair

    try:
        boundary = read_boundary(geometry)
        check_shape(boundary)
    except BadBoundary as error:
        if error.code not in REPAIRABLE or (repaired := repair(geometry)) is None:
            raise
        return repaired.boundary, repaired, _message(error)
    return boundary, None, ""


def refuse_equal_codes(features: list[Feature], key: str) -> None:
    """Raise ValidationError for each feature that has the code of an earlier feature."""
    mistakes, numbers = [], dict[str, int]()
    for feature in features:
        if feature.code and feature.code in numbers:
            text = _("“%(code)s” is already the code of feature %(n)d.")
            values = {"code": feature.code[:40], "n": numbers[feature.code]}
            mistakes.append(mistake(feature.label, key, text % values))
        numbers.setdefault(feature.code, feature.number)
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])


def _codes_of_names(features: list[Mapping[str, Any]], name_property: str) -> dict[str, str]:
    """Return codes by name: the code of the district with this name, else one made from the name."""
    existing = list(District.objects.values_list("code", "name"))
    codes_by_name = {name: code for code, name in existing}
    codes_by_folded_name = {fold(name): code for code, name in existing}
    used_codes = {code for code, _name in existing} | RESERVED_CODES
    names = {squash(text_of(_properties(feature).get(name_property))) for feature in features}
    reserved_codes = {codes_by_name[name] for name in names & codes_by_name.keys()}
    codes: dict[str, str] = {}
    for feature in features:
        name = squash(text_of(_properties(feature).get(name_property)))
        if not name or name in codes:
            continue
        code = codes_by_name.get(name)
        if code is None and (code := codes_by_folded_name.get(fold(name))) in reserved_codes:
            code = None
        if code is None:
            from_name = slugify(fold(name)).upper()[:LONGEST_CODE].strip("-") or "D"
            numbered = (f"{from_name[: LONGEST_CODE - 4]}-{n}" for n in range(2, MAX_FEATURES))
            candidates = (from_name, *numbered)
            code = next(candidate for candidate in candidates if candidate not in used_codes)
        used_codes.add(code)
        reserved_codes.add(code)
        codes[name] = code
    return codes


def _mistakes_of_place(features: list[Feature]) -> list[ValidationError]:
    """Return errors for features that are far from the other features and from the existing districts."""
    from districts.rules.geometry import is_swapped

    boundaries = [feature.boundary for feature in features]
    existing = District.objects.active().with_boundary().values_list("boundary", flat=True)
    all_boundaries = boundaries + [boundary["coordinates"] for boundary in existing if boundary]
    place, mistakes = usual_place(all_boundaries), []
    for feature in features:
        reason = far_from_place(feature.boundary, place) if place else ""
        if not reason and is_swapped(feature.boundary, settings.TIME_ZONE):
            reason = "swapped"
        if reason:
            label = _("Feature %(n)d (%(name)s)") % {"n": feature.number, "name": feature.name[:60]}
            mistakes.append(mistake(label, "geometry", _message(BadBoundary(reason))))
    return mistakes


def text_of(value: object) -> str:
    """Return a code or name as text: 7 and 7.0 become “7”."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return squash(str(value))[:200] if isinstance(value, str | int | float) else ""
    except ValueError:  # an integer with thousands of digits
        return ""


def _is_odd(value: object) -> bool:
    """Whether the text is damaged. Without its odd character it could name another district."""
    return isinstance(value, str) and ODD.search(value) is not None


def mistake(label: str, key: str, text: str) -> ValidationError:
    return ValidationError(f"{label}, {squash(key)[:40]}: {text}", code="feature")


def _message(error: BadBoundary) -> str:
    """Return the message for an invalid geometry."""
    texts = {
        "not_a_polygon": _("must be a Polygon or MultiPolygon, not %(type)s."),
        "no_coordinates": _("has no coordinates."),
        "too_many_vertices": _(
            "has too many points (the limit is %(n)d). Simplify the boundaries first."
        ),
        "short_ring": _("ring %(ring)d of polygon %(polygon)d has fewer than 4 positions."),
        "open_ring": _("ring %(ring)d of polygon %(polygon)d does not end where it starts."),
        "flat_ring": _("ring %(ring)d of polygon %(polygon)d has no area."),
        "not_a_position": _("a position is two numbers: longitude, latitude."),
        "latitude": _("latitude %(value)s is not between −90 and 90 (longitude comes first, in WGS 84)."),
        "longitude": _("longitude %(value)s is not between −180 and 180 (degrees, in WGS 84)."),
        "swapped": _("longitude and latitude may be swapped: it is far from the other districts."),
        "far": _("is far from the other districts."),
        "crosses_itself": _("its boundary crosses itself near %(where)s, like a bow tie."),
        "hole_outside": _("a hole is outside its polygon near %(where)s."),
        "pieces_overlap": _("two of its parts overlap near %(where)s."),
        "not_sound": _("is not a valid polygon near %(where)s (%(said)s)."),
        "unknown_system": _("The coordinate system “%(name)s” is unknown. Save the file in WGS 84."),
    }  # fmt: skip
    return texts[error.code] % error.params
