"""Who audits, who reads audits, and who has reports sent."""

from uuid import UUID

from accounts.actors import Actor
from accounts.models import Role
from reviews.models import Review


def can_review_in(actor: Actor, district_id: UUID) -> bool:
    """Freeze figures, sample, ring back and sign: supervisors, in the districts they cover."""
    return actor.is_supervisor and actor.covers(district_id)


def can_review(actor: Actor) -> bool:
    """At all."""
    return actor.is_supervisor


def can_write_review(actor: Actor, review: Review) -> bool:
    """Add to one that is not signed, or an addendum to one that is."""
    return can_review_in(actor, review.district_id)


def can_countersign(actor: Actor, review: Review) -> bool:
    """Sign as the second person: another supervisor of the district, or a privacy officer for the city."""
    return can_write_review(actor, review) or actor.role == Role.PRIVACY_OFFICER


def can_see_samples(actor: Actor, review: Review) -> bool:
    """Which records were checked and what organisations said: not for the officers who wrote them."""
    return actor.sees_everywhere or can_write_review(actor, review)


def can_subscribe(actor: Actor) -> bool:
    """Have a report sent: supervisors."""
    return actor.is_supervisor
