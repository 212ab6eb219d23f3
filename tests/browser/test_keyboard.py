"""The main task without a mouse: sign in, log a meeting with a follow-up, mark it as done and report back."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.actors import actor_for
from accounts.models import Role
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from tests.factories import (
    PASSWORD,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.plugins.browser import OpenPage, wait_for_lasting_address
from tests.privacy.requesting import searched

MANY = 90

FOCUSED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const shown = e.matches('input[type=radio], input[type=checkbox]') ? e.nextElementSibling || e : e;
  const ring = [style, getComputedStyle(shown), getComputedStyle(e.closest('.row, .pill') || e)];
  return {
    name: (e.labels?.[0]?.innerText || e.innerText || e.getAttribute('aria-label') || '').trim(),
    visible: ring.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2),
  };
}"""


def reach(page: Page, name: str) -> None:
    """Press Tab until the element with this name has visible focus."""
    page.wait_for_load_state()
    for _step in range(MANY):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if re.match(rf"{name}\b", focused["name"]):
            assert focused["visible"], f"“{name}” does not show that it has the focus."
            return
    raise AssertionError(f"“{name}” cannot be reached with the keyboard.")


def test_find_suggests_and_acts(open_page: OpenPage) -> None:
    north = make_district("North")
    school = make_organisation(north, name="Põhjala kool")
    page = open_page("desk", user=make_officer(north))
    page.goto("/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find a name, a number or a page")
    expect(field).to_be_focused()
    page.keyboard.insert_text("log pohjala")  # as one change: it is searched for once
    option = page.get_by_role("option", name="Log a meeting with Põhjala kool")
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(field).to_have_value("log pohjala")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=school.name)).to_be_checked()


def test_find_suggests_pages_and_is_reached_by_a_key_on_a_phone(open_page: OpenPage) -> None:
    officer = make_officer(make_district("North"))
    page = open_page("desk", user=officer)
    page.goto("/organisations/")
    page.keyboard.press("/")
    page.keyboard.insert_text("merge")
    expect(page.get_by_role("option", name="Duplicates")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/duplicates/"))
    page = open_page("phone", user=officer)
    page.goto("/organisations/")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Find a name, a number or a page")
    expect(field).to_be_focused()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()


def test_a_verdict_by_a_key_is_about_the_first_finding_without_one(open_page: OpenPage) -> None:
    desk = make_user(Role.PRIVACY_OFFICER)
    for number in range(2):
        make_meeting(facts=f"Leila Haddad asked for lamp {number}.")
    row = searched(actor_for(desk))
    page = open_page("desk", user=desk)
    page.goto(f"/privacy/requests/{row.pk}/")
    for key, said in (
        ("u", "0 theirs · 0 someone else · 1 unsure"),
        ("t", "1 theirs · 0 someone else · 1 unsure"),
    ):
        page.keyboard.press(key)
        expect(page.locator("main")).to_contain_text(said)
        page.wait_for_load_state()  # the keys work once the scripts of the new page are there
    page.keyboard.press("e")  # nothing is without a verdict, and an unsure one is not overwritten
    page.reload()
    expect(page.locator("main")).to_contain_text("1 theirs · 0 someone else · 1 unsure")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_main_job_with_the_keyboard_only(open_page: OpenPage, javascript: bool) -> None:
    north = make_district("North")
    officer = make_officer(north)
    school = make_organisation(north, name="Põhjala kool", lead_officer=officer)
    make_meeting(north, school, officers=[officer])
    page = open_page("desk", javascript=javascript)
    keys = page.keyboard

    page.goto("/")
    reach(page, "Email")
    keys.type(officer.email)
    reach(page, "Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

    page.wait_for_load_state()
    keys.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == "Skip to main content"
    reach(page, "Log$")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a meeting")
    if not javascript:
        wait_for_lasting_address(page)
    reach(page, "Põhjala kool")
    keys.press("Space")
    reach(page, "Concern raised")
    keys.press("Space")
    reach(page, "No(?! one)")
    keys.press("ArrowRight")  # the next answer: today
    reach(page, "Save meeting")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Meeting logged.")
    assert Meeting.objects.latest("created_at").outcomes == ["concern_raised", "action_agreed"]
    promise = FollowUp.objects.get()
    assert promise.due_on == city_today()

    page.goto("/")
    reach(page, "Done")
    keys.press("Enter")
    asks = page.locator(f"#follow-up-{promise.pk}") if javascript else page.get_by_role("status")
    expect(asks).to_contain_text("Reported back?")
    reach(page, "Yes")
    keys.press("Enter")
    expect(asks).to_contain_text("Tell the district?")
    promise.refresh_from_db()
    assert promise.status == "done"
    assert promise.organisation_links.get().reported_back_on == city_today()
