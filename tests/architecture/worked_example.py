"""Checks the parking field in a copy of the project in which the worked example was followed.

pytest does not collect this file here: `test_worked_example.py` runs it in the copy.
"""

import csv
import io
import json
import zipfile
from typing import Any, Final

import pytest

from accounts.actors import SYSTEM
from api.schema.document import as_json
from contacts.merging.choices import differing_choices
from contacts.merging.services import merge_organisations
from contacts.models import Organisation
from exchange.archive.writing import write_archive
from exchange.imports.mapping import load_mapping
from exchange.imports.register import import_organisations
from tests.api.clients import Tool
from tests.contacts.pages import browse, typed
from tests.exchange.test_export_lists import export
from tests.factories import make_district, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db

TEXT: Final = "Two places behind the library"
MAPPING: Final = """
source = "register"
identify = "number"
[fields]
name = "name"
kind = { value = "ngo" }
home_district = { value = "%s" }
parking = "parking"
"""


def test_an_officer_writes_it_in_the_form_and_reads_it_on_the_pages() -> None:
    north = make_district()
    browser, row = browse(make_officer(north)), make_organisation(north)
    form = browser.get(f"/organisations/{row.pk}/edit/").content.decode()
    assert '<label for="id_parking">Parking' in form
    assert 'name="parking"' in form
    assert 'maxlength="300"' in form
    kept = {"name": row.name, "kind": row.kind, "home_district": row.home_district_id, "version": 1}
    assert browser.post(f"/organisations/{row.pk}/edit/", typed(**kept, parking=TEXT)).status_code == 302
    for page in ("", "brief/"):
        shown = browser.get(f"/organisations/{row.pk}/{page}").content.decode()
        assert f"<dt>Parking</dt><dd>{TEXT}</dd>" in shown
    long = browser.post(f"/organisations/{row.pk}/edit/", typed(**kept | {"version": 2}, parking="x" * 301))
    assert long.status_code == 422


def test_a_tool_writes_and_reads_it_and_the_document_describes_it() -> None:
    north = make_district()
    body = {"name": "Rainbow House", "kind": "ngo", "home_district": north.code, "parking": TEXT}
    made = Tool(north).post("/organisations/", body)
    assert (made.status_code, made.json()["parking"]) == (201, TEXT)
    assert Tool(north).post("/organisations/", body | {"parking": "x" * 301}).status_code == 400
    shapes: dict[str, Any] = json.loads(as_json())["components"]["schemas"]
    words = {"description": "Where visitors can park.", "examples": [TEXT]}
    assert shapes["Organisation"]["properties"]["parking"] == {"type": "string"} | words
    for name in ("OrganisationInput", "OrganisationPatch"):
        assert shapes[name]["properties"]["parking"] == {"type": "string", "maxLength": 300} | words


def test_a_list_as_a_file_has_a_column_of_it() -> None:
    north = make_district()
    make_organisation(north, parking=TEXT)
    _job, content = export(make_supervisor(north), "/organisations/export/")
    table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert [row["Parking"] for row in table] == [TEXT]


def test_a_register_brings_it_in() -> None:
    north = make_district()
    file = io.BytesIO(f"number,name,parking\n1,Rainbow House,{TEXT}\n".encode())
    import_organisations(actor=SYSTEM, file=file, mapping=load_mapping(MAPPING % north.code))
    assert Organisation.objects.get().parking == TEXT  # type: ignore[attr-defined]  # of the copy


def test_a_merge_keeps_it_or_has_it_chosen() -> None:
    north = make_district()
    kept, gone = make_organisation(north), make_organisation(north, parking=TEXT)
    assert "parking" in {choice.field for choice in differing_choices([kept, gone])}
    merge_organisations(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 1, gone.pk: 1})
    kept.refresh_from_db()
    assert kept.parking == TEXT  # type: ignore[attr-defined]  # of the copy


def test_an_archive_takes_it_along() -> None:
    make_organisation(parking=TEXT)
    out = io.BytesIO()
    write_archive(out, actor=SYSTEM, scope=SYSTEM, district=None, purpose="moving")
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("organisations.jsonl"))["parking"] == TEXT
