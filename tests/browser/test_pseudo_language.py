"""Ten pages in a language that is 40% longer: nothing is cut off, and no text bypasses gettext."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.actors import actor_for
from accounts.models import Role, User
from lib.days import city_today
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user
from tests.languages import pseudo_language
from tests.plugins.browser import DEVICES, OpenPage

# Text typed by people or never translated. All other text comes from gettext and is in brackets.
TYPED = (
    *(
        "Northgate",
        "Romano Drom",
        "Ana Novak",
        "Lamps at the square",
        "Call about the lamps",
        "A lamp is out.",
    ),
    *("A symbol on the door.", "Olga Officer", "olga@police.example", "Olga", "coordinator", "Proximity"),
)
CUT = """() => [...document.querySelectorAll('body *')].filter(one => {
  const style = getComputedStyle(one)
  const hides = ['hidden', 'clip'].includes(style.overflowX) || style.textOverflow === 'ellipsis'
  return hides && one.checkVisibility() && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1
    && one.innerText.includes('[')
}).map(one => one.outerHTML.slice(0, 160))"""
WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def officer(committed_db: None) -> Iterator[User]:
    north = make_district("Northgate")
    with pseudo_language() as language:
        officer = make_user(
            Role.SUPERVISOR, north, name="Olga Officer", email="olga@police.example", language=language
        )
        organisation = make_organisation(north, name="Romano Drom", lead_officer=officer, cadence_days=30)
        make_contact(north, organisation, given_name="Ana", family_name="Novak")
        make_meeting(
            north, organisation, subject="Lamps at the square", facts="A lamp is out.", officers=[officer]
        )
        create_follow_up(
            actor=actor_for(officer),
            title="Call about the lamps",
            owner=officer,
            due_on=city_today() - timedelta(days=3),
            organisations=[organisation],
        )
        log_concern(
            actor=actor_for(officer),
            kinds=["graffiti_symbol"],
            bias_grounds=["anti_muslim"],
            district=north,
            facts="A symbol on the door.",
        )
        organisation.periods.update(since=timezone.now() - timedelta(days=400))
        yield officer


def addresses(page: Page) -> Iterator[str]:
    """Yield each URL, and expect that it is opened before the next one: a list has the URL of a row."""
    yield from ("/", "/meetings/log/", "/concerns/log/", "/reports/", "/search/", "/districts/", "/settings/")
    for noun in ("organisations", "contacts", "meetings", "follow-ups", "concerns"):
        yield f"/{noun}/"
        yield str(page.locator(f'main a[href^="/{noun}/0"]').first.get_attribute("href"))


def unbracketed(text: str) -> list[str]:
    """Return words outside brackets (at any nesting), except those typed by people."""
    for typed in TYPED:
        text = text.replace(typed, "")
    text = re.sub(r"\b[A-Z]\w+/[A-Z][\w/ -]+|\bUTC\b", "", text)  # time zones
    outside = None
    while outside != text:
        outside, text = text, re.sub(r"\[[^\[\]]*\]", "", text)
    return re.findall(r"[^\W\d_]{2,}[^\n]*", text)


@pytest.mark.thorough
@pytest.mark.long
def test_pages_hold_longer_texts_and_every_text_is_translatable(open_page: OpenPage, officer: User) -> None:
    page = open_page("phone", user=officer)
    wrong = []
    for address in addresses(page):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for device, settings in DEVICES.items():
            page.set_viewport_size(settings["viewport"])
            where = f"{device} {address}"
            wrong += [(where, "cut", one) for one in page.evaluate(CUT)]
            wrong += [(where, "not translatable", one) for one in unbracketed(page.inner_text("body"))]
            if (wide := page.evaluate(WIDE)) > 0:
                wrong.append((where, "too wide", str(wide)))
    assert wrong == [], wrong[:20]
