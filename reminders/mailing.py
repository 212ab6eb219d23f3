"""E-mails that are a row each: claimed with a lease, looked at again, recorded, sent and marked.

Rows are the truth: beat only looks for what is due. A worker that dies leaves its lease to run out.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.db.models.functions import Now

from accounts.actors import SYSTEM
from audit.models import Action
from audit.services import record
from lib.leases import Lease, claim, give_back
from lib.mail import MailNotSent, sending
from lib.waking import wake_on_commit

BATCH: Final = 50
MAX_SECONDS: Final = 5  # then another task goes on, so that a worker can stop in between
LEASE: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=3)
MAX_ATTEMPTS: Final = 10

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Mailing(Generic[M]):
    """What is sent: its rows have `lease_until`, `attempts`, `sent_at`, `failed_at` and `last_error`."""

    task: str  # which sends it
    object_type: str  # as the trail names what is told
    due: Callable[[], models.QuerySet[M]]  # rows that wait and that no worker holds, in their order
    is_wanted: Callable[[M], bool]  # still true, and its recipient still somebody to tell
    told: Callable[[M], tuple[UUID, Collection[UUID], UUID]]  # the object, its districts, the recipient
    message: Callable[[M], EmailMultiAlternatives]  # the same Message-ID at every attempt (RFC 5322)


def send_mails(mailing: Mailing[Any]) -> int:
    """Send what is due; answers how many were sent. Any number of these may run at once."""
    until, sent = time.monotonic() + MAX_SECONDS, 0
    while claimed := claim(mailing.due(), LEASE, BATCH):
        for number, lease in enumerate(claimed):
            if time.monotonic() > until:
                give_back(claimed[number:])
                wake_on_commit(mailing.task)
                return sent
            sent += deliver(mailing, lease)
    return sent


def deliver(mailing: Mailing[M], lease: Lease[M]) -> bool:
    """Send one, or give it up when it is not wanted any more, or leave it for later."""
    row = lease.row
    if not mailing.is_wanted(row):
        lease.end(failed_at=Now(), last_error="not wanted any more")
        return False
    if not begin(mailing, lease):
        return False
    try:
        with sending():
            mailing.message(row).send()
    except Exception as error:  # one that cannot be sent must not keep the others
        _postpone(lease, str(error) if isinstance(error, MailNotSent) else type(error).__name__)
        return False
    # Whoever holds it now: it has left.
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.update(sent_at=Now(), lease_until=None, last_error="")
    return True


@transaction.atomic
def begin(mailing: Mailing[M], lease: Lease[M]) -> bool:
    """Count the attempt and record who is told, before it leaves; false when it is not ours any more."""
    if not lease.renew(attempts=lease.row.attempts + 1):  # type: ignore[attr-defined]  # as Mailing says
        return False
    pk, district_ids, recipient = mailing.told(lease.row)
    kind, reader = mailing.object_type, str(recipient)
    record(SYSTEM, Action.NOTIFY, kind, [pk], district_ids=district_ids, recipient=reader)
    return True


def _postpone(lease: Lease[Any], error: str) -> None:
    """Try again later, each time later; give up after a mail server's bad day."""
    attempts = lease.row.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS
    pause = None if given_up else min(LEASE * 2**attempts, LONGEST_WAIT)
    lease.end(pause, last_error=error[:500], failed_at=Now() if given_up else None)
    table = lease.row._meta.db_table
    log.warning("mail_not_sent", table=table, row=str(lease.row.pk), attempts=attempts, error=error)
