"""Who writes the library, who reviews it, and who records what came of a practice."""

from uuid import UUID

from accounts.actors import Actor
from practices.models import Practice


def can_start_practice(actor: Actor) -> bool:
    """Who works with records, signed in: a key writes nothing here."""
    return actor.kind != "key" and actor.writes


def can_write_practice(actor: Actor, practice: Practice) -> bool:
    """A practice of this city: its author, and supervisors."""
    is_author = actor.id is not None and actor.id == practice.author_id
    return practice.is_ours and can_start_practice(actor) and (is_author or _supervises(actor))


def can_review_practice(actor: Actor, practice: Practice) -> bool:
    """Supervisors, but neither the author nor who edited it last."""
    is_own = actor.id is not None and actor.id in (practice.author_id, practice.edited_by_id)
    return practice.is_ours and _supervises(actor) and not is_own


def can_record_adoption(actor: Actor, district_id: UUID) -> bool:
    return can_start_practice(actor) and actor.covers(district_id)


def can_exchange_practices(actor: Actor) -> bool:
    """Supervisors send practices to other cities, and accept those of others."""
    return _supervises(actor)


def _supervises(actor: Actor) -> bool:
    return actor.is_supervisor or actor.kind == "system"
