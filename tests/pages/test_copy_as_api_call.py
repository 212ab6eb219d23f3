"""“Copy as API call”: a key with the same districts gets the page's rows in the same order."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import User
from districts.models import District
from lib.days import city_today
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db

ROW = re.compile(r'class="row-link" href="/[a-z-]+/([0-9a-f-]{36})/"')


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north, time_zone="Pacific/Auckland")


@pytest.fixture(autouse=True)
def book(north: District, officer: User) -> None:
    """Create rows of two districts, so that each filter excludes something."""
    ngo = make_organisation(north, name="Ábaco", kind="ngo", short_name="Q")
    school = make_organisation(north, name="Zorro", kind="school")
    make_organisation(north, name="Closed", kind="ngo", status="closed")
    away = make_organisation(make_district("South"), name="Away", kind="ngo")
    actor, now = actor_for(officer), timezone.now()
    for hours, organisation in ((1, ngo), (50, school), (2, away)):
        make_contact(None, organisation)
        make_meeting(None, organisation, kind="visit" if hours < 3 else "phone", officers=[officer])
    for days, title in ((1, "Call"), (9, "Write")):
        create_follow_up(
            actor=actor,
            title=title,
            organisations=[ngo],
            owner=officer,
            due_on=city_today() + timedelta(days),
        )
    for hours in (1, 100):
        log_concern(
            actor=actor,
            kinds=["threat"] if hours == 1 else ["graffiti_symbol"],
            district=north,
            received_at=now - timedelta(hours=hours),
        )


def call_on(page: str) -> str:
    found = re.search(r'<code id="api-call">(.*?)</code>', page, re.DOTALL)
    assert found is not None
    curl = unescape(found[1])
    assert "Authorization: Bearer $CRM_KEY" in curl
    return curl.split('"')[-2]


def ids_of_call(url: str, tool: Tool) -> list[str]:
    parts = urlsplit(url)
    answer = tool.client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("/organisations/", 2),
        ("/organisations/?kind=ngo", 1),
        ("/organisations/?status=closed,active&ordering=-folded", 3),
        ("/organisations/?q=abaco", 1),
        ("/organisations/?district=NORTH&overdue=false", 2),
        ("/contacts/", 2),
        ("/contacts/?q=Person", 2),
        ("/meetings/", 2),
        ("/meetings/?kind=visit,drop_in&ordering=starts_at", 1),
        ("/meetings/?starts_after=TODAY", None),
        ("/meetings/?substantive=true", 2),
        ("/follow-ups/", 2),
        ("/follow-ups/?due_before=TOMORROW2", 1),
        ("/follow-ups/?status=open&ordering=-updated_at", 2),
        ("/concerns/?ordering=-received_at", 2),
        ("/concerns/?show=to_answer&ordering=-received_at", 2),
        ("/concerns/?kind=threat&bias=false", 1),
        ("/concerns/?answered_in_72h=false&ordering=received_at", 1),
    ],
)
def test_the_call_answers_the_rows_of_the_page(
    address: str, rows: int | None, north: District, officer: User, settings: Settings
) -> None:
    settings.SITE_URL = "https://ties.city.example"
    today = city_today()
    address = address.replace("NORTH", north.code).replace("TODAY", str(today))
    address = address.replace("TOMORROW2", str(today + timedelta(days=2)))
    page = browse(officer).get(address).content.decode()
    shown = list(dict.fromkeys(ROW.findall(page)))
    url = call_on(page)
    assert url.startswith("https://ties.city.example/api/v1/")
    assert ids_of_call(url, Tool(north)) == shown
    assert rows is None or len(shown) == rows


def test_what_the_page_leaves_out_unasked_the_call_says(officer: User) -> None:
    client = browse(officer)
    said: Any = parse_qs(urlsplit(call_on(client.get("/organisations/").content.decode())).query)
    assert said == {"status": ["active,dormant"], "ordering": ["folded"]}
    page = client.get("/follow-ups/").content.decode()
    assert "because a key does not belong to a person" in page
    assert parse_qs(urlsplit(call_on(page)).query) == {
        "status": ["open,in_progress"],
        "ordering": ["due_on"],
    }


def test_an_order_that_only_the_page_has_is_left_out_of_the_call(officer: User, north: District) -> None:
    page = browse(officer).get("/concerns/").content.decode()
    url = call_on(page)
    assert parse_qs(urlsplit(url).query) == {"status": ["open,answered"]}, "the page has the late first"
    assert set(ids_of_call(url, Tool(north))) == set(ROW.findall(page))


def test_nothing_typed_breaks_out_of_the_command(officer: User) -> None:
    page = browse(officer).get("/contacts/", {"q": '"; $(rm) `x` \\ <b>'}).content.decode()
    url = call_on(page)
    assert not set("$`\\<> ;") & set(url)


def test_no_call_is_offered_for_a_filter_that_is_not_understood(officer: User) -> None:
    answer = browse(officer).get("/organisations/?kind=nonsense")
    assert answer.status_code == 422
    assert "api-call" not in answer.content.decode()
