"""Policies of the privacy desk. No function here runs a query."""

from accounts.actors import Actor
from accounts.models import Role
from privacy.models.request import sees_requests


def can_inquire(actor: Actor) -> bool:
    """Whether the actor can inquire who has seen a person's data."""
    return actor.kind == "user" and actor.role == Role.PRIVACY_OFFICER


def can_handle_requests(actor: Actor) -> bool:
    """Whether the actor can read and answer data requests."""
    return sees_requests(actor)


def can_oversee_desk(actor: Actor) -> bool:
    """Whether the actor sees how often privacy officers search for people, without the people."""
    return actor.kind == "user" and actor.role in (Role.CONFIRMER, Role.PRIVACY_OFFICER)


def can_review_records(actor: Actor) -> bool:
    """Whether the actor can review records: supervisors in their districts, and privacy officers."""
    return actor.kind == "user" and actor.role in (Role.SUPERVISOR, Role.PRIVACY_OFFICER)


def can_pass_on_copy(actor: Actor) -> bool:
    """Whether the actor can pass on an organisation's request for a copy of its record."""
    return can_handle_requests(actor) or actor.writes
