"""The rows behind "contact wanted": organisations that add up to the figure, for every reader."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.models import Action, Event
from reports.figures.parts import is_rest
from reports.queries.questions import By
from tests.factories import make_district, make_meeting, make_officer, make_supervisor, make_user
from tests.markup import joined
from tests.reports.city import QUARTER, at
from tests.reports.northgate import read
from tests.reports.portfolio import known, then

pytestmark = pytest.mark.django_db

DAYS = "from=2024-07-01&to=2024-10-01"
ROWS = "/reports/contact-wanted/organisations/"


class City:
    """In 92 days one wanted 3.07 meetings and had two, one wanted one and had three, one had none of 0.25."""

    def __init__(self) -> None:
        self.north = make_district("Northgate")
        self.market = make_district("Market", parent=self.north)
        self.south = make_district("Southbank")
        self.often = known(self.north, name="Often", kind="womens_organisation", cadence_days=30)
        self.once = known(self.market, name="Once", kind="ngo", cadence_days=92)
        self.never = known(self.market, name="Never", kind="youth_organisation", cadence_days=368)
        known(self.market, name="Nothing agreed", kind="ngo")
        known(self.south, name="Canary", cadence_days=30)
        for _number in range(2):
            make_meeting(None, self.often, self.once, starts_at=at(QUARTER.since))
        make_meeting(None, self.once, starts_at=at(QUARTER.last_day))
        self.supervisor = make_supervisor(self.north)


@pytest.fixture
def city() -> City:
    return City()


def rows(page: Any) -> list[tuple[str, float, float]]:
    """Return the rows in page order: organisation, counted as held, wanted."""
    return [(row.name, one.held, one.wanted) for row, one in page.context["found"].rows]


def test_the_rows_behind_each_figure_add_up_to_its_n_and_of(client: Client, city: City) -> None:
    opened = 0
    for by in By:
        address = f"/reports/contact-wanted/?{DAYS}&by={by}&district={city.north.code}"
        report = read(client, city.supervisor, address)
        for figure in (report.context["whole"], *report.context["figures"]):
            if is_rest(figure.row):  # "In no part": the remainder has no list yet
                continue
            page = client.get(figure.url or figure.rest_url)
            found, row = page.context["found"], figure.row
            assert sum(held for _name, held, _wanted in rows(page)) == pytest.approx(row.n)
            assert sum(wanted for _name, _held, wanted in rows(page)) == pytest.approx(row.of)
            assert (found.total.held, found.total.wanted) == (pytest.approx(row.n), pytest.approx(row.of))
            assert len(found.rows) == found.total.organisations == row.organisations
            opened += 1
    assert opened >= 8


def test_each_says_to_the_hundredth_what_it_wanted_and_had(client: Client, city: City) -> None:
    page = read(client, city.supervisor, f"{ROWS}?{DAYS}")
    assert [name for name, _held, _wanted in rows(page)] == ["Often", "Never", "Once"], (
        "who missed most first"
    )
    html = joined(page.content.decode())
    for text in (
        "3 organisations with an agreed frequency",
        ">3.07</td>",
        ">0.25</td>",
        ">4.32</td>",
        ">3.00</td>",
    ):
        assert text in html, text
    assert Decimal("3.07") + Decimal(1) + Decimal("0.25") == Decimal("4.32")
    assert "Nothing agreed" not in html
    assert "Canary" not in html


def test_a_group_nobody_met_can_be_opened_and_leads_back(client: Client, city: City) -> None:
    report = read(client, city.supervisor, f"/reports/contact-wanted/?{DAYS}&by=focus&all_kinds=true")
    [youth] = [figure for figure in report.context["figures"] if figure.line.group == "youth"]
    assert (youth.url, youth.row.n) == ("", 0)
    page = client.get(youth.rest_url)
    assert rows(page) == [("Never", 0.0, 0.25)]
    way_back = joined(page.text).split('<p class="crumb">')[1].split('href="')[1]
    back = way_back.split('"')[0].replace("&amp;", "&")
    again = client.get(back).context
    assert (again["period"], again["district"], again["form"].cleaned_data["by"]) == (
        QUARTER,
        city.north,
        "focus",
    )
    assert again["form"].cleaned_data["all_kinds"]


def test_who_has_an_agreement_and_who_has_none_are_lists(client: Client, city: City) -> None:
    for slug in ("contact-wanted", "cadence"):
        whole = read(client, city.supervisor, f"/reports/{slug}/?{DAYS}").context["whole"]
        for cell in whole.columns:
            assert client.get(cell.url).context["page"].count == cell.value, (slug, cell.label)


def test_who_has_moved_away_since_counts_without_a_name(client: Client, city: City) -> None:
    then(city.often, at(QUARTER.until), home_district=city.south)
    page = read(client, city.supervisor, f"{ROWS}?{DAYS}&district={city.north.code}")
    assert "Often" not in page.content.decode()
    assert "1 other" in page.content.decode()
    found = page.context["found"]
    assert (found.others.organisations, found.total.organisations) == (1, 3)
    assert found.total.wanted == pytest.approx(92 / 30 + 1 + 0.25)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR])
def test_another_district_is_not_there(client: Client, city: City, role: str) -> None:
    user = make_user(role, city.north)
    assert read(client, user, f"{ROWS}?{DAYS}&district={city.south.code}").status_code == 404
    assert client.get(f"{ROWS}?{DAYS}&district={city.market.code}").status_code == 200
    assert read(client, make_user(Role.ADMINISTRATOR), f"{ROWS}?{DAYS}").status_code == 403
    assert "You do not cover any districts yet" in read(client, make_officer(), ROWS).content.decode()


@pytest.mark.parametrize(
    "wrong", ["by=officer", "group=nobody", "from=2024-10-01&to=2024-07-01", "period=soon"]
)
def test_what_there_is_not_cannot_be_asked(client: Client, city: City, wrong: str) -> None:
    assert read(client, city.supervisor, f"{ROWS}?{wrong}").status_code == 422


def test_the_page_is_in_the_trail_with_what_it_shows(client: Client, city: City) -> None:
    client.force_login(city.supervisor)
    with CaptureQueriesContext(connection) as statements:
        client.get(f"{ROWS}?{DAYS}&by=kind&group=ngo")
    assert len(statements) <= 12
    event = Event.objects.filter(action=Action.LIST, object_type="organisation").latest("at")
    assert (event.object_type, event.object_ids) == ("organisation", [city.once.pk])
    assert set(event.district_ids) == {city.north.pk, city.market.pk}


def test_no_more_rows_than_a_page_holds(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.reports.agreements.AT_MOST", 2)
    found = read(client, city.supervisor, f"{ROWS}?{DAYS}").context["found"]
    assert (len(found.rows), found.others.organisations) == (2, 1)
    assert found.total.wanted == pytest.approx(92 / 30 + 1 + 0.25)
