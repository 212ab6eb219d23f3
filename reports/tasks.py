"""Background task that keeps figures and counts them again. It can run twice, also at once."""

from celery import shared_task

from lib.days import city_today
from reports.services.recounting import keep_and_recount


@shared_task(name="reports.keep_figures")
def keep_figures() -> bool:
    """Do the work of a night, if it was not done today."""
    return keep_and_recount(city_today())
