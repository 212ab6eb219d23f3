"""The number of results of a search, for each kind of result, including concerns."""

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import User
from audit.models import Action, Event
from districts.models import District
from meetings.models import Concern
from meetings.services.concerns import log_concern
from tests.factories import make_district, make_meeting, make_officer
from tests.markup import joined
from tests.pages.test_search import make_follow_up, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return make_district("North")


@pytest.fixture
def officer(district: District) -> User:
    return make_officer(district)


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def test_a_group_that_is_cut_says_so_and_not_the_cut_as_the_count(
    browser: Client, district: District, officer: User
) -> None:
    for number in range(12):
        make_meeting(district, subject=f"Coffee {number}")
    for number in range(10):
        make_follow_up(officer, f"Coffee {number}")
    text = text_of(browser, "coffee")
    assert "<h2>Meetings<span>more than 10" in joined(text)
    assert "<h2>Follow-ups<span>10" in joined(text)
    assert 'href="/meetings/?q=coffee"' in text
    assert 'href="/follow-ups/?q=coffee"' not in text
    assert "More than 20 results" in text


def test_a_concern_is_found_by_its_place_where_it_is_seen(browser: Client, district: District) -> None:
    for place in (district, make_district("South")):
        log_concern(
            actor=SYSTEM,
            kinds=["graffiti_symbol"],
            district=place,
            place="Luna bar",
            facts="A caretaker saw it",
        )
    text = text_of(browser, "luna")
    assert text.count("Luna bar") == 1  # in its name; the one in South is not seen
    assert "<h2>Concerns<span>1" in joined(text)
    here = Concern.objects.get(district=district)
    event = Event.objects.filter(action=Action.SEARCH).latest("at")
    assert (event.object_ids, event.district_ids) == ([here.pk], [district.pk])


def test_a_list_that_a_search_cuts_says_how_many_there_are(
    browser: Client, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.lists.BEST", 3)
    for number in range(5):
        make_meeting(district, subject=f"Coffee {number}")
    page = browser.get("/meetings/", {"q": "coffee"}).content.decode()
    assert "5 meetings" in page
    assert "Showing only the best results (3)." in page
