"""The queues, with the number of processes for each, and the queue of each task (crm/timetable.py).

Each queue has its own processes, so that a slow mail server, webhook receiver or import does not delay other
work (docs/adr/0004). Sending a task without a queue raises NoQueue. Limits are hard: the process is killed,
the lease or transaction of the row ends, and the next poll continues. There are no soft limits: an exception
just after a mail server's "250" would send the message twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from lib.wired import Wired

MINUTE: Final = 60.0
# Number of processes of the worker for each queue.
QUEUES: Final[dict[str, int]] = {
    "trail": 2,  # a long seal does not delay the numbering of new rows
    "mail": 2,
    "hooks": 4,  # each waits for one receiver, so a few receivers that hang leave others free
    "work": 5,  # one more than the lanes of jobs, so that short tasks need not wait for jobs
}


@dataclass(frozen=True, slots=True)
class Task:
    """A Celery task: its queue, the seconds after which it is killed, and those between two polls."""

    task: Any  # Celery brings no types
    queue: str
    seconds: float
    every: float | None = None  # None: only if something wakes it

    @property
    def name(self) -> str:
        return str(self.task.name)


TASKS: Final = Wired[Task]("crm.queues.TASKS")


@cache
def tasks() -> Mapping[str, Task]:
    """Tasks by name."""
    return {task.name: task for task in TASKS}


# In these queues nobody waits for a page, so statements may take as long as the task, less 1 minute to
# finish.
PATIENT: Final = {"trail", "work"}
MOST_PATIENCE: Final = 9 * MINUTE


class NoQueue(LookupError):
    """A task that the timetable does not name."""


def route(name: str, *_: object, **__: object) -> dict[str, str] | None:
    """Return the queue of our own tasks, for Celery's router. Raises NoQueue."""
    if name.startswith("celery."):
        return None
    if name not in tasks():
        raise NoQueue(f"{name} has no queue: name it in crm/timetable.py")
    return {"queue": tasks()[name].queue}
