"""An attack at night on a phone: two calls are marked in a few taps, and a colleague sees them meanwhile."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from contacts.models import Organisation
from incidents.models import CallInProgress, Incident
from incidents.services.reassurances import record_reassurance
from tests.browser.looking import violations
from tests.factories import make_contact, make_organisation
from tests.incidents.making import Night, zone_where_it_is

TAPS = 8
PATIENCE: Final = 25_000  # milliseconds until a colleague sees who is calling
MUSLIM: Final = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
BUDGET: Final = {"words": 350, "controls": 30, "height": 3000, "solid": 1}
MEASURED: Final = """() => {
  const seen = [...document.querySelectorAll("main, aside.side")];
  const count = (what) =>
    seen.flatMap((one) => [...one.querySelectorAll(what)]).filter((one) => one.checkVisibility()).length;
  return {
    words: seen.map((one) => one.innerText.split(/\\s+/).filter(Boolean).length).reduce((a, b) => a + b, 0),
    controls: count("a[href], button, input:not([type=hidden]), select, textarea, summary"),
    height: document.documentElement.scrollHeight,
    solid: count(".button:not(.soft, .quiet)"),
  };
}"""


def test_a_concern_is_logged_and_two_calls_are_marked_in_eight_taps(
    open_page: Any, committed_db: None, settings: Any
) -> None:
    settings.TIME_ZONE = zone_where_it_is(1)
    night = Night(phone="+34912345678")
    Organisation.objects.filter(pk=night.other.pk).update(night_calls="always", phone="+34912345679")
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
    tap(page.get_by_role("button", name=f"Save for {night.district.name}"))
    expect(page.get_by_role("heading", name="Call Al-Noor")).to_be_in_viewport()
    expect(page.locator('a.button[href="tel:+34912345678"]')).to_be_in_viewport()
    tap(page.get_by_role("button", name="Reached"))
    expect(page.get_by_text("Al-Noor: reached.")).to_be_visible()
    tap(page.get_by_role("link", name="Burial society"))
    expect(page.get_by_role("heading", name="Call Burial society")).to_be_in_viewport()
    tap(page.get_by_role("button", name="Left a message"))
    expect(page.get_by_text("Burial society: message left.")).to_be_in_viewport()
    edges = "what => document.querySelector(what).getBoundingClientRect()"
    said, card = (page.evaluate(edges, what) for what in ("#messages", ".next"))
    assert said["top"] >= 0 and said["bottom"] <= card["top"], "Undo is in view, and covers no card"
    assert taps <= TAPS
    tries = Incident.objects.get().reassurances.values_list("organisation__name", "result")
    assert set(tries) == {("Al-Noor", "reached"), ("Burial society", "left_message")}


def come_back(page: Page) -> None:
    """As from the dialler: the page is looked at again."""
    page.evaluate("dispatchEvent(new Event('focus'))")


def test_a_colleague_sees_the_call_and_its_result_without_loading_the_page(
    open_page: Any, committed_db: None
) -> None:
    night = Night(phone="+34912345678")
    incident = night.incident()
    caller, other = (open_page("phone", user=user) for user in (night.duty, night.supervisor))
    other.clock.install()
    for page in (caller, other):
        page.goto(f"/incidents/{incident.pk}/")
    no_telephone = "event.target.closest('a[href^=tel]') && event.preventDefault()"
    caller.evaluate(f"addEventListener('click', (event) => {no_telephone})")
    caller.locator('a.button[href="tel:+34912345678"]').tap()
    expect(caller.get_by_text("How did it go?")).to_be_in_viewport()
    assert CallInProgress.objects.get().user == night.duty
    other.clock.fast_forward(PATIENCE)
    expect(other.get_by_text(f"{night.duty.name} is calling")).to_be_visible()
    caller.get_by_role("button", name="Reached").tap()
    expect(caller.get_by_text("Al-Noor: reached.")).to_be_visible()
    other.clock.fast_forward(PATIENCE)
    expect(other.get_by_text(f"{night.duty.name} is calling")).to_have_count(0)
    expect(other.get_by_text("Called")).to_be_visible()


def test_nothing_changes_under_somebody_who_types(open_page: Any, committed_db: None) -> None:
    night = Night(phone="+34912345678")
    incident = night.incident()
    page = open_page("desk", user=night.supervisor)
    page.goto(f"/incidents/{incident.pk}/")
    field = page.get_by_label("Agreed statement")
    field.fill("Officers are there.")
    record_reassurance(
        actor=night.actor(), incident_id=incident.pk, organisation_id=night.place.pk, result="reached"
    )
    come_back(page)
    field.blur()
    come_back(page)
    expect(field).to_have_value("Officers are there.")
    expect(page.locator("#now details.fold", has_text="Called")).to_have_count(0)
    field.fill(field.evaluate("field => field.defaultValue"))
    field.blur()
    come_back(page)
    expect(page.locator("#now details.fold", has_text="Called")).to_have_count(1)


def ten_organisations(settings: Any) -> tuple[Night, Incident]:
    """An attack at about 01:20 that affects ten organisations: two may be called now, one never at night."""
    settings.TIME_ZONE = zone_where_it_is(1)
    night = Night(phone="+442079460279", night_calls="if_our_place")
    User.objects.update(time_zone=settings.TIME_ZONE, phone="+442079460902")
    contact = make_contact(night.district, night.place, phone="+441144960405")
    contact.affiliations.update(is_primary=True, role_title="secretary")
    for number, agreed in enumerate(("never", "always", *["not_asked"] * 6)):
        make_organisation(
            night.district,
            name=f"Prayer room {number}",
            focuses=MUSLIM,
            lead_officer=night.lead,
            phone=f"+44207946068{number}",
            night_calls=agreed,
        )
    make_organisation(night.district, name="Help", kind="victim_support", phone="+442079460111")
    facts = "Two windows broken with stones. The secretary was insulted. One man ran towards the canal."
    begun = timezone.now() - timedelta(minutes=72)
    return night, night.incident(place="58 Heron Street", facts=facts, received_at=begun)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_one_in_the_morning_the_page_of_ten_organisations_is_short(
    open_page: Any, committed_db: None, settings: Any, scheme: str
) -> None:
    night, incident = ten_organisations(settings)
    for who in (night.duty, night.lead, night.supervisor):
        page = open_page("phone", user=who, scheme=scheme)
        page.goto(f"/incidents/{incident.pk}/")
        measured = page.evaluate(MEASURED)
        assert all(measured[name] <= most for name, most in BUDGET.items()), measured
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page = open_page("phone", user=night.duty, scheme=scheme)
    page.goto(f"/incidents/{incident.pk}/")
    number = page.locator(".next a.button[href^='tel:']")
    expect(number).to_be_in_viewport()
    expect(page.locator("main > .happened")).to_be_in_viewport()
    expect(page.get_by_text("decides, saw it")).to_be_in_viewport()
    page.evaluate("for (const fold of document.querySelectorAll('details.fold')) fold.open = true")
    assert violations(page) == []
