"""What is published, for other systems: entries, ways to report, listings, and when a listing changes."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from publishing.models import PublicListing
from publishing.services.entries import draft_entry
from publishing.services.listings import withdraw_listing
from publishing.services.routes import write_route
from tests.api.clients import Tool
from tests.api.test_changes import read
from tests.audit.numbering import number_open_transaction
from tests.factories import make_organisation
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db


def rows(tool: Tool, name: str) -> list[dict[str, Any]]:
    answer = tool.get(f"/publishing/{name}/")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_a_tool_reads_what_is_published_and_nothing_else() -> None:
    town = Town()
    refuge = make_organisation(town.north)
    write_route(
        actor=town.supervisor, name="Night line", kind="pathway", district=town.north, language="en",
        phone="112", organisation=refuge, is_public=True,
    )  # fmt: skip
    Organisation.objects.filter(pk=refuge.pk).update(location_protected=True)
    write_route(actor=town.supervisor, name="Draft", kind="pathway", district=town.north, language="en",
                phone="112")  # fmt: skip
    draft_entry(actor=town.supervisor, district_id=town.north.pk, language="en", said="Draft", did="x")
    tool = Tool(town.north)
    entries = {row["said"]: row for row in rows(tool, "entries")}
    assert set(entries) == {"The lamps are out.", "Open the police post again."}
    assert entries["The lamps are out."]["translations"] == [
        {"language": "es", "said": "Las farolas", "did": "Listo", "why": "Vendido"}
    ]
    assert {row["name"] for row in rows(tool, "routes")} == {"Anonymous line", "Police station"}
    [listing] = rows(tool, "listings")
    assert (listing["organisation"], listing["summary"], listing["focus_words"]) == (
        str(town.choir.pk),
        "We sing on Mondays.",
        "",
    )
    PublicListing.objects.update(fields=["name"])
    assert rows(tool, "listings")[0]["summary"] == ""
    assert rows(Tool(town.south), "listings") == []
    Organisation.objects.filter(pk=town.choir.pk).update(kind="shelter", is_listed_publicly=False)
    assert rows(tool, "listings") == []
    make_organisation(name="Las farolas", location_protected=True)  # a word of a translation
    make_organisation(name="Police station", location_protected=True)
    assert [row["said"] for row in rows(tool, "entries")] == []
    assert [row["name"] for row in rows(tool, "routes")] == ["Anonymous line"]
    for name in ("entries", "routes", "listings"):
        assert Tool(town.north, scopes=["meetings:read"]).get(f"/publishing/{name}/").status_code == 403
        assert tool.post(f"/publishing/{name}/", {}).status_code == 405


def test_a_removed_listing_is_told_to_those_who_read_organisations() -> None:
    town = Town()
    withdraw_listing(actor=town.supervisor, organisation_id=town.choir.pk)
    number_open_transaction()
    ops = [row["op"] for row in read(Tool(town.north))[0] if row["type"] == "listings"]
    assert ops == ["created", "archived"]
    assert not [row for row in read(Tool(town.south))[0] if row["type"] == "listings"]


def test_a_listing_that_was_removed_while_it_was_elsewhere_is_archived_when_it_comes_back() -> None:
    town = Town()
    choir = town.choir.pk
    for district in (town.south, town.north):
        edit_organisation(actor=SYSTEM, organisation_id=choir, home_district=district)
        if district == town.south:
            withdraw_listing(actor=SYSTEM, organisation_id=choir)
    number_open_transaction()
    told = [row["op"] for row in read(Tool(town.north))[0] if row["type"] == "listings"]
    assert told[-1] == "archived" and "updated" not in told
