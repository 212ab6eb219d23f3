"""Read a directory of organisations in HSDS 3 (Open Referral) as a table with one row for each organisation.

The file is JSON or a ZIP of tables. JSON is a list of organisations or services, a page of such a list
(`contents`), or one object a line. People, closed services and data without a column are left out and
counted. Source: the Human Services Data Specification 3.0 and 3.1 (docs.openreferral.org); 3.1 adds to 3.0.
"""

import csv
import io
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

from exchange.imports.reading import MEGABYTE, UnreadableFile
from lib.fold import squash

MOST_BYTES: Final = 20 * MEGABYTE  # parsing needs ten times as much memory
PEOPLE, CLOSED, REPEATED = "people", "closed", "repeated"
ALL_CLOSED, ON_OTHER_PAGES = "all_closed", "on_other_pages"  # organisations
# Names of fields of an organisation, so that no column must be guessed (guessing.HEADINGS).
HEADINGS: Final = (
    *("external id", "name", "summary", "kind", "website", "email", "phone", "address", "postcode"),
    *("latitude", "longitude", "languages"),
)
_OPEN: Final = ("", "active")
_VOICE: Final = ("", "voice", "cell", "mobile")
_BEGINS: Final = (b"{", b"[{", b"[]")
_WHITE: Final = b" \t\r\n"
_OLD_TABLE: Final = "physical_address"  # version 3 has one table of all addresses
_TABLES: Final = {
    name + ending: name
    for name in ("organization", "service", "location", "phone", "contact", "language", "attribute", "url")
    for ending in ("", "s")
} | {
    "address": "address",
    "addresses": "address",
    "taxonomy_term": "taxonomy_term",
    "taxonomy_terms": "taxonomy_term",
    "service_at_location": "service_at_location",
    "service_at_locations": "service_at_location",
}

Item = dict[str, Any]


@dataclass(slots=True)
class Directory:
    """Rows with the columns HEADINGS, and the counts of what was left out."""

    rows: list[list[str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def is_json(file: BinaryIO) -> bool:
    """Whether a file begins like a JSON object or list of objects."""
    file.seek(0)
    start = file.read(200).removeprefix(b"\xef\xbb\xbf").translate(None, _WHITE)
    return start.startswith(_BEGINS)


def is_package(file: BinaryIO) -> bool:
    """Whether a file is a ZIP of a directory's tables."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return "organization" in _tables(archive) or "service" in _tables(archive)
    except (zipfile.BadZipFile, OSError):
        return False


def read_json(file: BinaryIO) -> Directory:
    """Read JSON, or one object a line. An unreadable line becomes a row without a name, which is rejected.

    Raises UnreadableFile.
    """
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _too_large()
    text = content.decode("utf-8-sig", errors="replace")
    try:
        loaded = _load(text)
        items = _items(loaded)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not _is_object(lines[0]):
            message = _("The file looks like JSON, but it cannot be read: %(why)s") % {"why": error}
            raise UnreadableFile(message) from error
        loaded, items = None, [_line(line) for line in lines]
    directory = _directory(items)
    directory.left_out[ON_OTHER_PAGES] = _total_items(loaded) - len(items)
    directory.left_out = +directory.left_out
    return directory


def read_package(file: BinaryIO) -> Directory:
    """Read a ZIP of tables. Raises UnreadableFile."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = _tables(archive)
            if sum(archive.getinfo(name).file_size for name in parts.values()) > MOST_BYTES:
                raise _too_large()
            tables = {table: _table_rows(archive, name) for table, name in parts.items()}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, csv.Error) as error:
        raise UnreadableFile(_("The ZIP file cannot be read: %(why)s") % {"why": error}) from error
    return _directory(_assemble(tables))


def _too_large() -> UnreadableFile:
    return UnreadableFile(_("The directory is larger than 20 MB. Split it and import the parts."))


# --- JSON -------------------------------------------------------------------------------------------


def _load(text: str) -> Any:
    """Parse JSON. Raises ValueError, also for NaN, Infinity and too deep nesting."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError(_("it is nested too deeply")) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(_("%(name)s is not a number of JSON") % {"name": name})


def _is_object(line: str) -> bool:
    try:
        return isinstance(_load(line), dict)
    except ValueError:
        return False


def _line(line: str) -> Any:
    try:
        return _load(line)
    except ValueError:
        return {}


def _total_items(loaded: Any) -> int:
    """Return how many items the directory has on all its pages, 0 if it does not say."""
    total = loaded.get("total_items") if isinstance(loaded, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) else 0


def _items(loaded: Any) -> list[Any]:
    if isinstance(loaded, dict):
        version = str(loaded.get("version", ""))
        if version.startswith(("1.", "2.")):
            message = _("This directory is in HSDS %(version)s. Ask for version 3.")
            raise UnreadableFile(message % {"version": version[:20]})
        loaded = loaded.get("contents", [loaded])
    if not isinstance(loaded, list):
        raise UnreadableFile(_("The file has no list of organisations or services."))
    return loaded


# --- A ZIP of tables --------------------------------------------------------------------------------


def _tables(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the name in the archive of each table. No file is extracted, so a path in a name is harmless."""
    stems = {
        name: name.rpartition("/")[2].lower().removesuffix(".csv")
        for name in archive.namelist()
        if name.lower().endswith(".csv")
    }
    if _OLD_TABLE in {stem.removesuffix("es") for stem in stems.values()} | set(stems.values()):
        raise UnreadableFile(
            _("This directory is in HSDS %(version)s. Ask for version 3.") % {"version": "2"}
        )
    return {_TABLES[stem]: name for name, stem in stems.items() if stem in _TABLES}


def _table_rows(archive: zipfile.ZipFile, name: str) -> list[Item]:
    with archive.open(name) as part:
        text = io.TextIOWrapper(part, encoding="utf-8-sig", errors="replace", newline="")
        return [{key: value for key, value in row.items() if key} for row in csv.DictReader(text)]


def _assemble(tables: dict[str, list[Item]]) -> list[Item]:
    """Return organisations with nested rows as in JSON, and services without an organisation."""
    terms = {_text(row, "id"): row for row in tables.get("taxonomy_term", ())}
    for row in tables.get("attribute", ()):
        row["taxonomy_term"] = terms.get(_text(row, "taxonomy_term_id"))
    attributes = _group_by(tables, "attribute", "link_id")
    addresses = _group_by(tables, "address", "location_id")
    places = {_text(row, "id"): row for row in tables.get("location", ())}
    for key, place in places.items():
        place["addresses"] = addresses[key]
    for row in tables.get("service_at_location", ()):
        row["location"] = places.get(_text(row, "location_id"))
    nested = {
        name: _group_by(tables, table, key)
        for name, table, key in (
            ("phones", "phone", "service_id"),
            ("languages", "language", "service_id"),
            ("contacts", "contact", "service_id"),
            ("additional_urls", "url", "service_id"),
            ("service_at_locations", "service_at_location", "service_id"),
        )
    }
    for row in tables.get("service", ()):
        key = _text(row, "id")
        row |= {name: rows[key] for name, rows in nested.items()} | {"attributes": attributes[key]}
    services = _group_by(tables, "service", "organization_id")
    phones, contacts = (
        _group_by(tables, "phone", "organization_id"),
        _group_by(tables, "contact", "organization_id"),
    )
    websites = _group_by(tables, "url", "organization_id")
    own_places = _group_by(tables, "location", "organization_id")
    organisations = {_text(row, "id"): row for row in tables.get("organization", ())}
    for key, row in organisations.items():
        row |= {"phones": phones[key], "contacts": contacts[key], "locations": own_places[key]}
        row |= {"services": services[key], "attributes": attributes[key]}
        row |= {"additional_websites": websites[key]}
    alone = (row for row in tables.get("service", ()) if _text(row, "organization_id") not in organisations)
    return [*tables.get("organization", ()), *alone]


def _group_by(tables: dict[str, list[Item]], table: str, key: str) -> defaultdict[str, list[Item]]:
    rows_by_value: defaultdict[str, list[Item]] = defaultdict(list)
    for row in tables.get(table, ()):
        if value := _text(row, key):
            rows_by_value[value].append(row)
    return rows_by_value


# --- Rows -------------------------------------------------------------------------------------------


def _directory(items: Iterable[Any]) -> Directory:
    directory = Directory()
    row_of: dict[str, list[str]] = {}
    closed: set[str] = set()  # organisations with a closed service; another item may have an open one
    for number, item in enumerate(items, 1):
        organisation, services = _organisation_and_services(item if isinstance(item, dict) else {})
        is_open = [service for service in services if _text(service, "status").lower() in _OPEN]
        directory.left_out[CLOSED] += len(services) - len(is_open)
        directory.left_out[PEOPLE] += sum(1 for _person in _people(organisation, services))
        if services and not is_open:
            closed.add(_text(organisation, "id") or f"#{number}")
            continue
        row = _organisation_row(organisation, is_open)
        if not any(row):  # the import ignores blank rows, but this one must be rejected
            row[0] = f"#{number}"
        key = row[0]
        if key and key in row_of:
            directory.left_out[REPEATED] += 1
            row_of[key][:] = [before or later for before, later in zip(row_of[key], row, strict=True)]
            continue
        row_of[key] = row
        directory.rows.append(row)
    directory.left_out[ALL_CLOSED] = len(closed - row_of.keys())
    directory.left_out = +directory.left_out
    return directory


def _organisation_and_services(item: Item) -> tuple[Item, list[Item]]:
    """Return an organisation and its services. The item can be either."""
    if isinstance(organisation := item.get("organization"), dict):
        return organisation, [item]
    if "organization_id" in item or "service_at_locations" in item:
        return {"id": item.get("organization_id") or item.get("id"), "name": item.get("name")}, [item]
    return item, _list(item, "services")


def _organisation_row(organisation: Item, services: list[Item]) -> list[str]:
    owners = [organisation, *services]
    places = [
        *_list(organisation, "locations"),
        *(_part(at, "location") for service in services for at in _list(service, "service_at_locations")),
    ]
    place = next((location for location in places if _addresses(location) or _text(location, "latitude")), {})
    address = next(iter(_addresses(place)), {})
    phones = [phone for row in (*owners, *places) for phone in _list(row, "phones")]
    lines = [_text(address, name) for name in ("address_1", "address_2", "city")]
    return [
        _text(organisation, "id"),
        _text(organisation, "name"),
        _first_text(_text(owner, "description") for owner in owners),
        _first_text(_term(attribute) for row in owners for attribute in _list(row, "attributes")),
        _first_text(chain(_websites(owners), *map(_more_websites, owners))),
        _first_text(_text(owner, "email") for owner in owners),
        _first_text(_number(phone) for phone in phones if _text(phone, "type").lower() in _VOICE),
        ", ".join(line for line in lines if line),
        _text(address, "postal_code"),
        _text(place, "latitude"),
        _text(place, "longitude"),
        ", ".join(dict.fromkeys(_languages(owners))),
    ]


def _websites(rows: Iterable[Item]) -> Iterator[str]:
    for owner in rows:
        yield from (_text(owner, name) for name in ("website", "url"))


def _more_websites(row: Item) -> Iterator[str]:
    """Yield the further websites of version 3.1: of an organisation or of a service."""
    for name in ("additional_websites", "additional_urls"):
        yield from (_text(url, "url") for url in _list(row, name))


def _addresses(place: Item) -> list[Item]:
    return [
        address for address in _list(place, "addresses") if _text(address, "address_type") in ("", "physical")
    ]


def _languages(rows: Iterable[Item]) -> Iterator[str]:
    for language in chain.from_iterable(_list(row, "languages") for row in rows):
        if text := _text(language, "code") or _text(language, "name"):
            yield text


def _term(attribute: Item) -> str:
    """Return an attribute's term, or its own label in version 3.1."""
    return _text(_part(attribute, "taxonomy_term"), "name") or _text(attribute, "label")


def _number(phone: Item) -> str:
    number, extension = _text(phone, "number").strip("\"' "), _text(phone, "extension")
    return " ext. ".join(part for part in (number, extension) if part)


def _people(organisation: Item, services: list[Item]) -> Iterator[Item]:
    places = _list(organisation, "locations")
    at = [link for service in services for link in _list(service, "service_at_locations")]
    for row in (organisation, *services, *places, *at, *(_part(link, "location") for link in at)):
        yield from _list(row, "contacts")


def _first_text(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _list(row: Item, name: str) -> list[Item]:
    children = row.get(name)
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _part(row: Item, name: str) -> Item:
    child = row.get(name)
    return child if isinstance(child, dict) else {}


def _text(row: Item, name: str) -> str:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return squash(str(value))
