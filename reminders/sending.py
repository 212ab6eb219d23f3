"""Sending of due reminders: claim with a lease, check again, send, mark.

If a worker dies, its lease expires and another worker continues. A message is sent twice only if a worker
dies between the mail server's "250" and the mark. The second message then has the same Message-ID.
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
from lib.leases import Lease, claim, claim_alone, give_back
from reminders import kinds
from reminders.channels import CARRIERS, Carrier, Notice, message_id_of
from reminders.models import Reminder
from reminders.services import wake_on_commit

BATCH: Final = 50
LEASE: Final = timedelta(minutes=2)
MAX_SECONDS: Final = 5  # then another task continues, so that a worker can stop in between
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(hours=2)
MARK_AGAIN_SECONDS: Final = 0.2
LOCK: Final = 0x72656D69  # one worker claims at a time; any number of our own
MAX_ATTEMPTS: Final = 10  # more than 9 hours, a bad night of a mail server

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A reminder that is still wanted. `row` is its subject as the recipient sees it."""

    lease: Lease[Reminder]
    subject: kinds.Subject[Any]
    row: Any


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to a recipient on one channel: a reminder, or all reminders of a daily digest."""

    recipient: User
    parts: Sequence[Part]

    @property
    def reminders(self) -> list[Reminder]:
        return [part.lease.row for part in self.parts]


def send_due() -> int:
    """Send all due reminders and return the number sent. Safe to run in parallel."""
    until, sent = time.monotonic() + MAX_SECONDS, 0
    while claimed := _claim():
        sent += _deliver(claimed, until)
        if time.monotonic() > until:
            wake_on_commit()
            break
    return sent


def wait_after(attempts: int) -> timedelta:
    """Return the pause after this many attempts: 15 s, 1 min, 4 min … up to 2 hours."""
    return min(FIRST_WAIT * int(4 ** min(attempts - 1, 6)), LONGEST_WAIT)


@transaction.atomic
def _claim() -> list[Lease[Reminder]]:
    """Claim a batch of due reminders.

    For a reminder in a digest, claim all due reminders of that digest, so that nobody gets two emails.
    """
    claim_alone(LOCK)
    due = Reminder.objects.due(timezone.now()).order_by("occurrence", "pk")
    claimed = claim(due, LEASE, BATCH)
    readers = {lease.row.recipient_id for lease in claimed if lease.row.is_in_digest}
    return claimed + claim(due.in_digests().filter(recipient__in=readers), LEASE)


def _deliver(claimed: Sequence[Lease[Reminder]], until: float = inf) -> int:
    letters = _letters(claimed)
    found = {reminder.pk for letter in letters for reminder in letter.reminders}
    unwanted = [lease.row.pk for lease in claimed if lease.row.pk not in found]
    Reminder.objects.waiting().filter(pk__in=unwanted).delete()
    sent = 0
    for code, carrier in CARRIERS.items():
        if theirs := [letter for letter in letters if letter.reminders[0].channel == code]:
            sent += _send_by(carrier(), theirs, until)
    return sent


def _send_by(carrier: Carrier, letters: Sequence[Letter], until: float) -> int:
    sent = 0
    for number, letter in enumerate(letters):
        left = [part for one in letters[number:] for part in one.parts]
        if time.monotonic() > until:
            give_back(part.lease for part in left)
            break
        try:
            carrier.open()
        except OSError as error:  # the others would fail too
            _postpone(left, error)
            break
        ready = [(part, notice) for part in letter.parts if (notice := _notice(letter.recipient, part))]
        parts, notices = [part for part, _notice in ready], [notice for _part, notice in ready]
        message_id = message_id_of(letter.reminders)
        try:
            if not parts or not _begin(parts):
                give_back(part.lease for part in parts)  # the rest of a digest is claimed again
                continue
            carrier.send(message_id, letter.recipient, notices)
        except Exception as error:  # a message that fails must not block the others
            _postpone(parts, error)
            carrier.close()
        else:
            _mark_sent([part.lease.row for part in parts], message_id)
            sent += len(parts)
    carrier.close()
    return sent


@transaction.atomic
def _begin(parts: Sequence[Part]) -> bool:
    """Count the attempts and record the recipient before sending. Return False if any lease is lost."""
    for part in parts:
        reminder = part.lease.row
        if not part.lease.renew(attempts=reminder.attempts + 1):
            transaction.set_rollback(True)
            return False
        object_type, ids, district_ids = part.subject.record(part.row)
        recipient = str(reminder.recipient_id)
        record(SYSTEM, Action.NOTIFY, object_type, ids, district_ids=district_ids, recipient=recipient)
    return True


# Raw SQL for speed: between the mail server's "250" and this statement, nobody knows that it was sent.
_MARK = """
UPDATE meetings_reminder
   SET sent_at = statement_timestamp(), message_id = %s, lease_until = NULL, last_error = ''
 WHERE id = ANY(%s::uuid[]) AND sent_at IS NULL
"""


def _mark_sent(reminders: Iterable[Reminder], message_id: str) -> None:
    """Mark as sent, and retry while the database is unavailable, as long as the lease lasts."""
    parameters: list[Any] = [message_id, [reminder.pk for reminder in reminders]]
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


def _postpone(parts: Iterable[Part], error: Exception) -> None:
    """Try again later, or give up and leave the reminder to an administrator."""
    text = f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
    for lease in (part.lease for part in parts):
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


# --- Checking again before sending ------------------------------------------------------------------


def _letters(claimed: Sequence[Lease[Reminder]]) -> list[Letter]:
    """Return messages for reminders that are still wanted and whose recipients may still see the subject."""
    wanted = _wanted_now([lease.row for lease in claimed])
    due = [lease for lease in claimed if _is_among(lease.row, wanted)]
    letters: list[Letter] = []
    for user in User.objects.active().filter(pk__in={lease.row.recipient_id for lease in due}):
        own = [lease for lease in due if lease.row.recipient_id == user.pk]
        seen = kinds.seen_by(actor_for(user), (lease.row.about for lease in own))
        digest: list[Part] = []
        for lease in own:
            if lease.row.subject_id in seen:
                subject = kinds.find_subject(lease.row.subject_type)
                part = Part(lease, subject, seen[lease.row.subject_id])
                if lease.row.is_in_digest:
                    digest.append(part)
                else:
                    letters.append(Letter(user, [part]))
        if digest:
            letters.append(Letter(user, digest))
    return sorted(letters, key=lambda one: (one.reminders[0].occurrence, one.reminders[0].pk))


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


def _notice(recipient: User, part: Part) -> Notice | None:
    """Return the text in the recipient's language and time zone. Postpone a reminder that fails."""
    reminder = part.lease.row
    try:
        if reminder.attempts >= MAX_ATTEMPTS:
            raise WorkerLostError  # it killed its worker each time
        with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.time_zone)):
            title, lines = part.subject.words(reminder.rule, part.row)
        url = settings.SITE_URL + part.subject.path(reminder.subject_id)
        return Notice(title, lines, url, part.subject.attachment(part.row))
    except Exception as error:  # it must not block the rest of its digest
        _postpone([part], error)
        return None
