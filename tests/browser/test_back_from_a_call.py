"""Back from a call on a phone: the page offers to log it, or asks at the card of the incident how it went."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.incidents.making import Night


def ring_and_come_back(page: Page, number: str, *, minutes: int) -> None:
    """Tap the number, and come back when the clock is so many minutes ahead."""
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")  # no telephone here
    page.locator(f"main a[href='tel:{number}']").first.tap()
    page.clock.set_fixed_time(timezone.now() + timedelta(minutes=minutes))
    page.evaluate("dispatchEvent(new Event('focus'))")


def test_the_log_is_offered_where_a_record_is_shown_and_no_button_of_an_incident_is_covered(
    open_page: Any, committed_db: None
) -> None:
    night = Night(phone="+34912345678")
    incident = night.incident()
    page = open_page("phone", user=night.duty)
    page.goto(f"/organisations/{night.place.pk}/")
    ring_and_come_back(page, "+34912345678", minutes=2)
    log = page.locator("#alert").get_by_role("link", name="Log it")
    assert f"/meetings/log/?organisation={night.place.pk}&kind=phone" in (log.get_attribute("href") or "")
    page.goto(f"/incidents/{incident.pk}/")
    ring_and_come_back(page, "+34912345678", minutes=4)
    expect(page.get_by_text("How did it go?").first).to_be_in_viewport()
    expect(page.locator("#alert")).to_be_empty()
    for name in ("Reached", "Left a message", "No answer", "Declined"):
        button = page.get_by_role("button", name=name).first
        expect(button).to_be_in_viewport()
        button.click(trial=True, timeout=2000)
    page.goto(f"/search/?q={night.place.name}")
    ring_and_come_back(page, "+34912345678", minutes=6)
    expect(page.locator("#alert")).to_be_empty()
