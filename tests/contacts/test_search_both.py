"""A search of a person and an organisation at once finds both, and never their link."""

import pytest

from contacts.models import Affiliation
from contacts.queries.search import find_both
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("q", "organisations", "people"),
    [
        ("Rao Buddhist", {"Buddhist Centre", "Buddhist Library"}, {"Anil Rao", "Vera Rao"}),
        ("Anil Buddhist Library", {"Buddhist Library"}, {"Anil Rao"}),
        ("Buddhist Rao Unheard", set(), set()),
        ("Rao Chess", {"Chess Club"}, {"Anil Rao", "Vera Rao"}),
        ("Chess Library", set(), set()),
    ],
)
def test_each_list_ignores_the_words_that_only_the_other_knows(
    q: str, organisations: set[str], people: set[str]
) -> None:
    north, east = make_district(), make_district()
    for name in ("Buddhist Centre", "Buddhist Library", "Chess Club"):
        make_organisation(north, name=name)
    rao = make_contact(north, given_name="Anil", family_name="Rao")
    make_contact(north, given_name="Vera", family_name="Rao")
    make_contact(east, given_name="Elsewhere", family_name="Rao")
    centre = make_organisation(north, name="Sangha House")
    Affiliation.objects.create(contact=rao, organisation=centre, role_title="Chair")

    found_organisations, found_people = find_both(make_actor(north), q, 9)
    assert {str(row) for row in found_organisations} == organisations
    assert {str(row) for row in found_people} == people
    assert centre not in found_organisations
