"""Pairs that staff marked as different, although they look alike."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from contacts.models import Contact, NotADuplicate, Organisation


@transaction.atomic
def say_different(*, actor: Actor, object_type: str, ids: tuple[UUID, UUID]) -> None:
    """Remember that two rows the actor sees are not the same. Saying so twice changes nothing.

    Raises DoesNotExist for rows that are not seen.
    """
    model: Any = {"organisation": Organisation, "contact": Contact}[object_type]
    one, other = sorted(ids)
    if model.objects.visible_to(actor).filter(pk__in=[one, other]).count() < 2:
        raise model.DoesNotExist
    NotADuplicate.objects.get_or_create(
        object_type=object_type, one=one, other=other, defaults={"said_by": actor.id}
    )


def forget_different(*, actor: Actor, object_type: str, ids: tuple[UUID, UUID]) -> None:
    """Take `say_different` back."""
    one, other = sorted(ids)
    NotADuplicate.objects.filter(object_type=object_type, one=one, other=other, said_by=actor.id).delete()
