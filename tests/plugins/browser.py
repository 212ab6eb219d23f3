"""A real browser (phone and desktop) against the application on a real port."""

import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.services.sent_forms import FIELD
from tests.plugins.workers import wait_until

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
expect.set_options(timeout=PATIENCE_MILLISECONDS)  # as every other step of a test


def find_chromium() -> str | None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium on this machine. Tests are skipped without it."""
    program = find_chromium()
    if program is None:
        pytest.skip("Browser tests need a Chromium (Debian: apt install chromium-headless-shell).")
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()


class Server(ThreadedWSGIServer):
    """Can wait for its last answers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[socket.socket] = set()
        self.newest: Any = None

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        self.newest = client_address
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        self.connections.discard(request)

    def finish(self) -> None:
        """Answer what was asked, even by a page that is closed, and end all connections."""
        with socket.create_connection(self.server_address[:2]) as last:  # accepted after all others
            wait_until(lambda: self.newest == last.getsockname(), what="the last connection")
        for connection in tuple(self.connections):
            with suppress(OSError):  # it has ended
                connection.shutdown(socket.SHUT_RD)
        wait_until(lambda: not self.connections, what="the last answer")


def start_server() -> LiveServer:
    started = LiveServer("localhost", start=False)
    started.thread.server_class = Server
    started.start()
    return started


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[LiveServer]:
    started = start_server()
    yield started
    started.stop()


def finish(server: LiveServer) -> None:
    assert isinstance(server.thread.httpd, Server)
    server.thread.httpd.finish()


@pytest.fixture
def site(server: LiveServer, committed_db: None) -> Iterator[str]:
    """The URL of the running application, which serves what the test commits.

    The database is emptied after the last answer, so that no request writes into the next test.
    """
    yield str(server.url)
    finish(server)


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
