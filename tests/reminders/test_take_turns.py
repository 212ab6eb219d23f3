"""With a slow mail server, the unsent rest of a batch is released at once."""

import pytest
from django.utils import timezone

from reminders.models import Reminder
from reminders.services import sending
from reminders.services.sending import send_due
from tests.plugins.mail import MailSink
from tests.reminders.test_sending import make_due, make_owner

pytestmark = pytest.mark.django_db
PROMISES = 8
TURN_SECONDS = 0.5


def test_a_slow_mail_server_has_one_message_more_when_the_turn_is_over(
    mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_owner("email")
    for number in range(PROMISES):
        make_due(owner, title=f"Promise {number}")
    monkeypatch.setattr(sending, "MAX_SECONDS", TURN_SECONDS)
    monkeypatch.setattr(mail_sink, "seconds", TURN_SECONDS * 0.6)
    sent = send_due()
    assert sent == len(mail_sink.messages)
    assert 1 <= sent <= 2
    left = Reminder.objects.waiting().filter(occurrence__lte=timezone.now())
    assert left.count() == PROMISES - sent
    assert not left.filter(lease_until__isnull=False).exists(), "another worker may send them now"
    assert not left.exclude(attempts=0).exists(), "none of them was tried"
    mail_sink.seconds = 0
    monkeypatch.setattr(sending, "MAX_SECONDS", 60)
    assert send_due() == PROMISES - sent
    assert (
        len({message["Message-ID"] for message in mail_sink.messages}) == len(mail_sink.messages) == PROMISES
    )
