"""Decisions in the import wizard: the encoding of a file, and which rows are the same."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Organisation
from exchange.imports.encodings import likely_encodings
from exchange.imports.guessing import guess_columns, guess_values
from exchange.imports.words import HEADINGS, KINDS
from exchange.models import ImportDraft
from jobs.services.running import run_next
from tests.contacts.pages import browse
from tests.exchange.test_import_joins import NUMBERED
from tests.exchange.test_import_wizard import mapped, send, sums, supervisor_of_n1, upload
from tests.factories import make_district, make_supervisor

BULGARIAN = (
    "Име;Вид;Район\nСдружение на жените;жени;N1\nЧиталище Светлина;култура;N1\nЖители на квартала;жители;N1\n"
)
GREEK = "Όνομα;kind;district\nΣύλλογος Ποντίων;ngo;N1\nΈνωση Γυναικών Βόρειας Συνοικίας;ngo;N1\n"
LATVIAN = "Nosaukums;Veids;Rajons\nSieviešu biedrība;biedrība;N1\nBērnu atbalsts Āgenskalnā;ģimene;N1\n"
SPANISH = "Nombre;Tipo;Distrito\nAsociación de Mujeres;mujeres;N1\nUnión de Niños Ñandú;vecinos;N1\n"


@pytest.mark.parametrize(
    ("text", "encoding"), [(BULGARIAN, "cp1251"), (GREEK, "cp1253"), (SPANISH, "cp1252"), (LATVIAN, "cp1257")]
)
def test_the_right_encoding_is_one_of_the_two_likeliest(text: str, encoding: str) -> None:
    assert encoding in likely_encodings(io.BytesIO(text.encode(encoding)))[:2]


@pytest.mark.django_db
def test_a_person_sees_rows_in_the_likeliest_encodings_and_chooses_one() -> None:
    user = supervisor_of_n1()
    page = upload(user, LATVIAN.encode("cp1257"))["location"]
    client = browse(user)
    said = client.get(page).content.decode()
    assert "Sieviešu biedrība" in said
    assert "Windows-1257" in said
    assert "Windows-1252" in said
    assert client.post(page, {"encoding": "utf-7"}).status_code == 422
    assert client.post(page, {"encoding": ""}).status_code == 422
    assert client.post(page, {"encoding": "cp1257"}).status_code == 302
    draft = ImportDraft.objects.get()
    assert (draft.encoding, draft.sample["Nosaukums"][0]) == ("cp1257", "Sieviešu biedrība")
    other = make_supervisor(make_district())
    assert browse(other).post(page, {"encoding": "cp1252"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_that_says_its_encoding_asks_nothing(encoding: str) -> None:
    user = supervisor_of_n1()
    page = upload(user, BULGARIAN.encode(encoding))["location"]
    assert ImportDraft.objects.get().sample["Име"][0] == "Сдружение на жените"
    assert "Use this encoding" not in browse(user).get(page).content.decode()


ALIKE = "Nombre;Tipo;Distrito;Teléfono\nCasa Roma;ngo;N1;949217792\nLa Casa de Roma;ngo;N1;\n"


@pytest.mark.django_db
def test_rows_that_are_alike_are_decided_on_a_page_and_tried_again() -> None:
    user = supervisor_of_n1()
    draft = mapped(user, ALIKE)
    assert sums(draft) == {"created": 2}
    client, page = browse(user), f"/import/{draft.pk}/joins/"
    assert page in client.get(f"/import/{draft.pk}/").content.decode()
    shown = client.get(page).content.decode()
    assert "Casa Roma of line 2 (similar name, same district)" in shown
    assert client.post(page, {"line_3": "line:9"}).status_code == 422
    assert client.post(page, {"line_3": "line:2"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "trying"
    while run_next():
        pass
    draft.refresh_from_db()
    assert (draft.state, sums(draft)) == ("tried", {"created": 1, "merged": 1})
    assert sums(send(user, draft, "run")) == {"created": 1, "merged": 1}
    assert Organisation.objects.count() == 1
    assert client.get(page).status_code == 404  # already imported
    other = make_supervisor(make_district())
    assert browse(other).get(page).status_code == 404


@pytest.mark.django_db
def test_many_offers_are_shown_page_by_page_and_a_page_says_nothing_of_the_others() -> None:
    user = supervisor_of_n1()
    rows = "".join(f"Casa Roma {n}x;ngo;N1;\nLa Casa de Roma {n}x;ngo;N1;\n" for n in range(60))
    draft = mapped(user, f"Nombre;Tipo;Distrito;Teléfono\n{rows}")
    client, page = browse(user), f"/import/{draft.pk}/joins/"
    first, second = client.get(page).context["form"], client.get(page, {"page": "2"}).context["form"]
    assert (len(first.fields), len(second.fields)) == (50, 10)
    assert client.get(page, {"page": "99999999999999999999"}).status_code == 200
    line = next(iter(second.fields)).removeprefix("line_")
    answer = client.post(f"{page}?page=2", {f"line_{line}": f"line:{int(line) - 1}"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.joins == {line: f"line:{int(line) - 1}"}


@pytest.mark.django_db
def test_the_command_takes_an_encoding_and_which_rows_are_one(tmp_path: Any, capsys: Any) -> None:
    make_district("North", code="N1")
    text = "Id;Name;Kind;District;Phone;Email\n;Приятели;ngo;N1;949217792;\n;Приятели на;ngo;N1;;\n"
    (tmp_path / "f.csv").write_bytes(text.encode("cp1251"))
    (tmp_path / "m.toml").write_text(NUMBERED.replace('["Id"]', '["Name"]'))
    command = ("import_organisations", str(tmp_path / "f.csv"), "--mapping", str(tmp_path / "m.toml"))
    call_command(*command, "--dry-run", "--encoding", "windows-1251")
    said = capsys.readouterr().out
    assert "created\tПриятели" in said
    assert "may be Приятели of line 2 (similar name, same district) [line:2]" in said
    call_command(*command, "--dry-run", "--encoding", "windows-1251", "--join", "3=line:2")
    assert "created 1, updated 0, merged 1" in capsys.readouterr().out
    for wrong in ("3", "x=new", "3="):
        with pytest.raises(CommandError, match="--join"):
            call_command(*command, "--join", wrong)
    with pytest.raises(CommandError, match="encoding"):
        call_command(*command, "--encoding", "no-such")


def test_one_odd_value_does_not_take_an_exact_heading_away() -> None:
    assert guess_columns({"Correo": ["call me"]}, "ES") == {"Correo": "email"}
    assert guess_columns({"Correo": ["call me", "yes"]}, "ES") == {}


def test_an_exact_heading_comes_first_and_each_field_is_guessed_once() -> None:
    kinds = {
        heading: ["x"] for heading in ("categoria", "tipo", "tipología", "clasificacion", "type", "kind")
    }
    found = guess_columns({"alternate_name": ["B"], "name": ["A"], "organization_id": ["7"], **kinds}, "ES")
    assert found["name"] == "name"
    assert found["organization_id"] == "external_id"
    assert "alternate_name" not in found
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("heading", "values", "field"),
    [
        ("idEntImport", ["1", "2"], "external_id"),
        ("nombreCorto", ["CR"], "short_name"),
        ("nombre_corto", ["CR"], "short_name"),
        ("organization_id", ["12"], "external_id"),
        ("Tipo de organización", ["ngo"], "kind"),
        ("correo", ["not", "an", "address"], None),
        ("teléfono", ["sí", "no"], None),
        ("Nombre", ["1", "2", "3"], None),
    ],
)
def test_a_heading_is_split_and_its_values_confirm_it(
    heading: str, values: list[str], field: str | None
) -> None:
    assert guess_columns({heading: values}, "ES", HEADINGS).get(heading) == field


def test_a_womens_group_that_does_culture_is_a_womens_group() -> None:
    said = ["Mujeres Culturales", "Culturales"]
    codes = {code: code for code in KINDS}
    assert guess_values(said, codes, KINDS, {}) == {
        "Mujeres Culturales": "womens_organisation",
        "Culturales": "culture_sport",
    }


def test_a_name_beats_a_code_and_what_fits_two_is_left_to_a_person() -> None:
    wards = {"CITY": "Alderport", "BD07": "City", "N1": "North"}
    places = {"city": "BD07", "alderport": "CITY", "bd07": "BD07", "north": "N1", "n1": "N1"}
    found = guess_values(["City", "Alderport", "BD07", "north", "n1"], wards, {}, places)
    assert found == {"Alderport": "CITY", "BD07": "BD07", "north": "N1", "n1": "N1"}
