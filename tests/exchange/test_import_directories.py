"""A directory in HSDS (Open Referral) is read as a table of organisations, without its people."""

import csv
import gzip
import io
import json
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from contacts.models import Contact, FocusDeclaration, Organisation, OrganisationDetail
from exchange.imports.directories import HEADINGS
from exchange.imports.reading import UnreadableFile
from exchange.imports.tables import Table, read_table
from exchange.models import ImportDraft
from tests.exchange.test_import_wizard import mapped, send, sums, supervisor_of_n1
from tests.factories import make_district

EXAMPLE = Path("docs/examples/hsds-services.json")


def table(content: Any) -> Table:
    if not isinstance(content, bytes):
        content = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    return read_table(io.BytesIO(content))


def rows(content: Any) -> list[dict[str, str]]:
    found = table(content)
    found.content.seek(0)
    return list(csv.DictReader(io.TextIOWrapper(found.content, encoding="utf-8", newline="")))


def package(**tables: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.csv", text)
    return packed.getvalue()


def organisation(**more: Any) -> dict[str, Any]:
    return {"id": "a1", "name": "Alpha", "description": "They help."} | more


def test_services_are_read_as_their_organisations_each_once() -> None:
    first, second = rows(EXAMPLE.read_bytes())
    assert first == {
        "external id": "5d1c1a52-3a57-4a3a-9d65-0f2a3c9b1c03",
        "name": "Harbour Street Families",
        "summary": "Parents who help each other with school, forms and childcare.",
        "kind": "Parents' association",
        "website": "https://harbour-families.example",
        "email": "hello@harbour-families.example",
        "phone": "+34 918 000 101",
        "address": "Harbour Street 12, Alderport",
        "postcode": "28801",
        "latitude": "40.482",
        "longitude": "-3.364",
        "languages": "en",
    }
    assert (second["name"], second["website"]) == ("Alderport Tenants", "https://tenants.example/advice")
    assert second["phone"] == "+34 918 000 102", "what the first service lacks, the second says"
    assert table(EXAMPLE.read_bytes()).left_out == {"people": 1, "closed": 1, "all_closed": 1, "repeated": 1}


@pytest.mark.parametrize(
    "content",
    [
        [organisation()],
        organisation(),
        {"contents": [organisation()]},
        {
            "contents": [organisation()],
            "page_number": 1,
            "total_pages": 9,
            "next": "https://x.example/?page=1",
        },
        b"\xef\xbb\xbf" + json.dumps([organisation()]).encode(),
        [
            {
                "id": "s1",
                "name": "Alpha",
                "status": "active",
                "organization_id": "a1",
                "description": "They help.",
            }
        ],
        package(organizations="id,name,description\na1,Alpha,They help.\n"),
        package(organization="id,name,description\r\na1,Alpha,They help.\r\n", phone="id,number\r\n"),
    ],
)
def test_lists_pages_and_packages_say_the_same(content: Any) -> None:
    [row] = rows(content)
    assert (row["external id"], row["name"], row["summary"]) == ("a1", "Alpha", "They help.")


def test_the_tables_of_a_package_are_joined() -> None:
    content = package(
        organizations="id,name,description,website\na1,Alpha,They help.,https://alpha.example\n",
        services="id,organization_id,name,status,email\ns1,a1,Help,active,help@alpha.example\n",
        locations="id,organization_id,latitude,longitude\nl1,a1,40.4,-3.3\n",
        addresses="id,location_id,address_1,city,postal_code\nx,l1,Street 1,Alderport,28801\n",
        phones="id,service_id,number,type\np0,s1,111,fax\np1,s1,+34918000103,voice\n",
        languages="id,service_id,code\ng1,s1,es\n",
        contacts="id,organization_id,name\nc1,a1,Invented Person\n",
        attributes="id,link_id,taxonomy_term_id\nt,a1,k1\n",
        taxonomy_terms="id,name\nk1,Charity\n",
    )
    [row] = rows(content)
    assert row == dict(
        zip(
            HEADINGS,
            (
                *("a1", "Alpha", "They help.", "Charity", "https://alpha.example", "help@alpha.example"),
                *("+34918000103", "Street 1, Alderport", "28801", "40.4", "-3.3", "es"),
            ),
            strict=True,
        )
    )
    assert table(content).left_out == {"people": 1}


def test_a_broken_line_is_one_row_to_be_refused_and_the_others_are_read() -> None:
    lines = [json.dumps(organisation()), '{"id": ', json.dumps(organisation(id="a2", name="Beta"))]
    found = rows("\n".join(lines))
    assert [(row["external id"], row["name"]) for row in found] == [
        ("a1", "Alpha"),
        ("#2", ""),
        ("a2", "Beta"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"contents": [', "looks like JSON"),
        ("[" * 100_000, "no rows under the headings"),  # no list of objects: read as text
        ('[{"a":' + "[" * 100_000, "nested too deeply"),
        ('[{"id": "1", "name": "A", "latitude": NaN}]', "NaN is not a number"),
        ({"version": "2.0.1", "contents": []}, "HSDS 2.0.1"),
        ({"contents": []}, "no organisations"),
        ({"contents": 7}, "no list"),
        (b'[{"id": "' + b"x" * (21 * 1024 * 1024) + b'"}]', "larger than 20 MB"),
        (package(organization="id,name\n1,A\n", physical_address="id\n"), "HSDS 2"),
        (package(organization="id,name\n" + "1,A\n" * 6_000_000), "larger than 20 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_what_is_no_directory_is_refused_with_the_reason(content: Any, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        rows(content)


@pytest.mark.parametrize("odd", [None, 7, "text", [], {"name": {"a": 1}}, {"phones": 3, "locations": [1]}])
def test_whatever_an_item_is_it_is_one_row(odd: Any) -> None:
    assert len(rows([organisation(), odd])) == 2


def test_paths_in_a_package_lead_nowhere_and_html_stays_text() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../organizations.csv", "id,name,description\n1,<b>A</b>,=1+1\n")
    [row] = rows(packed.getvalue())
    assert (row["name"], row["summary"]) == ("<b>A</b>", "=1+1")


@pytest.mark.django_db
def test_it_is_imported_by_the_wizard_without_people_and_without_communities() -> None:
    user = supervisor_of_n1()
    draft = mapped(user, EXAMPLE.read_bytes(), fixed_home_district="N1", fixed_kind="other")
    assert draft.left_out_texts == [
        "1 person",
        "1 closed service",
        "1 organisation whose services are all closed",
        "1 repeated organisation",
    ]
    assert sums(draft) == {"created": 2}, draft.report
    send(user, draft, "run")
    one = Organisation.objects.get(name="Harbour Street Families")
    assert (one.website, one.postcode) == ("https://harbour-families.example", "28801")
    assert one.kind == "parents_association"
    assert not Contact.objects.exists()
    assert not FocusDeclaration.objects.exists()
    again = mapped(user, EXAMPLE.read_bytes(), fixed_home_district="N1", fixed_kind="other")
    assert sums(again) == {"unchanged": 2}


@pytest.mark.django_db
def test_the_command_imports_a_directory_and_checks_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    make_district("North", code="N1")
    call_command("import_hsds", str(EXAMPLE), district="N1", dry_run=True)
    assert "Dry run" in capsys.readouterr().out
    assert not Organisation.objects.exists()
    call_command("import_hsds", str(EXAMPLE), district="N1")
    said = capsys.readouterr().out
    assert "people: 1" in said
    assert set(Organisation.objects.values_list("name", "kind", "home_district__code")) == {
        ("Harbour Street Families", "parents_association", "N1"),
        ("Alderport Tenants", "other", "N1"),
    }
    assert not Contact.objects.exists()
    for wrong, says in (
        ("http://127.0.0.1/services.json", "https"),
        ("docs/examples/register.csv", "not a directory"),
        ("nothing.json", "No such file"),
    ):
        with pytest.raises(CommandError, match=says):
            call_command("import_hsds", wrong, district="N1")
    with pytest.raises(CommandError, match="Give the source a name"):
        call_command("import_hsds", str(EXAMPLE), source="")
    call_command("import_hsds", str(EXAMPLE), district="N1", source='a"\\')


def test_websites_of_3_1_are_read_where_the_first_one_is_missing() -> None:
    more = [{"id": "u1", "label": "Website", "url": "https://alpha.example"}]
    service = {"id": "s1", "name": "Help", "status": "active", "additional_urls": more}
    package_of_3_1 = package(
        organization="id,name\na1,Alpha\n", url="id,organization_id,url\nu1,a1,https://alpha.example\n"
    )
    for content in (
        organisation(additional_websites=more),
        organisation(services=[service]),
        organisation(website="https://alpha.example", additional_websites=[{"url": "https://other.example"}]),
        package_of_3_1,
    ):
        assert [row["website"] for row in rows(content)] == ["https://alpha.example"], content


def test_labels_of_3_1_and_numbers_in_quotes_are_read() -> None:
    """As in the examples of the specification and in lists of the United Kingdom."""
    labelled = {"id": "t", "label": "Legal", "value": "Advice"}
    [row] = rows(
        organisation(attributes=[labelled], phones=[{"number": '"+44 1234 234567"', "extension": 100}])
    )
    assert (row["kind"], row["phone"]) == ("Legal", "+44 1234 234567 ext. 100")


@pytest.mark.django_db
def test_every_item_of_a_bad_directory_is_imported_refused_or_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """IDs of any form, many phones and repeated items do no harm. Dangerous addresses are left out."""
    make_district("North", code="N1")
    place = {"latitude": 95, "longitude": 2, "addresses": [{"address_1": "x", "address_type": "physical"}]}
    phones = [{"number": f"+3491800{n:04}", "type": "fax" if n < 2 else "voice"} for n in range(50)]
    found = [
        organisation(id="no uuid", name="Many phones", phones=phones),
        organisation(id="a2", name="Script", website="javascript:alert(1)"),
        organisation(id="a3", name="Password", website="https://user:pw@bank.example"),
        organisation(id="a4", name="Beyond", locations=[place]),
        organisation(id="a5", name="Closed", services=[{"name": "x", "status": "defunct"}]),
        organisation(id="no uuid", name="Many phones"),
        {},
    ]
    assert table(found).left_out == {"closed": 1, "all_closed": 1, "repeated": 1}
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(found))
    call_command("import_hsds", str(file), district="N1")
    assert "created 4, updated 0, merged 0, unchanged 0, refused 1" in capsys.readouterr().out
    made = {row.name: row for row in Organisation.objects.all()}
    assert set(made) == {"Many phones", "Script", "Password", "Beyond"}
    assert str(made["Many phones"].phone) == "+34918000002"
    details = OrganisationDetail.objects.values_list("value", flat=True)
    stored = " ".join([*(row.website for row in made.values()), *details])
    assert "javascript" not in stored and "user:pw" not in stored


def test_what_is_packed_is_not_unpacked_and_a_slow_server_is_not_waited_for(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb.json"
    bomb.write_bytes(gzip.compress(b"[" + b" " * 30_000_000, 1))
    with pytest.raises(CommandError):
        call_command("import_hsds", str(bomb), district="N1")
    monkeypatch.setattr("exchange.management.commands.import_hsds._SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        settings.WEBHOOK_ALLOWED_HOSTS = [place]
        with pytest.raises(CommandError, match="timeout"):
            call_command("import_hsds", f"http://{place}/services.json", district="N1")


def test_a_page_of_a_directory_says_how_much_is_on_the_others() -> None:
    page = {"total_items": 500, "total_pages": 5, "contents": [organisation(id="a1", name="One")]}
    assert table(page).left_out == {"on_other_pages": 499}
    assert table({"total_items": 1, "contents": [organisation(id="a1", name="One")]}).left_out == {}
    assert table({"total_items": "many", "contents": [organisation(id="a1", name="One")]}).left_out == {}
    assert ImportDraft(left_out={"on_other_pages": 499, "all_closed": 1}).left_out_texts == [
        "1 organisation whose services are all closed",
        "499 items on other pages of the directory: import those pages, too",
    ]
