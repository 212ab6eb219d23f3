"""Districts from a GeoJSON file: all of them or, when one is not usable, none.

The same file again changes nothing. Every mistake names its feature, by number and name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from districts.models import District
from districts.policies import can_manage_districts
from districts.rules import MAX_VERTICES, BadBoundary, Boundary, as_geojson, far_from, read_boundary, vertices
from districts.services import DistrictFields, create_district, edit_district
from lib.acting import Acting
from lib.fold import ODD, squash

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_FEATURES: Final = 5_000
MAX_MISTAKES: Final = 20  # more than that are one mistake made often

# Looked for in this order, whatever their case, where the caller names no property.
CODE_PROPERTIES: Final = (
    "code", "codigo", "código", "cod_dis", "coddis", "cod_bar", "cod", "kood", "kods", "codice", "koodi",
    "kod", "ref", "nuts_id", "lau_id", "id", "gid", "objectid", "cartodb_id",
)  # fmt: skip
NAME_PROPERTIES: Final = (
    "name", "nombre", "nome", "nimi", "nosaukums", "namn", "ime", "nomdis", "nombar", "nom", "title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Naming:
    """Which properties of a feature say what; empty: guessed. `parent` is the code of a district."""

    code: str = ""
    name: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One usable feature of a file."""

    number: int
    code: str
    name: str
    boundary: Boundary


@dataclass(frozen=True, slots=True)
class Imported:
    """One district of the file and what happened to it, or would: `created`, `updated` or `unchanged`."""

    code: str
    name: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Report:
    rows: tuple[Imported, ...]
    code_property: str
    name_property: str

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def created(self) -> int:
        return self.count("created")

    @property
    def updated(self) -> int:
        return self.count("updated")

    @property
    def unchanged(self) -> int:
        return self.count("unchanged")


def import_districts(
    *, actor: Acting, content: bytes, naming: Naming | None = None, source: str = "", dry_run: bool = False
) -> Report:
    """Create the districts of a file and bring names and boundaries of those that are there up to date.

    What the file does not say stays. With `dry_run` everything is tried and taken back. Raises
    PermissionDenied, and ValidationError with a message for each mistake.
    """
    if not can_manage_districts(actor):
        raise PermissionDenied
    naming = naming or Naming()
    features = _features(content)
    code_property = naming.code or _guess(features, CODE_PROPERTIES)
    name_property = naming.name or _guess(features, NAME_PROPERTIES)
    if not code_property or not name_property:
        _refuse_naming(features, code=not code_property)
    found = _read(features, code_property, name_property)
    with transaction.atomic():
        properties = {"code": code_property, "name": name_property, NON_FIELD_ERRORS: code_property}
        rows = _write(actor, found, _parent(naming.parent), properties)
        if any(row.outcome != "unchanged" for row in rows):
            record(actor, Action.IMPORT, "district", purpose=source[:200])
        if dry_run:
            transaction.set_rollback(True)
    return Report(tuple(rows), code_property, name_property)


# --- Reading --------------------------------------------------------------------------------------


def _features(content: bytes) -> list[Mapping[str, Any]]:
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than %(n)d MB."), params={"n": MAX_BYTES // 1024**2})
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise ValidationError(_("The file is not written in UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("The file is not JSON: something is wrong in line %(line)d."), params={"line": error.lineno}
        ) from None
    except (ValueError, RecursionError):
        raise ValidationError(_("The file is not JSON that can be read.")) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise ValidationError(_("The file is not a GeoJSON FeatureCollection."))
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise ValidationError(_("The file has no features."))
    if len(features) > MAX_FEATURES:
        raise ValidationError(_("The file has more than %(n)d features."), params={"n": MAX_FEATURES})
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise ValidationError(_("Feature %(n)d is not a GeoJSON Feature."), params={"n": number})
    return features


def _no_constant(name: str) -> NoReturn:
    """`NaN` and `Infinity` are not JSON, though Python reads them."""
    raise ValueError(name)


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _guess(features: list[Mapping[str, Any]], candidates: tuple[str, ...]) -> str:
    """The first likely property that every feature has, as the file spells it."""
    common = {name.casefold(): name for name in _properties(features[0])}
    for feature in features[1:]:
        common = {low: name for low, name in common.items() if name in _properties(feature)}
    return next((common[name] for name in candidates if name in common), "")


def _refuse_naming(features: list[Mapping[str, Any]], *, code: bool) -> NoReturn:
    names = ", ".join(sorted(squash(name)[:40] for name in _properties(features[0]))[:30]) or "—"
    if code:
        text = _("Which property holds the code of a district? The first feature has: %(names)s.")
    else:
        text = _("Which property holds the name of a district? The first feature has: %(names)s.")
    raise ValidationError(text, params={"names": names})


def _read(features: list[Mapping[str, Any]], code_property: str, name_property: str) -> list[Found]:
    """All features, or ValidationError with what is wrong in which."""
    mistakes: list[ValidationError] = []
    found: list[Found] = []
    numbers: dict[str, int] = {}
    total = 0
    for number, feature in enumerate(features, 1):
        properties = _properties(feature)
        code, name = _text(properties.get(code_property)), _text(properties.get(name_property))
        label = _("Feature %(n)d (%(name)s)") % {"n": number, "name": name[:60] or code[:20] or "—"}
        for value, key in ((code, code_property), (name, name_property)):
            if _is_odd(properties.get(key)):
                mistakes.append(
                    _mistake(label, key, _("holds a character no text has (NUL, or half of one)."))
                )
            elif not value:
                mistakes.append(_mistake(label, key, _("has no value.")))
        if code and code in numbers:
            text = _("“%(code)s” is the code of feature %(n)d already.")
            mistakes.append(_mistake(label, code_property, text % {"code": code[:40], "n": numbers[code]}))
        numbers.setdefault(code, number)
        try:
            boundary = read_boundary(feature.get("geometry"))
        except BadBoundary as error:
            mistakes.append(_mistake(label, "geometry", _say(error)))
            continue
        total += vertices(boundary)
        if total > MAX_VERTICES:
            mistakes.append(_mistake(label, "geometry", _say(BadBoundary("too_many_vertices", n=total))))
            break
        found.append(Found(number, code, name, boundary))
    mistakes += _strays(found)
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])
    return found


def _strays(found: list[Found]) -> list[ValidationError]:
    """Features nowhere near the others, and nowhere near the districts that are there."""
    boundaries = [feature.boundary for feature in found]
    known = District.objects.active().with_boundary().values_list("boundary", flat=True)
    others = boundaries + [boundary["coordinates"] for boundary in known if boundary]
    mistakes = []
    for feature in found:
        if where := far_from(feature.boundary, others):
            label = _("Feature %(n)d (%(name)s)") % {"n": feature.number, "name": feature.name[:60]}
            mistakes.append(_mistake(label, "geometry", _say(BadBoundary(where))))
    return mistakes


def _text(value: object) -> str:
    """A code or name as text: 7 and 7.0 are “7”."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return squash(str(value))[:200] if isinstance(value, str | int | float) else ""
    except ValueError:  # an integer of thousands of digits
        return ""


def _is_odd(value: object) -> bool:
    """A text damaged on its way: without its odd character it could name another district."""
    return isinstance(value, str) and ODD.search(value) is not None


def _mistake(label: str, key: str, text: str) -> ValidationError:
    return ValidationError(f"{label}, {squash(key)[:40]}: {text}", code="feature")


def _say(error: BadBoundary) -> str:
    """Why a geometry is refused, in words."""
    texts = {
        "not_a_polygon": _("must be a Polygon or MultiPolygon, not %(type)s."),
        "no_coordinates": _("has no coordinates."),
        "too_many_vertices": _("more corners than can be kept (%(n)d). Simplify the boundaries first."),
        "short_ring": _("ring %(ring)d of polygon %(polygon)d has fewer than four positions."),
        "open_ring": _("ring %(ring)d of polygon %(polygon)d does not end where it starts."),
        "flat_ring": _("ring %(ring)d of polygon %(polygon)d encloses nothing."),
        "not_a_position": _("a position is two numbers: longitude, latitude."),
        "latitude": _("latitude %(value)s is not between −90 and 90 (longitude comes first, in WGS 84)."),
        "longitude": _("longitude %(value)s is not between −180 and 180 (degrees, in WGS 84)."),
        "swapped": _("longitude and latitude look swapped: it lies far from the other districts."),
        "far": _("lies far from the other districts."),
    }  # fmt: skip
    return texts[error.code] % error.params


# --- Writing --------------------------------------------------------------------------------------


def _parent(code: str) -> District | None:
    """The district all of the file lie in; None leaves those that are there where they are."""
    if not code:
        return None
    try:
        return District.objects.get(code=code)
    except District.DoesNotExist:
        raise ValidationError(_("There is no district “%(code)s”."), params={"code": code}) from None


def _write(
    actor: Acting, found: list[Found], parent: District | None, properties: Mapping[str, str]
) -> list[Imported]:
    """Raises ValidationError that names each refused feature and the property of the file."""
    known = District.objects.in_bulk([feature.code for feature in found], field_name="code")
    rows = []
    mistakes: list[ValidationError] = []
    for feature in found:
        fields: DistrictFields = {
            "code": feature.code,
            "name": feature.name,
            "boundary": as_geojson(feature.boundary),
        }
        if parent:
            fields["parent"] = parent
        try:
            rows.append(_write_one(actor, feature, known.get(feature.code), fields))
        except ValidationError as error:
            label = _("Feature %(n)d (%(name)s)") % {"n": feature.number, "name": feature.name[:60]}
            mistakes += [
                _mistake(label, properties.get(field, field), text)
                for field, texts in error.message_dict.items()
                for text in texts
            ]
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])
    return rows


def _write_one(actor: Acting, feature: Found, district: District | None, fields: DistrictFields) -> Imported:
    if district is None:
        create_district(actor=actor, **fields)
        outcome = "created"
    else:
        edited = edit_district(actor=actor, district_id=district.pk, **fields)
        outcome = "unchanged" if edited.version == district.version else "updated"
    return Imported(feature.code, feature.name, outcome)
