"""A real browser reports what the content security policy blocked."""

import time

from playwright.sync_api import expect

from accounts.models import BrowserReport, Role
from tests.factories import make_user
from tests.plugins.browser import OpenPage

INSERT = "() => document.body.append(Object.assign(new Image(), {src: 'https://tracker.example/ann.gif'}))"


def test_a_browser_reports_an_image_that_does_not_belong_to_the_site(
    committed_db: None, open_page: OpenPage
) -> None:
    page = open_page("desk", user=make_user(Role.ADMINISTRATOR))
    page.goto("/help/")
    page.evaluate(INSERT)
    until = time.monotonic() + 10
    while not BrowserReport.objects.exists() and time.monotonic() < until:
        time.sleep(0.05)
    page.goto("/settings/blocked-content/")
    expect(page.get_by_role("cell", name="https://tracker.example", exact=True)).to_be_visible()
    assert BrowserReport.objects.values_list("directive", "blocked", "page").get() == (
        "img-src",
        "https://tracker.example",
        "help",
    )
