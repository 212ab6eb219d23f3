"""Limits on taps and requests for logging a meeting in a real browser, without typing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, expect

from accounts.actors import actor_for
from accounts.models import User
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.services.follow_ups import create_follow_up
from meetings.services.held_meetings import log_meeting
from tests.factories import make_district, make_officer, make_organisation
from tests.plugins.browser import OpenPage, wait_for_lasting_address

MAX_TAPS = 4
MAX_TAPS_OF_A_GROUP = 12
MAX_REQUESTS = 2


@pytest.fixture
def officer(committed_db: None) -> User:
    return make_officer(make_district("North"), name="Anna Saar")


@pytest.fixture
def school(officer: User) -> Organisation:
    """An organisation that the officer met recently."""
    district = officer.districts.get()
    organisation = make_organisation(district, name="Põhjala kool", lead_officer=officer)
    log_meeting(
        actor=actor_for(officer),
        subject="Earlier",
        kind="visit",
        district=district,
        starts_at=timezone.now() - timedelta(days=3),
        organisations=[{"organisation": organisation}],
    )
    return organisation


def is_for_a_page(request: Request) -> bool:
    return request.resource_type in {"document", "xhr", "fetch"}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_meeting_in_four_taps_and_two_requests(
    open_page: OpenPage, officer: User, school: Organisation, javascript: bool
) -> None:
    page: Page = open_page("phone", user=officer, javascript=javascript)
    page.goto("/")
    taps = 0

    def tap(name: str, role: str) -> None:
        nonlocal taps
        taps += 1
        page.get_by_role(role, name=name, exact=True).first.tap()

    tap("Log", "link")
    expect(page.get_by_role("heading", name="Log a meeting")).to_be_visible()
    if not javascript:
        wait_for_lasting_address(page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if is_for_a_page(request) else None)
    tap("Põhjala kool", "radio")
    if javascript:  # what is known of them comes while the officer goes on
        expect(page.get_by_text("Never met")).to_be_visible()
        assert len(requests) == 1
        requests.clear()
    tap("Advice received", "checkbox")
    tap("Save meeting in North", "button")
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    assert taps <= MAX_TAPS
    assert len(requests) <= MAX_REQUESTS, requests
    meeting = Meeting.objects.latest("created_at")
    assert meeting.subject == "Visit: Põhjala kool"
    assert meeting.outcomes == ["advice_received"]


def test_a_meeting_with_the_keyboard_only(open_page: OpenPage, officer: User, school: Organisation) -> None:
    page = open_page("desk", user=officer)
    page.goto("/")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Log a meeting")).to_be_visible()

    def reach(name: str) -> None:
        """Press Tab until the element with this name has the focus."""
        page.wait_for_load_state()
        for _step in range(80):
            page.keyboard.press("Tab")
            label = page.evaluate(
                "(e => (e.labels?.[0]?.innerText || e.innerText || '').trim())(document.activeElement)"
            )
            if label == name:
                return
        raise AssertionError(f"“{name}” cannot be reached with the keyboard.")

    reach("Põhjala kool")
    page.keyboard.press("Space")
    reach("Concern raised")
    page.keyboard.press("Space")
    reach("No")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    reach("Save meeting in North")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    assert Meeting.objects.latest("created_at").outcomes == ["concern_raised", "action_agreed"]
    assert FollowUp.objects.get().title == "Call back Põhjala kool"


def test_somebody_else_is_found_while_typing(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    make_organisation(officer.districts.get(), name="Night shelter Lootus")
    page = open_page("phone", user=officer)
    page.goto("/meetings/log/")
    page.get_by_role("searchbox").fill("lotus")
    page.get_by_role("radio", name="Night shelter Lootus").tap()
    page.get_by_role("button", name="Save meeting").tap()
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    assert Meeting.objects.latest("created_at").subject == "Visit: Night shelter Lootus"


def test_a_group_meeting_of_five_and_three_promises_in_twelve_taps(
    open_page: OpenPage, officer: User, school: Organisation
) -> None:
    district = officer.districts.get()
    names = [f"Group {number:02}" for number in range(11)]
    for name in names:
        make_organisation(district, name=name, lead_officer=officer)
    shelter = make_organisation(district, name="Night shelter Lootus")
    owed = create_follow_up(
        actor=actor_for(officer), title="Lamps", owner=officer, due_on=city_today(), organisations=[school]
    )
    page = open_page("phone", user=officer)
    page.goto("/meetings/log/assembly/")
    taps = 0

    def tap(target: Locator) -> None:
        nonlocal taps
        taps += 1
        target.tap()

    def box(name: str) -> Locator:
        return page.get_by_role("checkbox", name=name, exact=True)

    for name in (school.name, *names[:2]):
        tap(box(name))
    tap(page.get_by_role("checkbox", name=re.compile("^Absent.*Group 10")))
    expect(page.get_by_role("checkbox", name=re.compile("^Lamps"))).to_be_visible()
    tap(page.get_by_role("searchbox"))
    page.keyboard.insert_text("lootus")
    tap(box(shelter.name))
    for number, (title, to) in enumerate(
        (("Send the minutes", ""), ("Ask for a lamp", shelter.name), ("Call the absent", "Group 10")), start=1
    ):
        promise = page.get_by_role("group", name=f"Follow-up {number}")
        if number == 1:
            tap(promise.get_by_label("What did you promise?"))
        else:
            tap(page.get_by_role("button", name="Add another follow-up"))
            expect(promise.get_by_label("What did you promise?")).to_be_focused()
        page.keyboard.type(title)
        if to:
            tap(promise.get_by_role("checkbox", name=to, exact=True))
    tap(page.get_by_role("button", name="Save meeting"))
    expect(page.get_by_text("Meeting logged.")).to_be_visible()
    assert taps <= MAX_TAPS_OF_A_GROUP
    meeting = Meeting.objects.latest("created_at")
    assert meeting.organisation_links.filter(present=True).count() == 4
    made = {promise.title: promise.organisations.count() for promise in meeting.follow_ups.all()}
    assert made == {"Send the minutes": 4, "Ask for a lamp": 1, "Call the absent": 1}
    owed.refresh_from_db()
    assert owed.status == "open"  # it was shown, not ticked
