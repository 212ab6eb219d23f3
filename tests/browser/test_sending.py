"""A form in a real browser: tapped twice, sent without a network, or sent after a sign-out."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Session, User
from contacts.models import Organisation
from meetings.models import Concern, Meeting
from tests.factories import (
    PASSWORD,
    leave_session_idle,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
)
from tests.plugins.browser import OpenPage, wait_for_lasting_address

FACTS = "Lanterns & a <broken> door"


@pytest.fixture
def officer(committed_db: None) -> User:
    return make_officer(make_district("North"), name="Anna Saar")


@pytest.fixture
def school(officer: User) -> Organisation:
    return make_organisation(officer.districts.get(), name="Põhjala kool", lead_officer=officer)


def write_a_log(page: Page) -> None:
    page.goto("/meetings/log/")
    page.get_by_role("radio", name="Põhjala kool").first.tap()
    expect(page.locator("#known")).to_contain_text("Never met")  # no request is under way
    page.locator("[name=facts]").fill(FACTS)


def kept_on_the_device(page: Page) -> Any:
    return page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")


@pytest.mark.parametrize("apart", [0, 120])
def test_two_taps_send_once(open_page: OpenPage, officer: User, school: Organisation, apart: int) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(
        """apart => {
          const save = document.querySelector(".stuck button");
          save.click();
          if (apart) setTimeout(() => save.click(), apart); else save.click();
        }""",
        apart,
    )
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    assert Meeting.objects.count() == 1


def test_while_it_is_sent_the_button_says_so(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)
    said: list[str] = []

    def send(route: Route) -> None:
        said.append(page.locator(".stuck button").inner_text())
        route.continue_()

    page.route("**/meetings/log/", send)
    page.get_by_role("button", name="Save meeting").tap()
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    assert said == ["Saving…"]


def test_without_a_network_the_form_stays_and_is_saved_as_soon_as_there_is_one(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Save meeting").tap()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Not saved")
    expect(alert).to_be_in_viewport()
    expect(page.locator("[name=facts]")).to_have_value(FACTS)
    expect(page.get_by_role("button", name="Save meeting")).to_be_visible()
    assert "Lanterns" not in kept_on_the_device(page)
    alert.get_by_role("button", name="Try again").tap()
    expect(alert).to_contain_text("Not saved")
    page.context.set_offline(False)
    expect(page.get_by_text("Meeting logged.")).to_be_visible()  # without a tap
    assert Meeting.objects.get().facts == FACTS


def test_what_went_wrong_covers_no_button_at_the_end_of_the_page(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Save meeting").tap()
    expect(page.get_by_role("alert")).to_contain_text("Not saved")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    save = page.get_by_role("button", name="Save meeting")
    above = save.evaluate(
        """button => {
          const { bottom } = button.getBoundingClientRect();
          return document.getElementById("alert").getBoundingClientRect().top - bottom;
        }"""
    )
    assert above >= 0


def test_an_answer_that_is_lost_on_its_way_makes_no_second_meeting(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/meetings/log/", lose)
    page.get_by_role("button", name="Save meeting").tap()
    expect(page.get_by_role("alert")).to_contain_text("Not saved")
    assert Meeting.objects.count() == 1
    page.unroute("**/meetings/log/")
    page.get_by_role("alert").get_by_role("button", name="Try again").tap()
    expect(page.get_by_text("It is saved only once.")).to_be_visible()
    assert Meeting.objects.count() == 1


def test_without_scripts_what_is_sent_again_after_back_is_saved_once(
    open_page: OpenPage, officer: User
) -> None:
    page = open_page("desk", user=officer, javascript=False)
    page.goto("/")
    page.goto("/concerns/log/")
    wait_for_lasting_address(page)
    page.locator("[name=facts]").fill(FACTS)
    save = page.get_by_role("button", name="Save for North")
    page.get_by_role("checkbox").first.check(force=True)
    save.click()
    page.wait_for_url(re.compile("/concerns/[0-9a-f-]{36}/"))
    saved = page.url
    page.go_back()
    if not page.get_by_role("checkbox").first.is_checked():
        page.get_by_role("checkbox").first.check(force=True)
    page.locator("[name=facts]").fill(FACTS)
    save.click()
    expect(page.get_by_text("It is saved only once.")).to_be_visible()
    assert page.url.partition("#")[0].partition("?")[0] == saved.partition("#")[0].partition("?")[0]
    assert Concern.objects.count() == 1


def test_without_scripts_another_visit_is_another_form(open_page: OpenPage, officer: User) -> None:
    page = open_page("desk", user=officer, javascript=False)
    for _n in range(2):
        page.goto("/concerns/log/")
        wait_for_lasting_address(page)
        page.locator("[name=facts]").fill(FACTS)
        page.get_by_role("checkbox").first.check(force=True)
        page.get_by_role("button", name="Save for North").click()
        page.wait_for_url(re.compile("/concerns/[0-9a-f-]{36}/"))
    assert Concern.objects.count() == 2


def test_mistakes_are_shown_where_the_form_was(open_page: OpenPage, officer: User) -> None:
    page = open_page("phone", user=officer)
    page.goto("/concerns/log/")
    page.locator("[name=facts]").fill(FACTS)
    page.get_by_role("button", name="Save for North").tap()
    kind = page.get_by_role("checkbox", name="Graffiti or symbol")
    expect(kind).to_be_focused()  # the first field that is wrong, not the top of the page
    expect(kind).to_be_in_viewport()
    expect(page.get_by_text("Choose what happened from the list.").last).to_be_in_viewport()
    expect(page.locator("[name=facts]")).to_have_value(FACTS)
    page.get_by_role("radio", name="A home").tap()
    page.wait_for_timeout(500)
    expect(page.locator("[name=place]")).to_be_focused()  # an answer takes no focus away
    kind.check(force=True)
    page.get_by_role("button", name="Save for North").tap()
    expect(page.get_by_text("The lead officers are being notified now.")).to_be_visible()
    assert Concern.objects.get().facts == FACTS


def test_a_fragment_that_does_not_come_is_said_where_the_reader_is(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    page.goto("/meetings/log/assembly/")
    another = page.get_by_role("button", name="Add another follow-up")
    another.scroll_into_view_if_needed()
    page.context.set_offline(True)
    another.tap()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    expect(page.get_by_role("alert").get_by_role("button")).to_be_in_viewport()
    page.get_by_role("alert").get_by_role("button", name="Close").tap()
    expect(page.get_by_role("alert")).to_be_empty()


def end_the_session() -> None:
    """End the session as after an hour without a request."""
    leave_session_idle(User.objects.get(sessions__isnull=False))


@pytest.mark.parametrize(
    ("address", "ask"),
    [
        (
            "/meetings/log/",
            lambda page: page.get_by_label("Find an organisation or contact").fill("mo"),
        ),
        (
            "/meetings/log/assembly/",
            lambda page: page.get_by_role("button", name="Add another follow-up").tap(),
        ),
        ("/concerns/log/", lambda page: page.get_by_role("checkbox", name="Antisemitic").check(force=True)),
    ],
)
def test_who_was_signed_out_meanwhile_finds_what_they_typed(
    open_page: OpenPage, officer: User, school: Organisation, address: str, ask: Any
) -> None:
    page = open_page("phone", user=officer)
    page.goto(address)
    page.locator("[name=facts]").fill(FACTS)
    end_the_session()
    ask(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You were signed out")
    expect(page.locator("[name=facts]")).to_have_value(FACTS)
    alert.get_by_role("button", name="Sign in").tap()
    page.locator("[name=login]").first.fill(officer.email)
    page.locator("[name=password]").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).first.tap()
    expect(page.get_by_text("You were signed out before this was saved")).to_be_visible()
    expect(page.locator("[name=facts]")).to_have_value(FACTS)


def sign_in_elsewhere(page: Page, officer: User) -> None:
    """Sign in in another tab of the same browser."""
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.locator("[name=login]").first.fill(officer.email)
    other.locator("[name=password]").first.fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).first.tap()
    expect(other).not_to_have_url(re.compile("/accounts/login/"))
    other.close()


@pytest.mark.parametrize("lost", ["session", "every cookie"])
def test_whose_session_ended_elsewhere_keeps_the_page_and_saves_once_they_are_back(
    open_page: OpenPage, officer: User, school: Organisation, lost: str
) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)
    if lost == "session":
        Session.objects.all().delete()
    else:
        page.context.clear_cookies()
    page.get_by_role("button", name="Save meeting").tap()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("What you typed is only on this page")
    expect(alert.get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    expect(page.locator("[name=facts]")).to_have_value(FACTS)
    alert.get_by_role("button", name="Try again").tap()
    expect(alert).to_contain_text("What you typed is only on this page")
    sign_in_elsewhere(page, officer)
    alert.get_by_role("button", name="Try again").tap()
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    assert Meeting.objects.get().facts == FACTS


def test_signing_in_anew_in_another_tab_leaves_this_one_usable(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    page.goto("/meetings/log/assembly/")
    page.locator("[name=facts]").fill(FACTS)
    Session.objects.all().delete()
    sign_in_elsewhere(page, officer)
    page.get_by_role("button", name="Add another follow-up").tap()
    expect(page.get_by_role("group", name="Follow-up 2")).to_be_visible()
    expect(page.locator("[name=facts]")).to_have_value(FACTS)
    page.get_by_role("button", name="Add another follow-up").tap()
    expect(page.get_by_role("group", name="Follow-up 3")).to_be_visible()


def test_what_one_person_typed_is_not_saved_as_another(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    write_a_log(page)
    Session.objects.all().delete()
    sign_in_elsewhere(page, make_officer(officer.districts.get(), name="Ben Other"))
    page.get_by_role("button", name="Save meeting").tap()
    expect(page.get_by_role("alert")).to_contain_text("Someone else has signed in with this browser.")
    expect(page.locator("[name=facts]")).to_have_value(FACTS)
    assert not Meeting.objects.exists()


def test_after_back_no_other_organisation_is_chosen(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    north = officer.districts.get()
    for number in range(3):
        make_organisation(north, name=f"Kool {number}", lead_officer=officer)
    page = open_page("phone", user=officer)
    page.goto("/meetings/log/")
    pills = page.locator("[name=who]:not([value=''])")
    pills.last.check(force=True)
    met = pills.last.get_attribute("value")
    recent = Organisation.objects.get(pk=(met or "").partition(":")[2])
    make_meeting(north, recent, officers=[officer])  # changes its place on the page
    page.goto("/organisations/")
    page.go_back()
    expect(page.get_by_role("heading", name="Log a meeting")).to_be_visible()
    page.wait_for_load_state("networkidle")
    chosen = page.locator("[name=who]:checked")
    assert [one.get_attribute("value") for one in chosen.all()] in ([], [met])


def test_back_after_saving_leads_past_the_form(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    page = open_page("phone", user=officer)
    page.goto("/organisations/")
    write_a_log(page)
    page.locator(".stuck button").tap()
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/organisations/$"))
    assert Meeting.objects.count() == 1
