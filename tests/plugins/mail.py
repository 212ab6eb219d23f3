"""A real SMTP server that stores what it receives."""

import asyncio
from collections.abc import Coroutine, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from . import services

HANGS_FOR: Final = 0.5  # seconds; a test sets EMAIL_TIMEOUT below


class MailSink:
    """The messages received in this test, oldest first. Each takes `seconds` to be accepted.

    `refused` and `hanging` are addresses for which it says 550, or nothing.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.begin_anew()

    def begin_anew(self) -> None:
        self.messages.clear()
        self.seconds = 0.0
        self.refused: set[str] = set()
        self.hanging: set[str] = set()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        if address in self.hanging:
            await asyncio.sleep(HANGS_FOR)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        await asyncio.sleep(self.seconds)
        return "250 kept"


class _Held(Controller):
    """A server on the socket that this process has held from its start."""

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=services.smtp_socket)


@pytest.fixture(scope="session")
def running_mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    controller = _Held(sink, hostname="127.0.0.1", port=services.SMTP_PORT)
    controller.start()
    yield sink
    controller.stop()


@pytest.fixture
def mail_sink(running_mail_sink: MailSink, settings: Settings) -> MailSink:
    """Let Django send by SMTP to a server whose `messages` the test can read."""
    settings.EMAIL_BACKEND = "lib.smtp.EmailBackend"
    running_mail_sink.begin_anew()
    return running_mail_sink
