"""Background tasks. They may run repeatedly or concurrently, because their state is in the rows."""

from celery import shared_task

from oversight.services.mails import mail_new_alerts
from oversight.services.noticing import notice


@shared_task(name="oversight.tend_alerts")
def tend_alerts() -> int:
    return notice() + mail_new_alerts()
