"""Retiring in the background: safe to run twice at once, or again."""

from celery import shared_task

from practices.services.practices import retire_unconfirmed


@shared_task(name="practices.retire_unconfirmed")
def retire() -> int:
    return retire_unconfirmed()
