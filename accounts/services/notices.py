"""Mail about one's own account: nobody's address or second factor changes without a word to its owner."""

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
    """To these addresses, once the transaction is over. `what` is email or second_factor, `stage` asked,
    confirmed or done: with one the change waits, with the others it holds."""
    context = {"user": user, "what": what, "stage": stage, "city": settings.CITY_NAME}
    with translation.override(user.language):
        subject = render_to_string("accounts/email/changed_subject.txt", context).strip()
        body = render_to_string("accounts/email/changed_message.txt", context)
    for address in sorted(addresses):
        transaction.on_commit(lambda to=address: _send(subject, body, to))  # type: ignore[misc]  # bound now


def _send(subject: str, body: str, address: str) -> None:
    """The change stays as it is when the mail server refuses; the log says so."""
    try:
        EmailMessage(subject, body, to=[address]).send()
    except (SMTPException, OSError) as error:
        log.error("mail_not_sent", template="accounts/email/changed", error=type(error).__name__)
