"""Which task waits in which queue, how many processes serve each, and how long a task may take.

A queue has processes of its own, so that no slow mail server, receiver or import keeps the trail, or one
another, waiting (docs/adr/0004). A task without a queue is refused when it is sent.

Limits are hard: the process is killed, the row's lease or transaction ends, and the next poll goes on.
There are no soft ones: an exception in the moment after a mail server's "250" would send it twice.
"""

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0
# Processes of a worker that serves this queue alone.
QUEUES: Final[dict[str, int]] = {
    "trail": 2,  # a long seal does not keep new rows from their numbers
    "mail": 2,
    "hooks": 4,  # each waits for one receiver at a time: a few that hang leave somebody for the others
    "work": 2,  # fewer jobs run at once (JOBS_AT_ONCE): short work gets by
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a task waits, and after how many seconds it is killed."""

    queue: str
    seconds: float


TASKS: Final[dict[str, Kept]] = {
    # After an outage a million rows are numbered in one statement, and sealed by ten thousand.
    "audit.publish": Kept("trail", 10 * MINUTE),
    "audit.seal": Kept("trail", 10 * MINUTE),
    # Five seconds for a batch, and one message more: seven answers of ten seconds (EMAIL_TIMEOUT).
    "meetings.send_due_reminders": Kept("mail", 3 * MINUTE),
    "reviews.send_reports": Kept("mail", 3 * MINUTE),
    # A message to each key's owner, once.
    "api.warn_of_keys_that_end": Kept("mail", 10 * MINUTE),
    # Five seconds for a batch, and one delivery more (WEBHOOK_SECONDS).
    "api.send_webhooks": Kept("hooks", 3 * MINUTE),
    # The longest job known is an import of a million rows; its lease is renewed each second (jobs.running).
    "jobs.run_due": Kept("work", 6 * 60 * MINUTE),
    "jobs.delete_expired_files": Kept("work", 10 * MINUTE),
    # All people, organisations or series of a city, in one transaction each.
    "meetings.top_up_reminders": Kept("work", 10 * MINUTE),
    "meetings.go_on_with_series": Kept("work", 10 * MINUTE),
    "meetings.tell_of_moved_ground": Kept("work", 10 * MINUTE),
    "contacts.tell_of_ended_roles": Kept("work", 10 * MINUTE),
    "meetings.refresh_reminders_of_user": Kept("work", 10 * MINUTE),
    "contacts.forget_merges": Kept("work", 10 * MINUTE),
    "contacts.forget_imports": Kept("work", 10 * MINUTE),
    "api.forget_old": Kept("work", 10 * MINUTE),
}


# Where nobody waits before a page, statements may take as long as the task; a minute for its end.
PATIENT: Final = {"trail", "work"}
MOST_PATIENCE: Final = 9 * MINUTE


class NoQueue(LookupError):
    """A task that TASKS does not name."""


def route(name: str, *_: object, **__: object) -> dict[str, str] | None:
    """For Celery: the queue of each task of ours."""
    if name.startswith("celery."):
        return None
    if name not in TASKS:
        raise NoQueue(f"{name} has no queue: name it in crm/queues.py")
    return {"queue": TASKS[name].queue}
