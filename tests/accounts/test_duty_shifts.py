"""Duty shifts: further districts for some hours, with a reason, notified and logged."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import Channel, DutyShift, Role, ShiftDistrict, User
from audit.models import Action, Event
from contacts.models import PrivateChannel
from contacts.services.private_channels import reveal_private_channel
from districts.models import District
from incidents.models import Incident
from lib.row_context import acting_as
from meetings.services.shifts import (
    add_districts,
    answer_district,
    begin_shift,
    end_shift,
    prolong_shift,
)
from reminders.models import Reminder
from reminders.services.sending import send_due
from tests.accounts.shifts import City, pass_time
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.incidents.making import Night
from tests.markup import joined
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return City()


def test_the_district_and_what_lies_in_it_is_open_until_it_ends_by_itself(city: City) -> None:
    assert not city.actor.covers(city.south.pk)
    shift = city.begin()
    assert city.actor.district_ids == {city.north.pk, city.south.pk, city.market.pk}
    assert city.actor.writes
    pass_time(shift, 7.9)
    assert city.actor.covers(city.market.pk)
    pass_time(shift, 8.1)
    assert city.actor.district_ids == {city.north.pk}
    assert city.actor.purpose == ""


def test_it_ends_earlier_by_hand(city: City) -> None:
    city.begin()
    end_shift(actor=city.actor)
    assert city.actor.district_ids == {city.north.pk}
    assert end_shift(actor=city.actor) is None
    city.begin(reason="incident")
    assert city.actor.covers(city.south.pk)


def test_rows_of_the_further_district_are_there_and_gone_again(client: Client, city: City) -> None:
    organisation = make_organisation(city.market)
    client.force_login(city.officer)
    address = f"/organisations/{organisation.pk}/"
    assert client.get(address).status_code == 404
    city.begin()
    assert client.get(address).status_code == 200
    client.post("/duty/end/")
    assert client.get(address).status_code == 404


def test_every_event_of_that_time_says_so(client: Client, city: City) -> None:
    organisation = make_organisation(city.south)
    client.force_login(city.officer)
    client.get("/organisations/")
    city.begin()
    client.get("/organisations/")
    client.get(f"/organisations/{organisation.pk}/")
    client.get("/search/?q=door")
    client.post(
        "/follow-ups/new/",
        {"title": "Call", "kind": "call_back", "due_on": "2030-01-01", "organisations": organisation.pk},
    )
    events = Event.objects.filter(actor_id=city.officer.pk).order_by("at")
    started = next(n for n, event in enumerate(events) if event.object_type == "shift")
    assert [event.purpose for event in events[:started] if event.action == Action.LIST] == [""]
    assert {event.purpose for event in events[started:]} == {"On duty: night duty"}
    assert len(events[started:]) >= 4


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_only_officers_open_one(client: Client, city: City, role: Role) -> None:
    user = make_user(role, city.north)
    with pytest.raises(PermissionDenied):
        begin_shift(actor=actor_for(user), districts=[city.south], reason="night_duty", hours=8)
    client.force_login(user)
    sent = {"districts": city.south.pk, "reason": "night_duty", "hours": 8}
    assert client.post("/duty/", sent).status_code == 403
    assert not DutyShift.objects.exists()


@pytest.mark.parametrize("hours", [0, -1, 13, 1000])
def test_it_lasts_for_twelve_hours_at_most(city: City, hours: int) -> None:
    with pytest.raises(ValidationError):
        city.begin(hours=hours)
    assert city.begin(hours=12).ends_at - timezone.now() <= timedelta(hours=12)


@pytest.mark.parametrize("which", ["north", "city", "old"])
def test_it_is_one_further_district_not_ones_own_nor_the_whole_city(city: City, which: str) -> None:
    districts: dict[str, District] = {
        "north": city.north,
        "city": city.city,
        "old": make_district(parent=city.city, is_active=False),
    }
    with pytest.raises(ValidationError):
        city.begin(districts=[districts[which]])


def test_one_at_a_time(city: City) -> None:
    other = make_district(parent=city.city)
    shift = city.begin()
    with pytest.raises(ValidationError, match="There is already a shift in these hours"):
        city.begin(districts=[other])
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyShift.objects.create(user=city.officer, reason="event", ends_at=shift.ends_at)
    begin_shift(actor=actor_for(make_officer(city.north)), districts=[city.south], reason="event", hours=2)


def test_a_reason_is_one_of_the_list(city: City) -> None:
    with pytest.raises(ValidationError):
        city.begin(reason="curious")


def test_both_supervisors_are_told_at_once_whatever_channels_they_chose(
    city: City, mail_sink: MailSink
) -> None:
    User.objects.filter(pk=city.supervisors[1].pk).update(reminder_channels=[])
    elsewhere = make_supervisor(make_district(parent=city.city))
    city.begin()
    assert {
        row.recipient for row in Reminder.objects.filter(channel=Channel.EMAIL, rule="shift_begun")
    } == set(city.supervisors)
    send_due()
    assert {message["To"] for message in mail_sink.messages} == {one.email for one in city.supervisors}
    text = mail_sink.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]  # there is one
    assert "Ann Lee is on duty until" in text
    assert "night duty" in text
    assert "/duty/" in text
    assert not Reminder.objects.filter(recipient=elsewhere).exists()
    assert send_due() == 0


def test_an_officer_opens_one_with_one_tap_and_sees_it_on_every_page(client: Client, city: City) -> None:
    client.force_login(city.officer)
    page = client.get(f"/duty/?district={city.south.code}").content.decode()
    assert re.search(rf'value="{city.south.pk}"[^>]* checked', page)
    sent = {"districts": city.south.pk, "reason": "night_duty", "hours": 8}
    answer = client.post("/duty/", sent, follow=True)
    assert "You are now on duty in Southbank." in answer.content.decode()
    for address in ("/", "/settings/", "/organisations/", "/help/"):
        page = client.get(address).content.decode()
        assert "On duty: <strong>Southbank</strong> until" in page, address
        assert "Hand over" in page
    answer = client.post("/duty/end/", follow=True)
    assert "Your shift has ended." in answer.content.decode()
    assert "Hand over" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"districts": ""}, {"districts": "x"}, {"hours": "13"}, {"reason": "curious"}, {"reason": ""}]
)
def test_bad_input_is_422(client: Client, city: City, wrong: dict[str, str]) -> None:
    client.force_login(city.officer)
    sent = {"districts": city.south.pk, "reason": "night_duty", "hours": 8} | wrong
    assert client.post("/duty/", sent).status_code == 422
    assert not DutyShift.objects.exists()


def test_supervisors_see_those_of_their_district_and_of_their_officers(client: Client, city: City) -> None:
    city.begin()
    for user, sees in (
        (city.supervisors[0], True),
        (city.supervisors[1], True),
        (city.officer, True),
        (make_user(Role.PRIVACY_OFFICER), True),
        (make_supervisor(make_district(parent=city.city)), False),
        (make_officer(city.south), True),
    ):
        client.force_login(user)
        assert ("Ann Lee · Southbank" in joined(client.get("/duty/").content.decode())) is sees
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert client.get("/duty/").status_code == 403


def test_who_became_something_else_meanwhile_is_on_duty_no_more(city: City) -> None:
    city.begin()
    city.officer.role = Role.ADMINISTRATOR
    city.officer.save()
    assert city.actor.district_ids == frozenset()
    city.officer.role, city.officer.is_active = Role.OFFICER, False
    city.officer.save()
    assert city.actor.district_ids == frozenset()


def test_adding_a_district_ends_none_and_is_told_to_its_supervisors(city: City) -> None:
    west = make_district("Westhill", parent=city.city)
    supervisor = make_supervisor(west)
    city.begin()
    add_districts(actor=city.actor, districts=[west])
    assert city.actor.duty_ids == {city.south.pk, city.market.pk, west.pk}
    told = Reminder.objects.filter(recipient=supervisor, rule="shift_begun", channel=Channel.EMAIL)
    assert told.count() == 1
    more = [make_district(parent=city.city) for _ in range(2)]
    with pytest.raises(ValidationError, match="up to three"):
        add_districts(actor=city.actor, districts=more)
    end_shift(actor=city.actor)
    with pytest.raises(ValidationError, match="has ended"):
        add_districts(actor=city.actor, districts=more[:1])


def test_one_hour_more_once(city: City) -> None:
    shift = city.begin(hours=2)
    later = prolong_shift(actor=city.actor)
    assert later is not None
    assert later.ends_at == shift.ends_at + timedelta(hours=1)
    with pytest.raises(ValidationError, match="already"):
        prolong_shift(actor=city.actor)
    end_shift(actor=city.actor)
    assert prolong_shift(actor=city.actor) is None
    city.begin(hours=12)
    with pytest.raises(ValidationError, match="12 hours"):
        prolong_shift(actor=city.actor)


def test_what_an_officer_opened_is_answered_by_a_supervisor_there_and_else_by_privacy(city: City) -> None:
    opened = city.begin().shift_districts.get()
    privacy = actor_for(make_user(Role.PRIVACY_OFFICER))
    here, home = (actor_for(city.supervisors[n]) for n in (1, 0))
    for actor in (privacy, home, city.actor):
        with pytest.raises(ShiftDistrict.DoesNotExist):
            answer_district(actor=actor, shift_district_id=opened.pk, answer="right")
    with pytest.raises(ValidationError):
        answer_district(actor=here, shift_district_id=opened.pk, answer="maybe")
    ShiftDistrict.objects.update(since=timezone.now() - timedelta(hours=73))
    assert answer_district(actor=privacy, shift_district_id=opened.pk, answer="question").answered_by
    with pytest.raises(ShiftDistrict.DoesNotExist):
        answer_district(actor=here, shift_district_id=opened.pk, answer="right")


def test_an_open_incident_opens_private_details_of_the_organisations_it_touches() -> None:
    night, visitor = Night(), make_officer(make_district())
    contact = make_contact(night.district, night.place)
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    begin_shift(actor=actor_for(visitor), districts=[night.district], reason="night_duty", hours=8)

    def reveal() -> str:
        return str(
            reveal_private_channel(actor=actor_for(visitor), contact_id=contact.pk, reason="Urgent").phone
        )

    with pytest.raises(ValidationError, match="open incident"):
        reveal()
    incident = night.incident()
    assert "612" in reveal()
    Incident.objects.filter(pk=incident.pk).update(status="closed", closed_at=timezone.now())
    with pytest.raises(ValidationError, match="open incident"):
        reveal()


def test_the_end_of_a_shift_closes_raw_sql_at_once(guarded_db: None) -> None:
    city = City()
    make_organisation(city.south)
    shift = city.begin()

    def reads() -> int:
        with acting_as(city.actor), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM contacts_organisation")
            return int(cursor.fetchone()[0])

    assert reads() == 1
    ShiftDistrict.objects.filter(shift=shift).update(since=timezone.now() + timedelta(minutes=1))
    assert reads() == 0
    ShiftDistrict.objects.filter(shift=shift).update(since=shift.starts_at)
    assert reads() == 1
    pass_time(shift, 8.1)
    assert reads() == 0
