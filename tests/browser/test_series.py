"""The form for a series shows its dates while it is filled in, in a real browser."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from lib.days import city_today
from meetings.models import Meeting
from tests.browser.looking import violations
from tests.factories import make_district, make_officer


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_each_choice_names_its_days_and_one_or_all_is_asked_first(open_page: Any, device: str) -> None:
    page = open_page(device, user=make_officer(make_district("North")))
    page.goto("/meetings/new/")
    often = page.get_by_label("How often?")
    expect(often).to_contain_text("Every month on the same weekday")
    day = city_today() + timedelta(days=7)
    page.get_by_label("What is it about?").fill("Partnership")
    page.get_by_label("When").fill(f"{day:%Y-%m-%d}T10:00")
    page.get_by_label("Minutes").focus()
    expect(often).to_contain_text(f"Every two weeks on {day:%A}")
    often.select_option(label=f"Every {day:%A}")
    page.get_by_label("Or how many times").fill("3")
    assert violations(page) == []
    page.get_by_role("button", name="Plan meeting").click()
    last = day + timedelta(days=14)
    expect(page.locator("body")).to_contain_text(f"Every {day:%A}, until {last:%A} {last.day}")
    assert Meeting.objects.count() == 3
    page.goto(f"/meetings/{Meeting.objects.earliest('starts_at').pk}/edit/")
    expect(page.get_by_label("This and later ones")).to_be_in_viewport()
    assert violations(page) == []


def test_a_promise_names_its_days_too(open_page: Any) -> None:
    page = open_page("phone", user=make_officer(make_district("North")))
    page.goto("/follow-ups/new/")
    often = page.get_by_label("How often?")
    expect(often).to_contain_text(f"Every {city_today():%A}")
    tomorrow = city_today() + timedelta(days=1)
    page.get_by_label("Tomorrow").check()
    expect(often).to_contain_text(f"Every {tomorrow:%A}")
    page.get_by_label("Choose a date").check()
    page.get_by_label("Which date?").fill(f"{city_today().year + 1}-01-31")
    page.get_by_label("What did you promise?").focus()
    expect(often).to_contain_text("Every month on the 31st, or the last day of shorter months")
    assert violations(page) == []
