"""Daily rules reach a recipient in one email a day; urgent reminders are sent at once and separately."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Channel, User
from audit.models import Action, Event
from crm.embedded.run import free_port
from lib.acting import Acting
from meetings import rules
from meetings.models import FollowUp
from reminders.models import Reminder
from reminders.models import subjects as kinds
from reminders.rules import Occurrence, nine_oclock
from reminders.services import sending
from reminders.services.channels import Email
from reminders.services.reminders import notify
from reminders.services.sending import send_due
from tests import wiring
from tests.factories import make_district, make_meeting
from tests.plugins.mail import MailSink
from tests.reminders.test_sending import make_due, make_owner, parts

pytestmark = pytest.mark.django_db


def promised(owner: User, **fields: Any) -> FollowUp:
    """Create a follow-up due today that was made days ago, so that its reminder is for 09:00."""
    return make_due(owner, created_at=timezone.now() - timedelta(days=3), **fields)


def meeting_tomorrow(officer: User) -> Reminder:
    meeting = make_meeting(
        officer.districts.get(),
        status="planned",
        starts_at=timezone.now() + timedelta(hours=20),
        officers=[officer],
        outcomes=[],
    )
    zone = ZoneInfo(officer.time_zone)
    day = meeting.starts_at.astimezone(zone).date() - timedelta(days=1)
    return Reminder.objects.create(
        rule=rules.MEETING_DAY_BEFORE,
        subject_type="meeting",
        subject_id=meeting.pk,
        recipient=officer,
        channel=Channel.EMAIL,
        occurrence=nine_oclock(day, zone),
    )


def sent_ids() -> set[str]:
    return set(Reminder.objects.sent().filter(channel="email").values_list("message_id", flat=True))


def test_two_promises_due_on_one_day_come_in_one_email(mail_sink: MailSink) -> None:
    owner = make_owner()
    form = promised(owner, title="Send the noise form")
    school = promised(owner, title="Ring the school")
    assert send_due() == 4  # each by email and in the page
    (message,) = mail_sink.messages
    today = timezone.now().astimezone(ZoneInfo(owner.time_zone))
    assert message["Subject"] == f"2 reminders for {today:%A} {today.day} {today:%B} · Proximity"
    assert sent_ids() == {message["Message-ID"]}
    for text in parts(message):
        for promise in form, school:
            assert promise.title in text
            assert f"http://testserver/follow-ups/{promise.pk}/" in text
    assert Reminder.objects.unread_by(owner).count() == 2
    told = Event.objects.filter(action=Action.NOTIFY, recipient=str(owner.pk))
    assert sorted(pk for event in told for pk in event.object_ids) == sorted([form.pk, school.pk] * 2)
    assert send_due() == 0


def test_a_meeting_of_tomorrow_is_in_it_with_its_calendar_entry(mail_sink: MailSink) -> None:
    owner = make_owner("email")
    promised(owner)
    meeting_tomorrow(owner)
    assert send_due() == 2
    (message,) = mail_sink.messages
    assert [part.get_filename() for part in message.iter_attachments()] == ["meeting.ics"]


def test_what_is_urgent_does_not_wait_for_it_nor_lie_in_it(mail_sink: MailSink) -> None:
    owner = make_owner("email")
    promised(owner, title="Send the noise form")
    promised(owner, title="Ring the school")
    urgent = make_due(owner, title="Ring back at once")
    assert send_due() == 3
    subjects = {message["Subject"] for message in mail_sink.messages}
    assert len(mail_sink.messages) == 2
    assert "A follow-up is due today · Proximity" in subjects
    (alone,) = [one for one in mail_sink.messages if one["Subject"].startswith("A follow-up is")]
    assert urgent.title in parts(alone)[0]
    assert "noise form" not in parts(alone)[0]


def test_each_recipient_has_their_own(mail_sink: MailSink) -> None:
    district = make_district()
    one, other = (make_owner("email", district=district) for _number in range(2))
    for owner in (one, other, one, other):
        promised(owner, title=f"Promise of {owner.pk}")
    assert send_due() == 4
    assert {message["To"] for message in mail_sink.messages} == {one.email, other.email}
    assert len(mail_sink.messages) == 2
    for message in mail_sink.messages:
        theirs = other if message["To"] == one.email else one
        assert str(theirs.pk) not in parts(message)[0]


def test_no_two_workers_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, other = make_owner("email"), make_owner("email")
    for _number in range(3):
        promised(owner)
    promised(other)
    monkeypatch.setattr(sending, "BATCH", 1)
    first, second = sending._claim(), sending._claim()
    assert {lease.row.recipient_id for lease in first} != {lease.row.recipient_id for lease in second}
    assert sorted([len(first), len(second)]) == [1, 3]


def test_one_that_could_not_be_sent_comes_again_whole_with_the_same_id(
    mail_sink: MailSink, settings: Settings
) -> None:
    owner = make_owner("email")
    promised(owner)
    promised(owner)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert send_due() == 0
    rows = Reminder.objects.exclude(last_error="")
    assert rows.count() == 2
    settings.EMAIL_PORT = port
    rows.update(lease_until=None)
    assert send_due() == 2
    (message,) = mail_sink.messages
    assert message["Message-ID"] == f"<reminder-{min(row.pk for row in Reminder.objects.sent())}@testserver>"


class Broken(kinds.Subject[str]):
    """A subject of another app whose text raises an error."""

    code = "broken"
    known_rules = (kinds.Rule("breaks", "breaks", daily=True),)

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        for row in Reminder.objects.filter(subject_id__in=ids):
            yield row.subject_id, Occurrence(row.rule, row.recipient_id, row.channel, row.occurrence, now)

    def coming(self, now: datetime) -> Iterable[UUID]:
        return ()

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, str]:
        return dict.fromkeys(ids, "seen")

    def words(self, rule: str, row: str) -> tuple[str, Sequence[str]]:
        raise LookupError(row)


def test_a_part_that_cannot_be_written_does_not_keep_the_others(
    mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiring.add(monkeypatch, kinds.SUBJECTS, Broken())
    owner = make_owner("email")
    promised(owner)
    broken = Reminder.objects.create(
        rule="breaks",
        subject_type="broken",
        subject_id=uuid4(),
        recipient=owner,
        channel=Channel.EMAIL,
        occurrence=timezone.now(),
    )
    assert send_due() == 1
    assert len(mail_sink.messages) == 1
    broken.refresh_from_db()
    assert (broken.last_error, broken.attempts, broken.sent_at) == ("LookupError", 1, None)


def test_a_part_that_changed_hands_meanwhile_is_not_in_it(mail_sink: MailSink) -> None:
    owner, other = make_owner("email"), make_owner("email")
    stays, goes = promised(owner, title="Stays"), promised(owner, title="Goes")
    claimed = sending._claim()
    letters = sending._letters(claimed)
    FollowUp.objects.filter(pk=goes.pk).update(owner=other)
    notify("follow_up", goes.pk)
    Reminder.objects.filter(subject_id=goes.pk, recipient=owner).delete()
    assert not sending._turn(None, sending._write_message(Email(), letters[0]))
    assert sending._deliver(claimed) == 1
    (message,) = mail_sink.messages
    assert stays.title in parts(message)[0]
    assert goes.title not in parts(message)[0]
