"""A slow network: answers arrive late and out of order. No button is stale, and no choice is lost."""

from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from accounts.actors import actor_for
from accounts.models import User
from districts.models import District
from meetings.services.shifts import begin_shift
from tests.factories import make_district, make_officer, make_supervisor

#: Holds back each answer for milliseconds, the first ones for those in `waits`.
LATE: Final = """(waits) => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...sent) {
    const answer = this.onload;
    const wait = waits.shift() ?? 0;
    let isAborted = false;
    this.onload = (event) => setTimeout(() => isAborted || answer.call(this, event), wait);
    this.abort = () => {
      if (isAborted) return;
      isAborted = true;
      this.onabort();
    };
    return send.apply(this, sent);
  };
}"""
#: Chooses the district as soon as the list of districts is on the page again.
CHOOSE_AT_ONCE: Final = """(district) => addEventListener("htmx:afterSwap", ({ detail }) => setTimeout(() => {
  const list = document.querySelector("#where select");
  if (detail.target.id !== "where" || list.value) return;
  list.value = district;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}))"""


@pytest.fixture
def north(committed_db: None) -> District:
    return make_district("Northgate")


@pytest.fixture
def page(open_page: Any, north: District) -> Page:
    """The form of an officer of Southbank who is on duty in Northgate too."""
    make_supervisor(north)
    sami = make_officer(make_district("Southbank"), name="Sami Aalto")
    begin_shift(actor=actor_for(sami), districts=[north], reason="night_duty", hours=8)
    page: Page = open_page("phone", user=User.objects.get(pk=sami.pk))
    page.goto("/concerns/log/")
    return page


def save_button(page: Page) -> Any:
    return page.locator("#save button")


@pytest.mark.parametrize("waits", [[], [900], [900, 890], [900, 910], [500, 0, 900], [400, 900], [300] * 4])
def test_a_chosen_district_stays_and_is_on_the_button(page: Page, north: District, waits: list[int]) -> None:
    page.evaluate(LATE, waits)
    page.get_by_role("radio", name="A shop or business").tap()
    page.locator("[name=place]").tap()
    page.keyboard.type("60 Heron Street")
    page.get_by_label("District").select_option(label="Northgate")
    page.get_by_role("checkbox", name="Anti-Muslim").tap()
    expect(page.get_by_role("checkbox", name="Muslim community")).to_be_checked()
    expect(save_button(page)).to_have_text("Save for Northgate")
    page.wait_for_timeout(1000)  # the last of the late answers
    expect(save_button(page)).to_have_text("Save for Northgate")
    expect(page.locator("#where select")).to_have_value(str(north.pk))
    expect(page.locator("[name=place]")).to_have_value("60 Heron Street")


def test_a_district_chosen_in_the_moment_of_an_answer_is_on_the_button(page: Page, north: District) -> None:
    page.evaluate(CHOOSE_AT_ONCE, str(north.pk))
    page.get_by_role("radio", name="A shop or business").tap()
    expect(save_button(page)).to_have_text("Save for Northgate")


def test_an_opened_list_of_districts_is_not_replaced_under_the_thumb(page: Page, north: District) -> None:
    page.evaluate(LATE, [300])
    page.get_by_role("radio", name="A home").tap()
    districts = page.get_by_label("District").element_handle()
    districts.focus()
    page.wait_for_timeout(700)
    assert districts.is_visible()  # the same list
    districts.select_option(str(north.pk))
    expect(save_button(page)).to_have_text("Save for Northgate")


def test_an_opened_list_that_is_left_asks_for_the_answer_again(page: Page, north: District) -> None:
    page.get_by_label("District").select_option(label="Northgate")
    expect(save_button(page)).to_have_text("Save for Northgate")
    page.evaluate(LATE, [300])
    page.get_by_role("radio", name="A home").tap()
    page.locator("#where summary").tap()
    page.get_by_label("District").focus()
    page.wait_for_timeout(700)
    expect(save_button(page)).to_have_text("Save and see who to call")
    page.get_by_label("District").blur()
    expect(save_button(page)).to_have_text("Save for Northgate")


def test_another_place_is_named_and_its_district_chosen_in_one_tap_each(page: Page, north: District) -> None:
    page.get_by_role("radio", name="A shop or business").tap()
    expect(page.locator("[name=place]")).to_be_focused()
    page.keyboard.type("60 Heron Street")
    page.get_by_role("button", name="Northgate").tap()
    expect(save_button(page)).to_have_text("Save for Northgate")
    expect(page.locator("#where select")).to_have_value(str(north.pk))
    page.get_by_role("radio", name="None", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=place]")).not_to_be_focused()  # the keyboard passes the options one by one


def test_while_an_answer_is_on_its_way_the_button_names_no_district(page: Page, north: District) -> None:
    page.get_by_label("District").select_option(label="Northgate")
    expect(save_button(page)).to_have_text("Save for Northgate")
    page.evaluate(LATE, [1500])
    page.locator("#where summary").tap()
    page.get_by_label("District").select_option(label="Southbank")
    expect(save_button(page)).to_have_text("Save and see who to call")
    expect(save_button(page)).to_have_text("Save for Southbank")
