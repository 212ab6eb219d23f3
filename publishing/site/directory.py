"""Directory of listed organisations and ways to report, as Human Services Data Specification (HSDS).

It has only details that an organisation agreed to, never a person. Each ID is made for the public. The static
files follow version 3.0 (docs.openreferral.org). docs/hsds.md lists the URL of each HSDS call.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from django.conf import settings
from django.utils.translation import override

from contacts.codes import Kind
from districts.models import District
from lib.days import day_starts_at
from publishing.codes import Anonymous, ListedField, RouteKind
from publishing.models import PublicListing, ReportingRoute
from publishing.site.data import write_json
from publishing.site.languages import name_in
from publishing.site.reading import Place, Site

VERSION: Final = "3.0"
FOLDER: Final = "hsds"
PAGE: Final = 100
# Namespace of IDs for rows without a public ID, so that each publication has the same IDs.
_NAMES: Final = UUID("8f3c8f5a-6a0e-5d0c-9b39-3f0b7b1d7c11")
ROUTES: Final = frozenset(
    {
        RouteKind.REPORTING_CENTRE,
        RouteKind.PATHWAY,
        RouteKind.VICTIM_SUPPORT,
        RouteKind.THIRD_PARTY_ONLINE,
    }
)
_ANONYMOUS: Final = {Anonymous.YES: "yes", Anonymous.NO: "no", Anonymous.PARTLY: "partly"}
# Columns of each table of the data package.
_TABLES: Final[Mapping[str, Sequence[str]]] = {
    "organizations": ("id", "name", "description", "email", "website"),
    "services": (
        *("id", "organization_id", "name", "description", "url", "status", "interpretation_services"),
        *("eligibility_description", "alert", "last_modified"),
    ),
    "phones": ("id", "organization_id", "service_id", "number", "type"),
    "locations": ("id", "organization_id", "location_type", "name"),
    "service_at_location": ("id", "service_id", "location_id"),
    "addresses": (
        *("id", "location_id", "address_1", "city", "state_province", "postal_code", "country"),
        "address_type",
    ),
    "languages": ("id", "service_id", "name", "code"),
    "service_areas": ("id", "service_id", "name"),
    "attributes": ("id", "link_id", "taxonomy_term_id", "link_entity", "value"),
    "taxonomy_terms": ("id", "code", "name", "description", "taxonomy"),
}

Record = dict[str, Any]


def directory_files(site: Site) -> dict[str, bytes]:
    """Return all files of the directory by path. Empty if there is no listing and no way to report."""
    with override("en"):
        services = [*_listing_services(site), *_route_services(site)]
    if not services and not site.withdrawn:
        return {}
    organisations = {service["organization"]["id"]: service["organization"] for service in services}
    index = {"version": VERSION}
    if settings.PUBLIC_SITE_URL:
        index["profile"] = f"{settings.PUBLIC_SITE_URL}/{FOLDER}/profile.txt"
    files: dict[str, bytes] = {
        "index.json": write_json(index),
        "profile.txt": _PROFILE.encode(),
        "withdrawn.json": write_json([str(public_id) for public_id in site.withdrawn]),
        "datapackage.zip": _package(services),
        **dict(_pages("services", services)),
        **dict(_pages("organizations", [organisations[key] for key in sorted(organisations)])),
    }
    for service in services:
        files[f"services/{service['id']}.json"] = write_json(service)
    for key, organisation in organisations.items():
        organisation_services = [
            {**service, "organization": None} for service in services if service["organization"]["id"] == key
        ]
        organisation_services = [
            {name: value for name, value in service.items() if value is not None}
            for service in organisation_services
        ]
        files[f"organizations/{key}.json"] = write_json({**organisation, "services": organisation_services})
    return {f"{FOLDER}/{path}": content for path, content in files.items()}


def _pages(name: str, rows: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
    total = max(1, -(-len(rows) // PAGE))
    for number in range(1, total + 1):
        page = write_json(page_of(rows, number, PAGE))
        if number == 1:
            yield f"{name}.json", page
        yield f"{name}/page-{number}.json", page


def page_of(rows: Sequence[Record], number: int, size: int) -> Record:
    """Return a page of HSDS. A page after the last is empty."""
    total = max(1, -(-len(rows) // size))
    contents = rows[(number - 1) * size : number * size]
    return {
        "total_items": len(rows),
        "total_pages": total,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= total,
        "empty": not contents,
        "contents": contents,
    }


# --- Services ---------------------------------------------------------------------------------------


def _listing_services(site: Site) -> Iterator[Record]:
    for place in site.places:
        for listing in place.listings:
            yield _service(listing, place.district)


def listing_service(listing: PublicListing) -> Record:
    """Return the service of a listing, even before it is published."""
    with override("en"):
        return _service(listing, listing.organisation.home_district)


def _service(listing: PublicListing, district: District) -> Record:
    organisation = _organisation(listing)
    key = str(uuid5(listing.public_id, "service"))
    languages = listing.organisation.languages if ListedField.LANGUAGES in listing.fields else []
    service = {
        "id": key,
        "organization_id": organisation["id"],
        "name": organisation["name"],
        "status": "active",
        "last_modified": _day(listing),
        "languages": _languages(key, languages),
        "service_areas": _areas(key, [district]),
        "organization": organisation,
    }
    if "website" in organisation:
        service["url"] = organisation["website"]
    return service


def _organisation(listing: PublicListing) -> Record:
    organisation, key = listing.organisation, str(listing.public_id)
    summary = listing.summary if ListedField.SUMMARY in listing.fields else ""
    row: Record = {"id": key, "name": organisation.name, "description": summary or "No description given."}
    if ListedField.WEBSITE in listing.fields and organisation.website:
        row["website"] = organisation.website
    if ListedField.EMAIL in listing.fields and organisation.email:
        row["email"] = organisation.email
    if ListedField.PHONE in listing.fields and organisation.phone:
        row["phones"] = [_phone(key, str(organisation.phone), organization_id=key)]
    if ListedField.ADDRESS in listing.fields and organisation.address:
        row["locations"] = _locations(
            key, organisation.name, organisation.address, organisation.postcode, organization_id=key
        )
    attributes = []
    if ListedField.KIND in listing.fields:
        attributes.append(
            _attribute(key, "organization", _term(organisation.kind, str(Kind(organisation.kind).label)))
        )
    if ListedField.FOCUS in listing.fields and listing.focus_words:
        attributes.append(_attribute(key, "organization", _OWN_WORDS, listing.focus_words))
    return row | ({"attributes": attributes} if attributes else {})


def _route_services(site: Site) -> Iterator[Record]:
    listed = {listing.organisation_id: listing for place in site.places for listing in place.listings}
    places: dict[UUID, list[Place]] = {}
    routes: dict[UUID, ReportingRoute] = {}
    for place in site.places:
        for route in place.routes:
            if route.kind in ROUTES:
                places.setdefault(route.pk, []).append(place)
                routes[route.pk] = route
    for pk, route in routes.items():
        listing = listed.get(route.organisation_id) if route.organisation_id else None
        organisation = _organisation(listing) if listing else _city()
        yield _route(route, organisation, places[pk])


def _route(route: ReportingRoute, organisation: Record, places: Sequence[Place]) -> Record:
    key = str(uuid5(_NAMES, f"route {route.pk}"))
    service: Record = {
        "id": key,
        "organization_id": organisation["id"],
        "name": f"Hate crime reporting: {route.name}",
        "description": "\n".join(text for text in (route.note, route.hours) if text),
        "status": "active",
        "eligibility_description": "Anybody",
        "alert": "Not an emergency line",
        "interpretation_services": ", ".join(name_in(code, "en") for code in route.languages),
        "last_modified": _day(route),
        "languages": _languages(key, route.languages),
        "service_areas": _areas(key, [place.district for place in places]),
        "attributes": [_attribute(key, "service", _STAYS_ANONYMOUS, _ANONYMOUS[Anonymous(route.anonymous)])],
        "organization": organisation,
    }
    if route.url:
        service["url"] = route.url
    if route.phone:
        service["phones"] = [_phone(key, route.phone, service_id=key)]
    if route.address:
        at = str(uuid5(_NAMES, f"at {key}"))
        service["service_at_locations"] = [
            {"id": at, "service_id": key, "location_id": location["id"], "location": location}
            for location in _locations(key, route.name, route.address, "")
        ]
    return service


def _city() -> Record:
    """Return the city as organisation of ways to report whose organisation is not listed."""
    city = str(settings.CITY_NAME)
    return {
        "id": str(uuid5(_NAMES, f"city {city}")),
        "name": city,
        "description": f"Ways to report a hate crime in {city}.",
    }


# --- Parts ------------------------------------------------------------------------------------------


def _phone(owner_key: str, number: str, **owner: str) -> Record:
    return {"id": str(uuid5(_NAMES, f"phone {owner_key}")), "number": number, "type": "voice", **owner}


def _locations(owner_key: str, name: str, address: str, postcode: str, **owner: str) -> list[Record]:
    """Return the location of an address. Empty without region and country, which HSDS requires."""
    if not (settings.CITY_COUNTRY and settings.CITY_REGION):
        return []
    key = str(uuid5(_NAMES, f"location {owner_key}"))
    address_row = {
        "id": str(uuid5(_NAMES, f"address {owner_key}")),
        "location_id": key,
        "address_1": address,
        "city": str(settings.CITY_NAME),
        "state_province": settings.CITY_REGION,
        "postal_code": postcode,
        "country": settings.CITY_COUNTRY,
        "address_type": "physical",
    }
    return [{"id": key, "location_type": "physical", "name": name, "addresses": [address_row], **owner}]


def _languages(service_key: str, codes: Iterable[str]) -> list[Record]:
    return [
        {
            "id": str(uuid5(_NAMES, f"{code} {service_key}")),
            "service_id": service_key,
            "name": name_in(code, "en"),
            "code": code,
        }
        for code in codes
    ]


def _areas(service_key: str, districts: Iterable[District]) -> list[Record]:
    return [
        {
            "id": str(uuid5(_NAMES, f"{district.code} {service_key}")),
            "service_id": service_key,
            "name": district.name,
        }
        for district in districts
    ]


def _attribute(owner_key: str, entity: str, term: Record, value: str = "") -> Record:
    attribute = {
        "id": str(uuid5(_NAMES, f"{term['code']} {owner_key}")),
        "link_id": owner_key,
        "taxonomy_term_id": term["id"],
        "link_entity": entity,
        "taxonomy_term": term,
    }
    return attribute | ({"value": value} if value else {})


def _term(code: str, name: str, taxonomy: str = "Proximity kinds") -> Record:
    return {
        "id": str(uuid5(_NAMES, f"term {code}")),
        "code": code,
        "name": name,
        "description": name,
        "taxonomy": taxonomy,
    }


_OWN_WORDS: Final = _term("communities", "Communities, in the organisation's own words", "Proximity listings")
_STAYS_ANONYMOUS: Final = _term("anonymous", "Whether reports can be anonymous", "Proximity routes")


def _day(row: PublicListing | ReportingRoute) -> str:
    """Return the day of the last change, without its hour."""
    return day_starts_at(row.updated_at.date()).isoformat()


# --- The data package -------------------------------------------------------------------------------


def _package(services: Sequence[Record]) -> bytes:
    """Return the services as a data package of CSV tables. The same rows give the same bytes."""
    tables: dict[str, dict[str, Record]] = {name: {} for name in _TABLES}
    for service in services:
        for name, row in _table_rows(service):
            tables[name][row["id"]] = row
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("datapackage.json", _description().decode()), *_csv(tables)]:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return package.getvalue()


def _table_rows(service: Record) -> Iterator[tuple[str, Record]]:
    organisation = service["organization"]
    yield "services", service
    yield "organizations", organisation
    service_locations = service.get("service_at_locations", [])
    yield from (("service_at_location", location) for location in service_locations)
    places = [
        *organisation.get("locations", []),
        *(service_location["location"] for service_location in service_locations),
    ]
    for place in places:
        yield "locations", place
        yield from (("addresses", address) for address in place["addresses"])
    for row in (service, organisation):
        yield from (("phones", phone) for phone in row.get("phones", []))
        for attribute in row.get("attributes", []):
            yield "attributes", attribute
            yield "taxonomy_terms", attribute["taxonomy_term"]
    yield from (("languages", language) for language in service["languages"])
    yield from (("service_areas", area) for area in service["service_areas"])


def _csv(tables: Mapping[str, Mapping[str, Record]]) -> Iterator[tuple[str, str]]:
    for name, rows in tables.items():
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, _TABLES[name], restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] for key in sorted(rows))
        yield f"{name}.csv", text.getvalue()


def _description() -> bytes:
    resources = [
        {
            "name": name.removesuffix("s") if name != "addresses" else "address",
            "path": f"{name}.csv",
            "profile": "tabular-data-resource",
            "schema": {"fields": [{"name": column, "type": "string"} for column in columns]},
        }
        for name, columns in _TABLES.items()
    ]
    return write_json(
        {
            "name": "human_services_data",
            "profile": "tabular-data-package",
            "version": f"{VERSION}.0",
            "resources": resources,
        }
    )


_PROFILE: Final = """This directory follows the Human Services Data Specification (HSDS), version 3.0.

It has the organisations that agreed to be listed, with the details they agreed to, and ways to report a hate
crime. It has no contacts, schedules, costs, programs, eligibility beyond "Anybody", and no taxonomy but the
kinds of organisations. An ID stays the same. withdrawn.json lists the IDs of organisations that are no longer
listed: delete your copy of them.
"""
