"""The pages about the API in a real browser: keys, examples, “Copy as API call”."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from api.models import ApiKey, WebhookDelivery
from api.services.keys import confirm_key
from api.services.webhooks import create_webhook
from tests.api.clients import Tool
from tests.api.test_keys import call
from tests.browser.looking import look
from tests.factories import (
    PASSWORD,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.pages.test_api_keys import NEW, waiting_key
from tests.plugins.browser import OpenPage


def test_a_key_is_made_and_copied_in_a_browser(open_page: OpenPage) -> None:
    administrator, north = make_user(Role.ADMINISTRATOR), make_district("North")
    waiting, _token = waiting_key(administrator)
    page = open_page("desk", user=administrator)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/keys/")
    assert look(page) == []
    page.goto(NEW)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name", exact=True).fill("Platform of the city")
    page.get_by_label("Purpose").fill("participation")
    page.get_by_label("read meetings").check()
    page.get_by_label(north.code).check()
    page.get_by_label("Source name").fill("city")
    assert look(page) == []
    page.get_by_role("button", name="Create key").click()
    token = page.locator("#token").inner_text()
    assert call(token) == 401  # it reads meetings: a privacy officer confirms it first
    confirm_key(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), key_id=ApiKey.objects.get(source="city").pk)
    assert call(token) == 200
    assert look(page) == []
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token
    for path in ("", "rotate/", "revoke/"):
        page.goto(f"/settings/keys/{waiting.pk}/{path}")
        assert look(page) == [], path


def open_call(page: Page) -> None:
    page.locator("#page-menu > summary").click()
    page.get_by_role("button", name="Copy as API call").click()


def test_a_list_is_copied_as_a_call_and_follows_its_filters(open_page: OpenPage) -> None:
    north = make_district("North")
    organisation = make_organisation(north)
    make_contact(None, organisation)
    make_meeting(None, organisation)
    page = open_page("phone", user=make_officer(north))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for path in ("organisations", "contacts", "meetings", "follow-ups", "concerns"):
        page.goto(f"/{path}/")
        open_call(page)
        assert f"/api/v1/{path}/" in page.locator("#api-call").inner_text()
        assert look(page) == [], path
    page.goto("/meetings/")
    page.get_by_label("Find a meeting").first.fill("chat")
    page.wait_for_url("**q=chat**")
    page.locator("#api-call", has_text="q=chat").wait_for(state="attached")  # the new list is there
    page.reload()
    open_call(page)
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "/api/v1/meetings/?q=chat" in page.evaluate("navigator.clipboard.readText()")


def test_without_javascript_the_call_is_text_and_no_dead_button_is_shown(open_page: OpenPage) -> None:
    page = open_page("phone", user=make_officer(make_district()), javascript=False)
    page.goto("/organisations/")
    open_call(page)
    expect(page.locator("#api-call")).to_be_visible()
    expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(0)


def test_webhooks_are_accessible_and_fit(open_page: OpenPage) -> None:
    tool = Tool(name="Platform")
    target = f"https://93.184.216.34/{'x' * 120}"
    webhook, _secret = create_webhook(actor=SYSTEM, key_id=tool.key.pk, name="Hook", url=target)
    sent = {"type": "meetings", "op": "created"}
    WebhookDelivery.objects.create(webhook=webhook, seq=1, payload=sent, failed_at=timezone.now())
    page = open_page("desk", user=make_user(Role.ADMINISTRATOR))
    page.goto("/settings/webhooks/new/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    one = f"{webhook.pk}/"
    for path in ("", "new/", one, f"{one}rotate/", f"{one}delete/"):
        page.goto(f"/settings/webhooks/{path}")
        assert look(page) == [], path
    page.goto(f"/settings/webhooks/{one}rotate/")
    page.get_by_role("button", name="Create new secret").click()
    assert page.locator("#token").inner_text().startswith("whsec_")
    assert look(page) == []
