"""Choices of a boundary import: repairs, the district above, equal codes, and districts not in the file."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.actors import SYSTEM
from districts.imports import Naming, Report, import_districts
from districts.models import District
from tests.contacts.pages import browse
from tests.districts.packed import metres, shapefile_parts, zipped
from tests.districts.squares import collection, feature, polygon, square
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def load(*features: Any, **options: Any) -> Report:
    return import_districts(actor=SYSTEM, content=collection(*features), **options)


def ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in [*points, points[0]]]]}


#: Valid, but rounded to 6 decimals the hole crosses the bottom edge.
NOTCHED = ring(
    *((-3.7, 40.4), (-3.69501, 40.4), (-3.69499, 40.4000028), (-3.69, 40.4), (-3.69, 40.41), (-3.7, 40.41))
)
NOTCHED["coordinates"] += ring(*((-3.695, 40.40000145), (-3.694995, 40.40001), (-3.695005, 40.40001)))[
    "coordinates"
]
#: A spike that crosses the bottom edge by 0.000004 degrees and is small.
SPIKED = ring(
    *((-3.6, 40.4), (-3.59, 40.4), (-3.59, 40.41), (-3.5949, 40.41), (-3.595, 40.399996), (-3.5951, 40.41)),
    (-3.6, 40.41),
)
BOW_TIE = ring((-3.5, 40.4), (-3.49, 40.41), (-3.49, 40.4), (-3.5, 40.42))


def test_repairs_are_silent_one_choice_or_a_choice_each_by_their_size() -> None:
    rows = [
        feature("1", "el Carmel", NOTCHED),
        feature("2", "Horta", SPIKED),
        feature("3", "Can Baró", BOW_TIE),
        feature("4", "Sound", polygon(west=-3.4)),
    ]
    report = load(*rows, dry_run=True)
    [note] = report.notes
    assert note.startswith(
        "Feature 1 (el Carmel): rounding to 6 decimals broke the boundary. It was repaired."
    )
    small, large = (row["choice"] for row in report.choices)
    assert (small.key, small.default, large.key, large.default) == ("repair", "repair", "repair-3", "")
    assert "Feature 2 (Horta), geometry: its boundary crosses itself" in small.text
    assert "m²" in large.text
    assert large.before != large.after
    with pytest.raises(ValidationError, match="Can Baró"):
        load(*rows, confirmed=True)  # a repair without a default
    assert load(*rows, confirmed=True, selected={"repair-3": "leave_out"}).created == 3
    assert not District.objects.filter(code="3").exists()
    assert load(*rows, confirmed=True, selected={"repair-3": "repair"}).created == 1


def barris() -> list[dict[str, Any]]:
    """Return 73 squares in 10 districts. The codes of both levels start with 01, as in Barcelona."""
    return [
        feature(
            f"{n % 10 + 1:02}-{n}"[-2:] if n < 0 else f"{n + 1:02}",
            f"Barri {n + 1}",
            polygon(west=round(-3.7 + n * 0.01, 6)),
        )
        | {"properties": {"CODI_UA": f"{n + 1:02}", "NOM": f"Barri {n + 1}", "DISTRICTE": f"{n // 8 + 1:02}"}}
        for n in range(73)
    ]


def test_73_barris_in_10_districts_are_one_choice_and_none_the_next_time() -> None:
    for n in range(10):
        District.objects.create(code=f"{n + 1:02}", name=f"District {n + 1}")
    for row in District.objects.all():
        row.lineage = [row.pk]
        row.save()
    report = load(*barris(), dry_run=True)
    assert (report.code_property, report.name_property) == ("CODI_UA", "NOM")
    assert report.parent_property == "DISTRICTE"
    assert [row["choice"].key for row in report.choices] == ["codes"]
    assert report.checks == []
    assert load(*barris(), selected={"codes": "parent"}).created == 73
    row = District.objects.get(code="02-09")
    assert (row.name, row.parent and row.parent.code) == ("Barri 9", "02")
    again = load(*barris())
    assert (again.unchanged, again.choices, again.checks) == (73, (), [])


def test_two_levels_of_one_file_are_placed_by_code_or_name() -> None:
    rows = [
        feature("A1", "Part", parent="Alta"),
        feature("A", "Alta", polygon(size=0.02), parent=None),
        feature("A2", "Other part", polygon(west=-3.69), parent="A"),
    ]
    report = load(*rows)
    assert (report.parent_property, report.checks) == ("parent", [])
    assert set(District.objects.filter(parent__code="A").values_list("code", flat=True)) == {"A1", "A2"}
    with pytest.raises(ValidationError, match="there is no district “Baja”"):
        load(feature("B1", "Part", polygon(west=-3.6), above="Baja"), naming=Naming(parent_property="above"))


def test_the_page_shows_choices_and_imports_what_was_selected(client: Client, tmp_path: Path) -> None:
    page = browse(make_user("administrator"))
    content = collection(feature("3", "Can Baró", BOW_TIE), feature("4", "Sound", polygon(west=-3.4)))
    preview = page.post(
        "/settings/districts/import/", {"file": SimpleUploadedFile("barris.geojson", content)}
    )
    assert "Dashed: the boundary in the file." in preview.content.decode()
    fields = {"token": preview.context["token"]}
    assert page.post("/settings/districts/import/", fields).status_code == 422
    fields["choice-repair-1"] = "leave_out"
    assert page.post("/settings/districts/import/", fields).status_code == 302
    assert District.objects.get().name == "Sound"
    file = tmp_path / "barris.zip"
    file.write_bytes(zipped(shapefile_parts([({"CODI_UA": "9", "NOM": "Raval"}, [metres()])])))
    call_command("import_districts", str(file))
    assert District.objects.get(code="9").name == "Raval"
    assert square()
