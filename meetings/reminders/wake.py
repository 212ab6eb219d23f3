"""Waking a worker. A wake-up that is lost costs seconds: beat's poll finds the rows."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

SEND_DUE = "meetings.send_due_reminders"

log = structlog.get_logger(__name__)


def wake_on_commit() -> None:
    """Have due reminders sent once the caller's transaction is committed; without a broker, beat will."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        current_app.send_task(SEND_DUE, retry=False, expires=60)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("worker_not_woken", error=type(error).__name__)
