"""The daily limit of contacts on pages and in the API: a hint, then a reason, then a stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Contact
from disclosure.models import PersonRead, ReadingDay
from disclosure.services.limits import forget_old_reads
from districts.models import District
from lib.days import city_today
from meetings.services.follow_ups import create_follow_up
from oversight.models import Alert, AlertKind
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user

pytestmark = pytest.mark.django_db
HINT = "Different contacts opened today"
WHY = "An incident affects many contacts"


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_user(Role.OFFICER, north)


@pytest.fixture(autouse=True)
def limit_of_five(settings: Settings) -> None:
    settings.SESSION_PEOPLE_OFFICER = 5
    settings.SESSION_PEOPLE_SUPERVISOR = 8


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def own_contacts(officer: User, north: District, n: int) -> list[Contact]:
    """Contacts in the officer's portfolio, so that no page asks why."""
    organisation = make_organisation(north, lead_officer=officer)
    return [make_contact(north, organisation) for _number in range(n)]


def opened(client: Client, contact: Contact) -> Any:
    return client.get(f"/contacts/{contact.pk}/")


def explain(client: Client, **data: str) -> Any:
    return client.post("/reading/reason/", {"reason": WHY, "next": "/contacts/"} | data)


def test_a_hint_from_four_fifths_a_reason_past_the_limit_and_a_stop_at_twice(
    officer: User, north: District
) -> None:
    people, client = own_contacts(officer, north, 12), sign_in(officer)
    hints = [HINT in opened(client, one).content.decode() for one in people[:5]]
    assert hints == [False, False, False, True, True]
    asked = opened(client, people[5])
    assert asked.status_code == 429
    assert "Why do you need more contacts today?" in asked.content.decode()
    assert str(people[5]) not in asked.content.decode()
    assert opened(client, people[0]).status_code == 200  # read before
    assert explain(client, next=f"/contacts/{people[5].pk}/").url == f"/contacts/{people[5].pk}/"
    assert [opened(client, one).status_code for one in people[5:]] == [200] * 5 + [429, 429]
    stopped = opened(client, people[10]).content.decode()
    assert "twice your daily limit of different contacts (10)" in stopped
    assert "/reading/reason/" not in stopped
    assert explain(client).status_code == 302  # a second reason changes nothing
    assert opened(client, people[10]).status_code == 429
    assert opened(client, people[9]).status_code == 200
    denied = Event.objects.filter(action=Action.DENY, object_type="contact", allowed=False)
    assert denied.first().object_ids == [people[10].pk]  # type: ignore[union-attr]  # recorded above


def test_the_supervisor_and_the_privacy_officer_are_told_of_the_reason(
    officer: User, north: District
) -> None:
    client = sign_in(officer)
    for one in own_contacts(officer, north, 6):
        opened(client, one)
    explain(client)
    alert = Alert.objects.get(kind=AlertKind.PAST_LIMIT)
    assert (alert.user, alert.answer, alert.seen) == (officer, WHY, 5)
    event = Event.objects.filter(actor_id=officer.pk, action=Action.UPDATE, object_type="user").get()
    assert (event.purpose, event.field_names) == (WHY, ["daily_limit"])
    for reader in (make_user(Role.SUPERVISOR, north), make_user(Role.PRIVACY_OFFICER)):
        assert WHY in sign_in(reader).get("/alerts/").content.decode()
    for reader in (make_user(Role.SUPERVISOR, make_district()), make_user(Role.OFFICER, north)):
        assert WHY not in sign_in(reader).get("/alerts/").content.decode()


def test_each_page_that_names_people_with_an_organisation_counts_them(officer: User, north: District) -> None:
    """Planning a meeting takes a minute, and its page says whom to greet."""
    client, organisation = sign_in(officer), make_organisation(north)
    people = [make_contact(north, organisation) for _number in range(3)]
    planned = make_meeting(north, organisation, officers=[officer], status="planned")
    theirs = create_follow_up(
        actor=SYSTEM,
        title="Call them",
        kind="call_back",
        owner=make_user(Role.OFFICER, north),
        due_on=city_today(),
        organisations=[organisation],
        contact=people[0],
    )
    held = make_meeting(north, organisation)
    held.contact_links.create(contact=people[0], attendance="attended")
    merge = "/duplicates/contacts/merge/?" + "&".join(f"row={one.pk}" for one in people)
    for path, n in {
        f"/organisations/{organisation.pk}/brief/": 3,
        f"/meetings/log/?organisation={organisation.pk}": 3,
        f"/meetings/{planned.pk}/": 1,  # greets one of each organisation
        f"/meetings/{planned.pk}/edit/": 3,
        f"/meetings/{planned.pk}/hold/": 3,
        f"/follow-ups/{theirs.pk}/": 1,
        f"/api/v1/meetings/{held.pk}/": 1,
        merge: 3,
    }.items():
        assert client.get(path).status_code == 200, path
        assert PersonRead.objects.filter(user=officer).count() == n, path
        PersonRead.objects.all().delete()


def test_past_the_limit_a_form_that_was_sent_offers_nobody_new(
    officer: User, north: District, settings: Settings
) -> None:
    settings.SESSION_PEOPLE_OFFICER = 1
    client, organisation = sign_in(officer), make_organisation(north)
    known, new = (make_contact(north, organisation, given_name=name) for name in ("Knownia", "Newtonia"))
    assert opened_for_a_reason(client, known).status_code == 200
    held = make_meeting(north, organisation, officers=[officer])
    assert client.get(f"/meetings/{held.pk}/edit/").status_code == 429
    sent = {"act": "find", f"was-{organisation.pk}": "present", f"came-{known.pk}": "present"}
    page = client.post(f"/meetings/{held.pk}/edit/", sent).content.decode()
    assert f"came-{known.pk}" in page
    assert f"came-{new.pk}" not in page
    log = client.get(f"/meetings/log/?organisation={organisation.pk}")
    assert (log.status_code, "Newtonia" in log.content.decode()) == (200, False)


def opened_for_a_reason(client: Client, contact: Contact) -> Any:
    client.post(f"/contacts/{contact.pk}/reason/", {"reason": "To check the record"})
    return opened(client, contact)


def test_pages_and_the_api_count_together(officer: User, north: District) -> None:
    people, client = own_contacts(officer, north, 12), sign_in(officer)
    for one in people[:3]:
        opened(client, one)

    def get(contact: Contact) -> int:
        return client.get(f"/api/v1/contacts/{contact.pk}/", headers={"X-Purpose": "a visit"}).status_code

    assert [get(one) for one in people[2:6]] == [200, 200, 200, 429]
    assert opened(client, people[5]).status_code == 429
    me = client.get("/api/v1/me/").json()
    assert (me["daily_contacts"], me["contacts_left"]) == (5, 0)
    explain(client)
    assert get(people[5]) == opened(client, people[6]).status_code == 200
    me = client.get("/api/v1/me/").json()
    assert (me["daily_contacts"], me["contacts_left"]) == (10, 3)
    assert [get(one) for one in people[7:]] == [200, 200, 200, 429, 429]


def test_the_api_says_where_to_give_a_reason(officer: User, north: District) -> None:
    people, client = own_contacts(officer, north, 6), sign_in(officer)
    for one in people[:5]:
        opened(client, one)
    path, why = f"/api/v1/contacts/{people[5].pk}/", {"X-Purpose": "a visit"}
    refused = client.get(path, headers=why)
    assert (refused.json()["code"], "give a reason" in refused.json()["detail"]) == ("people_quota", True)


@pytest.mark.parametrize(("role", "most"), [(Role.SUPERVISOR, 8), (Role.PRIVACY_OFFICER, 8)])
def test_supervisors_and_privacy_officers_have_their_own_limit(north: District, role: str, most: int) -> None:
    user = make_user(role, *([north] if role == Role.SUPERVISOR else []))
    organisation = make_organisation(north)
    people, client = [make_contact(north, organisation) for _number in range(most + 1)], sign_in(user)
    statuses = []
    for one in people:
        client.post(f"/contacts/{one.pk}/reason/", {"reason": "To check the record"})
        statuses.append(opened(client, one).status_code)
    assert statuses == [200] * most + [429]


def test_a_page_with_more_contacts_than_twice_the_limit_asks_first_and_then_stops(
    officer: User, north: District
) -> None:
    organisation, client = make_organisation(north), sign_in(officer)
    for _number in range(11):
        make_contact(north, organisation)
    asked = client.get(f"/organisations/{organisation.pk}/")
    assert (asked.status_code, "/reading/reason/" in asked.content.decode()) == (429, True)
    explain(client)
    stopped = client.get(f"/organisations/{organisation.pk}/")
    assert (stopped.status_code, "/reading/reason/" in stopped.content.decode()) == (429, False)


def test_an_organisations_page_counts_each_of_its_contacts(officer: User, north: District) -> None:
    three, four = make_organisation(north), make_organisation(north)
    for organisation, number in ((three, 3), (four, 4)):
        for _number in range(number):
            make_contact(north, organisation)
    client = sign_in(officer)
    assert client.get(f"/organisations/{three.pk}/").status_code == 200
    assert client.get(f"/organisations/{four.pk}/").status_code == 429
    assert PersonRead.objects.filter(user=officer).count() == 3
    assert client.get(f"/organisations/{three.pk}/").status_code == 200


def test_a_meeting_counts_its_contacts_unless_the_reader_was_there(officer: User, north: District) -> None:
    mine, theirs = make_meeting(north, officers=[officer]), make_meeting(north)
    for meeting in (mine, theirs):
        for _number in range(6):
            meeting.contact_links.create(contact=make_contact(north), attendance="attended")
    client = sign_in(officer)
    assert client.get(f"/meetings/{mine.pk}/").status_code == 200
    assert client.get(f"/meetings/{theirs.pk}/").status_code == 429


def test_edit_forms_and_files_count_too(officer: User, north: District) -> None:
    people, client = own_contacts(officer, north, 6), sign_in(officer)
    paths = ("edit/", "private/", "withdraw/", "vcard/", "")
    for one, path in zip(people, paths, strict=False):
        assert client.get(f"/contacts/{one.pk}/{path}").status_code == 200, path
    for path in paths:
        assert client.get(f"/contacts/{people[5].pk}/{path}").status_code == 429, path


def test_the_count_begins_again_at_midnight_in_the_citys_zone(
    officer: User, north: District, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"  # 12 or 13 hours ahead
    people, client = own_contacts(officer, north, 6), sign_in(officer)
    now = [datetime(2026, 6, 1, 11, 50, tzinfo=UTC)]  # 23:50 there
    monkeypatch.setattr("lib.days.timezone.now", lambda: now[0])
    assert [opened(client, one).status_code for one in people] == [200] * 5 + [429]
    now[0] += timedelta(minutes=9)
    assert opened(client, people[5]).status_code == 429
    now[0] += timedelta(minutes=2)
    assert opened(client, people[5]).status_code == 200


def test_what_was_read_stays_31_days_and_its_number_stays_longer(officer: User) -> None:
    today, one = city_today(), make_contact()
    for days in (0, 1, 32, 33):
        PersonRead.objects.create(user=officer, day=today - timedelta(days=days), contact_id=one.pk)
    ReadingDay.objects.create(user=officer, day=today - timedelta(days=400), contacts=3)
    assert forget_old_reads() == 2
    assert PersonRead.objects.count() == 2
    numbers = ReadingDay.objects.values_list("day", "contacts")
    assert set(numbers) == {(today - timedelta(days=32), 1), (today - timedelta(days=33), 1)}


@pytest.mark.parametrize("reason", ["", "..", "x" * 201])
def test_a_reason_needs_a_few_words(officer: User, reason: str) -> None:
    answer = explain(sign_in(officer), reason=reason)
    assert answer.status_code == 422
    assert not Alert.objects.exists()


def test_a_reason_leads_only_to_pages_of_this_system(officer: User) -> None:
    assert explain(sign_in(officer), next="https://evil.example/").url == "/"
    assert explain(sign_in(officer), next="//evil.example/").url == "/"


def test_administrators_have_no_contacts_to_give_a_reason_for() -> None:
    assert explain(sign_in(make_user(Role.ADMINISTRATOR))).status_code == 403
    assert not Alert.objects.exists()
