"""Health endpoints for an orchestrator: whether the process lives, and whether the whole system works.

All parts are checked at the same time with a short timeout. A part that hangs counts as down.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from typing import Any, Final

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import OutOfMemoryError, ResponseError

from crm import heartbeat, progress, required_settings
from crm.queues import QUEUES
from lib.encryption import data_keys

PATIENCE_SECONDS: Final = 1.5
MOST_ASKED: Final = 8  # threads; a check that hangs may be started again before it has ended
_asking = ThreadPoolExecutor(MOST_ASKED, thread_name_prefix="health")

#: A mailbox refuses emails and all others get theirs: somebody must look, and nothing must be restarted.
REFUSED: Final = "refused"
HEALTHY: Final = frozenset({"up", REFUSED})

States = dict[str, str]
# Parts whose state only the database knows.
_BY_ROWS: Final = frozenset({*progress.STANDS_AFTER, "policies"})


@contextmanager
def probe() -> Iterator[Any]:
    """Yield a cursor on a separate connection with a short timeout."""
    own_connection = connection.copy()
    own_connection.settings_dict["OPTIONS"] = {
        **own_connection.settings_dict["OPTIONS"],
        "connect_timeout": 2,
    }
    with closing(own_connection):
        own_connection.ensure_connection()
        own_connection.connection.seconds = PATIENCE_SECONDS
        with own_connection.cursor() as cursor:
            yield cursor


def ask_database() -> States:
    """Return whether the database replies, has its policies on, and which background work has stopped."""
    with probe() as cursor:
        waits = progress.standing(cursor)
        stands = progress.stopped(cursor, waits)
        part_states = {
            "database": "up",
            "policies": "down" if required_settings.tables_without_policies(cursor) else "up",
        }
        part_states |= {part: "down" if part in stands else "up" for part in waits}
        if part_states["mails"] == "up" and progress.is_mail_undelivered(cursor):
            part_states["mails"] = REFUSED
        return part_states


def ask_settings() -> States:
    """Return whether this process encrypts fields."""
    return {"encryption": "up" if data_keys() else "down"}


def ask_broker() -> States:
    """Return whether Valkey replies and takes writes, or which space it lacks."""
    options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    try:
        with current_app.connection_for_write(connect_timeout=1, transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
            is_up = broker.default_channel.client.ping()
        cache.set("web:written", True, heartbeat.LIFETIME_SECONDS)
    except ResponseError as refused:
        if space := lacking(refused):
            return {"broker": space}
        raise
    return {"broker": "up" if is_up else "down"}


def lacking(refused: ResponseError) -> str:
    """Return which space Valkey lacks when it refuses to write, or "" if it is something else."""
    if isinstance(refused, OutOfMemoryError):
        return "memory_full"
    return "disk_full" if str(refused).startswith("MISCONF") else ""


def ask_workers() -> States:
    """Return whether a worker for each queue and beat have a current heartbeat."""
    alive = cache.get_many([f"heartbeat:{name}" for name in (*QUEUES, heartbeat.BEAT)])
    worker = all(f"heartbeat:{name}" in alive for name in QUEUES)
    return {
        "worker": "up" if worker else "down",
        "beat": "up" if f"heartbeat:{heartbeat.BEAT}" in alive else "down",
    }


QUESTIONS: Final[dict[Callable[[], States], tuple[str, ...]]] = {
    ask_database: ("database", "policies", *progress.STANDS_AFTER),
    ask_settings: ("encryption",),
    ask_broker: ("broker",),
    ask_workers: ("worker", "beat"),
}


def states() -> States:
    """Return the state of every part. `unknown`: only the database knows, and it does not reply."""
    parts_by_future = {_asking.submit(question): parts for question, parts in QUESTIONS.items()}
    wait(parts_by_future, timeout=PATIENCE_SECONDS)
    part_states: States = {}
    for answer, parts in parts_by_future.items():
        if answer.done() and answer.exception() is None:
            part_states |= answer.result()
        else:
            answer.cancel()
            part_states |= {part: "unknown" if part in _BY_ROWS else "down" for part in parts}
    return part_states


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 if every part is up, else 503. The body has the state of each part."""
    part_states = states()
    healthy = HEALTHY.issuperset(part_states.values())
    return JsonResponse(
        {"status": "up" if healthy else "down", **part_states},
        status=200 if healthy else 503,
        headers={"Cache-Control": "no-store"},
    )


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Return 200 as long as this process responds."""
    return HttpResponse("alive\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
