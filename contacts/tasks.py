"""What Celery does for the contact book."""

from celery import shared_task
from django.utils import timezone

from contacts.merging.services import forget_merges
from contacts.services.ended_roles import tell_of_ended_roles


@shared_task(name="contacts.forget_merges")
def forget_old_merges() -> None:
    forget_merges(timezone.now())


@shared_task(name="contacts.tell_of_ended_roles")
def tell_of_ends() -> int:
    return tell_of_ended_roles()
