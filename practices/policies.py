"""Permissions to write, review and exchange practices, and to record adoptions."""

from uuid import UUID

from accounts.actors import Actor
from practices.models import Practice


def can_start_practice(actor: Actor) -> bool:
    """Whether the actor can start a practice: staff who write, no API key."""
    return actor.kind != "key" and actor.writes


def can_write_practice(actor: Actor, practice: Practice) -> bool:
    """Whether the actor can write a practice of this city: its author, and supervisors."""
    is_author = actor.id is not None and actor.id == practice.author_id
    return practice.is_ours and can_start_practice(actor) and (is_author or _supervises(actor))


def can_review_practice(actor: Actor, practice: Practice) -> bool:
    """Whether the actor can review a practice: supervisors, except its author and last editor."""
    is_own = actor.id is not None and actor.id in (practice.author_id, practice.edited_by_id)
    return practice.is_ours and _supervises(actor) and not is_own


def can_record_adoption(actor: Actor, district_id: UUID) -> bool:
    return can_start_practice(actor) and actor.covers(district_id)


def can_exchange_practices(actor: Actor) -> bool:
    """Whether the actor can send practices to other cities and accept theirs: supervisors."""
    return _supervises(actor)


def _supervises(actor: Actor) -> bool:
    return actor.is_supervisor or actor.kind == "system"
