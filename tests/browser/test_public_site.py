"""The public site in a real browser is accessible in each language.

The browser asks for addresses of the public process, and the process answers them here.
"""

import re
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route

from districts.models import District
from publishing.models import Publication
from publishing.tasks import publish_site
from tests.browser.looking import bring_axe, shape, violations
from tests.plans.making import make_public_plan
from tests.plugins.browser import OpenPage
from tests.publishing.test_live import LIVE, live
from tests.publishing.town import Town

__all__ = ["live"]  # a fixture

HOST = "http://public.example"
FORM = "application/x-www-form-urlencoded"
INSIDE = {name: getattr(settings, name) for name in LIVE}  # of the main site


def visit(page: Page, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the public process answer this page. Its forms were opened some seconds ago."""
    now = time.time

    def answer(route: Route) -> None:
        sent, address = route.request, urlsplit(route.request.url)
        path = f"{address.path}?{address.query}" if address.query else address.path
        with monkeypatch.context() as context:
            if sent.method == "GET":
                context.setattr("django.core.signing.time.time", lambda: now() - 30)
            given = client.generic(sent.method, path, sent.post_data or "", FORM)
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.content)

    page.route(re.compile(r"https?://(public|register\.city)\.example/"), answer)


def test_each_public_page_is_accessible_in_each_language(
    live: Client, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(District.objects.get())
    town.text()
    make_public_plan(town.north)
    assert publish_site()
    paths = [path for path in Publication.objects.latest("number").files if path.endswith(".html")]
    paths = [path for path in paths if not path.startswith("et/")]  # its words are the English ones
    assert sum("/plans/" in path for path in paths) == 3
    addresses = [f"/{path.removesuffix('index.html')}" for path in paths]
    addresses += [f"/{language}/N7/register/" for language in ("en", "es", "ar")]
    addresses += ["/confirm/x/?language=ar", "/not-here/"]
    page = open_page("phone")
    bring_axe(page)
    visit(page, live, monkeypatch)
    found: dict[str, list[str]] = {}
    for number, address in enumerate(addresses):
        page.emulate_media(color_scheme="dark" if number % 2 else "light")
        page.goto(f"{HOST}{address}")
        wrong = violations(page) + ([] if address.startswith("/embed/") else shape(page))
        found |= {address: wrong} if wrong else {}
    assert found == {}
