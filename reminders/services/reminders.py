"""Services that create reminders after a change and as days pass, and actions of users on reminders.

A caller may compare and delete unwanted reminders only while it holds the subject's row locked. Other callers
could delete reminders that a concurrent change has just created. Unwanted leftovers are detected before
sending.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action
from audit.services import record
from lib import waking
from lib.row_context import Opened, opened
from reminders.models import Reminder
from reminders.models.subjects import (
    SUBJECTS,
    Key,
    Subject,
    Wanted,
    find_subject,
    is_same_occasion,
    wanted_reminders,
)
from reminders.rules import LOOKBACK

# Message names from the first version, so that messages in transit during an upgrade are accepted.
SEND_DUE: Final = "reminders.send_due"
TOP_UP: Final = "reminders.top_up"
AT_A_TIME: Final = 500
_DAY: Final = timedelta(days=1)
_changed: ContextVar[dict[tuple[str, UUID], None] | None] = ContextVar("changed", default=None)


def wake_on_commit() -> None:
    """Send due reminders after the commit instead of waiting for beat."""
    waking.wake_on_commit(SEND_DUE)


@contextmanager
def refreshed_once() -> Iterator[None]:
    """Update the reminders of each changed row once, at the end of one transaction with many changes."""
    changed: dict[tuple[str, UUID], None] = {}
    token = _changed.set(changed)
    try:
        yield
    finally:
        _changed.reset(token)
    for code, subject_id in changed:
        refresh_reminders(code, subject_id)


@opened(Opened.RECOUNT)
def refresh_reminders(code: str, subject_id: UUID) -> None:
    """Update the reminders of a row after a change. The caller holds the row locked.

    A reminder that is still wanted keeps its row, so that one being sent at the same time is not sent twice.
    A sent reminder that is no longer wanted, because the work is done or on another day, counts as read.
    """
    if (changed := _changed.get()) is not None:
        changed[code, subject_id] = None
        return
    moment = timezone.now()
    wanted_now = list(wanted_reminders(find_subject(code), [subject_id], moment))
    kept_keys = {(reminder.key, reminder.at) for reminder in wanted_now}
    waiting, unread = Reminder.objects.waiting(), Reminder.objects.unread()
    rows = (waiting | unread).filter(subject_type=code, subject_id=subject_id)
    outdated = [row.pk for row in rows if (row.key, row.occurrence) not in kept_keys]
    waiting.filter(pk__in=outdated).delete()
    unread.filter(pk__in=outdated).update(read_at=moment)
    _add_missing(code, wanted_now, moment)


@opened(Opened.RECOUNT)
def notify(code: str, subject_id: UUID) -> None:
    """Create due reminders for all recipients of a row who were not notified yet."""
    moment = timezone.now()
    _add_missing(code, wanted_reminders(find_subject(code), [subject_id], moment), moment)


@opened(Opened.RECOUNT)
def refresh_for_user(user_id: UUID) -> None:
    """Recreate a user's future reminders after a change of settings, districts, role or access.

    Delete first and read afterwards, so that reminders of a concurrent change are either kept or created
    again. While the user is away, others get them.
    """
    moment = timezone.now()
    user = User.objects.get(pk=user_id)
    waiting = Reminder.objects.waiting().filter(recipient=user)
    (waiting.filter(occurrence__gt=moment) if user.is_active else waiting).delete()
    for subject in SUBJECTS if user.is_active else ():
        _add_missing(
            subject.code, wanted_reminders(subject, list(subject.coming_for(user, moment)), moment), moment
        )


def top_up() -> int:
    """Create the missing rows for the days ahead and return their number."""
    moment = timezone.now()
    return sum(_top_up(subject, moment) for subject in SUBJECTS)


def _top_up(subject: Subject[object], moment: datetime) -> int:
    ids, count = list(subject.coming(moment)), 0
    for start in range(0, len(ids), AT_A_TIME):
        with transaction.atomic():
            count += _add_missing(
                subject.code, wanted_reminders(subject, ids[start : start + AT_A_TIME], moment), moment
            )
    return count


def _add_missing(code: str, expected: Iterable[Wanted], moment: datetime) -> int:
    """Create the missing reminders that may still be made, and return their number.

    After a change of time zone, the waiting reminder for the old 09:00 is replaced by one for the new 09:00.
    """
    makeable = [reminder for reminder in expected if moment <= reminder.made_until]
    if not makeable:
        return 0
    present: dict[Key, list[Reminder]] = defaultdict(list)
    subject_ids = {reminder.key.subject_id for reminder in makeable}
    recent = Reminder.objects.filter(occurrence__gte=moment - LOOKBACK - _DAY)
    for row in recent.filter(subject_id__in=subject_ids):
        present[row.key].append(row)
    missing: list[Reminder] = []
    outdated: list[UUID] = []
    for reminder in makeable:
        same = [
            row for row in present[reminder.key] if is_same_occasion(row.rule, row.occurrence, reminder.at)
        ]
        if all(row.occurrence != reminder.at and _is_untouched(row) for row in same):
            outdated += [row.pk for row in same]
            missing.append(Reminder(subject_type=code, occurrence=reminder.at, **reminder.key._asdict()))
            present[reminder.key].append(missing[-1])
    Reminder.objects.waiting().filter(pk__in=outdated, lease_until__isnull=True).delete()
    Reminder.objects.bulk_create(missing, batch_size=1000, ignore_conflicts=True)
    if any(row.occurrence <= moment for row in missing):
        wake_on_commit()
    return len(missing)


def _is_untouched(row: Reminder) -> bool:
    return row.sent_at is None and row.failed_at is None and row.lease_until is None


# --- User actions -------------------------------------------------------------------------------------


def mark_read(*, actor: Actor, reminder_id: UUID) -> None:
    """Mark a reminder and earlier ones of its record as read.

    Raises DoesNotExist if it is not the actor's own.
    """
    own_reminders = Reminder.objects.visible_to(actor).sent()
    reminder = own_reminders.get(pk=reminder_id)
    of_record = own_reminders.filter(subject_type=reminder.subject_type, subject_id=reminder.subject_id)
    earlier = of_record.filter(sent_at__lte=reminder.sent_at, read_at__isnull=True)
    earlier.update(read_at=timezone.now())


def mark_all_read(*, actor: Actor) -> int:
    """Mark all of the actor's unread reminders as read and return their number."""
    return Reminder.objects.visible_to(actor).unread().update(read_at=timezone.now())


@transaction.atomic
def retry_reminder(*, actor: Actor, reminder_id: UUID) -> Reminder:
    """Send a reminder that was given up again soon.

    Raises PermissionDenied unless the actor is an administrator, DoesNotExist if the reminder did not fail.
    """
    if not actor.is_administrator:
        raise PermissionDenied
    reminder = Reminder.objects.failed_for(actor).select_for_update().get(pk=reminder_id)
    reminder.failed_at = reminder.lease_until = None
    reminder.attempts = 0
    reminder.save(update_fields=["failed_at", "lease_until", "attempts"])
    record(actor, Action.UPDATE, "reminder", [reminder.pk], field_names=["failed_at", "attempts"])
    wake_on_commit()
    return reminder
