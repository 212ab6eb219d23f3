"""Invalid input gets a clear 4xx, never a 5xx, and nothing is saved.

`ROWS` lists the rows of the threat model with their tests; the tests in this file are those without a better
place. test_pages_never_break.py covers hostile values in page fields, tests/api/test_schemathesis.py the API.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from contacts.models import Contact, Organisation
from districts.imports import import_districts
from districts.models import District
from lib.days import city_today
from meetings.models import Meeting
from tests.api.clients import Tool
from tests.districts.squares import collection, feature
from tests.factories import make_district, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db

_BODY = "api/test_organisations.py::test_a_body_that_is_no_plain_json_is_refused"
_PARAMETER = "api/test_organisations.py::test_a_parameter_nobody_knows_or_understands_is_named"
_FIELD = "api/test_organisations.py::test_a_field_that_is_not_right_is_named_by_its_pointer"
_MEETING = "api/test_resources.py::test_a_meeting_that_is_not_right_names_its_field"
_TABLE = "exchange/test_import_wizard.py::test_a_file_that_is_no_table_is_refused_with_the_reason"
_MEDIA = "api/test_organisations.py::test_other_media_types_and_packed_bodies_are_refused"
_HERE = "architecture/test_bad_input.py::"

#: The input, the expected response, and the test that covers them.
ROWS: Final = (
    ("NUL, lone surrogate, deep JSON, NaN, 1e999, 5,000 digits, duplicate keys", "400", _BODY),
    ("a number of more than 64 bits", "400", "api/test_organisations.py::test_a_number_that_no_other_reader"),
    ("20,000 entries in a list", "400", "api/test_lists.py::test_a_list_that_is_too_long_is_refused"),
    ("201 organisations at a meeting, on a page", "422", "api/test_lists.py::test_a_page_takes_no_more"),
    ("UTF-16, invalid UTF-8", "400", _BODY),
    ("30 MB", "413", _BODY),
    ("30 MB in chunks", "413", "crm/test_chunks.py::test_thirty_megabytes_in_chunks_are_too_many"),
    ("XML, a gzip bomb", "415", _MEDIA),
    ("an unknown field", "400", _FIELD),
    ("the id of another", "409", "api/test_organisations.py::test_a_callers_own_id_is_taken_once"),
    (
        "another's id, of a row that is not seen",
        "409 without detail",
        _HERE + "test_an_id_that_is_taken_elsewhere",
    ),
    (
        "unknown or repeated parameters, a hidden field to order by, limit 1e9, 20,000 values",
        "400",
        _PARAMETER,
    ),
    ("a bad cursor, Infinity", "400", _PARAMETER),
    ("a bad UUID in an address", "404", _HERE + "test_an_id_that_is_none_is_no_address"),
    ("a naive moment, 24:00, year 9999, duration 0 or negative", "400", _MEETING),
    ("29.02.2027", "400", _FIELD),
    (
        "the hour that a clock skips, 24:00, 29.02.2027, a year nobody means",
        "422",
        _HERE + "test_a_moment_on_a_page",
    ),
    ("the hour that a clock repeats", "the first of the two", _HERE + "test_an_hour_that_comes_twice"),
    (
        "a privacy notice, an agreement or a check of a day to come",
        "400, 422",
        _HERE + "test_nothing_has_happened_on_a_day_to_come",
    ),
    ("CR/LF in a name", "one line", "contacts/test_create_contact.py::test_what_was_typed_is_cleaned"),
    ("U+202E, zero-width only", "400", _FIELD),
    ("U+202E, zero-width only, on a page", "422", _HERE + "test_a_name_of_nothing_that_can_be_seen"),
    ("fillers, blank Braille, noncharacters", "400, 422", _HERE + "test_nothing_that_can_be_seen_is_no_name"),
    ("a reason of signs or fillers", "403, 422", "contacts/test_reasons.py::test_a_reason_that_says_nothing"),
    ("NFC and NFD twins", "the same is suggested", _HERE + "test_the_same_name_in_other_code_points"),
    ("10 MB of text on a page", "400", _HERE + "test_ten_megabytes"),
    ("an e-mail with CR/LF", "400", _FIELD),
    (
        "an e-mail of letters that look like others",
        "punycode",
        "contacts/test_plain_addresses.py::test_the_pages_keep_and_show_punycode",
    ),
    (
        "a web address with a password in it",
        "422",
        "contacts/test_plain_addresses.py::test_a_web_address_with_somebody_in_it_is_refused",
    ),
    (
        "NUL in a cell of a file",
        "cleaned",
        "exchange/test_import_odd_cells.py::test_a_cell_loses_what_no_book_keeps",
    ),
    (
        "XLSX bombs of all kinds",
        "422",
        "exchange/test_import_workbooks.py::test_a_bomb_is_refused_within_seconds",
    ),
    (
        "GeoJSON: NUL or half a character",
        "422",
        "districts/test_import_districts.py::test_a_text_that_was_damaged_is_refused",
    ),
    ("a phone with letters", "400", _FIELD),
    ("a phone in Arabic digits", "E.164", "api/test_resources.py::test_phone_numbers_are_kept_as_e164"),
    ("formula cells in a file", "text", "exchange/test_import_files.py::test_formulas_are_text"),
    (
        "formula cells, leaving",
        "text",
        "exchange/test_export_lists.py::test_cells_have_their_types_and_no_text_is_a_formula",
    ),
    (
        "BOM, ;, Windows-1252, UTF-16",
        "read",
        "exchange/test_import_wizard.py::test_files_of_any_encoding_and_delimiter_are_read",
    ),
    ("an XLSX bomb, an external entity", "422", _TABLE),
    (
        "a million blank rows",
        "passed over",
        "exchange/test_import_wizard.py::test_a_million_blank_rows_are_passed_over",
    ),
    (
        "the same file twice",
        "nothing new",
        "exchange/test_import_wizard.py::test_the_same_file_again_changes_nothing_and_a_corrected_one_only_what_differs",
    ),
    (
        "lines in an ICS",
        "one line",
        "api/test_feeds.py::test_with_subjects_says_more_and_no_text_makes_a_line_of_its_own",
    ),
    ("lines in a vCard", "one line", "api/test_vcard.py::test_no_name_makes_a_line_of_its_own"),
    ("GeoJSON: an open ring", "422", "districts/test_boundaries.py::test_an_open_ring_is_refused"),
    ("GeoJSON: latitude 95", "422", "districts/test_boundaries.py::test_latitude_95_is_refused"),
    (
        "GeoJSON: swapped axes",
        "422",
        "districts/test_import_districts.py::test_swapped_axes_are_refused_with_the_feature",
    ),
    (
        "GeoJSON: 60,000 corners",
        "422",
        "districts/test_import_districts.py::test_60000_corners_are_refused_with_the_limit",
    ),
)


@pytest.mark.parametrize(("sent", "answer", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_has_its_test(sent: str, answer: str, test: str) -> None:
    file, name = test.split("::")
    text = (Path(__file__).parents[1] / file).read_text()
    assert re.search(rf"(?m)^def {name}\w*\(", text), f"{sent}: {answer}"


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(make_officer(make_district(code="N1"), time_zone="America/New_York"))
    return client


def test_an_id_that_is_taken_elsewhere_says_no_more_than_that() -> None:
    north, hidden = make_district(), make_organisation()
    sent = {"id": str(hidden.pk), "name": "New", "kind": "ngo", "home_district": north.code}
    answer = Tool(north).post("/organisations/", sent)
    assert answer.status_code == 409
    assert hidden.name not in answer.content.decode()
    assert Organisation.objects.get().name == hidden.name


@pytest.mark.parametrize("path", ["/organisations/0/", "/contacts/not-an-id/", "/api/v1/contacts/123/"])
def test_an_id_that_is_none_is_no_address(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-08T02:30",
        "2026-11-24T24:00",
        "2027-02-29T10:00",
        "9999-12-31T23:59",
        "2026-11-24",
        "tomorrow",
    ],
)
def test_a_moment_on_a_page_that_nobody_can_mean_is_asked_for_again(browser: Client, moment: str) -> None:
    district = str(District.objects.get().pk)
    place = {"subject": "Visit", "kind": "visit", "duration_minutes": "30", "district": district}
    answer = browser.post("/meetings/new/", place | {"starts_at": moment})
    assert answer.status_code == 422
    assert "starts_at" in answer.context["form"].errors
    assert 'value="Visit"' in answer.content.decode()
    assert not Meeting.objects.exists()


PERSON = {
    "home_district": "N1",
    "lawful_basis": "public_task",
    "purpose": "community_liaison",
    "email": "a@ngo.example",
}
PLANNED = {"kind": "visit", "duration_minutes": "30"}


@pytest.mark.parametrize(
    ("zone", "typed", "meant"),
    [
        ("Europe/Madrid", "2025-10-26T02:30", "2025-10-26T00:30+00:00"),
        ("America/New_York", "2025-11-02T01:30", "2025-11-02T05:30+00:00"),
        ("Europe/Madrid", "2025-10-26T03:30", "2025-10-26T02:30+00:00"),
    ],
)
def test_an_hour_that_comes_twice_means_the_first_of_the_two(zone: str, typed: str, meant: str) -> None:
    district = make_district()
    browser = Client()
    browser.force_login(make_officer(district, time_zone=zone))
    sent = {"kind": "visit", "duration_minutes": "30", "promise_when": "none", "promise_kind": "other"}
    who = f"organisation:{make_organisation(district).pk}"
    answer = browser.post("/meetings/log/", sent | {"who": who, "starts_at": typed})
    assert answer.status_code == 302, answer.context["form"].errors
    assert Meeting.objects.get().starts_at == datetime.fromisoformat(meant)


def test_nothing_has_happened_on_a_day_to_come() -> None:
    tool, tomorrow = Tool(make_district(code="N1")), city_today() + timedelta(days=1)
    organisation = {"name": "Casa", "kind": "ngo", "home_district": "N1"}
    declared = [{"focus": "women", "declared_by": "chair", "declared_on": str(tomorrow)}]
    for path, field, sent in (
        ("contacts", "notice_given_on", PERSON | {"family_name": "Ruiz", "notice_given_on": str(tomorrow)}),
        ("organisations", "verified_on", organisation | {"verified_on": str(tomorrow)}),
        ("organisations", "reporting_tested_on", organisation | {"reporting_tested_on": str(tomorrow)}),
        ("organisations", "focuses", organisation | {"focuses": declared}),
    ):
        answer = tool.post(f"/{path}/", sent)
        assert answer.status_code == 400, field
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert not (Organisation.objects.exists() or Contact.objects.exists())
    told = PERSON | {"family_name": "Ruiz", "notice_given_on": str(city_today())}
    made = tool.post("/contacts/", told)
    assert made.status_code == 201
    later = tool.patch(f"/contacts/{made.json()['id']}/", {"notice_given_on": str(tomorrow), "version": 1})
    assert later.status_code == 400
    assert Contact.objects.get().notice_given_on == city_today()


FOCUSES = {"focuses-TOTAL_FORMS": "0", "focuses-INITIAL_FORMS": "0"}
UNSEEN = (
    "\u200b\u200b",
    "\u202e",
    "\u3164",
    "\u115f\u1160",
    "\uffa0",
    "\u2800",
    "\u034f",
    "\ufe0f",
    "\uffff",
)


@pytest.mark.parametrize("text", UNSEEN)
def test_nothing_that_can_be_seen_is_no_name_of_anything(browser: Client, text: str) -> None:
    district = District.objects.get()
    tool = Tool(district)
    organisation = {"name": "Casa", "kind": "ngo", "home_district": "N1"}
    meeting = {"kind": "visit", "starts_at": "2026-03-09T10:00:00Z", "duration_minutes": 30, "district": "N1"}
    known = [{"source": tool.key.source, "id": text}]
    for path, field, sent in (
        ("organisations", "name", organisation | {"name": text}),
        ("organisations", "external_ids", organisation | {"external_ids": known}),
        ("contacts", "family_name", PERSON | {"family_name": text}),
        ("meetings", "subject", meeting | {"subject": text}),
    ):
        answer = tool.post(f"/{path}/", sent)
        assert answer.status_code == 400, field
        pointer = answer.json()["errors"][0]["pointer"]
        assert pointer.startswith(f"/{field}")
    browser.force_login(make_supervisor(district))
    planned = PLANNED | {"starts_at": f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"}
    file = SimpleUploadedFile("a.csv", b"Name;Kind;District\nCasa;ngo;N1\n")
    for path, named, posted in (
        (
            "/organisations/new/",
            "name",
            FOCUSES | {"name": text, "kind": "ngo", "home_district": district.pk},
        ),
        ("/meetings/new/", "subject", planned | {"subject": text, "district": str(district.pk)}),
        ("/import/", "source", {"what": "organisations", "source": text, "reason": "2", "file": file}),
        ("/views/organisations/new/", "name", {"name": text, "query": "kind=ngo"}),
    ):
        answer = browser.post(path, posted)
        assert answer.status_code == 422, path
        assert list(answer.context["form"].errors) == [named], path
    with pytest.raises(ValidationError):
        import_districts(actor=SYSTEM, content=collection(feature("N2", text)))
    assert not (Organisation.objects.exists() or Contact.objects.exists() or Meeting.objects.exists())
    assert District.objects.count() == 1


@pytest.mark.parametrize("name", [*UNSEEN[:2], " \r\n\t "])
def test_a_name_of_nothing_that_can_be_seen_is_asked_for_again(browser: Client, name: str) -> None:
    answer = browser.post("/contacts/new/", {"family_name": name, "email": "a@ngo.example"})
    assert answer.status_code == 422
    assert not Contact.objects.exists()


def test_the_same_name_in_other_code_points_is_suggested(browser: Client) -> None:
    district: Any = make_district()
    browser.force_login(make_officer(district))
    make_organisation(district, name="Asociaci\u00f3n \u00c1lava")
    answer = browser.post("/organisations/new/similar/", {"name": "Asociacio\u0301n A\u0301lava"})
    assert "Asociaci\u00f3n \u00c1lava" in answer.content.decode()


def test_ten_megabytes_of_text_are_refused(browser: Client) -> None:
    answer = browser.post("/meetings/log/", {"facts": "x" * 10_000_000})
    assert answer.status_code == 400
    assert not Meeting.objects.exists()
