"""A search without a letter or digit finds nothing, on every page and in the API."""

from urllib.parse import quote

import pytest
from django.test import Client

from tests.api.clients import Tool
from tests.factories import make_district, make_officer

pytestmark = pytest.mark.django_db

ODD = ("-", ".", "@", "()", "\\", "😀", "\u0301")
LISTS = ("organisations", "contacts", "meetings", "follow-ups", "concerns")


@pytest.mark.parametrize("noun", LISTS)
def test_a_search_without_a_letter_finds_nothing_on_the_page(client: Client, noun: str) -> None:
    client.force_login(make_officer(make_district()))
    for q in ODD:
        assert client.get(f"/{noun}/", {"q": q}, follow=True).status_code == 200, q


@pytest.mark.parametrize("noun", [noun for noun in LISTS if noun != "concerns"])
def test_a_search_without_a_letter_finds_nothing_by_api(noun: str) -> None:
    tool = Tool(make_district())
    for q in ODD:
        answer = tool.get(f"/{noun}/?q={quote(q)}")
        assert (answer.status_code, answer.json()["results"]) == (200, []), q
