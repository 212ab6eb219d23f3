"""Background tasks. They may run repeatedly or concurrently, because their state is in the rows."""

from celery import shared_task

from accounts.services.act_mails import mail_new_acts
from accounts.services.acts import TEND, take_effect, withdraw_expired


@shared_task(name=TEND)
def tend_acts() -> int:
    return withdraw_expired() + take_effect() + mail_new_acts()
