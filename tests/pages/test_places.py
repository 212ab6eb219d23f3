"""Places of the navigation: where each page belongs, and what each role is offered."""

from typing import Any

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role
from lib.days import city_today
from pages import places
from pages.places import bar_places, main_places, place_of
from tests import factories
from tests.accounts.shifts import City
from tests.incidents.making import zone_where_it_is


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", places.TODAY),
        ("/settings/waiting/", places.TODAY),
        ("/contacts/new/", places.ORGANISATIONS),
        ("/meetings/", places.CALENDAR),
        ("/meetings/log/", places.LOG),
        ("/concerns/log/", places.LOG),
        ("/incidents/", places.CONCERNS),
        ("/reports/blind-spots/", places.DISTRICT),
        ("/privacy/requests/", places.PRIVACY),
        ("/settings/people/", places.ACCOUNTS),
        ("/search/", places.FIND),
        ("/settings/", None),
        ("/help/", None),
    ],
)
def test_a_page_is_in_the_place_with_the_longest_beginning(path: str, place: places.Place | None) -> None:
    assert place_of(path) is place


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Role.OFFICER, ["Today", "Organisations", "Calendar", "Concerns", "District"]),
        (Role.SUPERVISOR, ["Today", "Organisations", "Calendar", "Concerns", "District"]),
        (Role.PRIVACY_OFFICER, ["Today", "Organisations", "Calendar", "Concerns", "District", "Privacy"]),
        (Role.ADMINISTRATOR, ["Accounts"]),
        (Role.CONFIRMER, ["Waiting for you"]),
    ],
)
def test_a_reader_has_five_places_and_a_sixth_by_role(db: None, role: str, labels: list[str]) -> None:
    assert [str(place.label) for place in main_places(actor_for(factories.make_user(role)))] == labels


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Role.OFFICER, ["Today", "Find", "Log", "Concerns", "Calendar"]),
        (Role.SUPERVISOR, ["Today", "Find", "Log", "Concerns", "District"]),
        (Role.PRIVACY_OFFICER, ["Today", "Find", "Privacy", "Concerns", "District"]),
        (Role.ADMINISTRATOR, ["Accounts", "Find"]),
        (Role.CONFIRMER, ["Waiting for you", "Find"]),
    ],
)
def test_a_phones_bar_has_at_most_five_places(db: None, role: str, labels: list[str]) -> None:
    assert [str(place.label) for place in bar_places(actor_for(factories.make_user(role)))] == labels


def test_district_leads_to_the_only_district_of_an_officer(client: Client, db: None) -> None:
    first, second = factories.make_district("Kesklinn"), factories.make_district("Põhja")
    client.force_login(factories.make_officer(first))
    assert f'href="/districts/{first.code}/">' in _places(client)
    client.force_login(factories.make_officer(first, second))
    assert 'href="/districts/">' in _places(client)


def test_find_is_current_on_pages_whose_place_is_not_in_the_bar(client: Client, db: None) -> None:
    client.force_login(factories.make_officer(factories.make_district()))
    bar = _bar(client, "/organisations/")
    assert bar.count("aria-current") == 1
    assert '<a href="/search/" aria-current="true">' in bar
    assert '<a href="/concerns/" aria-current="page">' in _bar(client, "/concerns/")


@pytest.mark.parametrize("role", [Role.CONFIRMER, Role.SUPERVISOR])
def test_one_place_in_the_bar_is_current_where_requests_wait(client: Client, db: None, role: Role) -> None:
    client.force_login(factories.make_user(role, factories.make_district()))
    bar = _bar(client, "/settings/waiting/")
    assert bar.count("aria-current") == 1
    assert ('aria-current="page"' in bar) == (role == Role.CONFIRMER)


def test_tabs_of_district_keep_the_district(client: Client, db: None) -> None:
    district = factories.make_district("Kesklinn")
    client.force_login(factories.make_supervisor(district, factories.make_district("Põhja")))
    tabs = _tabs(client, f"/districts/{district.code}/")
    assert f'href="/reports/?district={district.code}"' in tabs
    assert f'href="/districts/{district.code}/" aria-current="true"' in tabs
    tabs = _tabs(client, f"/reports/?district={district.code}&period=quarter&start={city_today().year}-01-01")
    assert f'href="/districts/{district.code}/?period=quarter&amp;compare=previous"' in tabs


def test_a_page_of_one_record_has_no_tabs(client: Client, db: None) -> None:
    organisation = factories.make_organisation()
    client.force_login(factories.make_officer(organisation.home_district))
    assert 'class="tabs"' in client.get("/contacts/").text
    assert 'class="tabs"' not in client.get(f"/organisations/{organisation.pk}/").text


def _places(client: Client) -> str:
    return " ".join(_part(client.get("/help/").text, '<nav class="places"').split())


def _bar(client: Client, path: str) -> str:
    return " ".join(_part(client.get(path).text, '<nav class="bar"').split())


def _tabs(client: Client, path: str) -> str:
    text = client.get(path).text
    return " ".join(text[text.index('<ul class="tabs"') :].partition("</ul>")[0].split())


def _part(text: str, beginning: str) -> str:
    return text[text.index(beginning) :].partition("</nav>")[0]


@pytest.mark.parametrize(("hour", "address"), [(1, "/concerns/log/"), (12, "/meetings/log/")])
def test_at_night_log_leads_who_is_on_duty_to_a_concern(
    client: Client, db: None, settings: Any, hour: int, address: str
) -> None:
    settings.TIME_ZONE = zone_where_it_is(hour)
    city = City()
    client.force_login(city.officer)
    assert 'href="/meetings/log/" class="log"' in _bar(client, "/help/"), "not on duty"
    city.begin()
    assert f'href="{address}" class="log"' in _bar(client, "/help/")
    assert f'data-log-page="{address}#main"' in client.get("/help/").text


@pytest.mark.parametrize(("hour", "is_offered"), [(1, True), (12, False)])
def test_at_night_today_leads_who_is_not_on_duty_to_the_shifts(
    client: Client, db: None, settings: Any, hour: int, is_offered: bool
) -> None:
    settings.TIME_ZONE = zone_where_it_is(hour)
    city, link = City(), 'class="button soft" href="/duty/"'
    client.force_login(city.officer)
    assert (link in client.get("/").text) is is_offered
    city.begin()
    assert link not in client.get("/").text, "the head of the page names the shift"
