"""Sending of emails that have one row each: claim with a lease, check again, record, send and mark.

Beat only looks for due rows. If a worker dies, its lease expires and another worker continues.
"""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.db.models.functions import Now

from accounts.actors import SYSTEM
from audit.models import Action
from audit.services import record
from lib.leases import Lease, claim, give_back
from lib.mail import MailNotSent, sending
from lib.waking import wake_on_commit

BATCH: Final = 50
MAX_SECONDS: Final = 5  # then another task continues, so that a worker can stop in between
LEASE: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=3)
MAX_ATTEMPTS: Final = 10
AWAY_WAIT: Final = timedelta(minutes=1)

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Mailing(Generic[M]):
    """A type of email. Its rows have `lease_until`, `attempts`, `sent_at`, `failed_at` and `last_error`."""

    task: str  # name of the task that sends these emails
    object_type: str  # object type for the activity log
    due: Callable[[], models.QuerySet[M]]  # waiting rows without a lease, in sending order
    is_wanted: Callable[[M], bool]  # whether the reason still exists and the recipient may still be notified
    told: Callable[[M], tuple[UUID, Collection[UUID], UUID]]  # the object, its districts, the recipient
    message: Callable[[M], EmailMultiAlternatives]  # with the same Message-ID for every attempt (RFC 5322)


def send_mails(mailing: Mailing[Any]) -> int:
    """Send all due emails and return the number sent. Safe to run in parallel."""
    until, sent, is_first = time.monotonic() + MAX_SECONDS, 0, True
    with closing(get_connection()) as connection:
        while claimed := claim(mailing.due(), LEASE, BATCH):
            for number, lease in enumerate(claimed):
                if time.monotonic() > until and not is_first:  # however slow, each turn sends one
                    give_back(claimed[number:])
                    wake_on_commit(mailing.task)
                    return sent
                is_first = False
                try:
                    connection.open()
                except OSError as error:
                    _wait_for_server(claimed[number:], error)
                    return sent
                sent += deliver(mailing, lease, connection)
    return sent


def deliver(mailing: Mailing[M], lease: Lease[M], connection: Any = None) -> bool:
    """Send one email, give it up if it is no longer wanted, or postpone it. Return whether it was sent."""
    row = lease.row
    if not mailing.is_wanted(row):
        lease.end(failed_at=Now(), last_error="not wanted any more")
        return False
    if not begin(mailing, lease):
        return False
    try:
        message = mailing.message(row)
        message.connection = connection
        with sending():
            message.send()
    except Exception as error:  # an email that fails must not block the others
        if connection:
            connection.close()
        _postpone(lease, str(error) if isinstance(error, MailNotSent) else type(error).__name__)
        return False
    # Mark the row even if another worker holds it now, because the email has been sent.
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.update(sent_at=Now(), lease_until=None, last_error="")
    return True


@transaction.atomic
def begin(mailing: Mailing[M], lease: Lease[M]) -> bool:
    """Count the attempt and record the recipient before sending. Return False if the lease is lost."""
    if not lease.renew(attempts=lease.row.attempts + 1):  # type: ignore[attr-defined]  # a field that Mailing requires
        return False
    pk, district_ids, recipient = mailing.told(lease.row)
    kind, reader = mailing.object_type, str(recipient)
    record(SYSTEM, Action.NOTIFY, kind, [pk], district_ids=district_ids, recipient=reader)
    return True


def _wait_for_server(leases: Iterable[Lease[Any]], error: OSError) -> None:
    """Try again soon, without counting an attempt: a mail server that is away says nothing of an email."""
    for lease in leases:
        lease.end(AWAY_WAIT, last_error=type(error).__name__)
    log.warning("mail_server_is_away", error=type(error).__name__)


def _postpone(lease: Lease[Any], error: str) -> None:
    """Try again later with growing pauses, and give up after MAX_ATTEMPTS."""
    attempts = lease.row.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS
    pause = None if given_up else min(LEASE * 2**attempts, LONGEST_WAIT)
    lease.end(pause, last_error=error[:500], failed_at=Now() if given_up else None)
    table = lease.row._meta.db_table
    log.warning("mail_not_sent", table=table, row=str(lease.row.pk), attempts=attempts, error=error)
