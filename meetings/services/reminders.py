"""What people do with reminders: take note of them, and try again those that could not be sent."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from meetings.models import Reminder
from meetings.reminders.wake import wake_on_commit


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
