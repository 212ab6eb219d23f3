"""Who may work at the privacy desk. None of these query."""

from accounts.actors import Actor
from accounts.models import Role
from privacy.models.request import sees_requests


def can_inquire(actor: Actor) -> bool:
    """Ask who has seen a person's data."""
    return actor.kind == "user" and actor.role == Role.PRIVACY_OFFICER


def can_handle_requests(actor: Actor) -> bool:
    """Read and answer requests of people about their data."""
    return sees_requests(actor)


def can_oversee_desk(actor: Actor) -> bool:
    """See how often privacy officers search and look up people, without the people."""
    return actor.kind == "user" and actor.role in (Role.CONFIRMER, Role.PRIVACY_OFFICER)


def can_review_records(actor: Actor) -> bool:
    """Decide which records are kept: supervisors in their districts, and privacy officers."""
    return actor.kind == "user" and actor.role in (Role.SUPERVISOR, Role.PRIVACY_OFFICER)


def can_pass_on_copy(actor: Actor) -> bool:
    """Pass on that an organisation which the actor sees wants a copy of its record."""
    return can_handle_requests(actor) or actor.writes
