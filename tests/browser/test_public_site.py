"""The public site in a real browser: accessible in each language, and an organisation registers by email.

The browser asks for addresses of the public process, and the process answers them here.
"""

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from playwright.sync_api import Page, Route, expect

from districts.models import District
from publishing.models import Publication
from publishing.site.registration_mails import mail_registrations
from publishing.tasks import publish_site
from tests.browser.looking import bring_axe, shape, violations
from tests.factories import make_supervisor
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


@pytest.mark.thorough
def test_each_public_page_is_accessible_in_each_language(
    live: Client, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(District.objects.get())
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


def test_an_organisation_finds_how_to_report_registers_by_email_and_is_listed(
    live: Client, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(District.objects.get())
    publish_site()
    page = open_page("phone", javascript=False)
    visit(page, live, monkeypatch)
    page.goto(HOST)
    page.get_by_role("link", name="Northgate").tap()
    line = page.locator("section", has_text="Anonymous line").get_by_role("link", name="900 100 200")
    expect(line).to_have_attribute("href", "tel:900100200")  # the second tap calls
    page.get_by_role("link", name="Register an organisation").tap()
    page.get_by_label("Name of the organisation").fill("Chess club")
    page.get_by_label("Kind of organisation").select_option("Culture and sport")
    page.get_by_label("What you do (optional)").fill("We play on Fridays.")
    page.get_by_label("What you do in the organisation").fill("chair")
    page.get_by_label("Your email").fill("not an address")
    page.get_by_role("button", name="Send registration").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Your email")).to_have_accessible_description(re.compile("."))
    page.get_by_label("Your email").fill("kim@club.example")
    page.get_by_label("What they do").check()
    page.get_by_role("button", name="Send registration").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    assert mail_registrations() == 1
    [link] = re.findall(r"https://register\.city\.example(/confirm/\S+)", mail.outbox[-1].body)
    page.goto(f"{HOST}{link}")
    page.get_by_role("button", name="Confirm registration").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")

    with override_settings(**INSIDE):  # until the last request is answered: its addresses are others
        inside: Any = open_page("phone", user=make_supervisor(town.north))
        inside.goto("/publishing/public/")
        inside.get_by_role("link", name="Chess club").tap()
        inside.get_by_role("button", name="Add organisation").tap()
        expect(inside.get_by_label("What they do", exact=True).first).to_be_checked()
        expect(inside.get_by_label("Who agreed")).to_have_value("chair")
        inside.get_by_role("button", name="Save").tap()
        expect(inside.get_by_text("Listing saved.")).to_be_visible()
    publish_site()
    page.goto(f"{HOST}/en/N7/organisations/")
    listed = page.locator("section", has_text="Chess club")
    expect(listed).to_contain_text("We play on Fridays.")
    expect(listed).not_to_contain_text("kim@")
