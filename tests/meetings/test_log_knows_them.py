"""The log page shows what is known of whom one met, and saves what is ticked there with the meeting."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM
from accounts.models import User
from audit.models import Event
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.services.follow_ups import cancel_follow_up, create_follow_up
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation
from tests.meetings.test_log_meeting import ADDRESS, typed

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def mosque(north: District) -> Organisation:
    return make_organisation(north, name="Al-Noor Mosque")


def promise(owner: User, *organisations: Organisation, title: str = "Ask about the lamps") -> FollowUp:
    return create_follow_up(
        actor=SYSTEM, title=title, kind="other", owner=owner, due_on=city_today(), organisations=organisations
    )


def chosen(client: Client, who: object) -> str:
    """The fragment that a script fetches once somebody is chosen."""
    return client.get(ADDRESS, {"who": str(who)}, headers={"HX-Request": "true"}).content.decode()


def test_choosing_shows_what_is_owed_what_was_said_and_whom_to_greet_and_records_it(
    client: Client, officer: User, north: District, mosque: Organisation
) -> None:
    person = make_contact(north, mosque, given_name="Peter", family_name="Farouk", phone="+442079460903")
    said = make_meeting(north, mosque, officers=[officer], facts="They asked about the graffiti.")
    mine = promise(officer, mosque)
    kept = promise(officer, mosque, title="Already cancelled")
    cancel_follow_up(actor=SYSTEM, follow_up_id=kept.pk, reason="x")
    page = chosen(client, f"organisation:{mosque.pk}")
    assert "<html" not in page
    for text in ("They asked about the graffiti.", "Peter Farouk", "coordinator", f'value="{mine.pk}"'):
        assert text in page
    assert "Already cancelled" not in page
    assert "79460903" not in page.replace(" ", "")  # no number: it is the contact's own page that shows it
    shown = {pk for event in Event.objects.filter(actor_id=officer.pk) for pk in event.object_ids}
    assert {mosque.pk, person.pk, said.pk, mine.pk} <= shown
    assert "Peter Farouk" not in chosen(client, "")


def test_without_scripts_a_round_trip_shows_it_and_keeps_what_was_typed(
    client: Client, officer: User, mosque: Organisation
) -> None:
    mine = promise(officer, mosque)
    page = client.post(ADDRESS, typed(mosque, act="find", facts="Kept", done=[str(mine.pk)])).content.decode()
    assert "Kept" in page
    assert 'id="mistakes"' not in page
    box = page.split(f'id="done-{mine.pk}"')[1].split(">")[0]
    assert "checked" in box
    assert not Meeting.objects.exists()


def test_what_is_of_another_district_or_needs_a_reason_is_not_shown(
    client: Client, north: District, mosque: Organisation
) -> None:
    south = make_district("South")
    promise(make_officer(south), make_organisation(south), title="Canary of the south")
    hidden = make_organisation(south, name="Canary")
    assert "anary" not in chosen(client, f"organisation:{hidden.pk}")
    person = make_contact(north, mosque, given_name="Åsa", family_name="Lindqvist")
    assert "Al-Noor" not in chosen(client, f"contact:{person.pk}")
    client.post(f"/contacts/{person.pk}/reason/", {"reason": "They called or wrote"})
    assert "Al-Noor" in chosen(client, f"contact:{person.pk}")


def test_ticked_follow_ups_are_done_with_the_log_and_undone_with_it(
    client: Client, officer: User, north: District, mosque: Organisation
) -> None:
    other = make_organisation(north)
    both, mine = promise(officer, mosque, other), promise(officer, mosque)
    client.post(ADDRESS, typed(mosque, done=[str(both.pk), str(mine.pk)], told=[str(both.pk)]))
    assert set(FollowUp.objects.values_list("status", flat=True)) == {"done"}
    told = dict(both.organisation_links.values_list("organisation", "reported_back_on"))
    assert told == {mosque.pk: city_today(), other.pk: None}  # the other one was not there
    assert not mine.organisation_links.get().reported_back_on
    page = client.get("/").content.decode()
    outcome = page.split("/outcome/?done=")[1].split('"')[0]
    address = f"{reverse('meeting_outcome', args=[Meeting.objects.get().pk])}?done={outcome}"
    page = client.post(address, {"outcome": "advice_received"}, follow=True).content.decode()
    client.post("/undo/" + page.split('action="/undo/')[1].split('"')[0])
    assert not Meeting.objects.exists()
    assert set(FollowUp.objects.values_list("status", flat=True)) == {"open"}
    assert not both.organisation_links.filter(reported_back_on__isnull=False).exists()


def test_what_was_closed_meanwhile_or_is_anothers_is_left_and_a_mistake_leaves_all_open(
    client: Client, officer: User, mosque: Organisation
) -> None:
    closed, mine = promise(officer, mosque), promise(officer, mosque)
    hidden = promise(make_officer(make_district()), make_organisation())
    cancel_follow_up(actor=SYSTEM, follow_up_id=closed.pk, reason="x")
    ticked = [str(row.pk) for row in (closed, mine, hidden)]
    assert client.post(ADDRESS, typed(mosque, done=ticked, duration_minutes="0")).status_code == 422
    assert FollowUp.objects.filter(status="done").count() == 0
    assert client.post(ADDRESS, typed(mosque, done=ticked)).status_code == 302
    assert list(FollowUp.objects.filter(status="done")) == [mine]


def test_a_forged_address_of_an_outcome_reopens_nothing(client: Client, mosque: Organisation) -> None:
    client.post(ADDRESS, typed(mosque))
    address = reverse("meeting_outcome", args=[Meeting.objects.get().pk])
    answer: Any = client.post(f"{address}?done=forged", {"outcome": "advice_received"}, follow=True)
    assert "It counts as met." in answer.content.decode()


def test_the_fragment_costs_the_same_however_much_is_owed(
    client: Client,
    officer: User,
    north: District,
    mosque: Organisation,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(5):
        promise(officer, mosque, make_organisation(north))
        make_contact(north, mosque)
    with django_assert_max_num_queries(18):
        chosen(client, f"organisation:{mosque.pk}")
