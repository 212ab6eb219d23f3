"""Sending what is due: claim with a lease, look again, send, mark.

A worker that dies leaves its lease to run out, and another goes on. Only one that dies between a
mail server's "250" and the mark after it sends a message twice, then with the same Message-ID.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from celery.exceptions import WorkerLostError
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone, translation

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record
from lib.leases import Lease, claim, give_back
from reminders import kinds
from reminders.channels import CARRIERS, Carrier, Notice, message_id_of
from reminders.models import Reminder
from reminders.services import wake_on_commit

BATCH: Final = 50
LEASE: Final = timedelta(minutes=2)
MAX_SECONDS: Final = 5  # then another task goes on, so that a worker can stop in between
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(hours=2)
MARK_AGAIN_SECONDS: Final = 0.2
MAX_ATTEMPTS: Final = 10  # over nine hours: a mail server's bad night

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A reminder that is still wanted: `row` is what its recipient sees of its subject."""

    lease: Lease[Reminder]
    recipient: User
    subject: kinds.Subject[Any]
    row: Any


def send_due() -> int:
    """Send what is due; answers how many were sent. Any number of these may run at once."""
    until, sent = time.monotonic() + MAX_SECONDS, 0
    while claimed := _claim():
        sent += _deliver(claimed, until)
        if time.monotonic() > until:
            wake_on_commit()
            break
    return sent


def wait_after(attempts: int) -> timedelta:
    """How long to leave it alone after so many attempts: 15 s, 1 min, 4 min … at most two hours."""
    return min(FIRST_WAIT * int(4 ** min(attempts - 1, 6)), LONGEST_WAIT)


def _claim() -> list[Lease[Reminder]]:
    due = Reminder.objects.due(timezone.now())
    return claim(due.order_by("occurrence", "pk"), LEASE, BATCH)


def _deliver(claimed: Sequence[Lease[Reminder]], until: float = inf) -> int:
    standing = _standing(claimed)
    found = {one.lease.row.pk for one in standing}
    unwanted = [lease.row.pk for lease in claimed if lease.row.pk not in found]
    Reminder.objects.waiting().filter(pk__in=unwanted).delete()
    sent = 0
    for code, carrier in CARRIERS.items():
        if theirs := [one for one in standing if one.lease.row.channel == code]:
            sent += _send_by(carrier(), theirs, until)
    return sent


def _send_by(carrier: Carrier, standing: Sequence[Standing], until: float) -> int:
    sent = 0
    for number, told in enumerate(standing):
        left = [one.lease for one in standing[number:]]
        if time.monotonic() > until:
            give_back(left)
            break
        if told.lease.row.attempts >= MAX_ATTEMPTS:  # it took its workers with it each time
            _postpone([told.lease], WorkerLostError())
            continue
        try:
            carrier.open()
        except OSError as error:  # it would be the same for the others
            _postpone(left, error)
            break
        try:
            notice = _notice(told)
            if not _begin(told):
                continue
            carrier.send(told.lease.row, told.recipient, notice)
        except Exception as error:  # one that cannot be sent must not keep the others
            _postpone([told.lease], error)
            carrier.close()
        else:
            _mark_sent(told.lease.row)
            sent += 1
    carrier.close()
    return sent


@transaction.atomic
def _begin(told: Standing) -> bool:
    """Count the attempt and record who is told of what, before it leaves; false when it is another's now."""
    reminder = told.lease.row
    if not told.lease.renew(attempts=reminder.attempts + 1):
        return False
    object_type, ids, district_ids = told.subject.record(told.row)
    recipient = str(reminder.recipient_id)
    record(SYSTEM, Action.NOTIFY, object_type, ids, district_ids=district_ids, recipient=recipient)
    return True


# By hand: from the mail server's "250" until these bytes have left, nobody knows that it was sent.
_MARK = """
UPDATE meetings_reminder
   SET sent_at = statement_timestamp(), message_id = %s, lease_until = NULL, last_error = ''
 WHERE id = %s::uuid AND sent_at IS NULL
"""


def _mark_sent(row: Reminder) -> None:
    """Until it is written: while the database is away the row is still ours, as long as the lease lasts."""
    parameters = [message_id_of(row), str(row.pk)]
    until = time.monotonic() + LEASE.total_seconds()
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_MARK, parameters)
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(MARK_AGAIN_SECONDS)
        else:
            return


def _postpone(leases: Iterable[Lease[Reminder]], error: Exception) -> None:
    """Try again later, or give up and leave it to an administrator."""
    text = f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
    for lease in leases:
        attempts = lease.row.attempts + 1
        given_up = attempts >= MAX_ATTEMPTS
        lease.end(
            None if given_up else wait_after(attempts),
            attempts=attempts,
            last_error=text[:500],
            failed_at=Now() if given_up else None,
        )
        reminder, kind = str(lease.row.pk), type(error).__name__
        log.warning("reminder_not_sent", reminder=reminder, attempts=attempts, error=kind)


# --- Looking again ----------------------------------------------------------------------------------


def _standing(claimed: Sequence[Lease[Reminder]]) -> list[Standing]:
    """Those that are still wanted and whose recipients still see what they are about."""
    wanted = _wanted_now([lease.row for lease in claimed])
    due = [lease for lease in claimed if _is_among(lease.row, wanted)]
    found: list[Standing] = []
    for user in User.objects.active().filter(pk__in={lease.row.recipient_id for lease in due}):
        own = [lease for lease in due if lease.row.recipient_id == user.pk]
        seen = kinds.seen_by(actor_for(user), (lease.row.about for lease in own))
        found += [
            Standing(lease, user, kinds.find_subject(lease.row.subject_type), seen[lease.row.subject_id])
            for lease in own
            if lease.row.subject_id in seen
        ]
    return sorted(found, key=lambda one: (one.lease.row.occurrence, one.lease.row.pk))


def _wanted_now(rows: Sequence[Reminder]) -> dict[kinds.Key, list[datetime]]:
    now = timezone.now()
    wanted: dict[kinds.Key, list[datetime]] = defaultdict(list)
    for subject in kinds.subjects():
        ids = {row.subject_id for row in rows if row.subject_type == subject.code}
        for one in kinds.wanted(subject, ids, now):
            wanted[one.key].append(one.at)
    return wanted


def _is_among(row: Reminder, wanted: dict[kinds.Key, list[datetime]]) -> bool:
    return any(kinds.is_same_occasion(row.rule, row.occurrence, at) for at in wanted[row.key])


def _notice(told: Standing) -> Notice:
    """What it says, in its recipient's language and time zone."""
    reminder, recipient, subject = told.lease.row, told.recipient, told.subject
    with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.time_zone)):
        title, lines = subject.words(reminder.rule, told.row)
    url = settings.SITE_URL + subject.path(reminder.subject_id)
    return Notice(title, lines, url, subject.attachment(told.row))
