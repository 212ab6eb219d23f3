"""Tasks of the privacy desk."""

from celery import shared_task

from privacy.services.requests import delete_old_statements


@shared_task(name="privacy.delete_old_statements")
def delete_old_statements_of_requests() -> int:
    return delete_old_statements()
