"""The reminders page, the failed reminders of administrators, and the demo's emails."""

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from incidents.models import Incident
from incidents.services.concerns import join_concern
from lib.days import city_today
from meetings import rules
from meetings.models import Concern, Meeting
from meetings.services.follow_ups import complete_follow_up, create_follow_up, edit_follow_up
from reminders.models import Reminder
from tests.factories import make_district, make_meeting, make_officer, make_user
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db

LISTED = "/notifications/"
FAILED = "/reminders/failed/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def plan(officer: User, subject: str = "Parking at the school gate") -> Meeting:
    starts_at = timezone.now() + timedelta(minutes=30)
    return make_meeting(
        officer.districts.get(), subject=subject, status="planned", starts_at=starts_at, officers=[officer]
    )


def remind(recipient: User, meeting: Meeting, **fields: Any) -> Reminder:
    values = {
        "rule": rules.MEETING_HOUR_BEFORE,
        "subject_type": "meeting",
        "subject_id": meeting.pk,
        "recipient": recipient,
        "channel": "in_page",
        "occurrence": timezone.now(),
    }
    return Reminder.objects.create(**(values | fields))


def test_new_coming_and_sent_reminders_lead_to_what_they_are_about() -> None:
    officer = make_officer(make_district())
    new, coming, sent = (
        plan(officer, "The new one"),
        plan(officer, "The coming one"),
        plan(officer, "The sent one"),
    )
    now = timezone.now()
    remind(officer, new, sent_at=now)
    remind(officer, coming, occurrence=now + timedelta(days=1))
    remind(officer, sent, sent_at=now, read_at=now)
    page = signed_in(officer).get(LISTED).content.decode()
    for meeting in new, coming, sent:
        assert meeting.subject in page
        assert f"/meetings/{meeting.pk}/" in page
    assert page.index("The new one") < page.index("The coming one") < page.index("The sent one")


def test_one_reminder_by_two_channels_is_one_row_and_the_minutes_left_are_true() -> None:
    officer = make_officer(make_district())
    soon, later = plan(officer, "The soon one"), plan(officer, "The later one")
    now = timezone.now()
    for channel in ("in_page", "email"):
        remind(officer, soon, channel=channel, occurrence=now, sent_at=now)
        remind(officer, later, channel=channel, occurrence=now + timedelta(days=1))
    page = signed_in(officer).get(LISTED).content.decode()
    assert page.count("The soon one") == 2  # the row, and what its button marks as read
    assert page.count("The later one") == 1
    assert "Upcoming 1" in " ".join(re.sub("<[^>]*>", " ", page).split())
    assert "meeting in 30 minutes" in page
    assert page.count("meeting in an hour") == 1  # the one to come


def test_what_is_done_or_moved_leaves_the_bell_and_what_is_still_due_stays() -> None:
    officer = make_officer(make_district())
    actor, today = actor_for(officer), city_today()
    done, moved, left = (
        create_follow_up(actor=actor, title="x", owner=officer, due_on=today) for _number in range(3)
    )
    Reminder.objects.update(sent_at=timezone.now())
    assert Reminder.objects.unread_by(officer).count() >= 3
    complete_follow_up(actor=actor, follow_up_id=done.pk)
    edit_follow_up(actor=actor, follow_up_id=moved.pk, due_on=today + timedelta(days=7))
    edit_follow_up(actor=actor, follow_up_id=left.pk, title="Still due")
    assert {row.subject_id for row in Reminder.objects.unread_by(officer)} == {left.pk}


def test_looking_at_them_is_in_the_trail() -> None:
    officer = make_officer(make_district())
    meeting = plan(officer)
    remind(officer, meeting, sent_at=timezone.now())
    signed_in(officer).get(LISTED)
    event = Event.objects.get(action=Action.VIEW)
    assert (event.actor_id, event.object_ids) == (officer.pk, [meeting.pk])


def test_what_is_no_longer_seen_is_neither_named_nor_linked() -> None:
    officer = make_officer(make_district())
    meeting = plan(officer, "Canary")
    remind(officer, meeting, sent_at=timezone.now())
    officer.districts.set([make_district()])
    page = signed_in(officer).get(LISTED).content.decode()
    assert "Canary" not in page
    assert str(meeting.pk) not in page


def test_reminders_of_others_are_not_shown() -> None:
    district = make_district()
    officer, other = make_officer(district), make_officer(district)
    reminder = remind(other, plan(other), sent_at=timezone.now())
    client = signed_in(officer)
    assert "Parking" not in client.get(LISTED).content.decode()
    assert client.post(f"/notifications/{reminder.pk}/read/").status_code == 404
    client.post("/notifications/read/")
    assert Reminder.objects.unread_by(other).count() == 1


def test_one_is_marked_as_read_then_all() -> None:
    officer = make_officer(make_district())
    first = remind(officer, plan(officer), sent_at=timezone.now())
    for _number in range(2):
        remind(officer, plan(officer), sent_at=timezone.now())
    client = signed_in(officer)
    assert client.post(f"/notifications/{first.pk}/read/").headers["Location"] == LISTED
    assert Reminder.objects.unread_by(officer).count() == 2
    assert "2 reminders marked as read." in client.post("/notifications/read/", follow=True).content.decode()
    assert Reminder.objects.unread_by(officer).count() == 0


def test_reading_is_never_a_get() -> None:
    assert signed_in(make_officer(make_district())).get("/notifications/read/").status_code == 405


def test_the_page_costs_the_same_for_many(django_assert_max_num_queries: Any) -> None:
    officer = make_officer(make_district())
    for _number in range(15):
        remind(officer, plan(officer), sent_at=timezone.now())
    client = signed_in(officer)
    with django_assert_max_num_queries(14):
        client.get(LISTED)


def test_an_administrator_sees_who_was_not_reached_and_tries_again() -> None:
    officer = make_officer(make_district(), name="Anna Saar")
    failed = remind(
        officer,
        plan(officer, "Canary"),
        channel="email",
        failed_at=timezone.now(),
        attempts=10,
        last_error="SMTPRecipientsRefused: 550",
    )
    client = signed_in(make_user(Role.ADMINISTRATOR))
    page = client.get(FAILED).content.decode()
    assert "Anna Saar" in page
    assert "SMTPRecipientsRefused: 550" in page
    assert "Canary" not in page
    assert str(failed.subject_id) not in page
    assert client.post(f"/reminders/{failed.pk}/retry/").headers["Location"] == FAILED
    failed.refresh_from_db()
    assert (failed.failed_at, failed.attempts) == (None, 0)
    assert Reminder.objects.due(timezone.now()).get() == failed
    assert Event.objects.get(action=Action.UPDATE).object_ids == [failed.pk]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER])
def test_nobody_else_sees_or_retries_failed_ones(role: str) -> None:
    district = make_district()
    officer = make_officer(district)
    failed = remind(officer, plan(officer), failed_at=timezone.now())
    client = signed_in(make_user(role, district))
    assert client.get(FAILED).status_code == 403
    assert client.post(f"/reminders/{failed.pk}/retry/").status_code == 403


def test_only_what_failed_can_be_tried_again() -> None:
    officer = make_officer(make_district())
    waiting = remind(officer, plan(officer))
    client = signed_in(make_user(Role.ADMINISTRATOR))
    assert client.post(f"/reminders/{waiting.pk}/retry/").status_code == 404
    assert client.post(f"/reminders/{uuid4()}/retry/").status_code == 404


# --- The demo's emails ----------------------------------------------------------------------------


@pytest.fixture
def sink(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "sink"
    folder.mkdir()
    settings.MAIL_SINK_DIR = str(folder)
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = "A promise", "a@b.example", "c@d.example"
    message.set_content("Send the <noise> form: http://testserver/follow-ups/1/")
    message.add_alternative("<p>Only in HTML</p><script>alert(1)</script>", subtype="html")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="meeting.ics")
    (folder / "one.eml").write_bytes(bytes(message))
    (tmp_path / "secret.eml").write_text("Subject: secret\n\nsecret")
    return folder


def test_the_demo_shows_the_plain_text_of_e_mails_and_their_attachments(sink: Path) -> None:
    client = signed_in(make_officer(make_district()))
    listed = client.get("/mail/").content.decode()
    assert "Demo only" in listed
    assert "A promise" in listed
    page = client.get("/mail/one.eml/").content.decode()
    assert "Send the &lt;noise&gt; form" in page
    assert "meeting.ics" in page
    assert "BEGIN:VCALENDAR" in page
    assert "Only in HTML" not in page


@pytest.mark.parametrize("name", ["two.eml", "..%2Fsecret.eml", "%2Fetc%2Fpasswd", "..", "one.eml%00"])
def test_only_listed_names_are_opened(sink: Path, name: str) -> None:
    assert signed_in(make_officer(make_district())).get(f"/mail/{name}/").status_code == 404


def test_there_are_no_such_pages_where_real_e_mail_is_sent(sink: Path, settings: Settings) -> None:
    settings.MAIL_SINK_DIR = ""
    client = signed_in(make_officer(make_district()))
    assert client.get("/mail/").status_code == 404
    assert client.get("/mail/one.eml/").status_code == 404


def test_nobody_reads_them_without_signing_in(sink: Path) -> None:
    assert Client().get("/mail/").status_code == 302


def test_an_event_is_one_row_however_many_reports_and_incidents_the_reminders_name() -> None:
    night = Night()
    incident = night.incident()
    other = night.log(facts="Seen from the other side of the street")
    join_concern(actor=night.actor(), incident_id=incident.pk, concern_id=other.pk)
    Reminder.objects.exclude(recipient=night.supervisor).delete()
    for number, (name, subject_id) in enumerate(
        [("incident", incident.pk), ("concern", other.pk), ("concern", concern_id(incident, other))]
    ):
        rule = "incident_late" if name == "incident" else "concern_received"
        about = {"subject_type": name, "subject_id": subject_id, "rule": rule}
        at = timezone.now() - timedelta(minutes=number)
        Reminder.objects.filter(subject_id=subject_id).delete()
        Reminder.objects.create(
            **about, recipient=night.supervisor, channel="in_page", occurrence=at, sent_at=at
        )
    client = signed_in(night.supervisor)
    page = client.get(LISTED).content.decode()
    new = page.split('id="new"')[1].split("</ul>")[0]
    assert new.count("Al-Noor</a>") == 1 and "1" in new.split("<span>")[1].split("</span>")[0]
    assert '<span class="count">1<' in page, "the bell counts events"
    newest = Reminder.objects.unread_by(night.supervisor).latest("sent_at")
    client.post(f"/notifications/{newest.pk}/read/")
    assert not Reminder.objects.unread_by(night.supervisor).exists()
    assert client.post(f"/notifications/{newest.pk}/read/").status_code == 302
    assert signed_in(night.duty).post(f"/notifications/{newest.pk}/read/").status_code == 404


def concern_id(incident: Incident, other: Concern) -> UUID:
    """The ID of the first report of an incident."""
    links = incident.concern_links.exclude(concern=other)
    return links.values_list("concern", flat=True).get()


def test_a_record_with_several_new_reminders_is_one_row_and_is_read_as_one() -> None:
    officer = make_officer(make_district())
    meeting, moment = plan(officer, "Parking at the mosque"), timezone.now()
    for number in range(3):
        remind(
            officer,
            meeting,
            sent_at=moment - timedelta(hours=number),
            occurrence=moment - timedelta(hours=number),
        )
    latest = Reminder.objects.latest("sent_at")
    client = signed_in(officer)
    page = client.get(LISTED).content.decode()
    assert page.count("Parking at the mosque</a>") == 1
    assert '<span class="count">1<' in page, "the bell counts records"
    client.post(f"/notifications/{latest.pk}/read/")
    assert Reminder.objects.unread_by(officer).count() == 0
