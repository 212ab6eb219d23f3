"""Emails about the security of an account: password, second factor, address, sign-in with a new device."""

import zoneinfo
from collections.abc import Collection
from typing import Any

import structlog
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from lib.mail import MailNotSent, sending

log = structlog.get_logger(__name__)


def send_notice(
    user: User, template: str, context: dict[str, Any], addresses: Collection[str] | None = None
) -> None:
    """Mail the owner of an account in their language, at `addresses` or at the account's address.

    If the mail server refuses it, log the failure: what the email is about has happened.
    """
    words = {"user": user, **context}
    with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
        subject = " ".join(render_to_string(f"{template}_subject.txt", words).split())
        body = render_to_string(f"{template}_message.txt", words).strip()
    for address in sorted(addresses or {user.email}):
        try:
            with sending():
                EmailMessage(subject, body, to=[address]).send()
        except MailNotSent as error:
            log.error("mail_not_sent", template=template, error=str(error))
