"""A swastika on a mosque, logged on a phone at 23:00: whom to call, and who is notified."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import Concern
from tests.browser.looking import violations
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.plugins.browser import wait_for_lasting_address


def speaking_for(focus: str, district: District, **fields: Any) -> Organisation:
    said = {"focus": focus, "declared_by": "Coordinator", "declared_on": city_today()}
    return make_organisation(district, focuses=[said], **fields)


@pytest.fixture
def north(committed_db: None) -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    """An officer who met the mosque last week. Anna Saar leads there, Zoe supervises."""
    officer = make_officer(north, name="Night Officer")
    lead = make_officer(north, name="Anna Saar")
    make_supervisor(north, name="Zoe Kask")
    mosque = make_organisation(
        north,
        name="Islamic Cultural Centre",
        kind="religious_community",
        phone="+34912345678",
        lead_officer=lead,
    )
    make_meeting(north, mosque, officers=[officer])
    first = make_contact(north, mosque, phone="+34612345678")
    first.affiliations.update(is_primary=True, role_title="duty coordinator")
    speaking_for("muslim", north, name="Muslim women’s circle", phone="+34912345679")
    speaking_for("jewish", north, name="Jewish community")
    return officer


def requests_of(page: Page) -> list[str]:
    """Return the URLs of pages and fragments requested from now on, without static files."""
    made: list[str] = []
    kinds = {"document", "xhr", "fetch"}
    page.on("request", lambda asked: made.append(asked.url) if asked.resource_type in kinds else None)
    return made


@pytest.mark.parametrize("javascript", [True, False])
def test_four_taps_until_the_number_to_call(open_page: Any, officer: User, javascript: bool) -> None:
    page = open_page("phone", user=officer, javascript=javascript)
    page.goto("/concerns/log/")
    if not javascript:
        wait_for_lasting_address(page)
    asked = requests_of(page)
    page.get_by_role("checkbox", name="Graffiti or symbol").tap()
    first = page.locator('[data-indicators="first"] input').first
    expect(first).to_have_value("symbols" if javascript else "victim_perception")
    expect(first).to_be_hidden()
    page.get_by_role("radio", name="Islamic Cultural Centre").tap()
    page.get_by_role("checkbox", name="Anti-Muslim").tap()
    if javascript:
        expect(page.get_by_role("checkbox", name="Muslim community")).to_be_checked()
        expect(page.get_by_role("checkbox", name="Not known yet")).not_to_be_checked()
    page.get_by_role("button", name="Save for North").tap()
    calls = page.get_by_role("heading", name="Call now")
    expect(calls).to_be_in_viewport()
    number = page.locator('a.button[href="tel:+34912345678"]')
    expect(number).to_be_visible()
    box = number.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    # Bias that the kind suggests, the district of the organisation, the form and the concern.
    assert len(asked) <= (4 if javascript else 2)
    for folded in page.locator("details", has=page.get_by_role("heading", name="In the morning")).all():
        folded.locator("summary").first.tap()  # at night, the calls that can wait
    expect(page.locator('a.button[href="tel:+34612345678"]')).to_be_visible()
    expect(page.locator('a.button[href="tel:+34912345679"]')).to_be_visible()
    expect(page.get_by_text("Jewish community")).to_have_count(0)
    notified = page.locator("details.fold", has_text="Notified immediately")
    notified.locator("summary").tap()
    expect(notified.get_by_text("Anna Saar")).to_be_visible()
    expect(notified.get_by_text("Zoe Kask")).to_be_visible()
    concern = Concern.objects.get()
    assert (concern.bias_grounds, concern.affected_focuses) == (["anti_muslim"], ["muslim"])
    page.get_by_role("button", name="Record reassurance offered").tap()
    page.get_by_role("button", name="Accepted").tap()
    expect(page.get_by_text("Reassurance offered: accepted").first).to_be_visible()


def test_an_organisation_never_met_is_looked_for(open_page: Any, officer: User, north: District) -> None:
    make_organisation(north, name="Sikh gurdwara", phone="+34912345670")
    page = open_page("phone", user=officer)
    page.goto("/concerns/log/")
    page.get_by_role("checkbox", name="Threat", exact=True).tap()
    page.get_by_label("Another organisation").fill("gurdwra")
    page.get_by_role("radio", name="Sikh gurdwara").tap()
    page.get_by_role("button", name="Save for North").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Threat, Sikh gurdwara")


def test_a_suggested_community_can_be_refused_and_another_chosen(open_page: Any, officer: User) -> None:
    page = open_page("phone", user=officer)
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.goto("/concerns/log/")
    page.get_by_role("checkbox", name="Threat", exact=True).tap()
    page.locator("#bias details:has(.guided) > summary").tap()
    page.locator("details.indicator > summary").first.tap()
    page.get_by_role("checkbox", name="Anti-Muslim").tap()
    suggested = page.get_by_role("checkbox", name="Muslim community")
    expect(suggested).to_be_checked()
    expect(page.locator("details.indicator[open]")).to_have_count(1)
    suggested.tap()
    expect(suggested).not_to_be_checked()
    page.get_by_role("button", name="Save for North").tap()
    expect(page.get_by_text("Add the affected communities")).to_be_visible()
    assert Concern.objects.get().affected_focuses == []
    assert broken == []


def test_nothing_chosen_is_said_first(open_page: Any, officer: User) -> None:
    page = open_page("phone", user=officer)
    page.goto("/concerns/log/")
    page.get_by_label("Facts").fill("Black paint on the east door")
    page.get_by_role("button", name="Save for North").tap()
    expect(page.get_by_role("checkbox", name="Graffiti or symbol")).to_be_focused()
    expect(page.get_by_label("Facts")).to_have_value("Black paint on the east door")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["phone", "desk"])
def test_a_form_with_a_mistake_is_accessible(open_page: Any, officer: User, device: str, scheme: str) -> None:
    page = open_page(device, scheme=scheme, user=officer)
    page.goto("/concerns/log/")
    page.get_by_role("button", name="Save for North").click()
    expect(page.get_by_role("checkbox", name="Graffiti or symbol")).to_be_focused()
    assert violations(page) == []
