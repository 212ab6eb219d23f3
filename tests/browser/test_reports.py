"""A supervisor's reports in a real browser: organisations nobody met, and rows that add up to the figure."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.actors import actor_for
from accounts.models import User
from districts.services.districts import expect_community
from lib.days import city_today
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import quarter_of
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor
from tests.plugins.browser import OpenPage

FORGOTTEN = "Romano Drom"


@pytest.fixture
def supervisor(committed_db: None) -> User:
    """A supervisor of two districts.

    In one, a known community is represented by an organisation nobody met.
    """
    north, south = make_district("Northgate"), make_district("Southbank")
    supervisor = make_supervisor(north, south)
    actor = actor_for(supervisor)
    for focus in ("roma", "refugees"):
        expect_community(actor=actor, district_id=north.pk, focus=focus, evidence="A survey")
    said = {"declared_by": "Their chair", "declared_on": "2024-05-02"}
    forgotten = make_organisation(north, name=FORGOTTEN, focuses=[{"focus": "roma", **said}])
    others = [
        make_organisation(north, name=f"Neighbours {n}", kind="residents_association") for n in range(5)
    ]
    others += [make_organisation(south, kind="womens_organisation")]
    for one in (forgotten, *others):
        one.periods.update(since=timezone.now() - timedelta(days=900))
    last_quarter = quarter_of(city_today()).previous().starts_at
    for one in others[:3]:
        make_meeting(None, one, starts_at=last_quarter + timedelta(days=20))
    make_meeting(None, others[5])
    return supervisor


def test_the_forgotten_community_is_two_clicks_from_the_first_page(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("desk", user=supervisor)
    page.goto("/")
    page.get_by_role("link", name="Blind spots").click()
    page.get_by_role("link", name="Roma, Northgate").click()
    expect(page.get_by_role("heading", name="1 organisation", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=FORGOTTEN)).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Refugees, Northgate").click()
    expect(page.get_by_role("heading", name="Northgate", level=1)).to_be_visible()
    expect(page.get_by_text("No organisation represents them yet").first).to_be_in_viewport()


def drawn_or_listed(page: Page) -> Locator:
    """Charts of the last periods, and links to a table where there are only counts."""
    return page.locator("[id^=history-] svg, [id^=history-] a")


def rows_behind(page: Page, link: str) -> int:
    """Open a figure's link, return the number of rows, and go back."""
    figure = page.locator(".five > li").filter(has_text="Organisations met")
    figure.get_by_role("link", name=link, exact=True).click()
    page.wait_for_url("**/counted/**")
    counted = int(re.findall(r"\d+", page.get_by_role("heading", level=1).inner_text())[-1])
    assert page.locator("table tbody tr").count() == counted
    page.go_back()
    return counted


def test_the_rows_behind_a_figure_add_up_to_it(open_page: OpenPage, supervisor: User) -> None:
    page = open_page("desk", user=supervisor)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="District").click()
    page.get_by_role("navigation", name="District").get_by_role("link", name="Scorecard").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Northgate")
    expect(page.get_by_text("of 6 · count only").first).to_be_visible()
    expect(drawn_or_listed(page)).to_have_count(len(REPORTS))
    expect(page.get_by_role("link", name="Show the last 12 periods")).to_have_count(0)
    assert rows_behind(page, "3") == 3
    assert rows_behind(page, "3 not met") == 3


def test_the_period_can_be_chosen_without_javascript(open_page: OpenPage, supervisor: User) -> None:
    page = open_page("phone", user=supervisor, javascript=False)
    page.goto("/reports/")
    page.get_by_text("Change what is shown").click()
    expect(page.get_by_label("From")).to_be_hidden()
    page.get_by_label("Period").select_option(label="Other dates")
    page.get_by_label("From").fill("2026-03-02")
    page.get_by_label("Before").fill("2026-03-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("The end of the period must be after its start.").first).to_be_visible()
    page.get_by_label("Before").fill("2026-03-09")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=2, name="Organisations met")).to_be_visible()
    expect(page.locator(".spark").first).to_be_hidden()
    page.get_by_role("link", name="Show the last 12 periods").click()
    expect(drawn_or_listed(page)).to_have_count(len(REPORTS))


def test_paper_keeps_blind_spots_to_the_screen(open_page: OpenPage, supervisor: User) -> None:
    page = open_page("desk", user=supervisor)
    page.goto("/reports/blind-spots/")
    page.emulate_media(media="print")
    expect(page.get_by_text("Blind spots are not printed.")).to_be_visible()
    expect(page.get_by_role("link", name="Roma, Northgate")).to_be_hidden()
    page.goto("/reports/")
    expect(page.get_by_text("How the figures are counted")).to_be_visible()
    expect(page.get_by_role("link", name="Roma")).to_be_hidden()


# Evaluates to the number of pixels by which the selected text is wider than its field.
CUT_OFF = """one => {
    const alone = one.cloneNode(), chosen = one.selectedOptions[0].cloneNode(true);
    alone.append(chosen);
    alone.style.width = 'max-content';
    one.after(alone);
    const wide = alone.getBoundingClientRect().width - one.getBoundingClientRect().width;
    alone.remove();
    return wide;
}"""


def test_a_phone_shows_the_first_figure_without_scrolling_and_what_is_chosen_to_its_end(
    open_page: OpenPage, supervisor: User
) -> None:
    page = open_page("phone", user=supervisor)
    page.goto("/reports/?history=true")
    figure = page.locator(".five .value").first.bounding_box()
    bar = page.locator(".bar").bounding_box()
    assert figure
    assert bar
    assert figure["y"] + figure["height"] < bar["y"]
    page.get_by_text("Change what is shown").click()
    choices = page.locator(".period select").all()
    assert choices
    assert [said for one in choices if one.evaluate(CUT_OFF) > 0 and (said := one.input_value())] == []


def test_on_paper_a_line_stays_in_its_table(open_page: OpenPage, supervisor: User) -> None:
    page = open_page("desk", user=supervisor)
    page.goto("/reports/?period=90d")
    expect(page.locator(".five .plot svg").first).to_be_visible()
    page.set_viewport_size({"width": 673, "height": 1000})  # an A4 sheet without its margins
    page.emulate_media(media="print")
    beyond = page.locator(".five .plot svg").evaluate_all(
        "all => all.map(one => [one, one.closest('.five')].map(box => box.getBoundingClientRect().right))"
        ".map(([line, table]) => line - table)"
    )
    assert beyond
    assert max(beyond) <= 0


def test_the_bars_of_the_parts_fit_on_a_phone(open_page: OpenPage, committed_db: None) -> None:
    city = make_district("Alderport")
    for name in ("Northgate", "Southbank"):
        organisation = make_organisation(make_district(name, parent=city))
        organisation.periods.update(since=timezone.now() - timedelta(days=900))
        make_meeting(None, organisation, starts_at=timezone.now() - timedelta(days=30))
    page = open_page("phone", user=make_supervisor(city))
    page.goto("/reports/recency/?period=90d")
    expect(page.locator(".split svg")).to_be_visible()
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
