"""Background tasks. Any of them may run twice or in parallel: the rows show what is left to do."""

from celery import shared_task

from incidents.services.absences import pass_on_unattended_steps
from incidents.services.calls_in_progress import delete_void_calls


@shared_task(name="incidents.pass_on_steps")
def pass_on_steps() -> int:
    delete_void_calls()
    return pass_on_unattended_steps()
