"""Mail to users about changes of their own email address or second factor."""

from collections.abc import Collection
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User

log = structlog.get_logger(__name__)


def mail_account_change(user: User, what: str, stage: str, addresses: Collection[str]) -> None:
    """Mail these addresses when the transaction commits. `what` is email or second_factor.

    `stage` is asked (the change is pending), confirmed or done (the change is in effect).
    """
    context = {"user": user, "what": what, "stage": stage, "city": settings.CITY_NAME}
    with translation.override(user.language):
        subject = render_to_string("accounts/email/changed_subject.txt", context).strip()
        body = render_to_string("accounts/email/changed_message.txt", context)
    for address in sorted(addresses):
        transaction.on_commit(lambda to=address: _send(subject, body, to))  # type: ignore[misc]  # bound now


def _send(subject: str, body: str, address: str) -> None:
    """Send the mail. If the mail server refuses it, log the failure and keep the change."""
    try:
        EmailMessage(subject, body, to=[address]).send()
    except (SMTPException, OSError) as error:
        log.error("mail_not_sent", template="accounts/email/changed", error=type(error).__name__)
