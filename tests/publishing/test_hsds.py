"""The public directory: only what was agreed, in the shapes of HSDS 3.0, and readable by our own import."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pytest_django import Settings

from contacts.models import Organisation
from exchange.imports.tables import read_table
from lib.days import city_today
from publishing.services.listings import list_organisation, withdraw_listing
from publishing.services.routes import record_test
from publishing.site import build_site
from tests.factories import make_contact, make_organisation
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "hsds"
REQUIRED = {
    "organization": ("id", "name", "description"),
    "phones": ("id", "number"),
    "locations": ("id", "location_type"),
    "addresses": (*("id", "address_1", "city", "state_province", "postal_code", "country", "address_type"),),
    "taxonomy_term": ("id", "name", "description"),
}


@pytest.fixture
def town(settings: Settings) -> Town:
    """The choir agreed to all; the bakers are not listed, and have a contact."""
    settings.CITY_COUNTRY, settings.CITY_REGION = "ES", "Madrid"
    settings.PUBLIC_SITE_URL = "https://public.example"
    town = Town()
    Organisation.objects.filter(pk=town.choir.pk).update(address="Quince Road 1", postcode="28801")
    bakers = make_organisation(town.north, name="Unlisted Bakers", phone="+34915550109")
    make_contact(town.north, bakers, given_name="Hidden", family_name="Personoid")
    agree(town, *("summary", "website", "phone", "address", "languages", "kind", "focus"))
    town.centre = town.route(  # type: ignore[attr-defined]  # set by the fixture
        "Choir desk",
        "reporting_centre",
        organisation=town.choir,
        phone="900 100 201",
        anonymous="yes",
        agreed_to_tests=True,
    )
    return town


def agree(town: Town, *fields: str) -> None:
    list_organisation(
        actor=town.supervisor, organisation_id=town.choir.pk, agreed_by="the chair", agreed_on=city_today(),
        how="form", fields=list(fields), language="en", summary="We sing on Mondays.",
        focus_words="Singers from the coast",
    )  # fmt: skip


def files() -> dict[str, bytes]:
    return {
        path.removeprefix("hsds/"): content
        for path, content in build_site(city_today()).items()
        if path.startswith("hsds/")
    }


def read(path: str) -> Any:
    return json.loads(files()[path])


def choir() -> dict[str, Any]:
    [found] = [one for one in read("organizations.json")["contents"] if one["name"] == "Choir of Quince"]
    return dict(found)


def everything(value: Any, name: str = "") -> Any:
    """Each object of a document, with the name of the property that holds it."""
    if isinstance(value, dict):
        yield name, value
        for key, part in value.items():
            yield from everything(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from everything(part, name)


def test_an_organisation_has_what_it_agreed_to_and_nothing_else(town: Town) -> None:
    full = choir()
    assert (full["description"], full["website"]) == ("We sing on Mondays.", "https://choir.example/")
    assert [one["number"] for one in full["phones"]] == ["+34915550102"]
    [where] = full["locations"][0]["addresses"]
    assert (where["address_1"], where["postal_code"], where["country"]) == ("Quince Road 1", "28801", "ES")
    assert {one["taxonomy_term"]["code"] for one in full["attributes"]} == {town.choir.kind, "communities"}
    assert full["id"] != str(town.choir.pk)
    agree(town)
    assert choir() == {"id": full["id"], "name": "Choir of Quince", "description": "No description given."}


def test_ways_to_report_are_services_of_the_organisation_if_it_is_listed(town: Town) -> None:
    services = {one["name"]: one for one in read("services.json")["contents"]}
    assert set(services) == {"Choir of Quince", "Hate crime reporting: Choir desk"}, "no emergency, no desk"
    desk = services["Hate crime reporting: Choir desk"]
    assert desk["organization"]["name"] == "Choir of Quince"
    assert (desk["eligibility_description"], desk["alert"]) == ("Anybody", "Not an emergency line")
    assert desk["attributes"][0]["value"] == "yes"
    withdraw_listing(actor=town.supervisor, organisation_id=town.choir.pk)
    [alone] = read("services.json")["contents"]
    assert alone["organization"]["name"] != "Choir of Quince"


def test_a_way_to_report_that_failed_is_gone(town: Town) -> None:
    centre: Any = town.centre  # type: ignore[attr-defined]  # set by the fixture
    record_test(actor=town.supervisor, route_id=centre.pk, result="wrong")
    assert [one["name"] for one in read("services.json")["contents"]] == ["Choir of Quince"]


def test_who_withdrew_or_closed_is_named_by_its_public_id_alone(town: Town) -> None:
    key = choir()["id"]
    assert read("withdrawn.json") == []
    for status, gone in (("closed", [key]), ("active", [])):
        Organisation.objects.filter(pk=town.choir.pk).update(status=status)
        assert read("withdrawn.json") == gone
        assert ("Choir desk" in json.dumps(read("services.json"))) is not bool(gone)
    withdraw_listing(actor=town.supervisor, organisation_id=town.choir.pk)
    assert read("withdrawn.json") == [key]
    assert f"organizations/{key}.json" not in files()


def test_without_a_region_no_address_is_published(town: Town, settings: Settings) -> None:
    settings.CITY_REGION = ""
    assert not choir()["locations"]
    assert b"Quince Road" not in b"".join(files().values())


def test_no_person_no_internal_id_and_nothing_that_is_not_listed_is_in_it(town: Town) -> None:
    found = files()
    with zipfile.ZipFile(io.BytesIO(found["datapackage.zip"])) as archive:
        tables = b"".join(archive.read(name) for name in archive.namelist())
    centre: Any = town.centre  # type: ignore[attr-defined]  # set by the fixture
    for text in ("Personoid", "Hidden", "Unlisted", "An internal remark", str(town.choir.pk), str(centre.pk)):
        assert text.encode() not in b"".join(found.values()) + tables, text


def test_the_same_rows_make_the_same_bytes(town: Town) -> None:
    assert files() == files()


def test_every_object_has_what_the_specification_requires(town: Town) -> None:
    seen = set()
    for path, content in files().items():
        if path.startswith(("services/", "organizations/")) and "page-" not in path:
            for name, one in everything(json.loads(content)):
                seen.add(name)
                assert not [field for field in REQUIRED.get(name, ()) if not one.get(field)], (path, name)
    assert set(REQUIRED) <= seen


if SCHEMAS.exists():  # beside the project, not in it: elsewhere the test is not defined, so never skipped

    def test_every_file_is_valid_by_the_published_schemas(town: Town) -> None:
        schema = {
            name: Draft202012Validator(
                json.loads((SCHEMAS / f"{name}.json").read_text()),
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
            for name in ("service", "organization", "service_list", "organization_list")
        }
        counted = 0
        for path, content in files().items():
            name, _slash, rest = path.partition("/")
            if name not in ("services", "organizations") or not path.endswith(".json"):
                continue
            document, one = json.loads(content), name.removesuffix("s")
            rows = document["contents"] if rest.startswith("page-") else [document]
            for row in rows:
                schema[f"{one}_list" if rest.startswith("page-") else one].validate(row)
                counted += 1
        assert counted >= 6


@pytest.mark.parametrize("path", ["services.json", "organizations.json", "datapackage.zip"])
def test_our_own_import_reads_it_without_communities(town: Town, path: str) -> None:
    table = read_table(io.BytesIO(files()[path]))
    table.content.seek(0)
    rows = list(csv.DictReader(io.TextIOWrapper(table.content, encoding="utf-8", newline="")))
    [row] = [one for one in rows if one["name"] == "Choir of Quince"]
    assert (row["website"], row["phone"]) == ("https://choir.example/", "+34915550102")
    assert (row["address"], row["postcode"]) == ("Quince Road 1, Proximity", "28801")
    assert "coast" not in str(rows)


def test_a_site_with_nothing_to_list_has_no_directory(settings: Settings) -> None:
    assert files() == {}
