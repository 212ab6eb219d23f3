"""An officer's tasks with organisations in a real browser."""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from contacts.models import Organisation
from tests.factories import make_contact, make_district, make_officer, make_organisation
from tests.plugins.browser import wait_for_lasting_address


class Taps:
    """Counts taps and fails above a maximum."""

    def __init__(self, page: Page, most: int) -> None:
        self.page, self.left = page, most

    def tap(self, target: Any) -> None:
        self.left -= 1
        assert self.left >= 0, "One tap too many."
        target.tap()


def test_a_number_is_found_and_called_in_three_taps(open_page: Any) -> None:
    north = make_district()
    for number in range(30):
        make_organisation(north, name=f"Association {number:02}")
    organisation = make_organisation(north, name="Pensioners’ Club", phone="+34918812345")
    make_contact(north, organisation, family_name="Saar", phone="+34612345678")
    page = open_page("phone", user=make_officer(north))
    page.goto(reverse("organisations"))
    finger = Taps(page, 3)
    finger.tap(page.get_by_role("searchbox"))
    page.keyboard.insert_text("pensoners")  # with a letter missing
    expect(page.get_by_role("heading", name="1 organisation", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Call Pensioners’ Club, 918 81 23 45")).to_be_in_viewport()
    finger.tap(page.get_by_role("link", name="Pensioners’ Club", exact=True))
    number = page.locator('a.button[href="tel:+34918812345"]')
    expect(number).to_be_in_viewport()
    box = number.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    finger.tap(number)


def test_an_organisation_is_added_and_a_duplicate_told_while_typing(open_page: Any) -> None:
    north = make_district("North")
    make_organisation(north, name="Islamic Cultural Centre", phone="+34918812345")
    page = open_page("phone", user=make_officer(north))
    page.goto(reverse("organisation_new"))
    page.get_by_label("Name", exact=True).fill("Islamic Cultural Center")
    known = page.get_by_role("status").get_by_role("link", name="Islamic Cultural Centre")
    expect(known).to_be_visible()
    page.get_by_label("Kind", exact=True).select_option("religious_community")
    page.get_by_role("button", name="Save organisation").click()
    expect(page.get_by_text("same name")).to_be_visible()
    assert Organisation.objects.count() == 1
    page.get_by_role("button", name="Save anyway").click()
    expect(page).to_have_url(re.compile(r"/organisations/[0-9a-f-]{36}/$"))
    assert Organisation.objects.count() == 2


def test_everything_works_without_javascript(open_page: Any) -> None:
    north = make_district("North")
    make_organisation(north, name="Kaleidos")
    page = open_page("desk", user=make_officer(north), javascript=False)
    page.goto(reverse("organisations"))
    page.get_by_role("searchbox", name="Find an organisation").fill("kaleidos")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=kaleidos**")
    page.get_by_role("link", name="Kaleidos").click()
    page.locator("#page-menu > summary").click()
    page.get_by_role("link", name="Edit").click()
    wait_for_lasting_address(page)
    page.get_by_label("Name", exact=True).fill("Kaleidos Nova")
    page.get_by_role("button", name="Save organisation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kaleidos Nova")


@pytest.mark.parametrize("device", ["phone", "desk"])
@pytest.mark.parametrize("name", ["organisation", "organisation_edit", "organisations", "organisation_new"])
def test_no_page_is_wider_than_its_screen(open_page: Any, device: str, name: str) -> None:
    north = make_district("North")
    row = {"focus": "roma", "declared_by": "the chair", "declared_on": "2026-05-02"}
    organisation = make_organisation(
        north, name="Associação de Moradores da Sé " * 5, email="a" * 60 + "@example.org", focuses=[row]
    )
    page = open_page(device, user=make_officer(north))
    page.goto(reverse(name, args=[organisation.pk] if name in {"organisation", "organisation_edit"} else []))
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
