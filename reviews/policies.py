"""Policies of audits and report emails. No function here runs a query."""

from uuid import UUID

from accounts.actors import Actor
from accounts.models import Role
from reviews.models import Review


def can_review_in(actor: Actor, district_id: UUID) -> bool:
    """Whether the actor can audit this district: supervisors, in the districts they cover."""
    return actor.is_supervisor and actor.covers(district_id)


def can_review(actor: Actor) -> bool:
    """Whether the actor can audit any district."""
    return actor.is_supervisor


def can_write_review(actor: Actor, review: Review) -> bool:
    """Whether the actor can add to a draft, or write an addendum to a signed audit."""
    return can_review_in(actor, review.district_id)


def can_countersign(actor: Actor, review: Review) -> bool:
    """Whether the actor can sign second: a supervisor of the district, or a privacy officer."""
    return can_write_review(actor, review) or actor.role == Role.PRIVACY_OFFICER


def can_see_samples(actor: Actor, review: Review) -> bool:
    """Whether the actor sees checked records and call answers. Officers who wrote the records do not."""
    return actor.sees_everywhere or can_write_review(actor, review)


def can_subscribe(actor: Actor) -> bool:
    """Whether the actor can receive reports by email: supervisors."""
    return actor.is_supervisor
