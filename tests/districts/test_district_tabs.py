"""The seven tabs of District keep the district and the period, and never name a district of others."""

import re
from datetime import date
from html import unescape
from typing import Any, Final

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role
from districts.models import District
from lib.days import city_today
from plans.services.plans import create_plan
from publishing.models import PublicDistrict
from reports.queries.periods import quarter_of
from reviews.services.freezing import freeze_review
from tests.factories import make_district, make_officer, make_supervisor, make_user
from tests.markup import joined
from tests.reports.northgate import ASKED, QUARTER, City, read

pytestmark = pytest.mark.django_db

LABELS: Final = ["At a glance", "Scorecard", "Blind spots", "Compare", "Plan", "Audits", "Public"]
#: Every page that shows the tabs, by its address without a district.
PAGES: Final = (
    *("/districts/", "/reports/", "/reports/blind-spots/", "/reports/compare/", "/reports/map/"),
    *("/plans/", "/reviews/", "/publishing/public/", "/publishing/", "/publishing/texts/"),
)


@pytest.fixture
def city() -> City:
    return City()


def tabs_of(html: str) -> list[tuple[str, str]]:
    """Return address and label of each tab of the page."""
    [tabs] = re.findall(r'<nav aria-label="District"><ul class="tabs">(.*?)</ul>', joined(html))
    return [(unescape(url), label) for url, label in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', tabs)]


def menu_of(html: str) -> dict[str, str]:
    """Return the addresses of the menu of districts by label."""
    found = re.findall(r"<summary><span>Districts</span>.*?<ul>(.*?)</ul>", joined(html))
    return {
        label.strip(): unescape(url)
        for menu in found
        for url, label in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', menu)
    }


def test_going_tab_by_tab_keeps_the_district_and_the_period(client: Client, city: City) -> None:
    code = city.ponds.code
    client.force_login(city.supervisor)
    for page in PAGES:
        answer = client.get(f"{page}?district={code}&{ASKED}", follow=True)
        assert answer.status_code == 200, page
        tabs = tabs_of(answer.content.decode())
        assert [label for _url, label in tabs] == LABELS
        for url, label in tabs:
            assert ASKED in url, (page, label)
            assert f"/districts/{code}/" in url if label == "At a glance" else f"district={code}" in url
        if page.startswith("/reports/"):
            shown = answer.context["form"].cleaned_data["district"], answer.context["period"]
            assert shown == (code, QUARTER)


def test_the_district_of_others_is_as_unknown_as_one_that_is_not_there(client: Client, city: City) -> None:
    pages = (*PAGES, "/reports/method/")
    client.force_login(city.supervisor)
    for page in pages:
        for code in (city.south.code, "nowhere", "a%00b", f"{city.north.code},{city.south.code}"):
            answer = client.get(f"{page}?district={code}")
            assert answer.status_code == 404, (page, code)
            assert "Southbank" not in answer.content.decode()
    client.force_login(make_supervisor(city.south))
    for page in pages:
        assert client.get(f"{page}?district={city.south.code}", follow=True).status_code == 200, page


def test_an_empty_district_is_none_and_two_districts_are_not_found(client: Client, city: City) -> None:
    client.force_login(city.supervisor)
    for page in PAGES:
        empty = client.get(f"{page}?district=")
        assert (empty.status_code, empty["Location"]) == (302, page)
        both = f"{page}?district={city.ponds.code}&district={city.market.code}"
        assert client.get(both, follow=True).status_code == 404, page
        one = client.get(f"{page}?district=&district={city.ponds.code}")
        assert (one.status_code, one["Location"]) == (302, f"{page}?district={city.ponds.code}")


def test_the_menu_of_districts_has_only_those_that_the_reader_covers(client: Client, city: City) -> None:
    client.force_login(city.supervisor)
    for page in PAGES:
        menu = menu_of(client.get(f"{page}?{ASKED}").content.decode())
        assert list(menu)[:3] == ["Northgate", "Market", "Mill Ponds"]
        assert "Southbank" not in menu
        scorecard_is_of_one = page == "/reports/"
        assert ("All districts, side by side" in menu) != scorecard_is_of_one
        assert all(ASKED in url for url in menu.values())
        assert client.get(menu["Mill Ponds"]).context["district_menu"]
    menu = menu_of(read(client, make_user(Role.PRIVACY_OFFICER), page).content.decode())
    assert "Southbank" in menu


def test_the_menu_unfolds_only_the_district_shown(client: Client, city: City) -> None:
    make_district("Ferry Road", parent=city.south)
    make_district("Lane", parent=city.ponds)
    client.force_login(make_supervisor(city.north, city.south))

    def names(query: str) -> list[str]:
        return [name for name in menu_of(client.get(f"/plans/{query}").content.decode()) if "All" not in name]

    assert names("") == ["Northgate", "Southbank"]
    assert names(f"?district={city.south.code}") == ["Northgate", "Southbank", "Ferry Road"]
    assert names(f"?district={city.market.code}") == ["Northgate", "Market", "Mill Ponds", "Southbank"]
    assert "Lane" in names(f"?district={city.ponds.code}")


def test_an_administrator_has_neither_tabs_nor_a_menu_of_districts(client: Client, city: City) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    for page in ("/districts/", f"/districts/{city.north.code}/"):
        html = client.get(page).content.decode()
        assert "Northgate" in html
        assert 'class="tabs"' not in html
        assert menu_of(html) == {}


def test_the_page_of_a_district_of_others_has_no_tabs(client: Client, city: City) -> None:
    html = read(client, city.supervisor, f"/districts/{city.south.code}/").content.decode()
    assert 'class="tabs"' not in html
    assert f"?district={city.south.code}" not in html
    own = client.get(f"/districts/{city.north.code}/").content.decode()
    assert [label for _url, label in tabs_of(own)] == LABELS


def test_without_a_district_the_scorecard_names_the_one_that_the_next_tab_shows(
    client: Client, city: City
) -> None:
    answer = read(client, city.supervisor, "/reports/")
    assert "Northgate" in answer.content.decode().split("<h1>")[1].split("</h1>")[0]
    urls = [url for url, _label in tabs_of(answer.content.decode())]
    assert all(city.north.code in url for url in urls)


def plan_in(district: District, supervisor: Any) -> str:
    given = {"title": f"Plan of {district.name}", "language": "en"}
    days = {"starts_on": date(2025, 1, 1), "ends_on": date(2028, 1, 1)}
    return create_plan(actor=actor_for(supervisor), district=district, **given, **days).title


def test_plans_of_a_district_are_its_own_those_above_and_those_of_its_parts(
    client: Client, city: City
) -> None:
    whole, market, ponds = (plan_in(one, city.supervisor) for one in (city.north, city.market, city.ponds))
    plan_in(city.south, make_supervisor(city.south))
    client.force_login(city.supervisor)

    def titles(query: str) -> set[str]:
        return {row.title for row in client.get(f"/plans/{query}").context["page"].rows}

    assert titles(f"?district={city.ponds.code}") == {whole, ponds}
    assert titles(f"?district={city.north.code}") == titles("") == {whole, market, ponds}


def test_audits_and_public_pages_of_a_district_are_its_own_and_those_of_its_parts(
    client: Client, city: City
) -> None:
    quarter = quarter_of(city_today()).previous()
    for district in (city.north, city.market):
        freeze_review(actor=actor_for(city.supervisor), district_id=district.pk, period=quarter, samples=1)
        PublicDistrict.objects.create(district=district, is_on=True, languages=["en"])
    client.force_login(city.supervisor)

    def audits(code: str) -> set[str]:
        rows = client.get(f"/reviews/?district={code}").context["page"].rows
        return {row.district.name for row in rows}

    def pages(code: str) -> list[str]:
        answer = client.get(f"/publishing/public/?district={code}")
        return [one["row"].name for one in answer.context["districts"]]

    assert audits(city.market.code) == {"Market"}
    assert audits(city.north.code) == {"Northgate", "Market"}
    assert audits(city.ponds.code) == set()
    assert pages(city.market.code) == ["Market"]
    assert pages(city.north.code) == ["Market", "Mill Ponds", "Northgate"]


def test_blind_spots_are_of_the_district_and_its_parts(client: Client, city: City) -> None:
    def shown(query: str) -> list[str]:
        answer = read(client, city.supervisor, f"/reports/blind-spots/{query}")
        return [row.name for row in answer.context["matrix"].districts]

    assert shown(f"?district={city.ponds.code}") == ["Mill Ponds"]
    assert shown(f"?district={city.north.code}") == ["Northgate", "Market", "Mill Ponds"]
    assert shown(f"?within={city.north.code}") == shown(f"?district={city.north.code}"), "an earlier address"


def test_compare_marks_the_district_and_shows_its_level(client: Client, city: City) -> None:
    lane = make_district("Lane", parent=city.ponds)
    make_district("Alley", parent=city.ponds)
    answer = read(client, city.supervisor, f"/reports/compare/?district={lane.code}")
    assert [row.name for row in answer.context["districts"]] == ["Alley", "Lane"]
    html = joined(answer.content.decode())
    assert re.findall(r'<span aria-current="true">([^<]+?) ?<span class="tag">selected<', html) == ["Lane"]
    assert f'<input type="hidden" name="district" value="{lane.code}"' in html
    beside = client.get(f"/reports/compare/?district={lane.code}&within=-")
    assert [row.name for row in beside.context["districts"]] == ["Market", "Mill Ponds"]
    parts = client.get(f"/reports/compare/?within={city.ponds.code}").content.decode()
    [scorecard] = [url for url, label in tabs_of(parts) if label == "Scorecard"]
    assert f"district={city.ponds.code}" in scorecard


def test_the_scorecard_steps_to_the_periods_beside_it(client: Client, city: City) -> None:
    def steps(query: str) -> list[tuple[str, str]]:
        html = read(client, city.supervisor, f"/reports/?{query}").content.decode()
        crumb = joined(html).split('<div class="crumb">')[1].split("</div>")[0].split("</details>")[1]
        return [
            (unescape(url), label)
            for url, label in re.findall(r'<a href="([^"]+)">.*?</span> ?([^<]+)', crumb)
        ]

    north = f"district={city.north.code}"
    [(before, q2), (after, q4)] = steps(f"{north}&{ASKED}&compare=last_year")
    assert (q2.strip(), q4.strip()) == ("Q2 2024", "Q4 2024")
    for url, period in ((before, "2024-Q2"), (after, "2024-Q4")):
        answer = client.get(url)
        assert (answer.context["form"].data["period"], answer.context["district"]) == (period, city.north)
        assert answer.context["form"].data["compare"] == "last_year"
    running = quarter_of(city_today())
    [(_url, label)] = steps(f"{north}&period={running.since.year}-Q{running.since.month // 3 + 1}")
    assert "Previous" not in label, "no step into the future"
    [(free, _label), _later] = steps(f"{north}&from=2024-02-01&to=2024-02-11")
    assert "from=2024-01-22&to=2024-02-01" in free
    assert steps(f"{north}&period=90d") == []


def test_a_supervisor_starts_the_audit_from_the_scorecard_of_a_period_that_is_over(
    client: Client, city: City
) -> None:
    def audits(user: Any, query: str) -> list[str]:
        html = read(client, user, f"/reports/?{query}").content.decode()
        return re.findall(r'<a class="button only-desk" href="(/reviews/new/[^"]+)"', html)

    [url] = audits(city.supervisor, f"district={city.ponds.code}&{ASKED}")
    form = client.get(unescape(url)).context["form"]
    assert (form["district"].value(), form["period"].value()) == (city.ponds.code, "2024-Q3")
    running = quarter_of(city_today())
    assert audits(city.supervisor, f"period={running.since.year}-Q{running.since.month // 3 + 1}") == []
    assert audits(make_officer(city.north), ASKED) == []
    assert client.get(unescape(url)).status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_tabs_and_menus_offer_only_what_the_reader_may_open(client: Client, city: City, role: str) -> None:
    plan_in(city.north, city.supervisor)
    client.force_login(make_user(role, *([] if role == Role.PRIVACY_OFFICER else [city.north])))
    opened: set[str] = set()
    for page in (*PAGES, "/reports/method/", "/practices/", f"/districts/{city.north.code}/"):
        answer = client.get(page)
        if answer.status_code != 200:
            assert role == Role.ADMINISTRATOR, page
            continue
        html = joined(answer.content.decode()).split("<main")[1]
        offers = re.findall(r'<ul class="(?:tabs|segment)">(.*?)</ul>', html)
        offers += re.findall(r'<details class="menu[^>]*>(.*?)</details>', html)
        urls = {unescape(url) for url in re.findall(r'<li><a href="(/[^"]+)"', " ".join(offers))}
        by_path = {url.split("?")[0]: url for url in urls}
        for path in by_path.keys() - opened:
            assert client.get(by_path[path]).status_code in (200, 302), (page, by_path[path])
        opened |= by_path.keys()
    assert len(opened) > (2 if role == Role.ADMINISTRATOR else 15)
