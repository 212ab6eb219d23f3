"""A mail server that rejects messages, or accepts a message and never replies."""

import asyncio
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import Role
from accounts.services import mailing
from crm.embedded.run import free_port
from reminders.models import Reminder
from reminders.services.reminders import retry_reminder
from reminders.services.sending import send_due
from tests.factories import make_user
from tests.plugins import services
from tests.plugins.mail import MailSink
from tests.reminders.test_sending import make_due, make_owner

pytestmark = pytest.mark.django_db


class MoodyServer:
    """An SMTP server that rejects or stalls as configured. `message_ids` are the messages it accepted."""

    mood = "refuse"

    def __init__(self) -> None:
        self.message_ids: list[str] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mood == "refuse":
            return "550 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = (envelope.original_content or b"").decode()
        self.message_ids += [line for line in content.splitlines() if line.startswith("Message-ID")]
        await asyncio.sleep(3)
        return "250 kept"


@pytest.fixture
def server(mail_sink: MailSink, settings: Settings) -> Iterator[MoodyServer]:
    moody = MoodyServer()
    settings.EMAIL_PORT = free_port()
    controller = Controller(moody, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield moody
    controller.stop()


def time_goes_by() -> None:
    Reminder.objects.waiting().update(lease_until=None)


def test_a_refused_reminder_is_given_up_in_the_end_and_an_administrator_has_it_sent(
    server: MoodyServer, mail_sink: MailSink, settings: Settings
) -> None:
    make_due(make_owner("email"))
    for _attempt in range(mailing.MAX_ATTEMPTS):
        assert send_due() == 0
        time_goes_by()
    failed = Reminder.objects.failed().get()
    assert failed.attempts == mailing.MAX_ATTEMPTS
    assert failed.last_error == "SMTPRecipientsRefused 550"
    assert send_due() == 0

    settings.EMAIL_PORT = services.SMTP_PORT
    retry_reminder(actor=actor_for(make_user(Role.ADMINISTRATOR)), reminder_id=failed.pk)
    assert send_due() == 1
    assert [message["Message-ID"] for message in mail_sink.messages] == [f"<reminder-{failed.pk}@testserver>"]
    failed.refresh_from_db()
    assert (failed.failed_at, failed.last_error) == (None, "")


def test_a_server_that_never_answers_is_tried_again_with_the_same_message_id(
    server: MoodyServer, settings: Settings
) -> None:
    server.mood, settings.EMAIL_TIMEOUT = "stall", 1
    make_due(make_owner("email"))
    while len(server.message_ids) < 2:
        assert send_due() == 0
        time_goes_by()
    row = Reminder.objects.due(timezone.now()).get()
    assert row.last_error == "TimeoutError"
    assert server.message_ids == [f"Message-ID: <reminder-{row.pk}@testserver>"] * 2
