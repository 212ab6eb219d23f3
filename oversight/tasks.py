"""Background tasks. They may run repeatedly or concurrently, because their state is in the rows."""

from celery import shared_task

from oversight.services.mails import TEND, mail_new_alerts
from oversight.services.noticing import notice


@shared_task(name=TEND)
def tend_alerts() -> int:
    return notice() + mail_new_alerts()
