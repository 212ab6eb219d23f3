"""Creating and using a passkey in a real browser with a virtual authenticator."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import Role, Session, User
from tests.factories import PASSWORD, leave_session_idle, make_district, make_user
from tests.plugins.browser import OpenPage

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> Callable[..., None]:
    """Add a virtual authenticator, like the built-in one of a phone or laptop. Return what changes it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    def change(*, isUserVerified: bool) -> None:  # noqa: N803  # the protocol's name
        sent = {"authenticatorId": added["authenticatorId"], "isUserVerified": isUserVerified}
        session.send("WebAuthn.setUserVerified", sent)

    return change


@pytest.fixture
def supervisor(committed_db: None, settings: Settings) -> User:
    settings.REQUIRE_SECOND_FACTOR = True
    return make_user(Role.SUPERVISOR, make_district("Northgate"), name="Sue Lee")


def test_a_supervisor_sets_up_a_passkey_and_signs_in_with_it_alone(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("phone")
    plug_in(page)
    page.goto("/")
    page.get_by_label("Email").fill(supervisor.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Your role needs two-factor authentication.")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Sign in without a password")).to_be_checked()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

    page.goto("/settings/sessions/")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")


def test_a_passkey_is_the_second_step_after_the_password_and_before_grave_things(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("desk", user=supervisor)
    plug_in(page)
    page.goto("/accounts/2fa/passkeys/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Sign in without a password").uncheck()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_label("Email").fill(supervisor.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
    page.goto("/accounts/2fa/codes/new/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Get new recovery codes?")


def add_passkey(page: Page) -> None:
    page.goto("/accounts/2fa/passkeys/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")


def test_after_an_idle_session_the_page_asks_for_the_passkey_without_a_tap(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("phone", user=supervisor)
    plug_in(page)
    add_passkey(page)
    leave_session_idle(supervisor)
    page.goto("/settings/sessions/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your devices")
    assert Session.objects.filter(user=supervisor).count() == 1


def test_if_the_passkey_fails_after_an_idle_session_the_button_and_the_password_are_left(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("desk", user=supervisor)
    authenticator = plug_in(page)
    add_passkey(page)
    authenticator(isUserVerified=False)
    leave_session_idle(supervisor)
    with page.expect_console_message(lambda line: line.type == "error"):
        page.goto("/settings/")
    expect(page.locator("#alert p")).to_have_count(0)
    expect(page.get_by_label("Email")).to_have_value(supervisor.email)
    authenticator(isUserVerified=True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My settings")


def test_who_has_no_passkey_is_asked_for_the_password(
    open_page: OpenPage, supervisor: User, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    page = open_page("desk", user=supervisor)
    page.clock.install()
    page.goto("/organisations/new/")
    page.get_by_label("Name", exact=True).fill("Typed")
    other = page.context.new_page()
    other.clock.install()
    other.goto("/settings/")
    leave_session_idle(supervisor)
    for one in (page, other):  # a page that was left open shows nothing more, unless something is typed in it
        one.clock.fast_forward("16:00")
    expect(other.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed")
    page.goto("/settings/")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.locator("[data-at-once]")).to_have_count(0)


def test_a_button_waits_for_its_script_and_a_passkey_that_was_not_used_is_said(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("phone")
    page.goto("/")
    button = page.get_by_role("button", name="Sign in with a passkey")
    expect(button).to_be_enabled()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, "isUserVerified": False}})
    button.click()
    expect(page.locator("#alert p")).to_have_text(
        "The passkey did not work. Try again or sign in another way."
    )

    without = open_page("phone", javascript=False)
    without.goto("/")
    expect(without.get_by_role("button", name="Sign in with a passkey")).to_be_disabled()
