"""Access to releases, entries and public pages."""

from uuid import UUID

from accounts.actors import Actor
from districts.models import District
from publishing.models import PublicEntry, ReleaseGrid


def can_publish(actor: Actor) -> bool:
    """Whether the actor can propose a grid and release figures: supervisors of the whole city."""
    return actor.is_supervisor and _covers_the_city(actor)


def can_confirm(actor: Actor, grid: ReleaseGrid) -> bool:
    """Whether the actor, but not the proposer, can confirm a grid: privacy officers, city supervisors."""
    may = actor.kind == "user" and (actor.sees_everywhere or can_publish(actor))
    return may and actor.id != grid.proposed_by_id


def _covers_the_city(actor: Actor) -> bool:
    return not District.objects.active().exclude(pk__in=actor.district_ids).exists()


def can_write_entry(actor: Actor, district_id: UUID) -> bool:
    """Whether the actor can draft entries: users who write in the district."""
    return actor.kind == "user" and actor.writes and actor.covers(district_id)


def can_announce(actor: Actor, district_id: UUID) -> bool:
    """Whether the actor can announce a meeting: users who write in the district without a duty shift."""
    return can_write_entry(actor, district_id) and district_id not in actor.duty_ids


def can_approve_entry(actor: Actor, entry: PublicEntry) -> bool:
    """Whether the actor can approve an entry: a confirmer or supervisor of the district, not its writer."""
    if entry.written_by_id is not None and entry.written_by_id == actor.id:
        return False
    return actor.is_confirmer or can_edit_page(actor, entry.district_id)


def can_edit_page(actor: Actor, district_id: UUID | None) -> bool:
    """Whether the actor can edit a public page: supervisors of the district or, without one, of the city."""
    if actor.kind != "user" or not actor.is_supervisor:
        return False
    return actor.covers(district_id) if district_id else _covers_the_city(actor)
