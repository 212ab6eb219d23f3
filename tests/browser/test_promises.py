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
def test_a_ticked_row_stays_asks_whether_it_was_reported_back_and_opens_again(
    open_page: Any, address: str
) -> None:
    north = make_district("North")
    officer = make_officer(north)
    organisation = make_organisation(north, name="Market traders’ association")
    follow_up = promise(officer, organisation)
    promise(officer, organisation, title="Another one")
    page = open_page("phone", user=officer)
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(address)
    rows = page.locator(".rows > .row:has(.do)")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name=DONE).tap()
    row = page.locator(f"#follow-up-{follow_up.pk}")
    expect(row).to_contain_text("Reported back?")
    expect(row.locator(".row-sub")).to_be_focused()
    page.keyboard.press("Enter")  # pressed twice: nothing more happens
    expect(rows).to_have_count(1)
    for name in ("Yes", "Not yet", "Undo"):
        expect(row.get_by_role("button", name=re.compile(f"^{name}"))).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    row.get_by_role("button", name=re.compile("^Yes")).tap()
    expect(row).not_to_contain_text("Reported back?")
    expect(row).to_contain_text("Reported back")
    follow_up.refresh_from_db()
    assert follow_up.status == "done"
    assert follow_up.organisation_links.get().reported_back_on == city_today()
    row.get_by_role("button", name="Undo").tap()
    expect(row).to_contain_text("5 days late")
    expect(row.get_by_role("link", name="Call back Mārtiņš", exact=True)).to_be_focused()
    expect(rows).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    assert follow_up.organisation_links.get().reported_back_on is None


@pytest.mark.parametrize("address", ["/", "/follow-ups/"])
def test_without_scripts_the_message_asks_what_the_row_asks(open_page: Any, address: str) -> None:
    north = make_district("North")
    officer = make_officer(north)
    follow_up = promise(officer, make_organisation(north))
    page = open_page("phone", user=officer, javascript=False)
    page.goto(address)
    page.get_by_role("button", name=DONE).tap()
    said = page.get_by_role("status")
    expect(said).to_contain_text("Reported back?")
    for name in ("Yes", "Not yet", "Undo"):
        expect(said.get_by_role("button", name=re.compile(f"^{name}"))).to_be_in_viewport()
    said.get_by_role("button", name=re.compile("^Yes")).tap()
    expect(said).to_contain_text("Reported back: Call back Mārtiņš")
    follow_up.refresh_from_db()
    assert follow_up.status == "done"
    assert follow_up.organisation_links.get().reported_back_on == city_today()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    assert follow_up.organisation_links.get().reported_back_on is None


def test_later_opens_in_a_row_that_was_ticked_and_undone(open_page: Any) -> None:
    north = make_district("North")
    officer = make_officer(north)
    follow_up = promise(officer, make_organisation(north))
    page = open_page("desk", user=officer)
    page.goto("/follow-ups/")
    row = page.locator(f"#follow-up-{follow_up.pk}")
    row.get_by_role("button", name=DONE).press("Space")
    row.get_by_role("button", name="Undo").press("Enter")
    row.get_by_role("link", name="Later").press("Enter")
    expect(row.get_by_role("button", name="Tomorrow")).to_be_focused()
    row.get_by_role("button", name="Next week").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Moved to")


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


def test_a_ticked_row_leaves_the_page_where_it_was(open_page: Any) -> None:
    north = make_district("North")
    officer = make_officer(north)
    organisation = make_organisation(north)
    for number in range(15):
        promise(officer, organisation, title=f"Call number {number}", due=-30 + number)
    page = open_page("phone", user=officer)
    page.set_viewport_size({"width": 390, "height": 420})
    page.goto("/")
    last = page.get_by_role("button", name=re.compile("^Done")).last
    last.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 100  # the row is below the first screen
    last.tap()
    expect(page.get_by_role("button", name=re.compile("^Undo"))).to_be_in_viewport()
    assert abs(page.evaluate("scrollY") - before) < 200
