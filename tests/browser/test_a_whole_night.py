"""A whole night on a phone: two events in two districts, five calls, and the morning after."""

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import DutyShift, User
from contacts.models import Organisation
from districts.models import District
from incidents.models import Incident, IncidentStep
from lib.days import city_today
from meetings.services.shifts import plan_shift
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.incidents.making import make_protocol, zone_where_it_is

TAPS: Final = 40
NO_TELEPHONE: Final = """addEventListener("click", (event) => {
  if (event.target.closest?.("a[href^='tel:']")) event.preventDefault();
});"""


#: Words, controls and pixels at 390 px that a page has at most, in its main part and beside it.
BUDGETS: Final = {"incident": (350, 30, 3000), "hand over": (300, 15, 2000)}
COUNT: Final = """() => {
  const areas = [...document.querySelectorAll("main, .side")];
  const text = areas.map((area) => area.innerText).join(" ");
  const words = text.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word));
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const controls = areas.flatMap((area) => [...area.querySelectorAll(kinds)]);
  const visible = controls.filter((one) => one.checkVisibility({ visibilityProperty: true }));
  return [words.length, visible.length, document.documentElement.scrollHeight];
}"""


class Thumb:
    """Taps with a thumb, counted. A tap fails if anything covers what is to be tapped."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.calls = page, 0, 0

    def tap(self, target: Locator) -> None:
        expect(self.page.locator("#alert")).to_be_empty()  # covers nothing
        target.first.tap()
        self.taps += 1

    def ring(self, name: str, number: str, result: str) -> None:
        """Tap a number, come back, and tap the result on its card."""
        way = self.page.locator(f"main a[href='tel:{number}']").first
        card = self.page.locator(".call").filter(has=self.page.locator(f"a[href='tel:{number}']")).first
        self.tap(way)
        self.calls += 1
        self.page.clock.set_fixed_time(timezone.now() + timedelta(minutes=self.calls))
        self.page.evaluate("dispatchEvent(new Event('focus'))")
        expect(card.get_by_text("How did it go?")).to_be_in_viewport()
        self.tap(card.get_by_role("button", name=result, exact=True))
        expect(self.page.locator("#messages")).to_contain_text(f"{name}: ")

    def keeps_budget(self, name: str) -> None:
        counts = self.page.evaluate(COUNT)
        for count, most, unit in zip(counts, BUDGETS[name], ("words", "controls", "px"), strict=True):
            assert count <= most, (name, unit, count)


def community(district: District, name: str, phone: str, **fields: Any) -> Organisation:
    focus = {"focus": "muslim", "declared_by": "The board", "declared_on": city_today()}
    return make_organisation(
        district,
        name=name,
        phone=phone,
        focuses=[focus],
        night_calls="always",
        night_agreed_on=city_today(),
        **fields,
    )


@pytest.fixture
def north(committed_db: None, settings: Settings) -> District:
    settings.TIME_ZONE, settings.CONTROL_ROOM = zone_where_it_is(1), "0900"
    return make_district("Northgate")


@pytest.fixture
def south(north: District) -> District:
    return make_district("Southbank")


@pytest.fixture
def nora(north: District) -> User:
    return make_officer(north, name="Nora Lind")


@pytest.fixture
def sami(north: District, south: District, nora: User) -> User:
    """An officer of Southbank. Nora leads in Northgate, and is on duty there in an hour."""
    make_protocol()
    sofia = make_supervisor(north, name="Sofia Marsh", phone="+34912345902")
    begins_at = timezone.now() + timedelta(hours=1)
    plan_shift(
        actor=actor_for(sofia),
        user=nora,
        districts=[north],
        reason="night_duty",
        starts_at=begins_at,
        ends_at=begins_at + timedelta(hours=8),
    )
    make_supervisor(south, name="Greta Holm", phone="+34912345904")
    for number, name in enumerate(("Prayer Room", "Burial Society", "Women’s Circle")):
        community(north, name, f"+3491234567{number}", lead_officer=nora)
    sami = make_officer(south, name="Sami Aalto")
    community(south, "Quay Mosque", "+34912345680", lead_officer=sami)
    community(south, "Students’ Union", "+34912345681", lead_officer=sami)
    return sami


def log_attack(thumb: Thumb, place: str, *, district: str = "") -> None:
    """Log an attack on an organisation or, with `district`, at a place that is none."""
    page = thumb.page
    thumb.tap(page.get_by_role("navigation", name="Quick links").get_by_role("link", name="Log"))
    expect(page.locator("main").get_by_role("link", name="Concern", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    thumb.tap(page.get_by_role("checkbox", name="Attack on a community site"))
    if district:
        thumb.tap(page.get_by_role("radio", name=re.compile("shop|business", re.IGNORECASE)))
        thumb.tap(page.locator("[name=place]"))
        page.keyboard.type(place)
        page.get_by_label("District").select_option(label=district)
        thumb.taps += 2  # the list, and a line of it
    else:
        thumb.tap(page.get_by_label("Another organisation"))
        page.keyboard.type(place.split()[0])
        thumb.tap(page.get_by_role("radio", name=place))
    thumb.tap(page.get_by_role("checkbox", name="Anti-Muslim"))
    thumb.tap(page.get_by_role("button", name=re.compile(f"^Save for {district}")))
    page.wait_for_url(re.compile("/incidents/"))


def test_a_night_with_two_events_in_two_districts_takes_forty_taps(
    open_page: Any, sami: User, nora: User
) -> None:
    page = open_page("phone", user=sami)
    page.add_init_script(NO_TELEPHONE)
    thumb = Thumb(page)
    page.goto("/duty/")
    thumb.tap(page.get_by_role("checkbox", name="Northgate"))
    thumb.tap(page.get_by_role("button", name="Night duty"))
    expect(page.get_by_role("region", name="On duty")).to_contain_text("Northgate")
    log_attack(thumb, "60 Heron Street", district="Northgate")
    expect(page.locator("h1")).to_have_text("Attack on a community site, 60 Heron Street")
    assert Incident.objects.get().district.name == "Northgate"
    thumb.keeps_budget("incident")
    thumb.ring("Prayer Room", "+34912345670", "Reached")
    thumb.ring("Burial Society", "+34912345671", "No answer")
    thumb.ring("Women’s Circle", "+34912345672", "Reached")
    log_attack(thumb, "Quay Mosque")
    thumb.ring("Quay Mosque", "+34912345680", "Reached")
    thumb.ring("Students’ Union", "+34912345681", "Left a message")
    thumb.tap(page.get_by_role("region", name="On duty").get_by_role("link", name="Hand over"))
    expect(page.get_by_label("Hand over to")).to_have_value(str(nora.pk))
    expect(page.locator("#moves")).to_contain_text("Nora Lind gets")
    thumb.keeps_budget("hand over")
    thumb.tap(page.locator("main").get_by_role("button", name="Hand over"))
    expect(page.get_by_text("Handed over to Nora Lind. Your shift has ended.")).to_be_visible()
    open_steps = IncidentStep.objects.open()
    assert not open_steps.filter(owner=None).exists()
    assert not open_steps.filter(incident__district__name="Northgate", owner=sami).exists()
    morning = open_page("phone", user=nora)
    morning.goto(f"/duty/{DutyShift.objects.get(user=sami).pk}/")
    thumb.page = morning
    thumb.tap(morning.get_by_role("link", name="Brief for the morning"))
    for line in ("60 Heron Street", "Prayer Room: reached", "Burial Society: no answer"):
        expect(morning.locator("main")).to_contain_text(line)
    assert thumb.taps <= TAPS
