"""Blind spots on pages: in words, one click from the organisations to meet, and never in files."""

import re

import pytest
from django.test import Client

from reports.indicators.catalogue import REPORTS
from tests.factories import make_organisation
from tests.reports.northgate import ASKED, City, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return City()


def test_a_blind_spot_is_said_in_words_and_opens_whom_to_see(client: Client, city: City) -> None:
    make_organisation(city.ponds, kind="lgbt_organisation", name="Rainbow")
    answer = read(client, city.supervisor, "/reports/blind-spots/")
    found = answer.context["matrix"]
    assert [district.name for district in found.districts] == ["Northgate", "Market", "Mill Ponds"]
    assert [(cell.name, cell.district.name) for cell in found.unspoken] == [("Roma", "Northgate")]
    never = [(cell.name, cell.district.name) for cell in found.unmet if cell.days is None]
    assert never == [("LGBTI people", "Northgate")]  # Mill Ponds is not repeated
    cell = next(cell for cell in found.unmet if cell.name == "LGBTI people")
    assert [row.name for row in client.get(cell.first_url).context["page"].rows] == ["Rainbow"]
    for words in ("Not represented", "0 of 1", "never"):
        assert words in answer.content.decode()


def test_the_cells_of_the_matrix_open_as_many_as_they_say(client: Client, city: City) -> None:
    found = read(client, city.supervisor, f"/reports/blind-spots/?{ASKED}").context["matrix"]
    cells = [cell for _name, cells in found.lines for cell in cells if cell]
    assert len(cells) > 4
    for cell in cells:
        if cell.url:
            assert client.get(cell.url).context["page"].count == cell.row.n
        if cell.rest_url:
            assert client.get(cell.rest_url).context["page"].count == cell.row.of - cell.row.n


def test_the_scorecard_names_no_community_and_leads_to_blind_spots(client: Client, city: City) -> None:
    text = read(client, city.supervisor, f"/reports/?district={city.north.code}").content.decode()
    assert re.search(
        r'href="/reports/blind-spots/[^"]*">\s*1 known community with no organisation on record', text
    )
    assert "Roma" not in text


def test_blind_spots_are_neither_mapped_nor_exported(client: Client, city: City) -> None:
    text = read(client, city.supervisor, "/reports/blind-spots/").content.decode()
    assert "/api/v1/" not in text
    assert "map" not in REPORTS
    assert "blind-spots" not in REPORTS
    chosen = read(client, city.supervisor, "/reports/map/").context["form"].fields["indicator"].choices
    assert [slug for slug, _title in chosen] == list(REPORTS)


def test_the_first_page_shows_a_supervisor_the_way(client: Client, city: City) -> None:
    assert 'href="/reports/blind-spots/"' in read(client, city.supervisor, "/").content.decode()
    assert 'href="/reports/"' in client.get("/").content.decode()
