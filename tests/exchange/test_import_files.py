"""Import files and mappings as people really write them."""

from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.actors import SYSTEM
from contacts.models import Organisation
from exchange.imports.mapping import MappingError, load_mapping
from exchange.imports.outcomes import ImportReport, RowOutcome
from exchange.imports.reading import UnreadableFile
from exchange.imports.register import ONE_AT_A_TIME, import_organisations
from exchange.imports.tables import read_table
from jobs.models import Lease
from jobs.services.jobs import held_alone
from lib.ids import uuid7
from tests.factories import make_district, make_officer, make_supervisor

pytestmark = pytest.mark.django_db

MAPPING = """
source = "test"
identify = ["Name"]
[fields]
name = "Name"
kind = { value = "ngo" }
phone = "Phone"
summary = "About"
languages = "Languages"
[fields.home_district]
value = "T-1"
"""
HEADER = "Name;Phone;About;Languages\n"


@pytest.fixture(autouse=True)
def district() -> None:
    make_district("Test", code="T-1")


def run(data: bytes, mapping: str = MAPPING, **options: Any) -> ImportReport:
    return import_organisations(actor=SYSTEM, file=BytesIO(data), mapping=load_mapping(mapping), **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    text = (HEADER + "Asociación Señor;612345678;;es\n").replace(";", delimiter)
    run(text.encode(encoding))
    organisation = Organisation.objects.get()
    assert organisation.name == "Asociación Señor"
    assert organisation.languages == ["es"]


def test_line_numbers_are_those_of_a_spreadsheet() -> None:
    report = run((HEADER + '"One\nName";;"two\nlines";\n\n;;;\nLast;;;\n').encode())
    assert [(line.number, line.name) for line in report.lines()] == [(2, "One Name"), (5, "Last")]
    assert Organisation.objects.get(name="One Name").summary == "two\nlines"


def test_short_rows_are_read_and_long_ones_refused() -> None:
    report = run((HEADER + "Short\nLong;;;;more\nTrailing;;;;;;\n").encode())
    assert [(line.name, line.outcome.value) for line in report.lines()] == [
        ("Short", "created"),
        ("Long", "refused"),
        ("Trailing", "created"),
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-2", "@cmd"])
def test_formulas_are_text(cell: str) -> None:
    run((HEADER + f"{cell} club;;;\n").encode())
    assert Organisation.objects.get().name == f"{cell} club"


def test_invisible_and_endless_text_does_not_pass() -> None:
    report = run(
        (HEADER + f"\u200b\u202e;;;\n{'x' * 201};;;\nA\x00B;;;\nGood\u202e;;{'y' * 5_000};\n").encode()
    )
    assert [line.outcome.value for line in report.lines()] == ["refused", "refused", "created", "created"]
    assert set(Organisation.objects.values_list("name", "summary")) == {("AB", ""), ("Good", "")}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Other;Columns\n1;2\n",
        b"Name;Name;Phone;About;Languages\n",
        HEADER.encode() + b'"' + b"x" * 200_000,
    ],
)
def test_what_is_no_such_table_is_said(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        run(data)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('focus = "Class"', "cannot set communities"),
        ('lead_officer = "Boss"', "An import cannot set lead_officer."),
        ("is_listed_publicly = { value = true }", "An import cannot set is_listed_publicly."),
        ('email = { column = "E", colour = "red" }', "Unknown keys in .+: colour"),
        ('email = { join = "-" }', "give a column or a value"),
        ('status = { value = "lost" }', "not in the code list"),
        ('address = { column = "A", case = "xx" }', "case must be one of"),
        ("email = 3", "give a column name"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(line: str, why: str) -> None:
    with pytest.raises(MappingError, match=why):
        load_mapping(MAPPING.replace("[fields]\n", f"[fields]\n{line}\n"))


@pytest.mark.parametrize(
    "text",
    ["", "source = ", 'source = "x"', MAPPING.replace('"test"', '""'), MAPPING.replace('value = "T-1"', "")],
)
def test_a_mapping_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(MappingError):
        load_mapping(text)


def test_an_unknown_district_refuses_its_row() -> None:
    report = run((HEADER + "One;;;\n").encode(), MAPPING.replace("T-1", "Nowhere"))
    assert [line.outcome.value for line in report.lines()] == ["refused"]


def test_only_one_import_runs_at_a_time() -> None:
    with held_alone(ONE_AT_A_TIME), pytest.raises(ValidationError, match="Another import"):
        run((HEADER + "One;;;\n").encode())
    run((HEADER + "One;;;\n").encode())


def test_an_import_that_died_is_waited_for_no_longer_than_its_lease() -> None:
    Lease.objects.create(name=ONE_AT_A_TIME, holder=uuid7(), until=timezone.now() + timedelta(seconds=50))
    with pytest.raises(ValidationError, match="Another import"):
        run((HEADER + "One;;;\n").encode())
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    run((HEADER + "One;;;\n").encode())


def test_an_import_begins_once_the_lease_of_one_that_died_has_run_out() -> None:
    steps: list[str] = []
    Lease.objects.create(name=ONE_AT_A_TIME, holder=uuid7(), until=timezone.now() + timedelta(seconds=1))
    report = run(
        (HEADER + "One;;;\n").encode(),
        patience=timedelta(seconds=20),
        progress=lambda step, _done, _total: steps.append(step),
    )
    assert report.sums[RowOutcome.CREATED] == 1
    assert steps[0] == "wait"


def test_an_import_whose_place_another_took_writes_nothing_more() -> None:
    def take(step: str, _done: int, total: int | None) -> None:
        if (step, total) == ("read", 1):
            Lease.objects.update(holder=uuid7())

    with pytest.raises(ValidationError, match="Another import"):
        run((HEADER + "One;;;\n").encode(), progress=take)
    assert not Organisation.objects.exists()


class TestCommand:
    @pytest.fixture
    def files(self, tmp_path: Path) -> list[str]:
        (tmp_path / "register.csv").write_text(HEADER + "One;;;\nOne;;;\n;6;;\n")
        (tmp_path / "mapping.toml").write_text(MAPPING)
        return [str(tmp_path / "register.csv"), "--mapping", str(tmp_path / "mapping.toml")]

    def test_it_reports_line_by_line_and_in_sums(self, files: list[str]) -> None:
        out = StringIO()
        call_command("import_organisations", *files, stdout=out)
        lines = out.getvalue().splitlines()
        assert lines[0] == "2\tcreated\tOne"
        assert lines[1] == "3\tmerged\tOne: the same as line 2"
        assert lines[2].startswith("4\trefused")
        assert lines[3] == "created 1, updated 0, merged 1, unchanged 0, refused 1"

    def test_a_dry_run_says_so(self, files: list[str]) -> None:
        out = StringIO()
        call_command("import_organisations", *files, "--dry-run", "--quiet", stdout=out)
        assert "Dry run: nothing was written." in out.getvalue()
        assert "created\tOne" not in out.getvalue()
        assert not Organisation.objects.exists()

    def test_it_imports_as_a_supervisor(self, files: list[str]) -> None:
        supervisor = make_supervisor(make_district())
        out = StringIO()
        options = ["--as", supervisor.email, "--reason", "yearly"]
        call_command("import_organisations", *files, *options, stdout=out)
        assert out.getvalue().splitlines()[-1] == "created 0, updated 0, merged 0, unchanged 0, refused 3"

    @pytest.mark.parametrize("options", [["--as", "nobody@police.example"], ["--mapping", "missing.toml"]])
    def test_mistakes_are_said_plainly(self, files: list[str], options: list[str]) -> None:
        with pytest.raises(CommandError):
            call_command("import_organisations", *files, *options)

    def test_an_officer_may_not(self, files: list[str]) -> None:
        with pytest.raises(CommandError, match="supervisor"):
            call_command("import_organisations", *files, "--as", make_officer(make_district()).email)


@pytest.mark.parametrize("start", [b"BEGIN:VCARD\r\nVERSION:4.0", b"\xef\xbb\xbfbegin:vcalendar\n"])
def test_contact_cards_and_calendars_are_refused_with_what_to_do(start: bytes) -> None:
    with pytest.raises(UnreadableFile, match="Export it as CSV"):
        read_table(BytesIO(start + b"\r\nFN:Sam\r\nEND:VCARD\r\n"))
