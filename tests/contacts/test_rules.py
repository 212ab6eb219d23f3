"""Names, phones and emails as people write them."""

import pytest

from contacts.rules.evidence import evidence
from contacts.rules.letter_case import title_case
from contacts.rules.names import plain_name
from contacts.rules.phones import find_phones
from lib.domains import plain_email


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CLUB FUTBOL DINAMO DE ALCALA", "Dinamo Alcalá, Club Fútbol"),
        ("Asociación Kaleidos, O.N.G.", "KALEIDOS"),
        ("Asoc. Mª Auxiliadora", "Asociacion Maria Auxiliadora"),
        ("Sta. Ana", "SANTA ANA"),
        ("Kulttuuri ry", "KULTTUURI"),
        ("Huerto e. V.", "huerto"),
        ("Σύλλογος ΠΟΝΤΙΩΝ", "συλλογος ποντίων"),
    ],
)
def test_two_spellings_of_one_name_have_the_same_core(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Federación de Teatro", "Asociación de Teatro"),
        ("Club Disctrito II", "Club Distrito III"),
        ("Asociación de Mujeres", "Asociación de Vecinos"),
        ("Asociación", "Fundación"),
        ("Residents of Block A", "Residents of Block E"),
        ("Comunidad de Vecinos Portal Y", "Comunidad de Vecinos Portal I"),
        ("A Block Residents", "E Block Residents"),
    ],
)
def test_different_names_have_different_cores(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


def test_a_name_of_small_words_only_keeps_them() -> None:
    assert plain_name("El") == "el"
    assert plain_name("Asociación") == "asociacion"
    assert plain_name("") == ""


def test_shared_evidence_needs_the_same_plain_name() -> None:
    mine = set(evidence("Club Ágora", "N1", [("phone", "+34600000001")]))
    assert mine & set(evidence("CLUB AGORA", "N2", [("phone", "+34600000001")]))
    assert not mine & set(evidence("CLUB AGORA", "N2", [("phone", "+34600000002")]))
    assert not mine & set(evidence("CLUB ALBA", "N1", [("phone", "+34600000001")]))


@pytest.mark.parametrize(
    ("shouted", "written"),
    [
        ("ASOCIACION DE VECINOS EL VAL", "Asociación de Vecinos El Val"),
        ("AMIGOS DE LA MUSICA Y LOS LIBROS", "Amigos de la Música y los Libros"),
        ("CLUB DISTRITO III", "Club Distrito III"),
        ("L Y E TORIBIO", "L y E Toribio"),
        ("C/ NAVARRO Y LEDESMA 9 1º A", "C/ Navarro y Ledesma 9 1º A"),
        ("AMPA CP EL JUNCAL (La Rinconada)", "AMPA CP El Juncal (La Rinconada)"),
        ('GRUPO "LA LUZ"', 'Grupo "La Luz"'),
        ("CLUB BEEP'S", "Club Beep's"),
        ("L'HOSPITALET", "L'Hospitalet"),
        ("Asociación de Vecinos el Val", "Asociación de Vecinos el Val"),
        ("", ""),
        ("123", "123"),
    ],
)
def test_shouted_spanish_becomes_a_name(shouted: str, written: str) -> None:
    assert title_case(shouted, "es", {"ampa": "AMPA", "musica": "Música"}) == written


@pytest.mark.parametrize(
    ("cell", "numbers", "rest"),
    [
        ("91 885 29 65", ["+34918852965"], []),
        ("Tel. 91 885 29 65 / 617 86 23 38", ["+34918852965", "+34617862338"], []),
        ("617862338; 617 86 23 38", ["+34617862338"], []),
        ("91-885-29-65 - 617862338", ["+34918852965", "+34617862338"], []),
        ("٦١٧ ٨٦ ٢٣ ٣٨", ["+34617862338"], []),
        ("91 885 29 65 ext. 12", ["+34918852965"], []),
        ("+49 30 901820", ["+4930901820"], []),
        ("617 ABC DEF", [], ["617 ABC DEF"]),
        ("918852965/66", ["+34918852965"], ["66"]),
        ("", [], []),
    ],
)
def test_phones_are_found_as_people_write_them(cell: str, numbers: list[str], rest: list[str]) -> None:
    found = find_phones(cell, "ES")
    assert (found.numbers, found.other_text) == (numbers, rest)


def test_an_address_loses_what_people_put_around_it() -> None:
    assert plain_email(" <mailto:Info@Example.ORG> ") == "Info@example.org"
    assert plain_email("a@bücher.example") == "a@xn--bcher-kva.example"
    assert plain_email("no address") == "no address"
