"""Headings and values of registers as cities publish them: two header rows, references, prefixes, phones."""

import io

import pytest

from exchange.imports.channels import phone_problem, read_phones
from exchange.imports.guessing import guess_columns, guess_values
from exchange.imports.tables import Table, join_header_rows, read_table
from exchange.imports.words import KINDS


def _table(*rows: str) -> Table:
    return read_table(io.BytesIO("\n".join(rows).encode()))


def test_two_header_rows_are_joined_and_only_merged_headings_are_spread() -> None:
    table = _table(
        "Registo de associações;;;;;",
        "N.º;Nome;Contactos;;;Notas",
        ";;Telemóvel;Email;Morada;",
        "1;Clube Um;912345678;um@clube.pt;Rua A, 1;",
        "2;Clube Dois;912345679;dois@clube.pt;Rua B, 2;x",
        "3;Clube Três;912345670;tres@clube.pt;Rua C, 3;",
    )
    assert table.headings == [
        *("N.º", "Nome", "Contactos / Telemóvel", "Contactos / Email", "Contactos / Morada", "Notas")
    ]
    assert table.heading_row == 3
    assert guess_columns(table.distinct, "PT") == {
        "Nome": "name",
        "Contactos / Telemóvel": "phone",
        "Contactos / Email": "email",
        "Contactos / Morada": "address",
    }


@pytest.mark.parametrize(
    ("upper", "lower", "under"),
    [
        (["Name", "Phone", ""], ["Club One", "912345678", "a note"], [["Club Two", "912345679", ""]]),
        (["Name", "", "Kind"], ["Club One", "long text", "club"], [["Club Two", "", "union"]]),
        (["Name", "Phone"], ["Club One", ""], [["Club Two", "912345679"]]),
        (["Name", "", ""], ["One", "One", "a"], [["Two", "912345678", "b"]]),
    ],
)
def test_a_row_of_values_is_no_second_header_row(
    upper: list[str], lower: list[str], under: list[list[str]]
) -> None:
    assert join_header_rows(upper, lower, under) == []


def test_a_reference_is_unique_and_neither_a_date_nor_the_number_of_the_row() -> None:
    columns = {
        "Registration date": ["13.01.2020", "2019-03-04", "1/2/2018"],
        "№": ["1", "2", "3", "4"],
        "Rek.nro": ["204.113", "198.001"],
        "Name": ["A", "B", "C"],
    }
    assert guess_columns(columns, "FI") == {"Rek.nro": "external_id", "Name": "name"}
    assert guess_columns({"№": ["7", "12", "9"]}, "BG") == {"№": "external_id"}
    table = _table("Reg no,Name", *(f"{'AB'[n % 2]}1,Club {n}" for n in range(10)))
    assert guess_columns(table.distinct, "GB", repeated_columns=table.repeated_columns) == {"Name": "name"}


def test_plain_words_of_registers_are_known() -> None:
    headings = {
        "Charity Name": "name",
        "Working Name": "short_name",
        "Post Code": "postcode",
        "Ward": "home_district",
        "Activities": "summary",
        "ЕИК": "external_id",
    }
    values = {heading: ["BD7 1AA", "BD7 1AB"] for heading in headings}
    values |= {"Charity Name": ["One", "Two"], "ЕИК": ["831661388", "000696327"]}
    assert guess_columns(values, "GB") == headings
    places = {"Postinumero ja -toimipaikka": ["00100 Helsinki", "00530 HELSINKI"]}
    assert guess_columns(places, "FI") == {"Postinumero ja -toimipaikka": "postcode"}
    kinds = ["сдружение", "фондация", "народно читалище", "вероизповедание"]
    codes = dict.fromkeys(KINDS, "")
    assert list(guess_values(kinds, codes, KINDS, {}).values()) == [
        *("ngo", "ngo", "culture_sport", "religious_community")
    ]


def test_a_word_that_most_values_share_is_left_out_and_a_label_comes_before_a_code() -> None:
    districts = {"S01": "Лозенец", "S02": "Оборище", "S03": "Средец", "CITY": "Center", "BD07": "City"}
    values = ["р-н Лозенец", "р-н Оборище", "р-н Средец", "р-н Изток", "район Средец"]
    assert guess_values(values, districts, {}, {}) == {
        "р-н Лозенец": "S01",
        "р-н Оборище": "S02",
        "р-н Средец": "S03",
    }
    assert guess_values(["City"], districts, {}, {}) == {}  # a label and another code: a person decides
    assert guess_values(["Center", "BD07"], districts, {}, {}) == {"Center": "CITY", "BD07": "BD07"}


def test_a_phone_that_the_spreadsheet_destroyed_is_named_so() -> None:
    for text in ("4.48E+11", "4,48E+11", "448000000000", "918000000.0"):
        assert read_phones(text, "GB").main == "", text
        assert phone_problem(text) == "destroyed by the spreadsheet", text
    assert read_phones("+351 218 000 000", "PT").main == "+351218000000"
    assert phone_problem("n/a") == "not a number"
