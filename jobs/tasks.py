"""Work in the background. All of it may run twice at once, or again: rows say what is left to do."""

from celery import shared_task

from jobs.running import run_next
from jobs.services import RUN, delete_expired_files
from lib.waking import wake


# The row is the truth, not the message: Redis would hand it out again after five minutes of long work.
@shared_task(name=RUN, acks_late=False)
def run_due_job() -> bool:
    """One job; others are left to another task, so that a worker can stop in between."""
    ran = run_next()
    if ran:
        wake(RUN)
    return ran


@shared_task(name="jobs.delete_expired_files")
def delete_expired() -> int:
    return delete_expired_files()
