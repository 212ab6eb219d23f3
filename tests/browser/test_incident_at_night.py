"""An attack at 23:00 on a phone: from an empty form to two calls marked, in eight taps and one typed word."""

from typing import Any

from playwright.sync_api import Locator, expect

from incidents.models import Incident
from tests.incidents.making import Night

TAPS = 8


def test_a_concern_is_logged_and_two_calls_are_marked_in_eight_taps(
    open_page: Any, committed_db: None
) -> None:
    night = Night(phone="+34912345678")
    page = open_page("phone", user=night.duty)
    taps = 0

    def tap(what: Locator) -> None:
        nonlocal taps
        what.tap()
        taps += 1

    page.goto("/concerns/log/")
    tap(page.get_by_role("checkbox", name="Attack on a community site"))
    page.get_by_label("Another organisation").fill("al-noor")
    tap(page.get_by_role("radio", name="Al-Noor"))
    tap(page.get_by_role("checkbox", name="Anti-Muslim"))
    tap(page.get_by_role("button", name="Save and see who to call"))
    expect(page.get_by_role("heading", name="Next: Call the affected place")).to_be_in_viewport()
    expect(page.locator('a.button[href="tel:+34912345678"]').first).to_be_visible()
    card = page.locator(".call").filter(has_text="Al-Noor").first
    tap(card.get_by_role("button", name="Reached"))
    expect(page.get_by_text("Recorded for Al-Noor: reached.")).to_be_visible()
    other = page.locator(".call").filter(has_text="Burial society").first
    tap(other.get_by_role("button", name="Left a message"))
    expect(page.get_by_text("Recorded for Burial society: left a message.")).to_be_visible()
    assert taps <= TAPS
    tries = Incident.objects.get().reassurances.values_list("organisation__name", "result")
    assert set(tries) == {("Al-Noor", "reached"), ("Burial society", "left_message")}
