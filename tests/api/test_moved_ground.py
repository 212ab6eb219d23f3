"""The change feed reports rows that become visible or invisible when a district gets another parent."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from audit.models import Change
from contacts.services.contacts import erase_contact
from contacts.services.organisations import edit_organisation
from districts.models import District, Move
from districts.services.districts import edit_district
from meetings.models import Concern, FollowUp, FollowUpOrganisation
from meetings.services import district_moves
from meetings.services.district_moves import report_district_moves
from tests.api.copies import Copy
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation


@pytest.fixture(autouse=True)
def committed(committed_db: None) -> None:
    """Commit and number the rows."""


@pytest.fixture
def ground() -> dict[str, District]:
    city = make_district("City")
    north, south = make_district("North", parent=city), make_district("South", parent=city)
    n4 = make_district("N4", parent=north)
    return {
        "city": city,
        "north": north,
        "south": south,
        "n4": n4,
        "corner": make_district("Corner", parent=n4),
        "n1": make_district("N1", parent=north),
    }


def fill(district: District) -> dict[str, Any]:
    """Create one row of each type, all visible through `district` only."""
    organisation = make_organisation(district)
    promise = FollowUp.objects.create(
        title="Call back", kind="call_back", owner=make_officer(district), due_on="2026-12-01",
        first_due_on="2026-12-01",
    )  # fmt: skip
    FollowUpOrganisation.objects.create(follow_up=promise, organisation=organisation)
    concern = Concern.objects.create(
        kinds=["threat"], district=district, received_at="2026-11-01T10:00:00Z", facts="A note."
    )
    return {
        "organisations": organisation,
        "contacts": make_contact(district, organisation),
        "meetings": make_meeting(district, organisation),
        "follow-ups": promise,
        "concerns": concern,
    }


@pytest.mark.parametrize("part", ["n4", "corner"])
def test_all_that_lies_in_a_moved_district_leaves_one_key_and_comes_to_the_other(
    ground: dict[str, District], part: str
) -> None:
    things = fill(ground[part])
    elsewhere = fill(ground["n1"])
    old, new, inside = Copy(ground["north"]), Copy(ground["south"]), Copy(ground["n4"])
    other = Copy(ground["n1"])
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["south"], was_wrong=True)
    report_district_moves()
    left, came = old.follow(), new.follow()
    assert {(row["type"], row["op"]) for row in left} == {(name, "out_of_scope") for name in things}
    assert {(row["type"], row["id"], row["op"]) for row in came} == {
        (name, str(row.pk), "updated") for name, row in things.items()
    }
    assert old.is_true() and new.is_true() and inside.is_true()
    assert ("organisations", elsewhere["organisations"].pk) in old.rows
    assert other.follow() == [] and inside.follow() == []


def test_what_is_only_visiting_or_spoken_for_there_comes_and_leaves_as_well(
    ground: dict[str, District],
) -> None:
    east = make_district("East", parent=ground["city"])
    visiting = make_organisation(east, also_in=[ground["n4"]])
    local = make_organisation(ground["n4"])
    speaks_for_both = [make_contact(east, visiting), make_contact(east, local)]
    held = make_meeting(east, local)
    old, new = Copy(ground["north"]), Copy(ground["south"])
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["south"], was_wrong=True)
    report_district_moves()
    gone = {row["id"] for row in old.follow() if row["op"] == "out_of_scope"}
    assert gone == {str(row.pk) for row in (visiting, local, held, *speaks_for_both)}
    new.follow()
    assert old.is_true() and new.is_true()


def test_what_names_something_on_the_moved_ground_is_told_where_it_is_seen(
    ground: dict[str, District],
) -> None:
    east = make_district("East", parent=ground["city"])
    there, here = fill(ground["n4"]), fill(east)
    received: dict[str, Any] = {"kinds": ["threat"], "received_at": "2026-11-01T10:00:00Z", "district": east}
    naming = [
        Concern.objects.create(**received, site_organisation=there["organisations"]),
        Concern.objects.create(**received, raised_by_organisation=there["organisations"]),
        Concern.objects.create(**received, meeting=there["meetings"]),
        here["meetings"],
        here["follow-ups"],
    ]
    here["meetings"].contact_links.create(contact=there["contacts"], attendance="attended")
    FollowUp.objects.filter(pk=here["follow-ups"].pk).update(meeting=there["meetings"])
    both, new = Copy(ground["south"], east), Copy(ground["south"])
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["south"], was_wrong=True)
    report_district_moves()
    told = {row["id"]: row["op"] for row in both.follow()}
    assert {told.get(str(one.pk)) for one in naming} == {"updated"}
    assert set(told) == {str(one.pk) for one in (*naming, *there.values())}
    assert {row["id"] for row in new.follow()} == {str(one.pk) for one in there.values()}
    assert both.is_true() and new.is_true()


def test_who_reads_late_still_learns_what_was_erased_or_left_before_the_move(
    ground: dict[str, District],
) -> None:
    things, erased = fill(ground["n4"]), make_contact(ground["n4"])
    east = make_district("East", parent=ground["city"])
    old, new = Copy(ground["north"]), Copy(ground["south"])
    erase_contact(actor=SYSTEM, contact_id=erased.pk)
    edit_organisation(actor=SYSTEM, organisation_id=things["organisations"].pk, home_district=east)
    edit_organisation(actor=SYSTEM, organisation_id=things["organisations"].pk, name="Elsewhere")
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["south"], was_wrong=True)
    report_district_moves()
    told = {row["id"]: row["op"] for row in old.follow()}
    assert told[str(erased.pk)] == "erased"
    assert told[str(things["organisations"].pk)] == "out_of_scope"
    new.follow()
    assert old.is_true() and new.is_true()


def test_a_move_is_told_once_in_pieces_and_goes_on_after_an_interruption(
    ground: dict[str, District], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(district_moves, "WINDOW", 2)
    rows = {str(make_organisation(ground["n4"]).pk) for _n in range(5)}
    old = Copy(ground["north"])
    before = Change.objects.count()
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["south"], was_wrong=True)
    monkeypatch.setattr(district_moves, "MAX_SECONDS", -1.0)
    assert report_district_moves() == 2  # a worker that stops here has reported these
    assert Move.objects.untold().count() == 1
    monkeypatch.setattr(district_moves, "MAX_SECONDS", 20.0)
    report_district_moves()
    assert report_district_moves() == 0
    assert not Move.objects.untold().exists()
    assert Change.objects.count() == before + 1 + 5  # the district's own, and each of them once
    assert {row["id"] for row in old.follow()} == rows


def test_there_and_back_again_leaves_every_copy_true(ground: dict[str, District]) -> None:
    fill(ground["n4"])
    copies = [Copy(ground[name]) for name in ("city", "north", "south", "n4", "corner")]
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["south"], was_wrong=True)
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=None, was_wrong=True)
    report_district_moves()
    for copy in copies:
        copy.follow()
        assert copy.is_true()
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, parent=ground["north"], was_wrong=True)
    report_district_moves()
    for copy in copies:
        copy.follow()
        assert copy.is_true()


def test_closing_or_renaming_a_district_moves_nobody(ground: dict[str, District]) -> None:
    fill(ground["n4"])
    copy = Copy(ground["north"])
    edit_district(actor=SYSTEM, district_id=ground["n4"].pk, is_active=False, name="Old N4")
    assert not Move.objects.exists()
    assert copy.follow() == [] and copy.is_true()
