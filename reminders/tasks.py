"""Background tasks. Any of them may run twice or in parallel, because the rows show the open work."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from accounts.services.acts import REFRESH_REMINDERS
from reminders.services.reminders import SEND_DUE, TOP_UP, refresh_for_user, top_up
from reminders.services.sending import send_due


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
