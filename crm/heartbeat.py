"""Signs of life of workers and beat, and beat's clock.

Health checks read a cache key that expires soon. The parent process (crm.workers) reads bytes from a pipe and
ends a child that falls silent. Neither compares two clocks.
"""

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from celery import bootsteps, signals
from celery.beat import Scheduler
from celery.worker import WorkController, state
from django.core.cache import cache
from redis.exceptions import RedisError

from crm.embedded.children import descendants, is_stopped
from crm.queues import tasks
from lib import waking

WORKER, BEAT = "worker", "beat"
INTERVAL_SECONDS = 5
LIFETIME_SECONDS = 20
STUCK_SECONDS = 15.0
PULSE = "CRM_PULSE"  # environment variable with the number of the pipe


def beat_once(*who: str) -> None:
    """Renew the heartbeat keys. If the cache is unavailable, work continues."""
    with suppress(RedisError):
        cache.set_many({f"heartbeat:{name}": True for name in who}, LIFETIME_SECONDS)


def is_alive(process_name: str) -> bool:
    return cache.get(f"heartbeat:{process_name}") is not None


def pulse() -> None:
    """Send a sign of life to the parent process."""
    if number := os.environ.get(PULSE):
        with suppress(OSError):
            os.write(int(number), b".")


class Movement:
    """Detector of stuck worker processes: tasks are waiting although a process is free.

    Time limits do not cover this case, because they apply only to processes that have begun a task.
    """

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._since: dict[int | str, float] = {}  # since when each is stopped or waiting for a free process

    def look(self, tasks: Iterable[object], begun: Iterable[object], stopped: Iterable[int] = ()) -> bool:
        """Return whether the worker makes progress. `stopped` are processes held by a signal (SIGSTOP)."""
        at_work = set(map(id, begun))
        waiting = set(map(id, tasks)) - at_work if len(at_work) < self.processes else set()
        now = time.monotonic()
        held: list[int | str] = [*waiting, *map(str, stopped)]
        self._since = {held_id: self._since.get(held_id, now) for held_id in held}
        return now - min(self._since.values(), default=now) < STUCK_SECONDS


class WorkerHeartbeat(bootsteps.StartStopStep):
    """Heartbeat of a worker: the key is renewed in the worker's own loop, so a loop that hangs falls silent.

    The pulse comes from a separate thread, because the loop blocks without a broker while long tasks
    continue.
    """

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: WorkController, **_: Any) -> None:
        self.timer_entry: Any = None
        self.names = [WORKER, *sorted(worker.app.amqp.queues.consume_from)]
        self.stopped = threading.Event()

    def start(self, worker: WorkController) -> None:
        beat_once(*self.names)
        self.timer_entry = worker.timer.call_repeatedly(INTERVAL_SECONDS, beat_once, self.names)
        threading.Thread(target=self._pulse, args=[Movement(worker.concurrency)], daemon=True).start()

    def stop(self, worker: WorkController) -> None:
        self.stopped.set()
        if self.timer_entry is not None:
            worker.timer.cancel(self.timer_entry)

    def _pulse(self, movement: Movement) -> None:
        moves = True
        while not self.stopped.wait(INTERVAL_SECONDS):
            with suppress(RuntimeError):  # the loop changed a collection during the read
                held = [pid for pid in descendants(os.getpid()) if is_stopped(pid)]
                moves = movement.look(list(state.reserved_requests), list(state.active_requests), held)
            if moves:
                pulse()


@signals.worker_ready.connect
def look_at_once(sender: Any, **_: Any) -> None:
    """Start every task of this worker's queues, so that work left from a pause does not wait for beat."""
    served = sender.app.amqp.queues.consume_from
    for entry in sender.app.conf.beat_schedule.values():
        if tasks()[entry["task"]].queue in served:
            waking.wake(entry["task"])


class HeartbeatScheduler(Scheduler):
    """Beat's scheduler without a file: the timetable is code, and rows show what is due.

    It uses the monotonic clock, because the time of day can jump backwards or forwards.
    """

    max_interval = INTERVAL_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._next: dict[str, float] = {}
        super().__init__(*arguments, **options)

    def tick(self, *_: Any, **__: Any) -> float:
        beat_once(BEAT)
        for name, entry in self.schedule.items():
            pulse()  # for each entry, because one takes 1–2 seconds without a broker
            if time.monotonic() >= self._next.get(name, 0.0):
                pause = entry.schedule.run_every.total_seconds()
                # If its queue was full, try again soon.
                self._next[name] = time.monotonic() + (pause if waking.wake(entry.task) else min(pause, 1.0))
        waits = min(self._next.values(), default=float(self.max_interval)) - time.monotonic()
        return max(0.01, min(waits, float(self.max_interval)))
