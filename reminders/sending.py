"""Sending what is due: claim with a lease, look again, send, mark.

A worker that dies leaves its lease to run out, and another goes on. Only one that dies between a
mail server's "250" and the mark after it sends a message twice, then with the same Message-ID.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final
from uuid import UUID
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


@transaction.atomic
def _claim() -> list[Reminder]:
    """Some due rows that are nobody else's until the lease ends, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    due = Reminder.objects.due(now).order_by("occurrence", "pk")
    claimed = list(due.select_for_update(skip_locked=True)[:BATCH])
    Reminder.objects.filter(pk__in=[row.pk for row in claimed]).update(lease_until=now + LEASE)
    for row in claimed:
        row.lease_until = now + LEASE
    return claimed


def _deliver(claimed: Sequence[Reminder], until: float = inf) -> int:
    standing = _standing(claimed)
    unwanted = [row.pk for row in claimed if row.pk not in standing]
    Reminder.objects.waiting().filter(pk__in=unwanted).delete()
    sent = 0
    for code, carrier in CARRIERS.items():
        rows = [row for row in claimed if row.channel == code and row.pk in standing]
        if rows:
            sent += _send_by(carrier(), rows, standing, until)
    return sent


def _send_by(
    carrier: Carrier, rows: Sequence[Reminder], standing: Mapping[UUID, Standing], until: float
) -> int:
    sent = 0
    for number, row in enumerate(rows):
        if time.monotonic() > until:
            _give_back(rows[number:])
            break
        if row.attempts >= MAX_ATTEMPTS:  # it took its workers with it each time
            _postpone(row, WorkerLostError())
            continue
        try:
            carrier.open()
        except OSError as error:  # it would be the same for the others
            for left in rows[number:]:
                _postpone(left, error)
            break
        told = standing[row.pk]
        try:
            notice = _notice(row, told)
            if not _begin(row, told):
                continue
            carrier.send(row, told.recipient, notice)
        except Exception as error:  # one that cannot be sent must not keep the others
            _postpone(row, error)
            carrier.close()
        else:
            _mark_sent(row)
            sent += 1
    carrier.close()
    return sent


def _give_back(rows: Sequence[Reminder]) -> None:
    """Those of a batch that a slow mail server left no time for: anybody may send them at once."""
    for row in rows:
        ours = Reminder.objects.waiting().filter(pk=row.pk, lease_until=row.lease_until)
        ours.update(lease_until=None)


@transaction.atomic
def _begin(row: Reminder, told: Standing) -> bool:
    """Count the attempt and record who is told of what, before it leaves; false when it is not ours any more.

    The lease starts again, so that it lasts however long those before it took.
    """
    ours = Reminder.objects.waiting().filter(pk=row.pk, lease_until=row.lease_until)
    if not ours.update(attempts=row.attempts + 1, lease_until=Now() + LEASE):
        return False
    object_type, ids, district_ids = told.subject.record(told.row)
    recipient = str(row.recipient_id)
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


def _postpone(row: Reminder, error: Exception) -> None:
    """Try again later, or give up and leave it to an administrator."""
    attempts = row.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS
    text = f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
    Reminder.objects.waiting().filter(pk=row.pk).update(
        attempts=attempts,
        last_error=text[:500],
        lease_until=None if given_up else Now() + wait_after(attempts),
        failed_at=Now() if given_up else None,
    )
    log.warning("reminder_not_sent", reminder=str(row.pk), attempts=attempts, error=type(error).__name__)


# --- Looking again ----------------------------------------------------------------------------------


def _standing(rows: Sequence[Reminder]) -> dict[UUID, Standing]:
    """Those that are still wanted and whose recipients still see what they are about."""
    wanted = _wanted_now(rows)
    due = [row for row in rows if _is_among(row, wanted)]
    found: dict[UUID, Standing] = {}
    for user in User.objects.active().filter(pk__in={row.recipient_id for row in due}):
        own = [row for row in due if row.recipient_id == user.pk]
        seen = kinds.seen_by(actor_for(user), (row.about for row in own))
        found |= {
            row.pk: Standing(user, kinds.find_subject(row.subject_type), seen[row.subject_id])
            for row in own
            if row.subject_id in seen
        }
    return found


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


def _notice(row: Reminder, told: Standing) -> Notice:
    """What it says, in its recipient's language and time zone."""
    with translation.override(told.recipient.language), timezone.override(ZoneInfo(told.recipient.time_zone)):
        title, lines = told.subject.words(row.rule, told.row)
    url = settings.SITE_URL + told.subject.path(row.subject_id)
    return Notice(title, lines, url, told.subject.attachment(told.row))
