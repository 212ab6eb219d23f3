"""The box of a follow-up's row, with htmx: the row stays as done, asks for the report, and opens again."""

import re
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import User
from audit.models import Action, Event
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp
from meetings.services.follow_ups import edit_follow_up
from tests.factories import make_district, make_meeting, make_officer, make_organisation
from tests.meetings.test_follow_up_pages import page, promise

pytestmark = pytest.mark.django_db

HTMX: Final = {"HX-Request": "true"}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


@pytest.fixture
def client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def tick(client: Client, follow_up: FollowUp, version: int = 1) -> Any:
    return client.post(page("follow_up_done", follow_up), {"version": version}, headers=HTMX)


def answer(client: Client, follow_up: FollowUp, told: str) -> Any:
    return client.post(page("follow_up_told", follow_up), {"answer": told}, headers=HTMX)


def undo(client: Client, row: Any, on: str = "/") -> Any:
    found = re.search(r'hx-post="(/undo/[^"]*)"', row.text)
    assert found
    return client.post(found[1], headers=HTMX | {"referer": f"http://testserver{on}"}, follow=True)


def test_wherever_a_follow_up_stands_in_a_row_it_can_be_ticked(
    client: Client, officer: User, north: District
) -> None:
    organisation = make_organisation(north)
    meeting = make_meeting(north, organisation)
    mine = promise(officer, organisation, due=-1, meeting=meeting)
    hers = promise(make_officer(make_district()), make_organisation(), meeting=meeting)
    row = reverse("organisation", args=[organisation.pk]), reverse("meeting", args=[meeting.pk])
    for address in ("/", "/follow-ups/", *row):
        html = client.get(address).text
        assert f'hx-post="{page("follow_up_done", mine)}"' in html, address
        assert "Done: Send the noise form" in html, address
        assert page("follow_up_later", mine) in html, address
        assert page("follow_up_done", hers) not in html, address


def test_the_ticked_row_stays_and_asks_whether_it_was_reported_back(
    client: Client, officer: User, north: District
) -> None:
    follow_up = promise(officer, make_organisation(north))
    row = tick(client, follow_up)
    assert row.status_code == 200
    assert f'id="follow-up-{follow_up.pk}"' in row.text
    assert "Reported back?" in row.text
    assert {"Yes", "Not yet", "Undo"} <= set(re.findall(r"Yes|Not yet|Undo", row.text))
    follow_up.refresh_from_db()
    assert follow_up.status == "done"
    assert "Done: Send" not in client.get("/follow-ups/").text, "no message beside the row"
    event = Event.objects.filter(actor_id=officer.pk, action=Action.VIEW).latest("at")
    assert follow_up.pk in event.object_ids


def test_yes_reports_back_once_and_undo_opens_it_as_before(
    client: Client, officer: User, north: District
) -> None:
    follow_up = promise(officer, make_organisation(north))
    tick(client, follow_up)
    told = answer(client, follow_up, "yes")
    link = follow_up.organisation_links.get()
    assert link.reported_back_on == city_today()
    assert "Reported back?" not in told.text
    assert f"/publishing/entries/new/?follow_up={follow_up.pk}" in told.text
    follow_up.refresh_from_db()
    version = follow_up.version
    answer(client, follow_up, "yes")
    follow_up.refresh_from_db()
    assert follow_up.version == version
    again = undo(client, told)
    assert "Undone." in again.text
    assert f'id="follow-up-{follow_up.pk}"' in client.get("/follow-ups/").text
    follow_up.refresh_from_db()
    assert follow_up.status == "open"
    assert FollowUp.objects.get().organisation_links.get().reported_back_on is None


def test_not_yet_closes_the_question(client: Client, officer: User, north: District) -> None:
    follow_up = promise(officer, make_organisation(north))
    tick(client, follow_up)
    row = answer(client, follow_up, "not_yet")
    assert "Reported back?" not in row.text
    assert follow_up.organisation_links.get().reported_back_on is None
    undo(client, row)
    follow_up.refresh_from_db()
    assert follow_up.status == "open"


def test_a_row_that_is_ticked_twice_is_done_once(client: Client, officer: User, north: District) -> None:
    follow_up = promise(officer, make_organisation(north))
    tick(client, follow_up)
    follow_up.refresh_from_db()
    version = follow_up.version
    again = tick(client, follow_up)
    assert again.status_code == 200
    assert "Reported back?" in again.text
    follow_up.refresh_from_db()
    assert follow_up.version == version
    undo(client, again)
    follow_up.refresh_from_db()
    assert follow_up.status == "open"


def test_a_row_that_has_changed_is_not_ticked_but_opened(
    client: Client, officer: User, north: District
) -> None:
    follow_up = promise(officer, make_organisation(north))
    edit_follow_up(actor=SYSTEM, follow_up_id=follow_up.pk, title="Send both forms")
    response = tick(client, follow_up)
    assert response.headers["HX-Redirect"] == page("follow_up", follow_up)
    follow_up.refresh_from_db()
    assert follow_up.status == "open"
    assert "changed in the meantime" in client.get(page("follow_up", follow_up)).text
    assert tick(client, follow_up, version=2).status_code == 200


@pytest.mark.parametrize("told", ["yes", "not_yet"])
def test_an_answer_about_a_row_that_was_opened_again_records_nothing(
    client: Client, officer: User, north: District, told: str
) -> None:
    follow_up = promise(officer, make_organisation(north))
    undo(client, tick(client, follow_up))
    response = answer(client, follow_up, told)
    assert response.headers["HX-Redirect"] == page("follow_up", follow_up)
    assert follow_up.organisation_links.get().reported_back_on is None


def test_an_owner_from_elsewhere_ticks_but_is_not_asked_who_was_told(client: Client, officer: User) -> None:
    organisation = make_organisation(name="Hidden from her")
    follow_up = promise(officer, organisation)
    row = tick(client, follow_up)
    assert "Undo" in row.text
    assert "Reported back?" not in row.text
    assert organisation.name not in row.text
    assert answer(client, follow_up, "yes").status_code == 403
    assert answer(client, follow_up, "not_yet").status_code == 403


def test_what_was_promised_to_no_one_is_not_reported_back(client: Client, officer: User) -> None:
    row = tick(client, promise(officer))
    assert "Undo" in row.text
    assert "Reported back?" not in row.text


def test_a_row_of_another_district_is_not_ticked(client: Client) -> None:
    theirs = promise(make_officer(make_district()), make_organisation())
    assert tick(client, theirs).status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "open"
