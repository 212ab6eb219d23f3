"""Waking of workers by task name. A lost message costs seconds, because beat polls (docs/adr/0004).

Before sending, the length of the task's queue is checked, because messages would pile up without limit while
no worker runs. Messages have no expiry time, because expiry compares the clocks of two machines.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import structlog
from celery import current_app
from django.db import transaction
from kombu import pools
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

# Celery would try for 6 seconds to reach a broker that is down, while somebody waits for a page.
GIVE_UP_SOON: Final = {
    "max_retries": 1,
    "interval_start": 0,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}
# From this queue length on, a poll is already waiting, and another one would find nothing more. A queue has
# fewer scheduled tasks, which all begin at once (tests/crm/test_queues.py).
ENOUGH: Final = 30
# Limit for messages with arguments. Without the message, the same work is done within the hour.
MOST: Final = 10_000

log = structlog.get_logger(__name__)


def wake_on_commit(task: str, *arguments: str) -> None:
    """Start a task after the caller's transaction commits. If the broker is down, nothing happens."""
    transaction.on_commit(partial(wake, task, *arguments), robust=True)


def wake(task: str, *arguments: str) -> bool:
    """Send a message and return whether it was sent. If not, beat's next poll finds the rows."""
    broker = current_app.connection_for_write(transport_options=GIVE_UP_SOON)
    try:
        with pools.producers[broker].acquire(block=True, timeout=1) as producer:
            if _waiting(producer, task) >= (MOST if arguments else ENOUGH):
                return False
            current_app.send_task(task, list(arguments), producer=producer, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("worker_not_woken", task=task, error=type(error).__name__)
        return False
    return True


def _waiting(producer: Any, task: str) -> int:
    queue = current_app.amqp.router.route({}, task)["queue"]
    return int(producer.channel.client.llen(queue.name))


def lengths(queues: Iterable[str]) -> dict[str, int]:
    """Return the number of waiting messages of each queue, or nothing while the broker is down."""
    broker = current_app.connection_for_write(transport_options=GIVE_UP_SOON)
    try:
        with pools.connections[broker].acquire(block=True, timeout=1) as connection:
            client = connection.default_channel.client
            return {name: int(client.llen(name)) for name in queues}
    except (OperationalError, RedisError, OSError):
        return {}
