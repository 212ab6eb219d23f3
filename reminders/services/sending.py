"""Sending of due reminders: claim a batch with leases, check again, then send and mark one after another.

While a message is being sent, the next one is already written: the mark of the one and the beginning of the
next are one statement (_TURN). If a worker dies, its lease expires and another worker continues. A message is
sent twice only if a worker dies between the mail server's "250" and the mark. The second message then has the
same Message-ID.
"""

import time
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from contextlib import closing
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
from accounts.services.mailing import AWAY_WAIT, MAX_ATTEMPTS, postpone
from audit.services import WRITE_EVENTS, notice_events
from audit.services import Notice as LoggedNotice
from lib.id_lists import as_array
from lib.leases import Lease, claim, claim_alone, give_back
from lib.mail import failure_of
from lib.prepared import prepared_cursor
from lib.row_context import naming
from reminders.models import Reminder, subjects
from reminders.services.channels import CARRIERS, Carrier, Notice, message_id_of
from reminders.services.reminders import wake_on_commit

BATCH: Final = 100
LEASE: Final = timedelta(minutes=2)
MAX_SECONDS: Final = 5  # then another task continues, so that a worker can stop in between
MARK_AGAIN_SECONDS: Final = 0.2
LOCK: Final = 0x72656D69  # one worker claims at a time; any number of our own

NO_TEXT: Final = Notice("", (), "")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A reminder that is still wanted. `row` is its subject as the recipient sees it."""

    lease: Lease[Reminder]
    subject: subjects.Subject[Any]
    row: Any


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a recipient on a channel: a reminder, or all reminders of a daily digest."""

    recipient: User
    parts: Sequence[Part]

    @property
    def reminders(self) -> list[Reminder]:
        return [part.lease.row for part in self.parts]


@dataclass(frozen=True, slots=True)
class Written:
    """A message that can be sent at once, with the parts that are in it."""

    parts: Sequence[Part]
    message_id: str
    message: Any
    events: str  # for the activity log


class ServerAway(Exception):
    """The mail server cannot be reached, so nothing else can be sent now."""


def send_due() -> int:
    """Send all due reminders and return the number sent. Safe to run in parallel."""
    until, sent_count, is_followed = time.monotonic() + MAX_SECONDS, 0, False
    try:
        while claimed := _claim():
            if len(claimed) >= BATCH and not is_followed:
                wake_on_commit()  # a free process helps at once, or else continues after this turn
                is_followed = True
            sent_count += _deliver(claimed, until)
            if time.monotonic() > until:
                if not is_followed:
                    wake_on_commit()
                break
    except ServerAway:
        pass  # the next poll tries the next batch
    return sent_count


@transaction.atomic
def _claim() -> list[Lease[Reminder]]:
    """Claim a batch of due reminders.

    For a reminder in a digest, claim all due reminders of that digest, so that no recipient gets two emails.
    """
    claim_alone(LOCK)
    # Ordered by recipient, because the rows that a recipient may see are read once a batch.
    due = Reminder.objects.due(timezone.now()).order_by("occurrence", "recipient", "pk")
    claimed = claim(due, LEASE, BATCH)
    readers = {lease.row.recipient_id for lease in claimed if lease.row.is_in_digest}
    return claimed + claim(due.in_digests().filter(recipient__in=readers), LEASE)


def _deliver(claimed: Sequence[Lease[Reminder]], until: float = inf) -> int:
    letters = _letters(claimed)
    wanted_ids = {reminder.pk for letter in letters for reminder in letter.reminders}
    unwanted = [lease.row.pk for lease in claimed if lease.row.pk not in wanted_ids]
    Reminder.objects.waiting().filter(pk__in=unwanted).delete()
    sent_count = 0
    for code, carrier in CARRIERS.items():
        if channel_letters := [letter for letter in letters if letter.reminders[0].channel == code]:
            with closing(carrier()) as opened:
                sent_count += _send_by(opened, channel_letters, until)
    return sent_count


def _send_by(carrier: Carrier, letters: Sequence[Letter], until: float) -> int:
    """Send the letters in order and return the number of reminders sent. Raises ServerAway."""
    waiting, sent_count, is_first = deque(letters), 0, True
    handed: Written | None = None  # accepted by the channel and not marked yet
    coming = _write_next(carrier, waiting)
    while handed or coming:
        away = _is_away(carrier) if coming else None
        if away or (time.monotonic() > until and not is_first):  # however slow, each turn sends one
            _turn(handed, None)
            unsent = [
                *(coming.parts if coming else ()),
                *(part for letter in waiting for part in letter.parts),
            ]
            if away:
                _wait_for_server(unsent, away)
                raise ServerAway from away
            give_back(part.lease for part in unsent)
            break
        begun = _turn(handed, coming)
        handed, sending, is_first = None, coming, False
        coming = _write_next(carrier, waiting)  # before sending, so that only the mark separates two messages
        if sending and not begun:
            give_back(part.lease for part in sending.parts)  # the rest of a digest is claimed again
        elif sending and _is_sent(carrier, sending):
            handed, sent_count = sending, sent_count + len(sending.parts)
    return sent_count


def _is_away(carrier: Carrier) -> OSError | None:
    """Return the error of a channel that cannot be opened."""
    try:
        carrier.open()
    except OSError as error:
        return error
    return None


def _is_sent(carrier: Carrier, written: Written) -> bool:
    try:
        carrier.send(written.message)
    except Exception as error:  # a message that fails must not block the others
        _postpone(written.parts, error)
        carrier.close()
        return False
    return True


def _write_next(carrier: Carrier, waiting: deque[Letter]) -> Written | None:
    """Return the next message that can be written, or None if no letter is left."""
    while waiting:
        if written := _write_message(carrier, waiting.popleft()):
            return written
    return None


def _write_message(carrier: Carrier, letter: Letter) -> Written | None:
    """Return the letter as a message. Postpone the parts that fail, and return None if nothing is left."""
    ready = [
        (part, notice)
        for part in letter.parts
        if (notice := _notice(letter.recipient, part, carrier.has_text))
    ]
    parts, notices = [part for part, _notice in ready], [notice for _part, notice in ready]
    if not parts:
        return None
    message_id = message_id_of(letter.reminders)
    try:
        events = notice_events(SYSTEM, map(_logged_notice, parts))
        return Written(parts, message_id, carrier.write(message_id, letter.recipient, notices), events)
    except Exception as error:
        _postpone(parts, error)
        return None


def _logged_notice(part: Part) -> LoggedNotice:
    return LoggedNotice(*part.subject.record(part.row), str(part.lease.row.recipient_id))


# One statement, because a further round trip and commit would take as long as a message. The mail server has
# accepted `sent` already, so it is marked even if the next message cannot begin. The leases of the next
# message are renewed together or not at all, and its event is written only then. Each array is a SELECT,
# which hides its length, because PostgreSQL would otherwise plan the statement again for each message.
_TURN: Final = f"""
WITH sent AS (
    UPDATE reminders_reminder
       SET sent_at = statement_timestamp(), message_id = %(message_id)s, lease_until = NULL, last_error = ''
     WHERE id = ANY((SELECT %(sent)s::uuid[])::uuid[]) AND sent_at IS NULL
), held AS (
    SELECT id FROM reminders_reminder
     WHERE id = ANY((SELECT %(next)s::uuid[])::uuid[])
       AND lease_until = ANY((SELECT %(ends)s::timestamptz[])::timestamptz[])
     ORDER BY id FOR UPDATE
), begun AS (
    UPDATE reminders_reminder
       SET lease_until = statement_timestamp() + %(length)s::interval, attempts = attempts + 1
     WHERE id = ANY((SELECT %(next)s::uuid[])::uuid[])
       AND (SELECT count(*) FROM held) = cardinality(%(next)s::uuid[])
    RETURNING lease_until
), told AS (
    {WRITE_EVENTS} WHERE EXISTS (SELECT FROM begun)
)
SELECT max(lease_until), (SELECT count(*) FROM told) FROM begun
"""  # noqa: S608 (columns of our own)


def _turn(handed: Written | None, coming: Written | None) -> bool:
    """Mark a message as sent, and begin the next one: count the attempt and record who is notified.

    Return False if any lease of the next one is lost. If the database is unavailable, retry as long as the
    lease lasts: only this worker knows that the message was sent.
    """
    leases = [part.lease for part in coming.parts] if coming else []
    values = {
        "message_id": handed.message_id if handed else "",
        "sent": as_array(part.lease.row.pk for part in handed.parts) if handed else "{}",
        "next": as_array(lease.row.pk for lease in leases),
        "ends": [end for lease in leases for end in lease.ends],
        "length": LEASE,
        "events": coming.events if coming else "[]",
    }
    until = time.monotonic() + LEASE.total_seconds()
    while True:
        try:
            with naming(SYSTEM), prepared_cursor() as cursor:
                cursor.execute(_TURN, values)
                renewed, _events = cursor.fetchone()
        except (OperationalError, InterfaceError):
            if handed is None or time.monotonic() > until:
                raise
            connection.close()
            time.sleep(MARK_AGAIN_SECONDS)
        else:
            for lease in leases if renewed else ():
                lease.was_renewed(renewed)
            return renewed is not None


def _wait_for_server(parts: Iterable[Part], error: OSError) -> None:
    """Try again soon without counting an attempt, because the message is not the reason for the failure."""
    leases = [part.lease for part in parts]
    rows = Reminder.objects.filter(pk__in=[lease.row.pk for lease in leases])
    held = rows.filter(lease_until__in={end for lease in leases for end in lease.ends})
    held.update(lease_until=Now() + AWAY_WAIT, last_error=failure_of(error))
    log.warning("mail_server_is_away", reminders=len(leases), error=type(error).__name__)


def _postpone(parts: Iterable[Part], error: Exception) -> None:
    """Try again later, or give up and leave the reminder to an administrator."""
    for part in parts:
        postpone(part.lease, error)


# --- Checking again before sending ------------------------------------------------------------------


def _letters(claimed: Sequence[Lease[Reminder]]) -> list[Letter]:
    """Return messages for reminders that are still wanted and whose recipients may still see the subject."""
    wanted_times = _wanted_times([lease.row for lease in claimed])
    due = [lease for lease in claimed if _is_among(lease.row, wanted_times)]
    letters: list[Letter] = []
    for user in User.objects.active().filter(pk__in={lease.row.recipient_id for lease in due}):
        own_leases = [lease for lease in due if lease.row.recipient_id == user.pk]
        visible = subjects.visible_subjects(actor_for(user), (lease.row.subject_key for lease in own_leases))
        digest: list[Part] = []
        for lease in own_leases:
            if lease.row.subject_key in visible:
                subject = subjects.find_subject(lease.row.subject_type)
                part = Part(lease, subject, visible[lease.row.subject_key])
                if lease.row.is_in_digest:
                    digest.append(part)
                else:
                    letters.append(Letter(user, [part]))
        if digest:
            letters.append(Letter(user, digest))
    return sorted(letters, key=lambda letter: (letter.reminders[0].occurrence, letter.reminders[0].pk))


def _wanted_times(rows: Sequence[Reminder]) -> dict[subjects.Key, list[datetime]]:
    moment = timezone.now()
    wanted_times: dict[subjects.Key, list[datetime]] = defaultdict(list)
    for subject in subjects.SUBJECTS:
        ids = {row.subject_id for row in rows if row.subject_type == subject.code}
        for reminder in subjects.wanted_reminders(subject, ids, moment):
            wanted_times[reminder.key].append(reminder.at)
    return wanted_times


def _is_among(row: Reminder, wanted_times: dict[subjects.Key, list[datetime]]) -> bool:
    return any(subjects.is_same_occasion(row.rule, row.occurrence, at) for at in wanted_times[row.key])


def _notice(recipient: User, part: Part, has_text: bool) -> Notice | None:
    """Return the text in the recipient's language and time zone. Postpone a reminder that fails."""
    reminder = part.lease.row
    try:
        if reminder.attempts >= MAX_ATTEMPTS:
            raise WorkerLostError  # it killed its worker each time
        if not has_text:
            return NO_TEXT
        with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.time_zone)):
            title, lines = part.subject.words(reminder.rule, part.row)
        url = settings.SITE_URL + part.subject.path(reminder.subject_id)
        return Notice(title, lines, url, part.subject.attachment(part.row))
    except Exception as error:  # it must not block the rest of its digest
        _postpone([part], error)
        return None
