"""How a reminder reaches its recipient. A new way is a class here and a code in `accounts.models.Channel`."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.mime.base import MIMEBase
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Channel, User
from reminders.models import Reminder


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to deliver, with the page it leads to and what an e-mail brings along."""

    title: str
    lines: Sequence[str]
    url: str
    attachment: MIMEBase | None = None


def host() -> str:
    """The host of this site, which ids of messages and calendar entries end with."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


class Carrier(Protocol):
    """A channel at work. `open` before each message costs nothing while it is open."""

    def open(self) -> None:
        """Raises OSError when nothing can be sent now."""

    def send(self, reminder: Reminder, recipient: User, notice: Notice) -> None:
        """Hand it over, with the id `message_id_of(reminder)` where the channel has ids; raises OSError."""

    def close(self) -> None: ...


class Email:
    """One SMTP connection for a batch."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def open(self) -> None:
        self._connection.open()

    def send(self, reminder: Reminder, recipient: User, notice: Notice) -> None:
        context = {"notice": notice, "settings_url": settings.SITE_URL + reverse("settings")}
        with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.time_zone)):
            text = render_to_string("mail/reminder.txt", context)
            html = render_to_string("mail/reminder.html", context | {"language": recipient.language})
        message = EmailMultiAlternatives(
            notice.title,
            text,
            to=[recipient.email],
            headers={
                "Message-ID": message_id_of(reminder),
                "Auto-Submitted": "auto-generated",
                "Content-Language": recipient.language,
            },
            connection=self._connection,
        )
        message.attach_alternative(html, "text/html")
        if notice.attachment is not None:
            message.attach(notice.attachment)
        message.send()

    def close(self) -> None:
        self._connection.close()


class InPage:
    """Being marked as sent is all: the bell counts such rows."""

    def open(self) -> None:
        pass

    def send(self, reminder: Reminder, recipient: User, notice: Notice) -> None:
        pass

    def close(self) -> None:
        pass


# In the order they are served in a batch: what takes no time comes first.
CARRIERS: dict[str, type[Carrier]] = {Channel.IN_PAGE: InPage, Channel.EMAIL: Email}


def message_id_of(reminder: Reminder) -> str:
    """The same at every attempt, so that a message sent twice is known to be one (RFC 5322)."""
    return f"<reminder-{reminder.pk}@{host()}>"
