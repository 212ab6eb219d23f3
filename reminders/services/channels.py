"""Channels that deliver reminders.

A new channel needs a class here and a code in `accounts.models.Channel`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from email.mime.base import MIMEBase
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import ngettext, pgettext

from accounts.models import Channel, User
from accounts.services.mailing import mail_to, message_id_for
from lib import mail
from reminders.models import Reminder


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to deliver, with the URL of its page and an optional email attachment."""

    title: str
    lines: Sequence[str]
    url: str
    attachment: MIMEBase | None = None


class Carrier(Protocol):
    """A channel that delivers messages. `open` is called before each message and is cheap if already open.

    `write` is called while the message before is still waiting, so that no slow step separates the two.
    """

    has_text: bool  # whether a message needs the texts of its reminders

    def open(self) -> None:
        """Open the connection. Raises OSError if nothing can be sent now."""

    def write(self, message_id: str, recipient: User, notices: Sequence[Notice]) -> Any:
        """Return the notices as one message with this ID (if the channel has IDs)."""

    def send(self, message: Any) -> None:
        """Send what `write` returned. Raises OSError."""

    def close(self) -> None: ...


class Email:
    """The email channel, with one SMTP connection per batch."""

    has_text = True

    def __init__(self) -> None:
        self._connection = get_connection()

    def open(self) -> None:
        self._connection.open()

    def write(self, message_id: str, recipient: User, notices: Sequence[Notice]) -> mail.Email:
        with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.time_zone)):
            title = _title(notices)
            context = {
                "name": recipient.name,
                "title": title,
                "notices": notices,
                "settings_url": settings.SITE_URL + reverse("settings"),
            }
            text = render_to_string("mail/reminder.txt", context)
            html = render_to_string("mail/reminder.html", context | {"language": recipient.language})
        message = mail_to(recipient, title, text, message_id, html=html, connection=self._connection)
        for notice in notices:
            if notice.attachment is not None:
                message.attach(notice.attachment)
        return message

    def send(self, message: mail.Email) -> None:
        message.send()

    def close(self) -> None:
        self._connection.close()


class InPage:
    """The in-page channel. Marking a reminder as sent is enough, because the bell counts such rows."""

    has_text = False

    def open(self) -> None:
        pass

    def write(self, message_id: str, recipient: User, notices: Sequence[Notice]) -> None:
        pass

    def send(self, message: None) -> None:
        pass

    def close(self) -> None:
        pass


# In the order in which a batch is sent: the fastest channel first.
CARRIERS: dict[str, type[Carrier]] = {Channel.IN_PAGE: InPage, Channel.EMAIL: Email}


def message_id_of(reminders: Iterable[Reminder]) -> str:
    return message_id_for(f"reminder-{min(reminder.pk for reminder in reminders)}")


def _title(notices: Sequence[Notice]) -> str:
    """Return the title of a single notice, or the number of notices and the day."""
    if len(notices) == 1:
        return notices[0].title
    today = day_in_full(timezone.localdate())
    return ngettext("%(n)d reminder for %(day)s", "%(n)d reminders for %(day)s", len(notices)) % {
        "n": len(notices),
        "day": today,
    }


def day_in_full(value: date) -> str:
    return date_format(value, pgettext("Django date format of a day in full", "l j F"))
