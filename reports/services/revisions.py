"""Note that a user has looked at revised figures."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from reports.models import RevisionLook


@transaction.atomic
def look_at_revisions(*, actor: Actor) -> None:
    """Note that the user has looked at all revisions up to now."""
    if actor.kind == "user" and actor.id:
        RevisionLook.objects.update_or_create(user_id=actor.id, defaults={"looked_at": timezone.now()})
