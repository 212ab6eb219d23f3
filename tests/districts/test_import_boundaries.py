"""Imports of boundaries that overwrite others, are invalid, or use another coordinate system."""

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pyproj import Transformer

from accounts.actors import SYSTEM
from audit.models import Action, Event
from districts.imports import Naming, Report, import_districts, undo_import
from districts.models import District
from lib.conflicts import StaleVersion
from tests.contacts.pages import browse, undo
from tests.districts.squares import collection, feature, polygon, square
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "/settings/districts/import/"


def load(*features: Any, **options: Any) -> Report:
    return import_districts(actor=SYSTEM, content=collection(*features), **options)


def numbered(key: str, *names: str, west: float = -3.7) -> bytes:
    """Return features with these names in a row of squares, and row numbers under `key`."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {key: number, "name": name},
                    "geometry": polygon(west=round(west + number * 0.01, 6)),
                }
                for number, name in enumerate(names, 1)
            ],
        }
    ).encode()


def refused(content: bytes, **options: Any) -> str:
    before = list(District.objects.order_by("pk").values())
    with pytest.raises(ValidationError) as caught:
        import_districts(actor=SYSTEM, content=content, **options)
    assert list(District.objects.order_by("pk").values()) == before
    return " ".join(caught.value.messages)


# --- Codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["cartodb_id", "gid", "fid", "OBJECTID", "ogc_fid", "id"])
def test_a_number_that_a_program_gave_is_no_code(key: str) -> None:
    first, second = numbered(key, "Centro", "Retiro"), numbered(key, "Sol", "Goya", west=-3.6)
    assert "Row numbers cannot be codes." in refused(first)
    names = Naming(from_names=True)
    import_districts(actor=SYSTEM, content=first, naming=names)
    import_districts(actor=SYSTEM, content=second, naming=names)
    codes = dict(District.objects.values_list("name", "code"))
    assert codes == {"Centro": "CENTRO", "Retiro": "RETIRO", "Sol": "SOL", "Goya": "GOYA"}


@pytest.mark.parametrize("key", ["cartodb_id", "GID"])
def test_it_is_none_either_where_somebody_names_it(key: str) -> None:
    assert "numbers the rows" in refused(numbered(key, "Centro", "Retiro"), naming=Naming(code=key))


def test_a_towns_own_numbers_are_codes() -> None:
    content = numbered("cod_dis", "Centro", "Retiro")
    assert import_districts(actor=SYSTEM, content=content).created == 2
    assert District.objects.get(name="Retiro").code == "2"


def test_codes_of_names_are_each_their_own() -> None:
    names = (
        "Ñuñoa",
        "ñuñoa!",
        "new",
        "Св. Георги",
        "A very long name of a district",
        "A very long name of another",
    )
    import_districts(actor=SYSTEM, content=numbered("gid", *names), naming=Naming(from_names=True))
    codes = list(District.objects.order_by("pk").values_list("code", flat=True))
    assert len(set(codes)) == len(names)
    assert all(len(code) <= 20 and code.lower() != "import" for code in codes)
    again = import_districts(actor=SYSTEM, content=numbered("gid", *names), naming=Naming(from_names=True))
    assert again.unchanged == len(names)


# --- Questions ----------------------------------------------------------------------------------------


def test_another_name_and_another_place_are_asked_about_first() -> None:
    load(feature("1", "Centro"), feature("2", "Retiro", polygon(west=-3.6)))
    other = [feature("1", "Sol", polygon(west=-3.5)), feature("2", "Retiro", polygon(west=-3.6))]
    tried = load(*other, dry_run=True)
    [asked] = tried.asks
    assert "Feature 1, code 1" in asked
    assert "it is currently called “Centro”" in asked
    assert "it would move: less than half of it overlaps its current area" in asked
    assert "it is currently called “Centro”" in refused(collection(*other))
    assert load(*other, confirmed=True).updated == 1
    assert District.objects.get(code="1").name == "Sol"


def test_a_boundary_drawn_more_exactly_is_not_asked_about() -> None:
    load(feature("1", "Centro"))
    assert load(feature("1", "Centro", polygon(size=0.012))).updated == 1


def test_features_that_lie_on_each_other_are_asked_about_and_neighbours_are_not() -> None:
    beside = feature("2", "Retiro", polygon(west=-3.69))
    assert load(feature("1", "Centro"), beside, dry_run=True).asks == []
    on_it = feature("3", "Sol", polygon(west=-3.695))
    [asked, _other] = load(feature("1", "Centro"), beside, on_it, dry_run=True).asks
    assert asked == "Features 1 (Centro) and 3 (Sol) overlap: 50% of the smaller."
    assert "overlap" in refused(collection(feature("1", "Centro"), on_it))


def test_ground_that_another_code_has_is_asked_about_and_neighbours_are_not() -> None:
    load(feature("1", "Centro"), feature("2", "Retiro", polygon(west=-3.69)))
    again = [feature("C-01", "Center"), feature("C-02", "Salamanca", polygon(west=-3.68))]
    [asked] = load(*again, dry_run=True).asks
    assert asked == (
        "Feature 1 (Center) overlaps the existing district “Centro”, code 1: 100% of the smaller."
    )
    assert "overlaps the existing district “Centro”" in refused(collection(*again))
    assert load(*again, confirmed=True).created == 2
    assert load(*again).unchanged == 2, "nothing new is nothing to ask"


def test_a_name_that_another_code_has_is_asked_about() -> None:
    load(feature("1", "Centro"))
    [asked] = load(feature("7", "CENTRO", polygon(west=-3.5)), dry_run=True).asks
    assert asked == "Feature 1: “CENTRO” already exists with the code 1."
    assert "already exists" in refused(collection(feature("7", "Centro", polygon(west=-3.5))))
    assert load(feature("7", "Goya", polygon(west=-3.5))).created == 1


def test_a_district_drawn_onto_its_neighbour_is_asked_about() -> None:
    load(feature("1", "Centro"), feature("2", "Retiro", polygon(west=-3.69)))
    onto = feature("1", "Centro", polygon(size=0.014))
    [asked] = load(onto, dry_run=True).asks
    assert asked.startswith("Feature 1 (Centro) overlaps the existing district “Retiro”, code 2")


def test_parts_of_a_district_and_what_is_not_in_use_are_not_asked_about() -> None:
    load(feature("1", "Centro", polygon(size=0.02)))
    inside = [feature("1a", "Centro", polygon()), feature("1b", "Sol", polygon(west=-3.69))]
    assert len(load(*inside, dry_run=True).asks) == 3, "beside it they would be the same ground twice"
    assert load(*inside, naming=Naming(parent="1")).created == 2
    larger = feature("1", "Centro", polygon(size=0.021))
    assert load(larger).updated == 1, "its parts lie in it"
    District.objects.update(is_active=False)
    assert load(feature("9", "Centro")).created == 1


# --- Invalid boundaries -------------------------------------------------------------------------------

BOW_TIE = [[-3.7, 40.4], [-3.69, 40.41], [-3.69, 40.4], [-3.7, 40.42], [-3.7, 40.4]]


@pytest.mark.parametrize(
    ("rings", "said"),
    [
        ([BOW_TIE], "crosses itself near"),
        ([square(), square(west=-3.5, size=0.001)], "a hole is outside its polygon"),
    ],
)
def test_what_is_not_sound_is_said_with_its_feature(rings: Any, said: str) -> None:
    bad = feature("2", "Retiro", {"type": "Polygon", "coordinates": rings})
    found = refused(collection(feature("1", "Centro", polygon(west=-3.65)), bad))
    assert "Feature 2 (Retiro), geometry: " in found
    assert said in found


def test_pieces_on_each_other_are_said() -> None:
    twice = {"type": "MultiPolygon", "coordinates": [[square()], [square(size=0.02)]]}
    assert "Feature 1 (Centro), geometry: " in refused(collection(feature("1", "Centro", twice)))


def test_a_file_with_all_its_axes_swapped_is_said_to_be_so() -> None:
    swapped = [
        feature(
            str(n),
            f"N{n}",
            {"type": "Polygon", "coordinates": [[p[::-1] for p in square(west=-3.7 + n / 50)]]},
        )
        for n in (1, 2)
    ]
    assert "longitude and latitude may be swapped" in refused(collection(*swapped))
    assert load(feature("1", "Centro")).created == 1


def boundary() -> dict[str, Any]:
    kept: dict[str, Any] | None = District.objects.get().boundary
    assert kept
    return kept


def with_crs(name: Any, *features: Any) -> bytes:
    document = json.loads(collection(*features))
    return json.dumps(document | {"crs": {"type": "name", "properties": {"name": name}}}).encode()


def test_a_declared_system_is_put_into_degrees() -> None:
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:25830", always_xy=True)
    metres = [list(to_utm.transform(x, y)) for x, y in square()]
    moved = feature("1", "Centro", {"type": "Polygon", "coordinates": [metres]})
    import_districts(actor=SYSTEM, content=with_crs("urn:ogc:def:crs:EPSG::25830", moved))
    [ring] = boundary()["coordinates"][0]
    assert [[round(x, 5), round(y, 5)] for x, y in ring] == square()


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_degrees_stay_degrees(name: str) -> None:
    import_districts(actor=SYSTEM, content=with_crs(name, feature("1", "Centro")))
    assert boundary()["coordinates"] == [[square()]]


@pytest.mark.parametrize("name", ["EPSG:999999", "somewhere", "", None, 7])
def test_a_system_nobody_knows_is_refused_by_its_name(name: Any) -> None:
    found = refused(with_crs(name, feature("1", "Centro")))
    assert (f"“{name}”" in found) if isinstance(name, str) and name else ("without a name" in found)


# --- Undo ---------------------------------------------------------------------------------------------


def test_an_import_is_undone_exactly() -> None:
    load(feature("1", "Centro"))
    before = District.objects.values("code", "name", "boundary", "parent", "lineage").get()
    done = load(
        feature("1", "Sol", polygon(west=-3.6)), feature("2", "Retiro"), confirmed=True, source="a.geojson"
    )
    undo_import(actor=SYSTEM, written=done.written)
    assert District.objects.values("code", "name", "boundary", "parent", "lineage").get() == before
    assert Event.objects.filter(action=Action.ERASE, object_type="district").count() == 1


def test_nothing_is_undone_where_it_was_changed_or_used_since() -> None:
    done = load(feature("1", "Centro"), feature("2", "Retiro", polygon(west=-3.6)))
    make_organisation(District.objects.get(code="1"))
    with pytest.raises(ValidationError, match="Centro is in use"):
        undo_import(actor=SYSTEM, written=done.written)
    assert District.objects.count() == 2
    renamed = load(feature("2", "Renamed", polygon(west=-3.6)), confirmed=True)
    District.objects.filter(code="2").update(version=9)
    with pytest.raises(StaleVersion):
        undo_import(actor=SYSTEM, written=renamed.written)


# --- By page and command ------------------------------------------------------------------------------


@pytest.fixture
def client() -> Client:
    return browse(make_user("administrator"))


def sent(client: Client, content: bytes, **typed: Any) -> Any:
    return client.post(ADDRESS, {"file": SimpleUploadedFile("city.geojson", content), **typed})


def test_the_page_asks_shows_old_and_new_and_takes_back(client: Client) -> None:
    load(feature("1", "Centro"))
    preview = sent(client, collection(feature("1", "Sol", polygon(west=-3.6))))
    html = preview.content.decode()
    assert "it is currently called “Centro”" in html
    assert "stroke-dasharray" in html
    token = {"token": preview.context["token"]}
    again = client.post(ADDRESS, token)
    assert again.status_code == 422
    assert "Nothing was imported. Select the box if all of this is correct." in again.content.decode()
    assert District.objects.get().name == "Centro"
    District.objects.update(name="Centre")  # a different question than the confirmed one
    told = {"confirmed": again.context["report"].confirmation}
    anew = client.post(ADDRESS, token | told)
    assert anew.status_code == 422
    assert "it is currently called “Centre”" in anew.content.decode()
    assert client.post(ADDRESS, token | {"confirmed": "true"}).status_code == 422
    told = {"confirmed": anew.context["report"].confirmation}
    assert client.post(ADDRESS, token | told).status_code == 302
    assert District.objects.get().name == "Sol"
    undo(client, "/settings/districts/")
    assert District.objects.get().name == "Centre"


def test_the_page_offers_codes_of_names(client: Client) -> None:
    content = numbered("cartodb_id", "Centro", "Retiro")
    refusal = sent(client, content)
    assert refusal.status_code == 422
    assert "Create codes from the names" in refusal.content.decode()
    preview = sent(client, content, from_names="on")
    assert client.post(ADDRESS, {"token": preview.context["token"]}).status_code == 302
    assert set(District.objects.values_list("code", flat=True)) == {"CENTRO", "RETIRO"}


def test_the_command_wants_changes_confirmed(tmp_path: Path) -> None:
    load(feature("1", "Centro"))
    file = tmp_path / "city.geojson"
    file.write_bytes(collection(feature("1", "Sol")))
    out = StringIO()
    call_command("import_districts", file, "--dry-run", stdout=out)
    assert "to confirm: Feature 1, code 1" in out.getvalue()
    with pytest.raises(CommandError, match="--confirm-changes"):
        call_command("import_districts", file)
    call_command("import_districts", file, "--confirm-changes", stdout=out)
    assert District.objects.get().name == "Sol"
    file.write_bytes(numbered("gid", "Goya", "Ibiza", west=-3.5))
    with pytest.raises(CommandError, match=r"(?s)Choose the property.*--codes-from-names\.$"):
        call_command("import_districts", file)
    call_command("import_districts", file, "--codes-from-names", stdout=out)
    assert District.objects.filter(code="GOYA").exists()
    file.write_bytes(collection(feature("C-01", "Centre")))
    with pytest.raises(CommandError, match=r"(?s)overlaps the existing district “Sol”.*--confirm-changes"):
        call_command("import_districts", file)
    call_command("import_districts", file, "--confirm-changes", stdout=out)
    assert District.objects.filter(code="C-01").exists()


# --- Many ---------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_trial_of_five_thousand_takes_seconds_and_asks_little() -> None:
    many = collection(
        *(
            feature(
                f"C{n}",
                f"District {n}",
                polygon(west=round(-3.7 + n % 100 / 100, 6), south=40 + n // 100 / 100),
            )
            for n in range(5_000)
        )
    )
    started = time.monotonic()
    statements: list[str] = []
    with connection.execute_wrapper(_counting(statements)):
        report = import_districts(actor=SYSTEM, content=many, dry_run=True)
    assert report.created == 5_000
    assert report.asks == []
    assert len(statements) < 10
    assert time.monotonic() - started < 60, "it was seven minutes"


def _counting(statements: list[str]) -> Any:
    def count(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    return count
