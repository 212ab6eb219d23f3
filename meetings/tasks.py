"""Work in the background. All of it may run twice at once, or again: rows say what is left to do."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from accounts.services.requests import REFRESH_REMINDERS
from districts.services import TELL_OF_MOVES
from lib.days import city_today
from meetings.reminders import refresh_for_user, send_due, top_up
from meetings.reminders.wake import SEND_DUE
from meetings.services.follow_up_series import make_next_follow_ups
from meetings.services.meeting_series import extend_all_series
from meetings.services.moved_ground import tell_of_moved_ground

TOP_UP = "meetings.top_up_reminders"
GO_ON = "meetings.go_on_with_series"


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


@shared_task(name=GO_ON)
def go_on_with_series() -> int:
    """What happens again and again has its next meetings and promises."""
    today = city_today()
    return extend_all_series(today) + make_next_follow_ups(today)


@shared_task(name=TELL_OF_MOVES)
def tell_of_moves() -> int:
    return tell_of_moved_ground()
