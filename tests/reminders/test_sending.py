"""Sending reminders to a real SMTP server, including rejected messages."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from accounts.models import Channel, User
from accounts.services import mailing
from audit.models import Action, Event
from crm.embedded.run import free_port
from districts.models import District
from lib.days import city_today
from meetings.models import Concern, FollowUp, FollowUpOrganisation
from reminders.models import Reminder
from reminders.rules import nine_oclock
from reminders.services.reminders import notify, refresh_reminders
from reminders.services.sending import send_due
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor
from tests.plugins import services
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


def make_due(owner: User, **fields: Any) -> FollowUp:
    """Create a follow-up due on the owner's today, with an immediate reminder."""
    today = timezone.now().astimezone(ZoneInfo(owner.time_zone)).date()
    values = {"title": "Send the noise form", "due_on": today, "first_due_on": today}
    follow_up = FollowUp.objects.create(owner=owner, **(values | fields))
    organisation = make_organisation(owner.districts.get())
    FollowUpOrganisation.objects.create(follow_up=follow_up, organisation=organisation)
    refresh_reminders("follow_up", follow_up.pk)
    return follow_up


def make_owner(*channels: str, district: District | None = None) -> User:
    """Create an officer whose local time is past noon, on the city's day, whenever the test runs."""
    now = timezone.now()
    offsets = (12 - now.hour, 36 - now.hour)
    offset = next(hours for hours in offsets if (now + timedelta(hours=hours)).date() == city_today())
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
    return make_officer(
        district or make_district(), time_zone=zone, reminder_channels=list(channels or Channel.values)
    )


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return plain.get_content(), html.get_content()


def test_a_meeting_in_forty_minutes_is_reminded_at_once_with_a_calendar_entry(mail_sink: MailSink) -> None:
    officer = make_officer(make_district())
    organisation = make_organisation(officer.districts.get())
    meeting = make_meeting(
        None,
        organisation,
        subject="Parking at the school gate",
        place="Sala 3; 2º",
        status="planned",
        starts_at=timezone.now() + timedelta(minutes=40),
        officers=[officer],
        outcomes=[],
    )
    refresh_reminders("meeting", meeting.pk)
    assert send_due() == 2  # by e-mail and on the site
    (message,) = mail_sink.messages
    row = Reminder.objects.get(channel="email")
    assert message["To"] == officer.email
    assert message["Message-ID"] == row.message_id == f"<reminder-{row.pk}@testserver>"
    assert row.sent_at is not None
    assert "Parking" not in message["Subject"]
    plain, html = parts(message)
    for text in plain, html:
        assert "Parking at the school gate" in text
        assert f"http://testserver/meetings/{meeting.pk}/" in text
        assert "http://testserver/settings/" in text
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "meeting.ics"
    assert attachment.get_param("method") == "PUBLISH"
    calendar = Calendar.from_ical(attachment.get_content())
    (entry,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert entry["UID"] == f"meeting-{meeting.pk}@testserver"
    assert entry["LOCATION"] == "Sala 3; 2º"
    assert entry.decoded("dtstart") == meeting.starts_at.replace(microsecond=0)
    assert send_due() == 0
    assert len(mail_sink.messages) == 1


def test_what_was_told_is_in_the_trail(mail_sink: MailSink) -> None:
    officer = make_owner("email")
    follow_up = make_due(officer)
    send_due()
    event = Event.objects.get(action=Action.NOTIFY)
    assert event.actor_kind == "system"
    assert event.object_type == "follow_up"
    assert event.object_ids == [follow_up.pk]
    assert event.recipient == str(officer.pk)
    assert event.district_ids == [officer.districts.get().pk]


def test_it_is_said_in_the_recipients_time(mail_sink: MailSink) -> None:
    officer = make_officer(make_district(), time_zone="Pacific/Auckland", reminder_channels=["email"])
    starts_at = timezone.now() + timedelta(minutes=30)
    meeting = make_meeting(officer.districts.get(), status="planned", starts_at=starts_at, officers=[officer])
    refresh_reminders("meeting", meeting.pk)
    send_due()
    local = starts_at.astimezone(ZoneInfo("Pacific/Auckland"))
    assert f"{local:%H:%M}" in mail_sink.messages[0]["Subject"]


def test_what_is_done_meanwhile_is_not_sent(mail_sink: MailSink) -> None:
    follow_up = make_due(make_owner())
    FollowUp.objects.filter(pk=follow_up.pk).update(status="done", completed_at=timezone.now())
    assert send_due() == 0
    assert mail_sink.messages == []
    assert not Reminder.objects.filter(occurrence__lte=timezone.now()).exists()


def test_it_is_not_sent_to_somebody_who_has_left_or_no_longer_sees_it(mail_sink: MailSink) -> None:
    left, moved = make_owner("email"), make_owner("email")
    make_due(left)
    User.objects.filter(pk=left.pk).update(is_active=False)
    meeting = make_meeting(
        moved.districts.get(),
        status="planned",
        starts_at=timezone.now() + timedelta(minutes=30),
        officers=[moved],
        outcomes=[],
    )
    refresh_reminders("meeting", meeting.pk)
    moved.districts.set([make_district()])
    assert send_due() == 0
    assert mail_sink.messages == []


def test_it_is_not_sent_by_a_channel_switched_off(mail_sink: MailSink) -> None:
    officer = make_owner()
    make_due(officer)
    User.objects.filter(pk=officer.pk).update(reminder_channels=["in_page"])
    assert send_due() == 1
    assert mail_sink.messages == []
    assert Reminder.objects.unread_by(officer).count() == 1


def test_supervisors_are_told_where_to_look_and_no_more(mail_sink: MailSink) -> None:
    owner = make_owner("in_page")
    supervisor = make_supervisor(
        owner.districts.get(), time_zone=owner.time_zone, reminder_channels=["email"]
    )
    today = timezone.now().astimezone(ZoneInfo(owner.time_zone)).date()
    written_at = timezone.now() - timedelta(days=8)
    follow_up = make_due(
        owner, title="Ring Mrs Ortiz", due_on=today - timedelta(days=7), created_at=written_at
    )
    Reminder.objects.create(
        rule="follow_up_escalated",
        subject_type="follow_up",
        subject_id=follow_up.pk,
        recipient=supervisor,
        channel="email",
        occurrence=nine_oclock(today, ZoneInfo(owner.time_zone)),
    )
    send_due()
    (message,) = mail_sink.messages
    assert message["To"] == supervisor.email
    assert "Ortiz" not in message.as_string()
    assert f"/follow-ups/{follow_up.pk}/" in parts(message)[0]


def test_a_concern_about_a_place_reaches_its_lead_and_the_supervisor_at_once(mail_sink: MailSink) -> None:
    district = make_district("Kesklinn")
    lead, supervisor = make_officer(district), make_supervisor(district)
    make_officer(district)  # not involved
    elsewhere = make_supervisor(make_district())
    mosque = make_organisation(district, kind="religious_community", lead_officer=lead)
    concern = Concern.objects.create(
        kinds=["graffiti_symbol"],
        facts="A canary on the east door.",
        received_at=timezone.now(),
        district=district,
        site_organisation=mosque,
    )
    notify("concern", concern.pk)
    notify("concern", concern.pk)
    assert send_due() == 4
    assert {message["To"] for message in mail_sink.messages} == {lead.email, supervisor.email}
    assert elsewhere.email not in {message["To"] for message in mail_sink.messages}
    for message in mail_sink.messages:
        assert "canary" not in message.as_string()
        assert mosque.name not in message.as_string()
        assert message["Subject"] == "New concern in Kesklinn · Proximity"


def test_a_digest_names_the_organisations_that_have_waited(mail_sink: MailSink) -> None:
    officer = make_owner("email")
    waiting = make_organisation(officer.districts.get(), lead_officer=officer, cadence_days=30)
    met = make_organisation(officer.districts.get(), lead_officer=officer, cadence_days=30)
    type(waiting).objects.filter(pk=waiting.pk).update(meet_by=timezone.now().date() - timedelta(days=30))
    zone = ZoneInfo(officer.time_zone)
    today = timezone.now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    Reminder.objects.create(
        rule="cadence_digest",
        subject_type="user",
        subject_id=officer.pk,
        recipient=officer,
        channel="email",
        occurrence=nine_oclock(monday, zone),
    )
    send_due()
    (message,) = mail_sink.messages
    assert message["Subject"] == "1 organisation is due a meeting · Proximity"
    assert waiting.name in parts(message)[0]
    assert met.name not in parts(message)[0]
    assert "http://testserver/organisations/?overdue=true&mine=true" in parts(message)[0]


def test_a_server_that_is_away_for_days_costs_no_attempt(mail_sink: MailSink, settings: Settings) -> None:
    """Of nine hours or nine days without a mail server, only the delay is left."""
    officer = make_owner("email")
    make_due(officer)
    make_due(officer)
    settings.EMAIL_PORT = free_port()  # nobody listens there
    for _poll in range(mailing.MAX_ATTEMPTS + 1):
        assert send_due() == 0
        for row in Reminder.objects.waiting().exclude(last_error=""):
            assert "ConnectionRefusedError" in row.last_error
            assert row.lease_until is not None
            assert timedelta(0) < row.lease_until - timezone.now() <= mailing.AWAY_WAIT
        away = Reminder.objects.waiting().exclude(last_error="")
        assert (away.count(), set(away.values_list("attempts", flat=True))) == (2, {0})
        assert send_due() == 0  # not before its time
        away.update(lease_until=None)
    settings.EMAIL_PORT = services.SMTP_PORT
    assert send_due() == len(mail_sink.messages) == 2


def test_one_address_that_cannot_be_written_to_does_not_keep_the_others(mail_sink: MailSink) -> None:
    district = make_district()
    refused, fine = make_owner("email", district=district), make_owner("email", district=district)
    User.objects.filter(pk=refused.pk).update(email="a@b.example\nBcc: c@d.example")
    make_due(refused)
    make_due(fine)
    assert send_due() == 1
    assert [message["To"] for message in mail_sink.messages] == [fine.email]
    assert Reminder.objects.get(recipient=refused, attempts=1).last_error == "ValueError"


def test_waiting_times_grow_up_to_two_hours() -> None:
    waits = [mailing.wait_after(attempts).total_seconds() for attempts in range(1, mailing.MAX_ATTEMPTS + 1)]
    assert waits[:4] == [15, 60, 240, 960]
    assert waits == sorted(waits)
    assert waits[-1] == 7200


def test_one_that_takes_its_workers_with_it_is_given_up(mail_sink: MailSink) -> None:
    make_due(make_owner("email"))
    due = Reminder.objects.due(timezone.now())
    due.update(attempts=mailing.MAX_ATTEMPTS)  # each attempt counted, never marked
    assert send_due() == 0
    assert Reminder.objects.failed().get().last_error == "WorkerLostError"
    assert mail_sink.messages == []
