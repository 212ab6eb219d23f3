"""The same name in other code points is stored in one form, and detected as a duplicate."""

import unicodedata

import pytest

from contacts.queries.pairs import organisation_pairs
from tests.api.clients import Tool
from tests.factories import make_actor, make_district, make_organisation

pytestmark = pytest.mark.django_db

NAME = "Asociación Álava"


def test_a_twin_in_nfd_is_kept_in_nfc_and_offered_as_a_duplicate() -> None:
    north = make_district()
    there = make_organisation(north, name=NAME)
    sent = {"name": unicodedata.normalize("NFD", NAME), "kind": "ngo", "home_district": north.code}
    assert sent["name"] != NAME
    answer = Tool(north).post("/organisations/", sent)
    assert (answer.status_code, answer.json()["name"]) == (201, NAME)
    pairs, total = organisation_pairs(make_actor(north))
    assert total == 1
    assert {str(row.pk) for row in (pairs[0].row, pairs[0].other_row)} == {str(there.pk), answer.json()["id"]}
