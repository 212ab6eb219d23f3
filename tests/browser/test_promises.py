"""A follow-up in a real browser: done and reported back in two taps, undone, and created."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.actors import SYSTEM
from accounts.models import User
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import FollowUp
from meetings.services.follow_ups import create_follow_up
from tests.factories import make_district, make_officer, make_organisation
from tests.plugins.browser import wait_for_lasting_address

DONE = re.compile("^Done.*Call back Mārtiņš")


def promise(
    owner: User, *organisations: Organisation, title: str = "Call back Mārtiņš", due: int = -5
) -> FollowUp:
    return create_follow_up(
        actor=SYSTEM,
        title=title,
        kind="call_back",
        owner=owner,
        due_on=city_today() + timedelta(days=due),
        organisations=organisations,
    )


@pytest.mark.parametrize("address", ["/", "/follow-ups/"])
@pytest.mark.parametrize("javascript", [True, False])
def test_done_and_told_them_in_two_taps_then_undone(open_page: Any, address: str, javascript: bool) -> None:
    north = make_district("North")
    officer = make_officer(north)
    organisation = make_organisation(north, name="Market traders’ association")
    follow_up = promise(officer, organisation)
    page = open_page("phone", user=officer, javascript=javascript)
    page.goto(address)
    page.get_by_role("button", name=DONE).tap()
    told = page.get_by_role("status").get_by_role("button", name="Reported back")
    expect(told).to_be_in_viewport()
    told.tap()
    expect(page.get_by_role("status")).to_contain_text("Reported back: Call back Mārtiņš")
    follow_up.refresh_from_db()
    assert follow_up.status == "done"
    assert follow_up.organisation_links.get().reported_back_on == city_today()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    assert follow_up.organisation_links.get().reported_back_on is None


def test_done_by_mistake_is_late_again(open_page: Any) -> None:
    north = make_district("North")
    officer = make_officer(north)
    promise(officer, make_organisation(north))
    page = open_page("phone", user=officer)
    page.goto("/follow-ups/")
    page.get_by_role("button", name=DONE).tap()
    expect(page.get_by_text("No open follow-ups")).to_be_visible()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_text("5 days late")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_something_is_promised_to_an_organisation_that_is_looked_for(
    open_page: Any, javascript: bool
) -> None:
    north = make_district("North")
    officer = make_officer(north)
    make_organisation(north, name="Δίκτυο Γυναικών")
    page = open_page("phone", user=officer, javascript=javascript)
    page.goto("/follow-ups/new/")
    if not javascript:
        wait_for_lasting_address(page)
    page.get_by_label("What did you promise?").fill("Bring the leaflets")
    page.get_by_label("Another organisation").fill("δικτυο")
    if not javascript:
        page.get_by_role("button", name="Find").tap()
    page.get_by_role("checkbox", name="Δίκτυο Γυναικών").tap()
    page.get_by_role("radio", name="Tomorrow").tap()
    page.get_by_role("button", name="Save follow-up").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bring the leaflets")
    follow_up = FollowUp.objects.get()
    assert follow_up.due_on == city_today() + timedelta(days=1)
    assert [organisation.name for organisation in follow_up.organisations.all()] == ["Δίκτυο Γυναικών"]


def test_done_leaves_the_page_where_it_was_and_says_so_there(open_page: Any) -> None:
    north = make_district("North")
    officer = make_officer(north)
    organisation = make_organisation(north)
    for number in range(15):
        promise(officer, organisation, title=f"Call number {number}", due=-30 + number)
    page = open_page("phone", user=officer)
    page.goto("/")
    last = page.get_by_role("button", name=re.compile("^Done")).last
    last.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 300
    last.tap()
    said = page.get_by_role("status")
    expect(said).to_contain_text("Done: Call number")
    expect(said.get_by_role("button", name="Undo")).to_be_in_viewport()
    page.wait_for_function(  # one row less, one message more
        "before => Math.abs(scrollY - before) < 200", arg=before
    )
