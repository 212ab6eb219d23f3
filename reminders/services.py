"""Making reminders after a change of what they are about and as days pass; and what people do with them.

Only a caller that holds the subject's row locked deletes what is no longer wanted by comparing;
others could delete what a change beside them has just made. What is left over is found unwanted
before it is sent.
"""

from collections import defaultdict
from collections.abc import Iterable
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
from reminders.kinds import Key, Subject, Wanted, find_subject, is_same_occasion, subjects, wanted
from reminders.models import Reminder
from reminders.rules import LOOKBACK

# The names that messages have had since the first version: those under way at an upgrade are taken.
SEND_DUE: Final = "meetings.send_due_reminders"
TOP_UP: Final = "meetings.top_up_reminders"
AT_A_TIME: Final = 500
_DAY: Final = timedelta(days=1)


def wake_on_commit() -> None:
    """Have due reminders sent now rather than at beat's next look."""
    waking.wake_on_commit(SEND_DUE)


def refresh_reminders(code: str, subject_id: UUID) -> None:
    """Let the reminders of a row follow it; the caller holds the row locked.

    A reminder that is wanted stays the same row, so that one being sent meanwhile is not sent again.
    """
    now = timezone.now()
    found = list(wanted(find_subject(code), [subject_id], now))
    kept = {(one.key, one.at) for one in found}
    waiting = Reminder.objects.waiting()
    outdated = [
        row.pk for row in waiting.filter(subject_id=subject_id) if (row.key, row.occurrence) not in kept
    ]
    waiting.filter(pk__in=outdated).delete()
    _add_missing(code, found, now)


def notify(code: str, subject_id: UUID) -> None:
    """Tell at once those who should know of a row; called again, those who do not know yet."""
    now = timezone.now()
    _add_missing(code, wanted(find_subject(code), [subject_id], now), now)


def refresh_for_user(user_id: UUID) -> None:
    """Make a user's coming reminders anew after a change of settings, districts, role or access.

    First delete, then read: what a change beside this one makes either stays or is read.
    """
    now = timezone.now()
    user = User.objects.get(pk=user_id)
    waiting = Reminder.objects.waiting().filter(recipient=user)
    (waiting.filter(occurrence__gt=now) if user.is_active else waiting).delete()
    for subject in subjects() if user.is_active else ():
        found = wanted(subject, list(subject.coming_for(user, now)), now)
        _add_missing(subject.code, (one for one in found if one.key.recipient_id == user.pk), now)


def top_up() -> int:
    """Make the rows that are missing for the days ahead; answers how many there were."""
    now = timezone.now()
    return sum(_top_up(subject, now) for subject in subjects())


def _top_up(subject: Subject[object], now: datetime) -> int:
    ids, made = list(subject.coming(now)), 0
    for start in range(0, len(ids), AT_A_TIME):
        with transaction.atomic():
            made += _add_missing(subject.code, wanted(subject, ids[start : start + AT_A_TIME], now), now)
    return made


def _add_missing(code: str, wanted: Iterable[Wanted], now: datetime) -> int:
    """Add the rows of those that may still be made and are not there; answers how many.

    One that waits for the 09:00 of a zone its recipient has left gives way to that of the new one.
    """
    makeable = [one for one in wanted if now <= one.made_until]
    if not makeable:
        return 0
    there: dict[Key, list[Reminder]] = defaultdict(list)
    subject_ids = {one.key.subject_id for one in makeable}
    recent = Reminder.objects.filter(occurrence__gte=now - LOOKBACK - _DAY)
    for row in recent.filter(subject_id__in=subject_ids):
        there[row.key].append(row)
    missing: list[Reminder] = []
    outdated: list[UUID] = []
    for one in makeable:
        same = [row for row in there[one.key] if is_same_occasion(row.rule, row.occurrence, one.at)]
        if all(row.occurrence != one.at and _is_untouched(row) for row in same):
            outdated += [row.pk for row in same]
            missing.append(Reminder(subject_type=code, occurrence=one.at, **one.key._asdict()))
            there[one.key].append(missing[-1])
    Reminder.objects.waiting().filter(pk__in=outdated, lease_until__isnull=True).delete()
    Reminder.objects.bulk_create(missing, batch_size=1000, ignore_conflicts=True)
    if any(row.occurrence <= now for row in missing):
        wake_on_commit()
    return len(missing)


def _is_untouched(row: Reminder) -> bool:
    return row.sent_at is None and row.failed_at is None and row.lease_until is None


# --- What people do -----------------------------------------------------------------------------------


def mark_read(*, actor: Actor, reminder_id: UUID) -> None:
    """The recipient has seen it. Raises DoesNotExist when it is not the actor's own."""
    own = Reminder.objects.visible_to(actor).sent()
    reminder = own.get(pk=reminder_id)
    own.filter(pk=reminder.pk, read_at__isnull=True).update(read_at=timezone.now())


def mark_all_read(*, actor: Actor) -> int:
    """Everything the bell counts for the actor has been seen; answers how many there were."""
    return Reminder.objects.visible_to(actor).unread().update(read_at=timezone.now())


@transaction.atomic
def retry_reminder(*, actor: Actor, reminder_id: UUID) -> Reminder:
    """Have a reminder that was given up sent again, soon.

    Raises PermissionDenied unless the actor is an administrator, DoesNotExist when it did not fail.
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
