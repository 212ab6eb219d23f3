"""In a real browser, an administrator invites an officer, who sets a password and signs in."""

from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Role
from tests.factories import PASSWORD, make_district, make_user
from tests.plugins.browser import OpenPage, wait_for_lasting_address
from tests.plugins.mail import MailSink

PASSPHRASE = "seven small boats at sea"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_invited_officer_signs_in(
    open_page: OpenPage, site: str, mail_sink: MailSink, javascript: bool
) -> None:
    city = make_district("Alderport")
    make_district("Harbour", parent=city)
    administrator = make_user(Role.ADMINISTRATOR, name="Ada Admin")

    desk = open_page("desk", user=administrator, javascript=javascript)
    desk.goto("/accounts/reauthenticate/?next=/")  # giving access to records requires a recent sign-in
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Continue").click()
    desk.get_by_role("navigation", name="Main").get_by_role("link", name="Accounts").click()
    desk.get_by_role("link", name="Invite someone").click()
    if not javascript:
        wait_for_lasting_address(desk)
    desk.get_by_role("main").get_by_label("Name").fill("Olga Officer")
    desk.get_by_label("Email address").fill("olga@police.example")
    desk.get_by_role("radio", name="Officer", exact=True).check(force=True)
    desk.get_by_role("checkbox", name="Harbour").check()
    desk.get_by_role("button", name="Send invitation").click()
    expect(desk.get_by_role("status")).to_contain_text("Invitation sent to olga@police.example.")

    call_command("confirm_role", "olga@police.example")  # somebody else confirms the district

    (message,) = mail_sink.messages
    link = next(word for word in message.get_content().split() if "/password/reset/key/" in word)
    phone = open_page("phone", javascript=javascript)
    phone.goto(urlsplit(link).path)
    phone.get_by_label("New password", exact=True).fill(PASSPHRASE)
    phone.get_by_label("New password again").fill(PASSPHRASE)
    phone.get_by_role("button", name="Save password").click()
    phone.get_by_role("main").get_by_role("link", name="Sign in").click()
    phone.get_by_label("Email").fill("olga@police.example")
    phone.get_by_label("Password").fill(PASSPHRASE)
    phone.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Today")
    phone.goto("/settings/")
    expect(phone.get_by_role("complementary")).to_contain_text("Harbour")

    desk.reload()
    row = desk.get_by_role("listitem").filter(has_text="Olga Officer")
    expect(row).to_contain_text("signed in today")
