"""What people type into the search box, and which organisation they mean: recall at five."""

from typing import Final

import pytest
from pytest_django import DjangoAssertNumQueries

from contacts.queries.search import find_contacts, find_organisations
from contacts.services.changes import Change
from contacts.services.organisations import blank_organisation, write_organisations
from tests.contacts.labelled_names import labelled_pairs
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db

#: The organisation, and what is typed to find it.
MEANT: Final = {
    "AVV Aluche": (
        "asociación vecinos aluche",
        "asociacion de vecinos aluche",
        "avv aluche",
        "vecinal aluche",
    ),
    "Asociación de Vecinos Las Águilas": ("los vecinos de las aguilas", "AVV aguilas", "avv las águilas"),
    "A.S.V.A.T.": ("asvat", "A.S.V.A.T.", "a s v a t"),
    "ACOVAL Inmigrantes": ("A.C.O.V.A.L.", "acoval"),
    "AMPA IES Fuentelobos": (
        "asociacion madres y padres fuentelobos",
        "ampa fuentelobos",
        "instituto fuentelobos",
    ),
    "Asociación de Madres y Padres del CEIP Quintarena": (
        "ampa quintarena",
        "apa quintarena",
        "colegio quintarena",
    ),
    "Al-Noor Mosque": ("al nur", "alnoor", "al-noor", "mosque nur"),
    "Kaleidos": (
        "asociación kaleidos",
        "kaleidos ong",
        "www.kaleidos-city.example",
        "kaleidos-city.example/about",
    ),
    "Сдружение Николова": ("nikolova", "sdruzhenie nikolova", "Николова"),
    "Σύλλογος Ποντίων": ("syllogos pontion", "ποντίων", "pontion"),
    "Читалище Щастливци": ("chitalishte shtastlivtsi", "щастливци"),
    "Club Deportivo Arganzal": ("C.D. Arganzal", "cd arganzal", "club arganzal"),
    "Hermandad de Ntra. Sra. del Romeral": ("hermandad nuestra señora romeral", "romeral hdad"),
    "Riverford Residents' Association": ("residents of riverford", "the riverford association"),
    "Associação de Moradores da Malhada": ("moradores da malhada", "associacao malhada"),
    "Circolo Culturale Ginestra": ("il circolo della ginestra", "ginestra circolo"),
    "Kuusikallion Kyläyhdistys ry": ("kuusikallion kylä", "kylayhdistys kuusikallion"),
    "MTÜ Tuulepesa": ("tuulepesa", "mittetulundusühing tuulepesa"),
    "Biedrība Varavīksnes Nams": ("varaviksnes nams", "varaviksnes biedriba"),
    "Ideella föreningen Lyktan": ("föreningen lyktan", "lyktan i"),
    "Fundación Sáhara Abierta": ("fundacion sahara", "la sahara abierta", "shara abierta"),
}


def test_what_is_meant_is_among_the_first_five(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    north = make_district()
    names = {pair.other for pair in labelled_pairs() if not pair.is_same} - set(MEANT)
    rows = [
        Change(blank_organisation(), {"name": name, "kind": "ngo", "home_district": north} | more)
        for name in [*MEANT, *sorted(names)]
        for more in [{"website": "https://www.kaleidos-city.example/"} if name == "Kaleidos" else {}]
    ]
    actor = make_actor(north)
    write_organisations(actor=actor, changes=rows)
    asked = [(name, q) for name, queries in MEANT.items() for q in queries]
    missed = []
    for name, q in asked:
        with django_assert_max_num_queries(2):
            found = find_organisations(actor, q, 5)
        missed += [] if name in map(str, found) else [(name, q, list(map(str, found)))]
    assert len(missed) <= 0.05 * len(asked), missed


@pytest.mark.parametrize(("q", "is_found"), [("0903", True), ("7946", True), ("0904", False), ("903", False)])
def test_four_digits_are_part_of_a_number(q: str, is_found: bool) -> None:
    north = make_district()
    organisation = make_organisation(north, name="Casa Uno", phone="+442079460903")
    contact = make_contact(north, family_name="Vega", phone="+442079460903")
    make_contact(north, family_name="Gone", phone="+442079460903", withdrawn_on="2026-01-01")
    actor = make_actor(north)
    assert find_organisations(actor, q, 5) == ([organisation] if is_found else [])
    assert find_contacts(actor, q, 5) == ([contact] if is_found else [])
    assert find_organisations(make_actor(make_district()), q, 5) == []


def test_a_postcode_finds_who_is_there() -> None:
    north = make_district()
    organisation = make_organisation(north, name="Casa Uno", address="Calle Mayor 2", postcode="28801")
    make_organisation(north, name="Casa Dos", address="Calle Mayor 2", postcode="28802")
    assert find_organisations(make_actor(north), "28801", 5) == [organisation]


def test_nobody_is_found_by_the_host_of_an_organisation() -> None:
    north = make_district()
    known = make_organisation(north, name="Casa Uno", website="https://uno.example")
    make_contact(north, known, family_name="Vega", email="vega@uno.example")
    actor = make_actor(north)
    assert find_organisations(actor, "uno.example", 5) == [known]
    assert find_contacts(actor, "uno.example", 5) == []
