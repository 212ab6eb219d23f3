"""Background tasks. Any of them may run twice or in parallel: the rows show what is left to do."""

from celery import shared_task

from incidents.services.absences import pass_on_unattended_steps
from incidents.services.calls_in_progress import delete_void_calls
from incidents.services.unseen_steps import report_unseen_steps


@shared_task(name="incidents.pass_on_steps")
def pass_on_steps() -> int:
    delete_void_calls()
    report_unseen_steps()  # before a step moves to the next owner
    return pass_on_unattended_steps()
