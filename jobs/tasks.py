"""Background tasks. Any of them may run twice or in parallel, because the rows show the open work."""

from celery import shared_task

from jobs.services.jobs import RUN, delete_expired_files
from jobs.services.running import run_next
from lib.waking import wake


# The row decides, not the message: Redis would deliver it again after 5 minutes of a long job.
@shared_task(name=RUN, acks_late=False)
def run_due_job() -> bool:
    """Run one job and leave others to further tasks, so that a worker can stop in between."""
    ran = run_next()
    if ran:
        wake(RUN)
    return ran


@shared_task(name="jobs.delete_expired_files")
def delete_expired() -> int:
    return delete_expired_files()
