"""The library for other systems: what is published, for any key, and no name of a person."""

from typing import Any

import pytest
from django.test import Client

from districts.models import District
from tests.api.clients import Tool
from tests.factories import make_actor, make_district
from tests.practices.making import drafted, published, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("Northgate")


def test_a_key_without_any_scope_reads_what_is_published(north: District) -> None:
    author, reviewer = make_actor(north), make_actor(north, role="supervisor")
    row = published(author, reviewer, grounds=["anti_roma"])
    draft = drafted(author, "A draft")
    tried(author, row, north, came_of_it="made_worse", what_we_changed="Longer visits")
    tool = Tool(make_district())
    found: Any = tool.get("/practices/").json()
    assert [one["code"] for one in found["results"]] == [row.code]
    one: Any = tool.get(f"/practices/{row.pk}/").json()
    assert one["texts"][0]["went_wrong"] == "Nothing known yet"
    assert one["reviews"][0]["problem_is_clear"] == "yes"
    assert (one["adoptions"][0]["came_of_it"], one["adoptions"][0]["city"]) == ("made_worse", "")
    told = str(one)
    assert author.name not in told and reviewer.name not in told and north.code not in told
    assert tool.get(f"/practices/{draft.pk}/").status_code == 404
    for asked, count in (
        ("phase=prevent", 1),
        ("phase=manage", 0),
        ("strand=victims&level=plausible", 1),
        ("ground=antisemitic", 0),
        ("language=es", 0),
        ("origin=Westmark", 0),
        ("q=visit", 1),
        ("updated_since=2100-01-01", 0),
    ):
        assert len(tool.get(f"/practices/?{asked}").json()["results"]) == count, asked
    assert tool.get("/practices/?phase=cook").status_code == 400
    assert tool.get("/practices/?status=draft").status_code == 400
    assert Client().get("/api/v1/practices/").status_code == 401
    assert tool.post("/practices/", {}).status_code == 405
