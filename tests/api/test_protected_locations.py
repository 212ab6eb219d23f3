"""Where a protected organisation is leaves at no exit of the API, and all exits agree that it is there."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from audit.models import Change
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from meetings.services.folding import refold
from publishing.models import PublicListing
from tests.api.clients import Tool
from tests.api.test_changes import read
from tests.audit.numbering import number_open_transaction
from tests.factories import make_district, make_meeting, make_organisation
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", [{"kind": "reception_centre"}, {"location_protected": True}])
def test_its_address_leaves_by_no_exit_and_all_exits_have_the_row(how: dict[str, Any]) -> None:
    north = make_district()
    row = make_organisation(north, name="Southfield House", address="3 Bell Street", postcode="28099")
    tool = Tool(north)
    path = f"/organisations/{row.pk}/"
    before = tool.get(path).json()
    assert (before["address"], before["location_protected"]) == ("3 Bell Street", False)
    assert tool.get("/organisations/?q=Bell Street").json()["results"]
    Organisation.objects.filter(pk=row.pk).update(**how)  # as a row from elsewhere has it
    refold(Organisation, [row.pk])
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, short_name="SFH")
    number_open_transaction()
    [listed] = tool.get("/organisations/").json()["results"]
    detail = tool.get(path).json()
    make_meeting(north, row)
    [inside] = tool.get("/meetings/?expand=organisations").json()["results"][0]["organisations"]
    for one in (listed, detail, inside["organisation"]):
        assert (one["name"], one["address"], one["postcode"]) == ("Southfield House", "", "")
        assert one["location_protected"] is True
    assert tool.get("/organisations/?q=Southfield").json()["results"] == [listed]
    for words in ("Bell Street", "28099"):
        assert tool.get(f"/organisations/?q={words}").json()["results"] == []
    told = [change["op"] for change in read(tool)[0] if change["type"] == "organisations"]
    assert set(told) == {"created", "updated"}


def test_a_listing_that_names_a_protected_place_is_out_of_scope_until_it_is_open_again() -> None:
    town = Town()
    refuge = make_organisation(town.south, name="Blue Door")
    PublicListing.objects.update(summary="We meet at Blue Door.")
    tool = Tool(town.north)

    def told() -> tuple[list[str], int]:
        number_open_transaction()
        rows = [row["op"] for row in read(tool)[0] if row["type"] == "listings"]
        return rows, len(tool.get("/publishing/listings/").json()["results"])

    assert told() == (["created"], 1)
    edit_organisation(actor=SYSTEM, organisation_id=refuge.pk, location_protected=True)
    assert told() == (["out_of_scope"] * 2, 0)
    edit_organisation(actor=SYSTEM, organisation_id=refuge.pk, name="Green Door")
    assert told() == (["created", "updated", "updated"], 1)


def test_a_listing_has_what_was_agreed_and_nothing_else_and_follows_its_organisation() -> None:
    town = Town()
    tool = Tool(town.north)
    [row] = tool.get("/publishing/listings/").json()["results"]
    shown = ("Choir of Quince", "https://choir.example/", ["es"])
    assert (row["name"], row["website"], row["languages"]) == shown
    assert (row["phone"], row["email"], row["address"], row["kind"]) == ("", "", "", "")
    path = f"/publishing/listings/{row['id']}/"
    before = Change.objects.count()
    edit_organisation(actor=SYSTEM, organisation_id=town.choir.pk, name="Choir of Pear")
    assert Change.objects.count() == before + 2  # of the organisation, and of its listing
    answer = tool.get(path)
    assert (answer.status_code, answer.json()["name"]) == (200, "Choir of Pear")
    assert Tool(town.south).get(path).status_code == 404
    for given, found in ((town.north, 1), (town.south, 0)):
        for name in ("listings", "entries", "routes"):
            rows = tool.get(f"/publishing/{name}/?district={given.code}").json()["results"]
            assert bool(rows) == bool(found) or name != "listings"
