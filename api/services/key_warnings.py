"""Telling administrators by e-mail that a key ends, thirty days before, each once for each end.

Rows are the truth: beat only looks for what is due. A worker that dies leaves its lease to run out.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from accounts.models import Role, User
from api.models import ApiKey, KeyWarning
from audit.models import Action
from audit.services import record
from lib.days import city_day
from lib.mail import MailNotSent, sending

BATCH: Final = 20
LEASE: Final = timedelta(minutes=2)
MAX_ATTEMPTS: Final = 10

log = structlog.get_logger(__name__)


def warn_of_ends() -> int:
    """Make what has become due, and send it; answers how many were sent. Any number may run at once."""
    _make_due(timezone.now())
    sent = 0
    while claimed := _claim():
        sent += sum(_deliver(warning) for warning in claimed)
    return sent


def _make_due(now: datetime) -> None:
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    recipients = list(administrators.values_list("pk", flat=True))
    KeyWarning.objects.bulk_create(
        (
            KeyWarning(key_id=pk, ends_at=ends_at, recipient_id=recipient)
            for pk, ends_at in ApiKey.objects.ending(now).values_list("pk", "expires_at")
            for recipient in recipients
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def _claim() -> list[KeyWarning]:
    """Some due rows that are nobody else's until the lease ends."""
    due = KeyWarning.objects.due(timezone.now()).order_by("pk")
    ids = [row.pk for row in due.select_for_update(skip_locked=True)[:BATCH]]
    KeyWarning.objects.filter(pk__in=ids).update(lease_until=Now() + LEASE)
    return list(KeyWarning.objects.filter(pk__in=ids).select_related("key", "recipient").order_by("pk"))


def _deliver(warning: KeyWarning) -> bool:
    """Send one, or give it up when it is not true any more, or leave it for later."""
    key, recipient = warning.key, warning.recipient
    stands = ApiKey.objects.ending(timezone.now()).filter(pk=key.pk, expires_at=warning.ends_at).exists()
    if not (stands and recipient.is_active and recipient.role == Role.ADMINISTRATOR):
        rows = KeyWarning.objects.waiting().filter(pk=warning.pk)
        rows.update(failed_at=Now(), lease_until=None, last_error="not wanted any more")
        return False
    if not _begin(warning):
        return False
    try:
        with sending():
            _message(warning).send()
    except Exception as error:  # one that cannot be sent must not keep the others
        _postpone(warning, str(error) if isinstance(error, MailNotSent) else type(error).__name__)
        return False
    KeyWarning.objects.filter(pk=warning.pk).update(sent_at=Now(), lease_until=None, last_error="")
    return True


@transaction.atomic
def _begin(warning: KeyWarning) -> bool:
    """Count the attempt and record who is told, before it leaves; false when it is not ours any more."""
    ours = KeyWarning.objects.waiting().filter(pk=warning.pk, lease_until=warning.lease_until)
    if not ours.update(attempts=warning.attempts + 1):
        return False
    record(SYSTEM, Action.NOTIFY, "api_key", [warning.key_id], recipient=str(warning.recipient_id))
    return True


def _postpone(warning: KeyWarning, error: str) -> None:
    """Try again when the lease ends, each time later; give up after a mail server's bad day."""
    attempts = warning.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS
    KeyWarning.objects.waiting().filter(pk=warning.pk).update(
        last_error=error[:500],
        lease_until=None if given_up else Now() + min(LEASE * 2**attempts, timedelta(hours=3)),
        failed_at=Now() if given_up else None,
    )
    log.warning("key_warning_not_sent", warning=str(warning.pk), attempts=attempts, error=error)


def _message(warning: KeyWarning) -> EmailMessage:
    """In the recipient's language; the same Message-ID at every attempt (RFC 5322)."""
    key, recipient = warning.key, warning.recipient
    with translation.override(recipient.language):
        words = {"key": key, "day": city_day(warning.ends_at)}
        words["url"] = settings.SITE_URL + reverse("settings_key", args=[key.pk])
        text = render_to_string("api/key_warning.txt", words)
        subject = _("The API key of %(name)s ends soon") % {"name": key.name}
    return EmailMessage(
        subject,
        text,
        to=[recipient.email],
        headers={
            "Message-ID": f"<key-{warning.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": recipient.language,
        },
    )
