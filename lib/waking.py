"""Waking a worker by a task's name. One that is lost costs seconds: beat looks at rows (docs/adr/0004)."""

from functools import partial
from typing import Final

import structlog
from celery import current_app
from django.db import transaction
from kombu import pools
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

# Celery would try for six seconds to reach a broker that is down, while somebody waits for their page.
GIVE_UP_SOON: Final = {
    "max_retries": 1,
    "interval_start": 0,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}

log = structlog.get_logger(__name__)


def wake_on_commit(task: str, *arguments: str) -> None:
    """Start a task once the caller's transaction is committed, or do without when the broker is down."""
    transaction.on_commit(partial(wake, task, *arguments), robust=True)


def wake(task: str, *arguments: str) -> None:
    broker = current_app.connection_for_write(transport_options=GIVE_UP_SOON)
    try:
        with pools.producers[broker].acquire(block=True, timeout=1) as producer:
            current_app.send_task(task, list(arguments), producer=producer, retry=False, expires=600)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("worker_not_woken", task=task, error=type(error).__name__)
