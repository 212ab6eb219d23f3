"""Celery tasks of contacts."""

from celery import shared_task
from django.utils import timezone

from contacts.merging.services import delete_expired_memory
from contacts.services import ended_roles


@shared_task(name="contacts.forget_merges")
def delete_old_merge_memory() -> None:
    delete_expired_memory(timezone.now())


@shared_task(name="contacts.tell_of_ended_roles")
def record_ended_roles() -> int:
    return ended_roles.record_ended_roles()
