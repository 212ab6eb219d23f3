"""Freezing values in the background: safe to run twice at once, or again."""

from celery import shared_task

from plans.services.indicators import freeze_due


@shared_task(name="plans.freeze_values")
def freeze_values() -> int:
    return freeze_due()
