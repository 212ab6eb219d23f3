"""Creating and using a passkey in a real browser with a virtual authenticator."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import Role, User
from tests.factories import PASSWORD, make_district, make_user
from tests.plugins.browser import OpenPage

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> None:
    """Add a virtual authenticator, like the built-in one of a phone or laptop."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


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
    page.get_by_label("Sign in without a password").check()
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
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get new recovery codes?")


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
