"""How workers and beat say that they are alive and that something moves, and beat's clock.

A key in the cache that soon expires tells who asks for health; a byte in a pipe tells the process that
started this one (crm.workers), which ends whoever falls silent. Neither compares two clocks.
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
from crm.queues import TASKS
from lib import waking

WORKER, BEAT = "worker", "beat"
INTERVAL_SECONDS = 5
LIFETIME_SECONDS = 20
STUCK_SECONDS = 15.0
PULSE = "CRM_PULSE"  # the variable that names the pipe


def beat_once(*who: str) -> None:
    """Say it; where nobody can hear, work goes on."""
    with suppress(RedisError):
        cache.set_many({f"heartbeat:{name}": True for name in who}, LIFETIME_SECONDS)


def is_alive(who: str) -> bool:
    return cache.get(f"heartbeat:{who}") is not None


def pulse() -> None:
    """Tell who started this process that it goes on."""
    if number := os.environ.get(PULSE):
        with suppress(OSError):
            os.write(int(number), b".")


class Movement:
    """Whether a worker's processes take what they are given: one that is stopped while idle does not.

    Time limits meet those that have begun a task, and only those.
    """

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._since: dict[int | str, float] = {}  # of each that is stopped, or waits though one is free

    def look(self, given: Iterable[object], begun: Iterable[object], stopped: Iterable[int] = ()) -> bool:
        """`stopped` are processes that a signal holds: no time limit should have to pass for them."""
        at_work = set(map(id, begun))
        waiting = set(map(id, given)) - at_work if len(at_work) < self.processes else set()
        now = time.monotonic()
        held: list[int | str] = [*waiting, *map(str, stopped)]
        self._since = {one: self._since.get(one, now) for one in held}
        return now - min(self._since.values(), default=now) < STUCK_SECONDS


class WorkerHeartbeat(bootsteps.StartStopStep):
    """The key is written in the worker's own loop, so that one that hangs falls silent.

    The pulse is a thread's: without a broker the loop waits for it, and long work goes on all the same.
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
            with suppress(RuntimeError):  # the loop changed one while it was read
                held = [pid for pid in descendants(os.getpid()) if is_stopped(pid)]
                moves = movement.look(list(state.reserved_requests), list(state.active_requests), held)
            if moves:
                pulse()


@signals.worker_ready.connect
def look_at_once(sender: Any, **_: Any) -> None:
    """A worker that starts after a pause goes on with what has waited, before beat's next look."""
    served = sender.app.amqp.queues.consume_from
    for entry in sender.app.conf.beat_schedule.values():
        if TASKS[entry["task"]].queue in served:
            waking.wake(entry["task"])


class HeartbeatScheduler(Scheduler):
    """Keeps no file: the timetable is code, and rows say what is due.

    Goes by the seconds since this process began, never by the time of day: that may be set back by an
    hour, or ahead by a day and back.
    """

    max_interval = INTERVAL_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._next: dict[str, float] = {}
        super().__init__(*arguments, **options)

    def tick(self, *_: Any, **__: Any) -> float:
        beat_once(BEAT)
        for name, entry in self.schedule.items():
            pulse()  # for each: without a broker one takes a second or two
            if time.monotonic() >= self._next.get(name, 0.0):
                pause = entry.schedule.run_every.total_seconds()
                # One that found its queue full is tried again soon.
                self._next[name] = time.monotonic() + (pause if waking.wake(entry.task) else min(pause, 1.0))
        waits = min(self._next.values(), default=float(self.max_interval)) - time.monotonic()
        return max(0.01, min(waits, float(self.max_interval)))
