"""A real browser (phone and desktop) against the application on a real port."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.sent_forms import FIELD

DEVICES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1280, "height": 900}},
}
ARGUMENTS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Each page runs axe only once or twice, and optimising scripts would take longer than running them.
    "--js-flags=--always-sparkplug --no-opt",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]
PATIENCE_MILLISECONDS = 10_000


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium on this machine. Tests are skipped without it."""
    program = find_chromium()
    if program is None:
        pytest.skip("No Chromium on this machine: browser tests need one (Debian: apt install chromium).")
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[LiveServer]:
    started = LiveServer("localhost")
    yield started
    started.stop()


@pytest.fixture
def site(server: LiveServer, committed_db: None) -> str:
    """The URL of the running application, which serves what the test commits."""
    return str(server.url)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Return a function that opens a page in a new browser context.

    `open_page("phone", scheme="dark", user=officer, javascript=True)`. URLs may be relative:
    `page.goto("/")`.
    """
    contexts = []

    def open_page(
        device: str = "phone", *, scheme: str = "light", user: Any = None, javascript: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=javascript,
            locale="en-GB",
            reduced_motion="reduce",
            **DEVICES[device],
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def wait_for_lasting_address(page: Page) -> None:
    """Without scripts, a page with a form moves to an address with an ID (pages.once), and begins again."""
    page.wait_for_url(re.compile(rf"[?&]{FIELD}="))


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page("phone")


@pytest.fixture
def desk(open_page: OpenPage) -> Page:
    return open_page("desk")
