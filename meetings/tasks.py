"""Work in the background. All of it may run twice at once, or again: rows say what is left to do."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready
from django.db import transaction

from accounts.services.users import REFRESH_REMINDERS
from meetings.reminders import refresh_for_user, send_due, top_up
from meetings.reminders.wake import SEND_DUE

TOP_UP = "meetings.top_up_reminders"


@shared_task(name=SEND_DUE)
def send_due_reminders() -> int:
    return send_due()


@shared_task(name=TOP_UP)
def top_up_reminders() -> int:
    return top_up()


@shared_task(name=REFRESH_REMINDERS)
def refresh_reminders_of_user(user_id: str) -> None:
    with transaction.atomic():
        refresh_for_user(UUID(user_id))


@worker_ready.connect
def _start(**_: Any) -> None:
    """A worker that starts after a pause makes what is missing, and sends what has waited."""
    top_up_reminders.delay()
    send_due_reminders.delay()
