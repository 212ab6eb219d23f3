"""Temporary access to a further district: limited to hours, with a reason, notified and logged."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Channel, Relief, Role, User
from audit.models import Action, Event
from contacts.models import PrivateChannel
from districts.models import District
from meetings.services.relief import end_relief, open_relief
from reminders.models import Reminder
from reminders.services.sending import send_due
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.markup import joined
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


class City:
    """Two districts, an officer in the north, and a supervisor in each district."""

    def __init__(self) -> None:
        self.city = make_district("Alderport")
        self.north = make_district("Northgate", parent=self.city)
        self.south = make_district("Southbank", parent=self.city)
        self.market = make_district("Market", parent=self.south)
        self.officer = make_officer(self.north, name="Ann Lee")
        self.supervisors = [make_supervisor(self.north), make_supervisor(self.south)]

    @property
    def actor(self) -> Actor:
        return actor_for(self.officer)

    def open(self, **fields: Any) -> Relief:
        given = {"district": self.south, "reason": "night_duty", "hours": 8} | fields
        return open_relief(actor=self.actor, **given)


@pytest.fixture
def city() -> City:
    return City()


def pass_time(relief: Relief, hours: float) -> None:
    Relief.objects.filter(pk=relief.pk).update(
        starts_at=relief.starts_at - timedelta(hours=hours), ends_at=relief.ends_at - timedelta(hours=hours)
    )


def test_the_district_and_what_lies_in_it_is_open_until_it_ends_by_itself(city: City) -> None:
    assert not city.actor.covers(city.south.pk)
    relief = city.open()
    assert city.actor.district_ids == {city.north.pk, city.south.pk, city.market.pk}
    assert city.actor.writes
    pass_time(relief, 7.9)
    assert city.actor.covers(city.market.pk)
    pass_time(relief, 8.1)
    assert city.actor.district_ids == {city.north.pk}
    assert city.actor.purpose == ""


def test_it_ends_earlier_by_hand(city: City) -> None:
    city.open()
    end_relief(actor=city.actor)
    assert city.actor.district_ids == {city.north.pk}
    assert end_relief(actor=city.actor) is None
    city.open(reason="incident")
    assert city.actor.covers(city.south.pk)


def test_rows_of_the_further_district_are_there_and_gone_again(client: Client, city: City) -> None:
    organisation = make_organisation(city.market)
    client.force_login(city.officer)
    address = f"/organisations/{organisation.pk}/"
    assert client.get(address).status_code == 404
    city.open()
    assert client.get(address).status_code == 200
    client.post("/relief/end/")
    assert client.get(address).status_code == 404


def test_every_event_of_that_time_says_so(client: Client, city: City) -> None:
    organisation = make_organisation(city.south)
    client.force_login(city.officer)
    client.get("/organisations/")
    city.open()
    client.get("/organisations/")
    client.get(f"/organisations/{organisation.pk}/")
    client.get("/search/?q=door")
    client.post(
        "/follow-ups/new/",
        {"title": "Call", "kind": "call_back", "due_on": "2030-01-01", "organisations": organisation.pk},
    )
    events = Event.objects.filter(actor_id=city.officer.pk).order_by("at")
    started = next(n for n, event in enumerate(events) if event.object_type == "relief")
    assert [event.purpose for event in events[:started] if event.action == Action.LIST] == [""]
    assert {event.purpose for event in events[started:]} == {"Temporary access: night duty"}
    assert len(events[started:]) >= 4


def test_the_longest_reason_is_kept_whole_beside_it(client: Client, city: City) -> None:
    contact = make_contact(city.south)
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    client.force_login(city.officer)
    city.open(reason="colleague_away")
    reason = "So that nothing of it is lost " * 6 + "and its end is read."
    assert len(reason) == 200
    revealed = client.post(f"/contacts/{contact.pk}/private/reveal/", {"other": reason})
    assert "612" in revealed.content.decode()
    address = f"/api/v1/contacts/{contact.pk}/"
    unsaid = client.get(address)  # temporary access gives a reason for the district, not for this contact
    assert (unsaid.status_code, unsaid.json()["code"]) == (403, "reason_needed")
    assert client.get(address, headers={"X-Purpose": reason}).status_code == 200
    events = Event.objects.filter(actor_id=city.officer.pk, object_ids__contains=[contact.pk], allowed=True)
    assert events.filter(action=Action.REVEAL).exists()
    assert {event.purpose for event in events} == {f"Temporary access: a colleague is away; {reason}"}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_only_officers_open_one(client: Client, city: City, role: Role) -> None:
    user = make_user(role, city.north)
    with pytest.raises(PermissionDenied):
        open_relief(actor=actor_for(user), district=city.south, reason="night_duty", hours=8)
    client.force_login(user)
    sent = {"district": city.south.pk, "reason": "night_duty", "hours": 8}
    assert client.post("/relief/", sent).status_code == 403
    assert client.post("/relief/end/").status_code == 403
    assert not Relief.objects.exists()


@pytest.mark.parametrize("hours", [0, -1, 13, 1000])
def test_it_lasts_for_twelve_hours_at_most(city: City, hours: int) -> None:
    with pytest.raises(ValidationError):
        city.open(hours=hours)
    assert city.open(hours=12).ends_at - timezone.now() <= timedelta(hours=12)


@pytest.mark.parametrize("which", ["north", "city", "old"])
def test_it_is_one_further_district_not_ones_own_nor_the_whole_city(city: City, which: str) -> None:
    districts: dict[str, District] = {
        "north": city.north,
        "city": city.city,
        "old": make_district(parent=city.city, is_active=False),
    }
    with pytest.raises(ValidationError):
        city.open(district=districts[which])


def test_one_at_a_time(city: City) -> None:
    other = make_district(parent=city.city)
    relief = city.open()
    with pytest.raises(ValidationError, match="You already have temporary access to another district"):
        city.open(district=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relief.objects.create(officer=city.officer, district=other, reason="event", ends_at=relief.ends_at)
    open_relief(actor=actor_for(make_officer(city.north)), district=city.south, reason="event", hours=2)


def test_a_reason_is_one_of_the_list(city: City) -> None:
    with pytest.raises(ValidationError):
        city.open(reason="curious")


def test_both_supervisors_are_told_at_once_whatever_channels_they_chose(
    city: City, mail_sink: MailSink
) -> None:
    User.objects.filter(pk=city.supervisors[1].pk).update(reminder_channels=[])
    elsewhere = make_supervisor(make_district(parent=city.city))
    city.open()
    assert {row.recipient for row in Reminder.objects.filter(channel=Channel.EMAIL)} == set(city.supervisors)
    send_due()
    assert {message["To"] for message in mail_sink.messages} == {one.email for one in city.supervisors}
    text = mail_sink.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]  # there is one
    assert "Ann Lee has access until" in text
    assert "night duty" in text
    assert "/relief/" in text
    assert not Reminder.objects.filter(recipient=elsewhere).exists()
    assert send_due() == 0


def test_an_officer_opens_one_with_one_tap_and_sees_it_on_every_page(client: Client, city: City) -> None:
    client.force_login(city.officer)
    page = client.get(f"/relief/?district={city.south.code}").content.decode()
    assert f'<option value="{city.south.pk}" selected>' in page
    sent = {"district": city.south.pk, "reason": "night_duty", "hours": 8}
    answer = client.post("/relief/", sent, follow=True)
    assert "You now have access to Southbank." in answer.content.decode()
    for address in ("/", "/settings/", "/organisations/", "/help/"):
        page = client.get(address).content.decode()
        assert "You have temporary access to <strong>Southbank</strong> until" in page, address
        assert "End now" in page
    answer = client.post("/relief/end/", follow=True)
    assert "Your access to Southbank has ended." in answer.content.decode()
    assert "End now" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"district": ""}, {"district": "x"}, {"hours": "13"}, {"reason": "curious"}, {"reason": ""}]
)
def test_bad_input_is_422(client: Client, city: City, wrong: dict[str, str]) -> None:
    client.force_login(city.officer)
    sent = {"district": city.south.pk, "reason": "night_duty", "hours": 8} | wrong
    assert client.post("/relief/", sent).status_code == 422
    assert not Relief.objects.exists()


def test_supervisors_see_those_of_their_district_and_of_their_officers(client: Client, city: City) -> None:
    city.open()
    for user, sees in (
        (city.supervisors[0], True),
        (city.supervisors[1], True),
        (city.officer, True),
        (make_user(Role.PRIVACY_OFFICER), True),
        (make_supervisor(make_district(parent=city.city)), False),
        (make_officer(city.south), False),
    ):
        client.force_login(user)
        assert ('row-sub">Night duty' in joined(client.get("/relief/").content.decode())) is sees
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert client.get("/relief/").status_code == 403


def test_who_became_something_else_meanwhile_is_on_relief_no_more(city: City) -> None:
    city.open()
    city.officer.role = Role.ADMINISTRATOR
    city.officer.save()
    assert city.actor.district_ids == frozenset()
    city.officer.role, city.officer.is_active = Role.OFFICER, False
    city.officer.save()
    assert city.actor.district_ids == frozenset()
