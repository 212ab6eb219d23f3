"""Mappings of a register's columns to fields, read from TOML files (docs/examples, docs/import.md)."""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.models import Organisation
from contacts.rules.letter_case import CASINGS
from lib.field_limits import codes_of
from lib.fold import fold, squash

SOCIAL: Final = "social"  # not a column: social pages are further details
WISH: Final = "contact_wish"  # stored with the register as its source and the day of the import
# Fields that an import may write. It never writes a community (only the organisation declares one), the lead
# officer, or the permission to be listed publicly.
FIELDS: Final = (
    *("name", "short_name", "kind", "home_district", "phone", "email", "website", "address", "postcode"),
    SOCIAL,
    *("languages", "summary", "access_needs", "status", WISH),
)
HOME: Final = "home_district"
NEEDED: Final = ("name", "kind", HOME)
POINT: Final = ("latitude", "longitude")  # columns that find the home district
_CODES: Final = {
    name: codes
    for name in FIELDS
    if name != SOCIAL and (codes := codes_of(Organisation._meta.get_field(name)))
}
_FOCUS: Final = frozenset({"focus", "focuses", "focus_declarations", "community", "communities"})


class MappingError(ValidationError):
    """The mapping is invalid. The message names the place and the reason."""


@dataclass(frozen=True, slots=True)
class Place:
    """A district in the mapping. A district with a name can be created."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a field: joined columns, the first text that is in `values`, or the `fixed` value."""

    columns: tuple[str, ...] = ()
    join: str = " "
    fixed: str | None = None
    default: str | None = None
    case: str = ""
    values: Table[str, str] = field(default_factory=dict)  # by folded text
    only_values: bool = False  # texts that are not in `values` are ignored, even if `values` is empty

    def rank(self, value: object) -> int:
        """Return the rank of a value. If rows of one organisation differ, the lowest rank wins."""
        return list(self.values.values()).index(str(value)) if value in self.values.values() else 0


@dataclass(frozen=True, slots=True)
class Mapping:
    source: str
    identify: tuple[str, ...]
    fields: Table[str, Origin]
    places: Table[str, Place]  # by code
    under: Place | None
    creates_districts: bool
    spellings: Table[str, str]  # by folded word
    region: str
    encoding: str
    delimiter: str
    text: str
    has_numbers: bool = False  # `identify` names the register's own numbers
    heading_row: int = 1
    headings: tuple[str, ...] = ()  # the columns' names, if a person has confirmed them
    joins: Table[int, str] = field(default_factory=dict)  # line → key of its match (planning.Option)
    point: tuple[str, ...] = ()  # columns of latitude and longitude, for rows whose district is not named
    closed_columns: tuple[str, ...] = ()  # a date or a word in them closes the organisation
    elsewhere: str = ""  # code of the district for rows that no other column places

    @property
    def is_numbered(self) -> bool:
        """Whether something other than the name identifies rows. Different numbers are then never joined."""
        name = self.fields["name"].columns if "name" in self.fields else ()
        return self.has_numbers or not set(self.identify) & set(name)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the file must have."""
        used = [c for origin in self.fields.values() for c in origin.columns]
        return tuple(dict.fromkeys([*self.identify, *used, *self.point]))


def load_mapping(text: str) -> Mapping:
    """Read a mapping. Raises MappingError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(_("The mapping is not valid TOML: %(why)s") % {"why": error}) from error
    _check_keys(
        table,
        {"source", "identify", "region", "encoding", "delimiter", "fields", "spelling"},
        _("the mapping"),
    )
    given_fields = _table(table, "fields")
    identify = _columns(table.get("identify"), "identify")
    _check_fields(given_fields, identify)
    places: dict[str, Place] = {}
    origins = {name: _origin(name, value, places) for name, value in given_fields.items()}
    home = given_fields[HOME] if isinstance(given_fields.get(HOME), dict) else {}
    source = squash(_text(table, "source"))
    if not 1 <= len(source) <= 60:
        raise MappingError(_("Give the source a name of 1 to 60 characters."))
    return Mapping(
        source=source,
        identify=identify,
        fields=origins,
        places=places,
        under=_read_place(home["under"], places) if "under" in home else None,
        creates_districts=home.get("create") is True,
        spellings=_spellings(table),
        region=_text(table, "region", settings.PHONENUMBER_DEFAULT_REGION).upper(),
        encoding=_text(table, "encoding", ""),
        delimiter=_text(table, "delimiter", ""),
        text=text,
        point=tuple(squash(_text(home, name)) for name in POINT) if home.keys() & set(POINT) else (),
    )


def _check_fields(field_tables: Table[str, object], identify: tuple[str, ...]) -> None:
    if _FOCUS & set(field_tables):
        raise MappingError(_("An import cannot set communities. Only the organisation can declare them."))
    if unknown := sorted(set(field_tables) - set(FIELDS)):
        raise MappingError(_("An import cannot set %(names)s.") % {"names": ", ".join(unknown)})
    is_numbered = "name" not in field_tables or not set(identify) & set(
        _origin("name", field_tables["name"], {}).columns
    )
    if not is_numbered and (missing := [name for name in NEEDED if name not in field_tables]):
        raise MappingError(_("Choose a column for %(names)s.") % {"names": ", ".join(missing)})


def _origin(name: str, field_table: object, places: dict[str, Place]) -> Origin:
    if isinstance(field_table, str | list):
        return Origin(columns=_columns(field_table, name))
    if not isinstance(field_table, dict):
        raise MappingError(
            _("%(name)s: give a column name, or a table that says how to read it.") % {"name": name}
        )
    allowed = {"column", "columns", "join", "value", "default", "case", "values"}
    _check_keys(field_table, allowed | ({"under", "create", *POINT} if name == HOME else set()), name)
    if "column" in field_table or "columns" in field_table:
        columns = _columns(field_table.get("column", field_table.get("columns")), name)
    elif "value" in field_table or (name == HOME and field_table.keys() & set(POINT)):
        columns = ()
    else:
        raise MappingError(_("%(name)s: give a column or a value.") % {"name": name})
    case = _text(field_table, "case", "")
    if case and case not in CASINGS:
        raise MappingError(
            _("%(name)s: case must be one of %(known)s.") % {"name": name, "known": ", ".join(CASINGS)}
        )
    if name == HOME:
        values = {
            fold(key): _read_place(value, places).code for key, value in _table(field_table, "values").items()
        }
    else:
        values = {fold(key): str(value) for key, value in _table(field_table, "values").items()}
    fixed, default = _coded(name, field_table.get("value")), _coded(name, field_table.get("default"))
    for value in values.values():
        _coded(name, value)
    return Origin(columns, _text(field_table, "join", " "), fixed, default, case, values)


def _coded(name: str, value: object) -> str | None:
    """Return a fixed or mapped value as text. Raises MappingError if the field's code list lacks it."""
    if value is None:
        return None
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    if name in _CODES and text not in _CODES[name]:
        raise MappingError(
            _("%(name)s: “%(value)s” is not in the code list.") % {"name": name, "value": text}
        )
    return text


def _read_place(place_table: object, places: dict[str, Place]) -> Place:
    if isinstance(place_table, str):
        place = Place(place_table)
    elif isinstance(place_table, dict) and isinstance(place_table.get("code"), str):
        _check_keys(place_table, {"code", "name"}, _("a district"))
        place = Place(place_table["code"], squash(_text(place_table, "name", "")))
    else:
        raise MappingError(_("Give a district as a code, or as a code and a name."))
    return places.setdefault(place.code, place)


def _spellings(table: Table[str, Any]) -> dict[str, str]:
    """Return the listed words by their folded form, such as “Alcalá” and “AMPA”."""
    words = table.get("spelling", [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise MappingError(_("spelling: list words exactly as they should appear."))
    return {fold(word): word for word in words}


def _columns(columns: object, name: str) -> tuple[str, ...]:
    listed = [columns] if isinstance(columns, str) else columns
    if not isinstance(listed, list) or not listed or not all(isinstance(c, str) for c in listed):
        raise MappingError(_("%(name)s: give one or more columns.") % {"name": name})
    return tuple(squash(column) for column in listed)


def _table(table: Table[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise MappingError(_("%(name)s must be a table.") % {"name": key})
    return value


def _text(table: Table[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise MappingError(_("%(name)s must be text.") % {"name": key})
    return value


def _check_keys(table: Table[str, Any], allowed: set[str], place_name: str) -> None:
    if unknown := sorted(set(table) - allowed):
        raise MappingError(
            _("Unknown keys in %(where)s: %(names)s.") % {"where": place_name, "names": ", ".join(unknown)}
        )
