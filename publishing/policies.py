"""Who decides what a city publishes, who publishes, and who writes what a district tells the public."""

from uuid import UUID

from accounts.actors import Actor
from districts.models import District
from publishing.models import PublicEntry, ReleaseGrid


def can_publish(actor: Actor) -> bool:
    """Propose a grid and release figures: supervisors of the whole city."""
    return actor.is_supervisor and _covers_the_city(actor)


def can_confirm(actor: Actor, grid: ReleaseGrid) -> bool:
    """A privacy officer, or a supervisor of the whole city: never the one who proposed it."""
    may = actor.kind == "user" and (actor.sees_everywhere or can_publish(actor))
    return may and actor.id != grid.proposed_by_id


def _covers_the_city(actor: Actor) -> bool:
    return not District.objects.active().exclude(pk__in=actor.district_ids).exists()


def can_write_entry(actor: Actor, district_id: UUID) -> bool:
    """Draft what a district tells the public: whoever works there."""
    return actor.kind == "user" and actor.writes and actor.covers(district_id)


def can_announce(actor: Actor, district_id: UUID) -> bool:
    """Announce a meeting: whoever works there for good. Temporary access tells the public nothing alone."""
    return can_write_entry(actor, district_id) and district_id not in actor.relief_ids


def can_approve_entry(actor: Actor, entry: PublicEntry) -> bool:
    """A supervisor of the district or a confirmer, never the writer."""
    if entry.written_by_id is not None and entry.written_by_id == actor.id:
        return False
    return actor.is_confirmer or can_edit_page(actor, entry.district_id)


def can_edit_page(actor: Actor, district_id: UUID | None) -> bool:
    """Answer for the public page of a district: its supervisors. Without a district, those of the city."""
    if actor.kind != "user" or not actor.is_supervisor:
        return False
    return actor.covers(district_id) if district_id else _covers_the_city(actor)
