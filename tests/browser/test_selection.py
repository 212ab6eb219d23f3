"""Selecting several rows in a real browser on a phone and a desktop keeps the filters of the list."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from contacts.models import Organisation
from lib.days import city_today
from tests.factories import make_district, make_officer, make_organisation

TARGET = {"phone": 44, "desk": 36}  # pixels: a finger, a mouse


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_those_ticked_are_changed_and_changed_back_in_the_list_as_it_was(open_page: Any, device: str) -> None:
    north = make_district("North")
    for name in ("Casa Uno", "Casa Dos"):
        make_organisation(north, name=name, kind="ngo")
    make_organisation(north, name="Unrelated", kind="academic")
    page = open_page(device, user=make_officer(north))
    page.goto(reverse("organisations") + "?kind=ngo")
    button = page.get_by_role("button", name="Selected")
    expect(button).to_be_hidden()
    page.locator("#page-menu > summary").click()
    page.get_by_role("checkbox", name="Select several").check()
    for name in ("Casa Uno", "Casa Dos"):
        box = page.get_by_role("checkbox", name=f"Select {name}").locator("xpath=..").bounding_box()
        assert min(box["width"], box["height"]) >= TARGET[device]
        page.get_by_role("checkbox", name=f"Select {name}").check()
    expect(button).to_be_in_viewport()
    assert button.bounding_box()["height"] >= TARGET[device]
    button.click()
    page.get_by_role("button", name="Mark as checked today").click()
    for is_back in (False, True):
        if is_back:
            expect(page.get_by_text("Undone.")).to_be_visible()
        page.wait_for_url("**/organisations/?kind=ngo")
        expect(page.get_by_role("heading", name="2 organisations")).to_be_visible()
        checked = Organisation.objects.filter(verified_on=city_today()).count()
        assert checked == (0 if is_back else 2)
        if not is_back:
            page.get_by_role("button", name="Undo").first.click()
