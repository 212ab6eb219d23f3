"""A new record is compared with existing records."""

import pytest
from pytest_django import DjangoAssertNumQueries

from contacts.queries.duplicates import similar_organisations
from tests.factories import make_actor, make_district, make_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ({"name": "asociacion kaleidos"}, {"same name"}),
        ({"name": "Kaleidoss"}, {"similar name"}),
        ({"name": "Asociación Kaleidos", "phone": "918 812 345"}, {"same name", "same phone"}),
        ({"name": "Something else", "phone": "+34 918812345"}, {"same phone"}),
        ({"name": "Something else", "phone": "٩١٨ ٨١٢ ٣٤٥"}, {"same phone"}),
        ({"name": "Something else", "email": "INFO@kaleidos.example"}, {"same email"}),
        ({"name": "Something else", "website": "http://kaleidos.example/about"}, {"same website"}),
    ],
)
def test_the_reason_is_told(typed: dict[str, str], reasons: set[str]) -> None:
    north = make_district()
    known = make_organisation(
        north,
        name="Kaleidos",
        phone="+34918812345",
        email="info@kaleidos.example",
        website="https://www.kaleidos.example",
    )
    make_organisation(north, name="Peña Ciclista")
    (candidate,) = similar_organisations(make_actor(north), **typed)
    assert candidate.organisation == known
    assert set(map(str, candidate.reasons)) == reasons


@pytest.mark.parametrize(
    ("known", "typed", "reason"),
    [
        ("Casa Nikolova", "Каса Николова", "same name"),
        ("Сдружение Николова", "nikolova", "same name"),
        ("Σύλλογος Ελλήνων", "syllogos ellinon", "same name"),
        ("Syllogos Ellinon", "ΕΛΛΗΝΩΝ ΣΥΛΛΟΓΟΣ", "same name"),
        ("Николова", "Ниκολова", "same name"),  # in letters of two alphabets
        ("Велико Търново", "Veliko Turnovo", "similar name"),
        ("Читалище Младост", "Chitalishte Mladozt", "similar name"),
    ],
)
def test_a_name_is_compared_in_whatever_script_it_is_written(
    known: str, typed: str, reason: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    north = make_district()
    row = make_organisation(north, name=known)
    make_organisation(north, name="Peña Ciclista")
    make_organisation(north, name="Колоездачи")
    actor = make_actor(north)
    with django_assert_num_queries(1):
        (candidate,) = similar_organisations(actor, name=typed)
    assert candidate.organisation == row
    assert list(map(str, candidate.reasons)) == [reason]


@pytest.mark.parametrize(
    "typed", [{"name": "Women’s Choir"}, {"name": ""}, {"name": "«»", "phone": "abc", "website": "http://["}]
)
def test_nothing_alike_is_nothing_told(typed: dict[str, str]) -> None:
    north = make_district()
    make_organisation(north, name="Kaleidos")
    assert similar_organisations(make_actor(north), **typed) == []


def test_what_is_not_seen_is_not_told() -> None:
    make_organisation(name="Kaleidos")
    assert similar_organisations(make_actor(make_district()), name="Kaleidos") == []


def test_an_organisation_is_not_its_own_duplicate() -> None:
    north = make_district()
    known = make_organisation(north, name="Kaleidos")
    assert similar_organisations(make_actor(north), name="Kaleidos", exclude=known.pk) == []
