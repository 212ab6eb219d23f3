"""A reader is faster than the network: what they choose or type meanwhile counts."""

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from tests.factories import make_district, make_officer, make_organisation
from tests.plugins.browser import OpenPage


@pytest.fixture
def officer(committed_db: None) -> User:
    return make_officer(make_district("North"))


def box(page: Page, name: str) -> None:
    page.get_by_role("checkbox", name=name, exact=True).check(force=True)


def test_what_is_chosen_before_the_scripts_are_there_is_answered(open_page: OpenPage, officer: User) -> None:
    make_organisation(officer.districts.get(), name="Põhjala kool", lead_officer=officer)
    page = open_page("phone", user=officer)

    def choose(route: Route) -> None:
        page.get_by_role("radio", name="Põhjala kool").first.check(force=True)
        route.continue_()

    page.route("**/pages/app*.js", choose)
    page.goto("/meetings/log/")
    expect(page.locator("#known")).to_contain_text("Never met")


def test_what_is_chosen_while_an_answer_is_on_its_way_stays_and_is_answered(
    open_page: OpenPage, officer: User
) -> None:
    page = open_page("phone", user=officer)
    page.goto("/concerns/log/")

    def choose_another(route: Route) -> None:
        box(page, "Antisemitic")
        route.continue_()

    page.route("**/concerns/log/", choose_another, times=1)
    box(page, "Anti-Muslim")
    for suggested in ("Muslim community", "Jewish community"):
        expect(page.get_by_role("checkbox", name=suggested)).to_be_checked()
    for chosen in ("Anti-Muslim", "Antisemitic"):
        expect(page.get_by_role("checkbox", name=chosen)).to_be_checked()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(open_page: OpenPage, officer: User) -> None:
    page = open_page("desk", user=officer)
    page.goto("/meetings/log/assembly/")
    facts = page.locator("[name=facts]")

    def type_on(route: Route) -> None:
        facts.fill("A lamp is out.")
        route.continue_()

    page.route("**/meetings/log/assembly/", type_on)
    page.get_by_role("button", name="Add another follow-up").click()
    expect(page.get_by_role("group", name="Follow-up 2")).to_be_visible()
    expect(facts).to_have_value("A lamp is out.")


def test_what_is_typed_after_save_stays_beside_the_mistakes(open_page: OpenPage, officer: User) -> None:
    page = open_page("phone", user=officer)
    page.goto("/concerns/log/")
    facts = page.locator("[name=facts]")
    facts.fill("A lamp")

    def type_on(route: Route) -> None:
        facts.fill("A lamp is out.")
        box(page, "Threat")
        route.continue_()

    page.route("**/concerns/log/", type_on)
    page.get_by_role("button", name="Save for North").tap()
    expect(page.locator("#mistakes")).to_be_visible()
    expect(facts).to_have_value("A lamp is out.")
    expect(page.get_by_role("checkbox", name="Threat", exact=True)).to_be_checked()


def test_suggestions_that_come_after_escape_do_not_open_the_list(open_page: OpenPage, officer: User) -> None:
    make_organisation(officer.districts.get(), name="Põhjala kool")
    page = open_page("desk", user=officer)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.insert_text("pohj")
    suggested = page.locator("#suggestions [role=option]").first
    expect(suggested).to_be_visible()

    def close(route: Route) -> None:
        page.keyboard.press("Escape")
        route.continue_()

    page.route("**/search/?q=pohjala", close)
    with page.expect_response("**/search/?q=pohjala"):
        page.keyboard.insert_text("ala")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(suggested).to_be_hidden()
    expect(page.get_by_role("combobox")).to_have_value("pohjala")
    page.keyboard.press("ArrowDown")
    expect(suggested).to_be_visible()
