"""How the worker and beat say that they are alive: a key in the cache that soon expires."""

from contextlib import suppress
from typing import Any

from celery import bootsteps
from celery.beat import Scheduler
from celery.worker import WorkController
from django.core.cache import cache
from redis.exceptions import RedisError

WORKER, BEAT = "worker", "beat"
INTERVAL_SECONDS = 5
LIFETIME_SECONDS = 20


def beat_once(who: str) -> None:
    """Say it; where nobody can hear, work goes on."""
    with suppress(RedisError):
        cache.set(f"heartbeat:{who}", True, LIFETIME_SECONDS)


def is_alive(who: str) -> bool:
    return cache.get(f"heartbeat:{who}") is not None


class WorkerHeartbeat(bootsteps.StartStopStep):
    """In the worker's own loop, so that a worker that hangs falls silent."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: WorkController, **_: Any) -> None:
        self.timer_entry: Any = None

    def start(self, worker: WorkController) -> None:
        beat_once(WORKER)
        self.timer_entry = worker.timer.call_repeatedly(INTERVAL_SECONDS, beat_once, (WORKER,))

    def stop(self, worker: WorkController) -> None:
        if self.timer_entry is not None:
            worker.timer.cancel(self.timer_entry)


class HeartbeatScheduler(Scheduler):
    """Keeps no file: the timetable is code, and rows say what is due."""

    max_interval = INTERVAL_SECONDS

    def tick(self, *arguments: Any, **options: Any) -> float:
        beat_once(BEAT)
        return float(super().tick(*arguments, **options))
