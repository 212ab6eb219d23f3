"""Background tasks of imports: delete old files, and read registers."""

from celery import shared_task
from django.utils import timezone

from exchange.imports.drafts import forget_drafts
from exchange.imports.watching import FETCH, fetch_due


@shared_task(name="exchange.forget_imports")
def forget_old_imports() -> None:
    forget_drafts(timezone.now())


@shared_task(name=FETCH)
def fetch_registers() -> int:
    return fetch_due()
