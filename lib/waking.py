"""Waking a worker by a task's name. One that is lost costs seconds: beat looks at rows (docs/adr/0004).

Whoever wakes asks first how much waits in the task's queue: where no worker takes anything, messages
would pile up without end. None expires, since that would compare the clocks of two machines.
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

# Celery would try for six seconds to reach a broker that is down, while somebody waits for their page.
GIVE_UP_SOON: Final = {
    "max_retries": 1,
    "interval_start": 0,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}
# Messages in a queue from which on a look at rows is waiting already: more would find nothing else.
ENOUGH: Final = 20
# Of those that say whom they are about: what they do is done within the hour all the same.
MOST: Final = 10_000

log = structlog.get_logger(__name__)


def wake_on_commit(task: str, *arguments: str) -> None:
    """Start a task once the caller's transaction is committed, or do without when the broker is down."""
    transaction.on_commit(partial(wake, task, *arguments), robust=True)


def wake(task: str, *arguments: str) -> bool:
    """Whether a message went out; without one beat's next look finds the rows."""
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
    """Of each queue how many messages wait in it; empty while the broker is down."""
    broker = current_app.connection_for_write(transport_options=GIVE_UP_SOON)
    try:
        with pools.connections[broker].acquire(block=True, timeout=1) as connection:
            client = connection.default_channel.client
            return {name: int(client.llen(name)) for name in queues}
    except (OperationalError, RedisError, OSError):
        return {}
