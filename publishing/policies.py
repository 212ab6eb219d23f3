"""Who decides what a city publishes, and who publishes."""

from accounts.actors import Actor
from districts.models import District
from publishing.models import ReleaseGrid


def can_publish(actor: Actor) -> bool:
    """Propose a grid and release figures: supervisors of the whole city."""
    return actor.is_supervisor and _covers_the_city(actor)


def can_confirm(actor: Actor, grid: ReleaseGrid) -> bool:
    """A privacy officer, or a supervisor of the whole city: never the one who proposed it."""
    may = actor.kind == "user" and (actor.sees_everywhere or can_publish(actor))
    return may and actor.id != grid.proposed_by_id


def _covers_the_city(actor: Actor) -> bool:
    return not District.objects.active().exclude(pk__in=actor.district_ids).exists()
