"""Pairs that staff marked as different, although they look alike."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from contacts.models import Contact, NotADuplicate, Organisation


@transaction.atomic
def mark_as_different(*, actor: Actor, object_type: str, ids: tuple[UUID, UUID]) -> None:
    """Mark two rows as different, so that they are no duplicate pair. Idempotent.

    Raises DoesNotExist for rows that the actor cannot see.
    """
    model: Any = {"organisation": Organisation, "contact": Contact}[object_type]
    first_id, second_id = sorted(ids)
    if model.objects.visible_to(actor).filter(pk__in=[first_id, second_id]).count() < 2:
        raise model.DoesNotExist
    NotADuplicate.objects.get_or_create(
        object_type=object_type, one=first_id, other=second_id, defaults={"said_by": actor.id}
    )


def unmark_as_different(*, actor: Actor, object_type: str, ids: tuple[UUID, UUID]) -> None:
    """Undo the actor's `mark_as_different`."""
    first_id, second_id = sorted(ids)
    NotADuplicate.objects.filter(
        object_type=object_type, one=first_id, other=second_id, said_by=actor.id
    ).delete()
